"""Programs in PyTorch: autograd and torch.optim, and by hand what torch.optim cannot say."""

from collections.abc import Iterator

from tutor.engine.activations import LEAK
from tutor.engine.optimizers import OptimizerSettings
from tutor.worked.elsewhere.description import Description, Training
from tutor.worked.elsewhere.program import Dialect, Words, before, gradient_list, indented, loss_alone, loss_expression, traced
from tutor.worked.elsewhere.updates import layer_update, memory_lines, update_lines

_CALLS = {
    "identity": "{}", "sigmoid": "torch.sigmoid({})", "tanh": "torch.tanh({})", "relu": "torch.relu({})",
    "leaky_relu": f"F.leaky_relu({{}}, {LEAK})", "elu": "F.elu({})", "gelu": "F.gelu({})",
    "softplus": "F.softplus({}, threshold=40)",  # beyond its threshold PyTorch leaves the curved part out: 2e-9 at 20
    "softmax": "torch.softmax({}, dim=1)",
}
_LOSSES = {
    "binary_cross_entropy": 'F.binary_cross_entropy_with_logits({z}, t, reduction="sum") / len(t)',
    "cross_entropy": "F.cross_entropy({z}, t)",
}
_WORDS = Words(
    _CALLS, _LOSSES, array="torch.tensor({})", labels="torch.tensor({t})", data="[torch.tensor(rows) for rows in {}]",
    parameter="torch.tensor({}, requires_grad=True)", drawn="torch.tensor({}, requires_grad=True)",
    listed="{}.tolist()", number="{}.item()", zeros="torch.zeros_like({})",
    sum="torch.sum", mean="torch.mean", sqrt="torch.sqrt",
)
# Class of torch.optim, and the settings it takes besides lr and weight_decay.
_OPTIMIZERS = {
    "sgd": ("SGD", ""), "momentum": ("SGD", ", momentum={0.momentum!r}"),
    "nesterov": ("SGD", ", momentum={0.momentum!r}, nesterov=True"),
    "rmsprop": ("RMSprop", ", alpha={0.alpha!r}, eps={0.epsilon!r}"),
    "adam": ("Adam", ", betas=({0.beta1!r}, {0.beta2!r}), eps={0.epsilon!r}"),
    "adamw": ("AdamW", ", betas=({0.beta1!r}, {0.beta2!r}), eps={0.epsilon!r}"),
    "adagrad": ("Adagrad", ", eps={0.epsilon!r}"),
}


def _by_hand(settings: OptimizerSettings) -> bool:
    """PyTorch has no RMSProp with epsilon inside the root, and refuses Nesterov's momentum of 0."""
    return (settings.name == "rmsprop" and settings.epsilon_inside_root) or (
        settings.name == "nesterov" and settings.momentum == 0)


def _memory(description: Description, words: Words) -> Iterator[str]:
    training = description.training
    if training is None:
        return
    if _by_hand(training.settings):
        yield from memory_lines(description, words)
        return
    yield from _optimizer(description, training)
    yield f"steps = {training.steps}"


def _optimizer(description: Description, training: Training) -> Iterator[str]:
    if training.sequential:
        layers = (f"[W{number}, b{number}]" if training.biases else f"[W{number}]" for number in description.numbers)
        yield f"layers = [{', '.join(layers)}]"
        yield f"optimizers = [{_made(training.settings, 'layer')} for layer in layers]"
        return
    weights = f"[{', '.join(description.parameters[::2])}]"
    yield f"optimizer = {_made(training.settings, 'parameters' if training.biases else weights)}"


def _made(settings: OptimizerSettings, of: str) -> str:
    name, more = _OPTIMIZERS[settings.name]
    decay = f", weight_decay={settings.weight_decay!r}" if settings.weight_decay or settings.name == "adamw" else ""
    return f"torch.optim.{name}({of}, lr={settings.learning_rate!r}{more.format(settings)}{decay})"


def _gradients(description: Description, words: Words) -> Iterator[str]:
    training = description.training
    if training and training.sequential:
        yield from _in_turn(description, words, training)
    elif training and _by_hand(training.settings):
        yield "gradients = torch.autograd.grad(loss(x, t), parameters)"
    else:
        yield from ["optimizer.zero_grad()"] if training else []
        yield "loss(x, t).backward()"
        yield "gradients = [p.grad for p in parameters]"


def _in_turn(description: Description, words: Words, training: Training) -> Iterator[str]:
    """Autograd goes through one layer at a time, for the weights after it are already new."""
    yield f"{traced(description)} = forward(x)"
    for number in reversed(description.numbers):
        yield f"delta{number} = {_delta(description, words, number)}"
        given = f"{before(number)}.detach()" if number > 1 else "x"
        yield f"dW{number}, db{number} = delta{number}.T @ {given}, delta{number}.sum(dim=0)"
        if _by_hand(training.settings):
            yield from _without_grad(layer_update(description, words, number))
        else:
            both = f"W{number}.grad, b{number}.grad = dW{number}, db{number}"
            yield both if training.biases else f"W{number}.grad = dW{number}"
            yield f"optimizers[{number - 1}].step()"
    yield gradient_list(description)


def _delta(description: Description, words: Words, number: int) -> str:
    if number == len(description.layers):
        return f"torch.autograd.grad({loss_expression(description, words)}, z{number})[0]"
    return f"torch.autograd.grad(a{number}, z{number}, delta{number + 1} @ W{number + 1})[0]"


def _update(description: Description, words: Words) -> Iterator[str]:
    training = description.training
    if training and not training.sequential:
        yield from _without_grad(update_lines(description, words)) if _by_hand(training.settings) else ["optimizer.step()"]


def _without_grad(lines: Iterator[str]) -> list[str]:
    return ["with torch.no_grad():", *indented([*lines])]


DIALECT = Dialect(
    _WORDS, {"np": "import numpy as np", "torch": "import torch", "F": "import torch.nn.functional as F"},
    _memory, loss_alone, _gradients, _update, setup="torch.set_default_dtype(torch.float64)",
)
