"""The shape of a network among the inputs of an example, as sizes from its inputs to its outputs, and how to change it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from tutor.dialogue.receipts import Many, Numbers, Record
from tutor.dialogue.words import MOST_CHARACTERS, fold

PARTS = {"sizes": 0, "layers": 0, "hidden": 0, "units": 0, "inputs": 0, "outputs": 0}
# The sizes of a whole network: "784-128-10", "2 x 3 x 1", "layers 784, 128 and 10", "[784, 128, 10]".
_LAYOUTS = (
    re.compile(r"(?<![\w.,-])(?!\d{4}-\d\d-\d\d)(\d{1,5}(?:\s?(?:->|[-–—x×*→>])\s?\d{1,5}){2,12})(?![\w-])"),
    re.compile(
        r"\b(?:layers?|sizes?|couches?|tailles?|units?|unites?|network|net|mlp|reseau)\b(?:\s(?:of|sizes?|de|tailles?|with|avec)\b)?"
        r"\s?[:=]?\s?(\d{1,5}(?:,?\s(?:(?:and|et)\s)?\d{1,5}|,\d{1,5}(?!\d)){2,12})(?![\w.])"
    ),
    re.compile(r"[\[(](\d{1,5}(?:,\s?\d{1,5}){2,12})[\])]"),
)
_GOLDEN = 0.6180339887498949


@dataclass(frozen=True)
class Layout:
    """The sizes of a network from its inputs to its outputs, as it was typed."""

    sizes: tuple[int, ...]
    typed: str


def layout_of(text: str) -> tuple[Layout | None, str]:
    """The layout that a text gives, and the rest of the text, which is folded then."""
    folded = fold(text[:MOST_CHARACTERS])
    found = next(filter(None, (pattern.search(folded) for pattern in _LAYOUTS)), None)
    if found is None:
        return None, text
    sizes = tuple(int(size) for size in re.findall(r"\d+", found[1]))
    return Layout(sizes, found[1]), f"{folded[: found.start(1)]} {folded[found.end(1) :]}"


def drawn(number: int) -> float:
    """The number-th of a fixed sequence that fills the space from -1 to 1 evenly; never 0."""
    return round(2 * (number * _GOLDEN % 1) - 1, 2) or 0.5


def sizes_of(inputs: Mapping[str, Any], name: str) -> list[int]:
    """The inputs, then the units of each layer."""
    if name == "sizes":
        return [int(size) for size in inputs[name]]
    return [len(inputs[name][0]["weights"][0]), *(len(layer["biases"]) for layer in inputs[name])]


def reshaped(record: Record, inputs: dict[str, Any], name: str, part: str, amount: int) -> int:
    """Changes a part of the network in place to the nearest amount that the example allows, which is returned."""
    old = sizes_of(inputs, name)
    most, widest = _bounds(record, name)
    least = 0 if part == "hidden" else 1
    used = min(max(amount, least), {"layers": most, "hidden": most - 1}.get(part, widest))
    _lay(inputs, name, _resized(old, part, used))
    return used


def relaid(record: Record, inputs: dict[str, Any], name: str, wanted: tuple[int, ...]) -> tuple[int, ...]:
    """Changes all sizes in place to the nearest ones that the example allows, which are returned."""
    most, widest = _bounds(record, name)
    used = tuple(min(max(size, 1), widest) for size in (*wanted[:-1][:most], wanted[-1]))
    _lay(inputs, name, list(used))
    return used


def _lay(inputs: dict[str, Any], name: str, sizes: list[int]) -> None:
    if name == "sizes":
        inputs[name] = [float(size) for size in sizes]
    elif sizes != sizes_of(inputs, name):
        _rebuild(inputs, sizes)


def _bounds(record: Record, name: str) -> tuple[int, int]:
    """The most layers, and the most units in one."""
    of = record.fields[name]
    if isinstance(of, Many):
        weights = of.record.fields["weights"]
        return of.most, weights.most[0] if isinstance(weights, Numbers) else 1
    return (of.most[0] - 1, int(of.high)) if isinstance(of, Numbers) else (1, 1)


def _resized(sizes: list[int], part: str, amount: int) -> list[int]:
    first, hidden, last = sizes[0], sizes[1:-1], sizes[-1]
    if part in ("layers", "hidden"):
        count = amount - (part == "layers")
        wide = hidden[-1] if hidden else last
        return [first, *(hidden + [wide] * count)[:count], last]
    if part == "units":
        return [first, *([amount] * (len(hidden) or 1)), last]
    return [amount, *sizes[1:]] if part == "inputs" else [*sizes[:-1], amount]


def _rebuild(inputs: dict[str, Any], sizes: list[int]) -> None:
    """Weights and biases of these sizes: those that are there stay where they fit, the others are drawn."""
    old, layers = inputs["layers"], list[dict[str, Any]]()
    for place, (reads, units) in enumerate(pairwise(sizes)):
        final = place == len(sizes) - 2
        model = old[-1] if final else old[min(place, max(len(old) - 2, 0))]
        known = model if final or place < len(old) - 1 else {"weights": [], "biases": []}
        layers.append({**model, "weights": _matrix(known["weights"], units, reads, 97 * place),
                       "biases": _row(known["biases"], units, 97 * place + 50)})  # fmt: skip
    inputs["layers"] = layers
    inputs["x"] = _matrix(inputs["x"], len(inputs["x"]), sizes[0], 11)
    if isinstance(inputs["t"][0], list):
        inputs["t"] = [_row(row, sizes[-1], 29, 0.5) for row in inputs["t"]]


def _matrix(known: list[list[float]], rows: int, columns: int, start: int) -> list[list[float]]:
    return [_row(known[row] if row < len(known) else [], columns, start + 7 * row) for row in range(rows)]


def _row(known: list[float], columns: int, start: int, scale: float = 1.0) -> list[float]:
    more = (abs(drawn(start + place + 1)) * scale if scale < 1 else drawn(start + place + 1) for place in range(columns))
    return [known[place] if place < len(known) else number for place, number in enumerate(more)]
