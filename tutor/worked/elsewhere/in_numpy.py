"""Programs in NumPy: the backward pass written out by hand, layer by layer."""

from collections.abc import Iterator

from tutor.engine.activations import LEAK
from tutor.worked.elsewhere.description import Description
from tutor.worked.elsewhere.program import Dialect, Words, before, forward_and_loss, gradient_list, traced
from tutor.worked.elsewhere.updates import layer_update, memory_lines, update_lines

_CALLS = {
    "identity": "{}", "sigmoid": "sigmoid({})", "tanh": "np.tanh({})", "relu": "np.maximum({}, 0)",
    "leaky_relu": f"np.where({{0}} > 0, {{0}}, {LEAK} * {{0}})",
    "elu": "np.where({0} > 0, {0}, np.expm1(np.minimum({0}, 0)))",
    "gelu": "{0} * normal_cdf({0})", "softplus": "np.logaddexp(0, {})", "softmax": "softmax({})",
}
_DEFINITIONS = {
    "sigmoid": """\
def sigmoid(z):
    return 1 / (1 + np.exp(-z))""",
    "normal_cdf": """\
@np.vectorize
def normal_cdf(z):
    return (1 + math.erf(z / math.sqrt(2))) / 2""",
    "softmax": """\
def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)""",
    "log_softmax": """\
def log_softmax(z):
    shifted = z - z.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))""",
}
_LOSSES = {
    "binary_cross_entropy": "np.sum(t * np.logaddexp(0, -{z}) + (1 - t) * np.logaddexp(0, {z})) / len(t)",
    "cross_entropy": "-np.sum(t * log_softmax({z})) / len(t)",
}
_WORDS = Words(
    _CALLS, _LOSSES, array="np.array({})", labels="np.eye({classes})[{t}]", data="{}", parameter="np.array({})", drawn="{}",
    listed="{}.tolist()", number="{}", zeros="np.zeros_like({})", sum="np.sum", mean="np.mean", sqrt="np.sqrt",
)
# da/dz by the layer's z and a; softmax has a Jacobian instead, and identity nothing to multiply with.
_SLOPES = {
    "sigmoid": "{a} * (1 - {a})", "tanh": "1 - {a}**2", "relu": "{z} > 0", "leaky_relu": f"np.where({{z}} > 0, 1, {LEAK})",
    "elu": "np.where({z} > 0, 1, {a} + 1)", "softplus": "sigmoid({z})",
    "gelu": "normal_cdf({z}) + {z} * np.exp(-{z}**2 / 2) / np.sqrt(2 * np.pi)",
}
_LOSS_SLOPES = {"half_squared_error": "({a} - t) / len(t)", "squared_error": "2 * ({a} - t) / len(t)",
                "mean_squared_error": "2 * ({a} - t) / t.size"}


def _gradients(description: Description, words: Words) -> Iterator[str]:
    yield f"{traced(description)} = forward(x)"
    for number in reversed(description.numbers):
        yield from _delta(description, number)
        yield f"dW{number}, db{number} = delta{number}.T @ {before(number)}, delta{number}.sum(axis=0)"
        if description.sequential:
            yield from layer_update(description, words, number)
    yield gradient_list(description)


def _delta(description: Description, number: int) -> Iterator[str]:
    """dL/dz of a layer."""
    names, activation = {"a": f"a{number}", "z": f"z{number}"}, description.layers[number - 1].activation
    last = number == len(description.layers)
    if last and description.fused:
        yield f"delta{number} = (a{number} - t) / len(t)"
        return
    upstream = _LOSS_SLOPES[description.loss].format(**names) if last else f"delta{number + 1} @ W{number + 1}"
    if activation == "identity":
        yield f"delta{number} = {upstream}"
    elif activation == "softmax":
        yield f"g = {upstream}"
        yield f"delta{number} = a{number} * (g - np.sum(g * a{number}, axis=1, keepdims=True))"
    else:
        yield f"delta{number} = ({upstream}) * ({_SLOPES[activation].format(**names)})"


DIALECT = Dialect(
    _WORDS, {"math": "import math\n", "np": "import numpy as np"},
    memory_lines, forward_and_loss, _gradients, update_lines, _DEFINITIONS,
)
