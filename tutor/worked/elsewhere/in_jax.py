"""Programs in JAX: the gradient of a function, and update rules by hand."""

from collections.abc import Iterator

from tutor.engine.activations import LEAK
from tutor.worked.elsewhere.description import Description
from tutor.worked.elsewhere.program import Dialect, Words, before, forward_lines, function, gradient_list, loss_expression
from tutor.worked.elsewhere.updates import layer_update, memory_lines, update_lines

_CALLS = {
    "identity": "{}", "sigmoid": "jax.nn.sigmoid({})", "tanh": "jnp.tanh({})", "relu": "jax.nn.relu({})",
    "leaky_relu": "leaky_relu({})", "elu": "jax.nn.elu({})", "gelu": "gelu({})", "softplus": "jax.nn.softplus({})",
    "softmax": "jax.nn.softmax({})",
}
_DEFINITIONS = {
    # jax.nn.leaky_relu has the slope from the right at 0, PyTorch that from the left
    "leaky_relu": f"def leaky_relu(z):\n    return jnp.where(z > 0, z, {LEAK} * z)",
    "gelu": "def gelu(z):\n    return jax.nn.gelu(z, approximate=False)",
}
_LOSSES = {
    "binary_cross_entropy": "-jnp.sum(t * jax.nn.log_sigmoid({z}) + (1 - t) * jax.nn.log_sigmoid(-{z})) / len(t)",
    "cross_entropy": "-jnp.sum(t * jax.nn.log_softmax({z})) / len(t)",
}


_WORDS = Words(
    _CALLS, _LOSSES, array="jnp.array({})", labels="jnp.eye({classes})[jnp.array({t})]",
    data="[jnp.array(rows) for rows in {}]", parameter="jnp.array({})", drawn="jnp.array({})",
    listed="{}.tolist()", number="{}.item()", zeros="jnp.zeros_like({})", sum="jnp.sum", mean="jnp.mean", sqrt="jnp.sqrt",
)


def _passes(description: Description, words: Words) -> str:
    lines = [f"{', '.join(description.parameters)} = parameters", *forward_lines(description, words)]
    found = loss_expression(description, words)
    if description.sequential:
        return _passes_in_turn(description, lines, found)
    return "@jax.jit\n" + function("loss(parameters, x, t)", [*(lines[:-1] if description.fused else lines), f"return {found}"])


def _passes_in_turn(description: Description, lines: list[str], found: str) -> str:
    """The loss as a function of the last z, whose gradient is the first delta."""
    z = f"z{len(description.layers)}"
    return "\n\n\n".join((
        function("forward(parameters, x)", [*lines[:-1], f"return {_traced(description)}"]),
        function(f"output_loss({z}, t)", [*([] if description.fused else lines[-1:]), f"return {found}"]),
        function("loss(parameters, x, t)", ["return output_loss(forward(parameters, x)[-1], t)"]),
    ))


def _traced(description: Description) -> str:
    hidden = (f"z{number}, a{number}, " for number in description.numbers[:-1])
    return "".join(hidden) + f"z{len(description.layers)}"


def _gradients(description: Description, words: Words) -> Iterator[str]:
    if not description.sequential:
        yield "gradients = jax.grad(loss)(parameters, x, t)"
        return
    yield f"{_traced(description)} = forward(parameters, x)"
    for number in reversed(description.numbers):
        yield f"delta{number} = {_delta(description, number)}"
        yield f"dW{number}, db{number} = delta{number}.T @ {before(number)}, delta{number}.sum(axis=0)"
        yield from layer_update(description, words, number)
    yield gradient_list(description)


def _delta(description: Description, number: int) -> str:
    if number == len(description.layers):
        return f"jax.grad(output_loss)(z{number}, t)"
    upstream, activation = f"delta{number + 1} @ parameters[{2 * number}]", description.layers[number - 1].activation
    if activation == "identity":
        return upstream
    return f"jax.vjp({_CALLS[activation].removesuffix('({})')}, z{number})[1]({upstream})[0]"


DIALECT = Dialect(
    _WORDS, {"np": "import numpy as np", "jax": "import jax", "jnp": "import jax.numpy as jnp"},
    memory_lines, _passes, _gradients, update_lines, _DEFINITIONS,
    setup='jax.config.update("jax_enable_x64", True)', given="parameters, x, t",
)
