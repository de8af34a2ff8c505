"""The optimizers written by hand, as lines that move parameter number i along its gradient g."""

from collections.abc import Iterator

from tutor.worked.elsewhere.description import Description, Training
from tutor.worked.elsewhere.program import Words

_MOMENTUM = "v[i] = momentum * v[i] + g"
_ADAM = (
    "m[i] = beta1 * m[i] + (1 - beta1) * g",
    "v[i] = beta2 * v[i] + (1 - beta2) * g**2",
    "m_hat = m[i] / (1 - beta1**step)",
    "v_hat = v[i] / (1 - beta2**step)",
)
# What comes before the move, and the move itself.
_RULES: dict[str, tuple[tuple[str, ...], str]] = {
    "sgd": ((), "learning_rate * g"),
    "momentum": ((_MOMENTUM,), "learning_rate * v[i]"),
    "nesterov": ((_MOMENTUM,), "learning_rate * (g + momentum * v[i])"),
    "rmsprop": (("v[i] = alpha * v[i] + (1 - alpha) * g**2",), "learning_rate * g / ({sqrt}(v[i]) + epsilon)"),
    "adam": (_ADAM, "learning_rate * m_hat / ({sqrt}(v_hat) + epsilon)"),
    "adamw": (_ADAM, "learning_rate * m_hat / ({sqrt}(v_hat) + epsilon)"),
    "adagrad": (("v[i] = v[i] + g**2",), "learning_rate * g / ({sqrt}(v[i]) + epsilon)"),
}
_INSIDE = "learning_rate * g / {sqrt}(v[i] + epsilon)"
_SETTINGS = {
    "sgd": (), "momentum": ("momentum",), "nesterov": ("momentum",), "rmsprop": ("alpha", "epsilon"),
    "adam": ("beta1", "beta2", "epsilon"), "adamw": ("beta1", "beta2", "epsilon"), "adagrad": ("epsilon",),
}
_KEPT = {"sgd": (), "adam": ("m", "v"), "adamw": ("m", "v")}


def memory_lines(description: Description, words: Words) -> Iterator[str]:
    """The settings that the optimizer reads, the number of steps, and the running averages it starts from."""
    training = description.training
    if training is None:
        return
    name = training.settings.name
    decayed = ("weight_decay",) if training.settings.weight_decay else ()
    for setting in ("learning_rate", *_SETTINGS[name], *decayed):
        yield f"{setting} = {getattr(training.settings, setting)!r}"
    yield f"steps = {training.steps}"
    for kept in _KEPT.get(name, ("v",)):
        yield f"{kept} = [{words.zeros.format('p')} for p in parameters]"


def update_lines(description: Description, words: Words) -> Iterator[str]:
    """One update of all parameters at once; none in a sequential update, where each layer has its own."""
    training = description.training
    if training is None or training.sequential:
        return
    weights = f"zip(range(0, {len(description.parameters)}, 2), gradients[::2])"
    yield f"for i, g in {'enumerate(gradients)' if training.biases else weights}:"
    yield from (f"    {line}" for line in _moved(training, words))


def layer_update(description: Description, words: Words, layer: int) -> Iterator[str]:
    """The update of one layer in a sequential update."""
    training = description.training
    if training is None:
        return
    trained = f"dW{layer}, db{layer}" if training.biases else f"dW{layer}"
    start = f", {2 * layer - 2}" if layer > 1 else ""
    yield f"for i, g in enumerate([{trained}]{start}):"
    yield from (f"    {line}" for line in _moved(training, words))


def _moved(training: Training, words: Words) -> Iterator[str]:
    settings = training.settings
    before, move = _RULES[settings.name]
    if settings.weight_decay and settings.name == "adamw":
        yield words.shrink.format("1 - learning_rate * weight_decay")
    elif settings.weight_decay:
        yield "g = g + weight_decay * parameters[i]"
    yield from before
    inside = settings.name == "rmsprop" and settings.epsilon_inside_root
    yield words.subtract.format((_INSIDE if inside else move).format(sqrt=words.sqrt))
