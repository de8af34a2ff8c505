"""From wishes to other inputs of an example: which changed, which met a bound, and which it cannot take."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from tutor.dialogue.names import Demand
from tutor.dialogue.receipts import (
    EXAMPLES,
    Choice,
    Field,
    Flag,
    Integer,
    InvalidInput,
    Number,
    Numbers,
    Receipt,
    Record,
    default,
    leaves,
    normal_inputs,
)
from tutor.dialogue.shapes import PARTS, relaid, reshaped, sizes_of

# Losses that only one last activation goes with.
_LAST = {"cross_entropy": "softmax", "binary_cross_entropy": "sigmoid"}
_SHAPES = ("layers", "sizes")
_MOST_TOLD = 6
Work = Callable[[str, Mapping[str, Any]], Receipt]


@dataclass(frozen=True)
class Changed:
    """The receipt of the new inputs; `changes` are (pointer, old, new), `refused` (pointer or name, asked, used or None)."""

    receipt: Receipt
    changes: tuple[tuple[str, Any, Any], ...]
    refused: tuple[tuple[str, Any, Any], ...]


def changed(example: str, inputs: Mapping[str, Any], demands: Sequence[Demand], work: Work) -> Changed:
    """The example once more with what is wished; wishes that do not fit together are left out, the last ones first."""
    kept, dropped = list(demands), list[Demand]()
    while kept:
        try:
            wanted, refused = _wanted(example, inputs, kept)
            receipt = work(example, wanted)
        except InvalidInput:
            dropped.append(kept.pop())
            continue
        changes = tuple(differences(example, inputs, receipt.inputs))
        same = _unchanged(kept, {pointer for pointer, _, _ in (*changes, *refused)}, receipt.inputs)
        return Changed(receipt, (*changes, *same), (*refused, *map(untold, dropped)))
    return Changed(work(example, inputs), (), tuple(map(untold, dropped)))


def _unchanged(demands: Sequence[Demand], told: set[str], inputs: dict[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """The inputs that were already as wished."""
    for demand in demands:
        *path, name = demand.pointer[1:].split("/")
        inside = value_at(inputs, path)
        if demand.pointer and demand.pointer not in told and isinstance(inside, dict) and name in inside:
            yield demand.pointer, inside[name], inside[name]


def untold(demand: Demand) -> tuple[str, Any, Any]:
    """A wish that cannot be met: its input or its name, and what was asked for."""
    return demand.pointer or demand.name, _stored(demand.value), None


def _stored(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _wanted(
    example: str, inputs: Mapping[str, Any], demands: Sequence[Demand]
) -> tuple[dict[str, Any], tuple[tuple[str, Any, Any], ...]]:
    wanted, refused = deepcopy(dict(inputs)), list[tuple[str, Any, Any]]()
    for demand in sorted((*demands, *_implied(demands)), key=_order):
        used = _laid(EXAMPLES[example].fields, wanted, demand)
        if used != demand.value:
            refused.append((*untold(demand)[:2], _stored(used)))
    return normal_inputs(example, wanted), tuple(refused)


def _implied(demands: Sequence[Demand]) -> Iterator[Demand]:
    """« 784 inputs, 128 hidden units and 10 outputs » is a network of one hidden layer."""
    parts = {part: container for container, _, part in (demand.pointer.partition("#") for demand in demands) if part}
    if parts.keys() >= {"inputs", "units", "outputs"} and not parts.keys() & {"layers", "hidden"}:
        yield Demand(f"{parts['units']}#hidden", "hidden layers", 1.0, 1.0)


def _order(demand: Demand) -> int:
    """Choices first, for other defaults depend on them; then the layers, then what is in them."""
    part = demand.pointer.partition("#")[2]
    return 1 + list(PARTS).index(part) if part else 0 if isinstance(demand.value, str) else len(PARTS) + 1


def _laid(record: Record, wanted: dict[str, Any], demand: Demand) -> Any:
    """Lays one wish over the inputs; what it came to, None where it cannot be taken."""
    pointer, _, part = demand.pointer.partition("#")
    if not pointer:
        return None
    if isinstance(demand.value, tuple):
        return relaid(record, wanted, pointer[1:], demand.value)
    if part:
        used = reshaped(record, wanted, pointer[1:], part, _amount(demand))
        return demand.value if used == _amount(demand) else used
    return _laid_field(record, wanted, demand)


def _amount(demand: Demand) -> int:
    return round(demand.whole)


def _laid_field(record: Record, wanted: dict[str, Any], demand: Demand) -> Any:
    of = dict(leaves(record))[demand.pointer]
    *path, name = demand.pointer[1:].split("/")
    value = _READERS.get(type(of), _untaken)(of, demand)
    inside = value_at(wanted, path)
    if value is None or inside is None:
        return None
    if isinstance(inside, list):
        _lay_activation(inside, value)
    else:
        _lay(record, wanted, (path, name), value)
    return demand.value if value == _asked(of, demand) else value


def _asked(of: Field, demand: Demand) -> Any:
    return demand.whole if isinstance(of, Integer) else demand.value


def value_at(wanted: Mapping[str, Any], path: Sequence[str]) -> Any:
    """What the inputs hold at the end of a path of names."""
    value: Any = wanted
    for name in path:
        value = value.get(name)
    return value


def _lay(record: Record, wanted: dict[str, Any], place: tuple[list[str], str], value: Any) -> None:
    """Sets one input; a choice takes its own defaults with it, where those of the old choice still stand."""
    path, name = place
    for step in path:
        record, wanted = record.fields[step], wanted[step]  # type: ignore[assignment]
    if name == record.by and value != wanted[name]:
        usual, new = (_usual(record, choice) for choice in (wanted[name], value))
        wanted.update({key: new[key] for key in new if wanted[key] == usual[key]})
    wanted[name] = value
    if name == "loss" and value in _LAST and "layers" in wanted:
        wanted["layers"][-1]["activation"] = _LAST[value]


def _usual(record: Record, choice: str) -> dict[str, Any]:
    usual = {name: default(of) for name, of in record.fields.items()}
    return {**usual, **record.presets.get(choice, {})}


def _lay_activation(layers: list[dict[str, Any]], activation: str) -> None:
    """Softmax is for the last layer; every other activation for the hidden ones, or for the only one."""
    for layer in layers[-1:] if activation == "softmax" else layers[:-1] or layers:
        layer["activation"] = activation


def _bounded(of: Number | Integer, demand: Demand) -> float | None:
    return None if isinstance(demand.value, str | tuple) else min(max(demand.value, of.low), of.high)


def _whole(of: Integer, demand: Demand) -> int | None:
    return None if isinstance(demand.value, str) else min(max(round(demand.whole), of.low), of.high)


def _chosen(of: Choice, demand: Demand) -> str | None:
    return demand.value if isinstance(demand.value, str) and demand.value in of.options else None


def _untaken(of: Field, demand: Demand) -> None:
    return None


_READERS: dict[type[Any], Callable[[Any, Demand], Any]] = {Number: _bounded, Integer: _whole, Choice: _chosen}


def differences(example: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """The inputs that are other than before; of a network the sizes of its layers, then its activations."""
    for pointer, of in leaves(EXAMPLES[example].fields):
        *path, name = pointer[1:].split("/")
        before, after = (value_at(inputs, path) for inputs in (old, new))
        if isinstance(before, dict) and name not in _SHAPES and _told(of, before[name], after[name]):
            yield pointer, before[name], after[name]
    for name in _SHAPES:
        if isinstance(old.get(name), list) and sizes_of(old, name) != sizes_of(new, name):
            yield f"/{name}", sizes_of(old, name), sizes_of(new, name)
    if isinstance(old.get("layers"), list):
        yield from _activations(old["layers"], new["layers"])


def _told(of: Field, old: Any, new: Any) -> bool:
    """Whether a change is told: a list when it is short and as long as before."""
    if isinstance(of, Numbers):
        before, after = (_only_row(value) for value in (old, new))
        return before != after and len(before) == len(after) <= _MOST_TOLD
    return old != new and isinstance(of, Number | Integer | Choice | Flag)


def _only_row(numbers: list[Any]) -> list[Any]:
    """A list, or the only row of a list of lists; nothing where there are several."""
    if numbers and isinstance(numbers[0], list):
        return list(numbers[0]) if len(numbers) == 1 else []
    return numbers


def _activations(old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, Any, Any]]:
    for place in (0, -1):
        before, after = old[place]["activation"], new[place]["activation"]
        if before != after:
            yield "/layers/activation", before, after
            return
