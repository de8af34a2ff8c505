"""How a program is put together: imports, definitions, numbers, the forward pass and the loss, and the training loop."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from tutor.worked.elsewhere.description import Description, Rows

Lines = Iterator[str]
_DEFINED = ("def ", "@")
_SPIRALS = """\
def spirals(points_per_class, seed):
    random = np.random.Generator(np.random.PCG64(seed))
    labels = np.repeat(np.arange(2), points_per_class)
    radius = np.tile(np.linspace(0.05, 1.0, points_per_class), 2)
    angle = np.pi * labels + 8 * radius + random.normal(0, 0.3, labels.size)
    return np.stack([radius * np.sin(angle), radius * np.cos(angle)], axis=1), np.eye(2)[labels]"""
_SQUARED = {
    "half_squared_error": "{sum}(({a} - t) ** 2) / 2 / len(t)",
    "squared_error": "{sum}(({a} - t) ** 2) / len(t)",
    "mean_squared_error": "{mean}(({a} - t) ** 2)",
}


@dataclass(frozen=True)
class Words:
    """How a library writes what every program has; `{}` stands for the argument.

    `calls` are the activations, `losses` the cross-entropies from the last {z}, and from class indices where they differ.
    """

    calls: Mapping[str, str]
    losses: Mapping[str, str]
    array: str
    labels: str  # of {classes} classes, the indices {t}
    data: str  # from a pair of NumPy arrays
    parameter: str
    drawn: str  # a parameter from a NumPy array
    listed: str
    number: str
    zeros: str
    sum: str
    mean: str
    sqrt: str
    transpose: str = "{}.T"
    subtract: str = "parameters[i] -= {}"
    shrink: str = "parameters[i] *= {}"


@dataclass(frozen=True)
class Dialect:
    """A library: its words and its own parts of a program.

    `imports` stand on top where the rest mentions the name, as do `definitions`. `memory` are the lines before training,
    `passes` the functions of the forward pass and the loss, `gradients` the lines that end in a list of gradients (and,
    in a sequential update, do it), `update` those of a step.
    """

    words: Words
    imports: Mapping[str, str]
    memory: Callable[[Description, Words], Lines]
    passes: Callable[[Description, Words], str]
    gradients: Callable[[Description, Words], Lines]
    update: Callable[[Description, Words], Lines]
    definitions: Mapping[str, str] = field(default_factory=dict)
    setup: str = ""
    given: str = "x, t"  # what the function `loss` takes


def program(description: Description, dialect: Dialect) -> str:
    """The source of the whole program."""
    body = [_numbers(description, dialect), dialect.passes(description, dialect.words), _run(description, dialect)]
    for name, definition in reversed({**dialect.definitions, "spirals": _SPIRALS}.items()):
        body[:0] = [definition] if re.search(rf"\b{name}\(", "\n".join(body)) else []
    imports = [line for name, line in dialect.imports.items() if re.search(rf"\b{name}\.", "\n".join(body))]
    return _joined(["\n".join(imports), *([dialect.setup] if dialect.setup else []), *body]) + "\n"


def _joined(blocks: list[str]) -> str:
    """Two empty lines around a definition, one between other blocks."""
    text = blocks[0]
    for above, block in pairwise(blocks):
        text += ("\n\n\n" if above.startswith(_DEFINED) or block.startswith(_DEFINED) else "\n\n") + block
    return text


def _numbers(description: Description, dialect: Dialect) -> str:
    """Rows, parameters and settings."""
    words, names = dialect.words, description.parameters
    template = words.drawn if description.random else words.parameter
    texts = [text for layer in description.layers for text in (layer.weights, layer.biases)]
    quoted = ", ".join(f'"{name}"' for name in names)
    return "\n".join([
        *_rows(description, words), *([description.random] if description.random else []),
        *(f"{name} = {template.format(text)}" for name, text in zip(names, texts, strict=True)),
        f"parameters = [{', '.join(names)}]", f"names = [{quoted}]", *dialect.memory(description, words)])


def _rows(description: Description, words: Words) -> Lines:
    rows = description.rows
    if isinstance(rows, Rows):
        yield f"x = {words.array.format(rows.x)}"
        yield f"t = {words.labels.format(classes=rows.classes, t=rows.t) if rows.classes else words.array.format(rows.t)}"
    else:
        yield f"x, t = {words.data.format(rows.training)}"
        yield f"validation = {words.data.format(rows.validation)}"


def _run(description: Description, dialect: Dialect) -> str:
    """Print the loss and the first gradients, train, print what training gave."""
    gradients = [*dialect.gradients(description, dialect.words)]
    listed = dialect.words.listed.format
    shown = ["for name, g in zip(names, gradients):", f'    print(f"d{{name}}", {listed("g")})']
    if description.training is None:
        return "\n".join([*_losses(description, dialect, ""), *gradients, *shown])
    update = [*dialect.update(description, dialect.words)]
    return "\n".join([
        *_losses(description, dialect, ""),
        "for step in range(1, steps + 1):", *indented([*gradients, "if step == 1:", *indented(shown), *update]),
        "for name, p in zip(names, parameters):", f"    print(name, {listed('p')})",
        *_losses(description, dialect, " after"),
    ])


def _losses(description: Description, dialect: Dialect, when: str) -> Lines:
    yield _printed(f"loss{when}", dialect, dialect.given)
    if not isinstance(description.rows, Rows):
        yield _printed(f"validation loss{when}", dialect, dialect.given.replace("x, t", "*validation"))


def _printed(name: str, dialect: Dialect, given: str) -> str:
    return f'print("{name}", {dialect.words.number.format(f"loss({given})")})'


def indented(lines: list[str]) -> list[str]:
    """The lines one level deeper."""
    return [f"    {line}" for line in lines]


def function(head: str, lines: list[str]) -> str:
    """The definition of a function."""
    return "\n".join([f"def {head}:", *indented(lines)])


def loss_alone(description: Description, words: Words) -> str:
    """The loss as one function, which is all that autograd needs unless layers are updated in turn."""
    if description.sequential:
        return forward_and_loss(description, words)
    lines, found = [*forward_lines(description, words)], loss_expression(description, words)
    return function("loss(x, t)", [*(lines[:-1] if description.fused else lines), f"return {found}"])


def forward_and_loss(description: Description, words: Words) -> str:
    """The forward pass, which returns every z and a, and the loss."""
    names = traced(description)
    forward = function("forward(x)", [*forward_lines(description, words), f"return {names}"])
    loss = function("loss(x, t)", [f"{names} = forward(x)", f"return {loss_expression(description, words)}"])
    return forward + "\n\n\n" + loss


def forward_lines(description: Description, words: Words) -> Lines:
    """z and a of every layer, from x."""
    for number, layer in zip(description.numbers, description.layers, strict=True):
        yield f"z{number} = {before(number)} @ {words.transpose.format(f'W{number}')} + b{number}"
        yield f"a{number} = {words.calls[layer.activation].format(f'z{number}')}"


def loss_expression(description: Description, words: Words) -> str:
    """The loss from the last z and a, and t."""
    last, rows = len(description.layers), description.rows
    indices = isinstance(rows, Rows) and rows.classes and "class_index" in words.losses
    template = {**_SQUARED, **words.losses}["class_index" if indices else description.loss]
    return template.format(a=f"a{last}", z=f"z{last}", sum=words.sum, mean=words.mean)


def before(number: int) -> str:
    """What a layer is given: the a of the layer before it, or x."""
    return f"a{number - 1}" if number > 1 else "x"


def gradient_list(description: Description) -> str:
    """The line that puts the derivatives in the order of the parameters."""
    return f"gradients = [{', '.join(f'd{name}' for name in description.parameters)}]"


def traced(description: Description) -> str:
    """The names z1, a1, z2, … that a forward pass computes."""
    return ", ".join(f"{letter}{number}" for number in description.numbers for letter in "za")
