"""Another example: other inputs near the last ones and within their bounds, drawn from a fixed sequence."""

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any

from tutor.dialogue.changes import Changed, Work, differences
from tutor.dialogue.receipts import EXAMPLES, Field, Integer, InvalidInput, Many, Number, Numbers, Record, normal_inputs
from tutor.dialogue.shapes import drawn

# Settings that keep their values: another value shows nothing else.
_KEPT = frozenset({"epsilon", "beta1", "beta2", "alpha", "h", "t", "mask", "labels", "number_bytes", "limit", "steps", "epochs"})
_SPREAD = 0.5  # how far from its last value a number is drawn, as a share of it
_ATTEMPTS = 12


def another(example: str, before: Sequence[Mapping[str, Any]], work: Work) -> Changed:
    """The example with inputs that are none of those before; what the learner chose in words (an activation) stays."""
    last = before[-1]
    for number in range(1, _ATTEMPTS + len(before)):
        wanted = _redrawn(EXAMPLES[example].fields, last, number, number % 2 == 0)
        try:
            inputs = normal_inputs(example, wanted)
            if inputs not in before:
                receipt = work(example, inputs)
                return Changed(receipt, tuple(differences(example, last, receipt.inputs)), ())
        except InvalidInput:  # these inputs do not fit together; the next ones may
            continue
    return Changed(work(example, last), (), ())


def _redrawn(record: Record, last: Mapping[str, Any], number: int, careful: bool) -> dict[str, Any]:
    """Other values for the numbers among the inputs; where care is needed, whole numbers stay (a class, a count)."""
    wanted = deepcopy(dict(last))
    for place, (name, of) in enumerate(record.fields.items()):
        if name not in _KEPT and not (careful and isinstance(of, Integer) and not name.startswith("seed")):
            wanted[name] = _other(of, wanted[name], 31 * number + 13 * place)
    return wanted


def _other(of: Field, value: Any, number: int) -> Any:
    if isinstance(of, Number):
        return _near(value, of, number)
    if isinstance(of, Integer):
        return min(max(round(value * (1 + _SPREAD * drawn(number))) + (value < 3), of.low), of.high)
    if isinstance(of, Numbers):
        return list(_near_each(value, of, number))
    if isinstance(of, Many):
        return [_other_layer(layer, of, number + 13 * place) for place, layer in enumerate(value)]
    return value


def _other_layer(layer: Mapping[str, Any], of: Many, number: int) -> dict[str, Any]:
    fields = of.record.fields
    return {name: _other(fields[name], value, number + 5 * place) for place, (name, value) in enumerate(layer.items())}


def _near_each(values: Sequence[Any], of: Numbers, number: int) -> Iterator[Any]:
    for place, value in enumerate(values):
        inner = number + 3 * place + 1
        yield list(_near_each(value, of, inner)) if isinstance(value, list) else _near(value, of, inner)


def _near(value: float, of: Number | Numbers, number: int) -> float:
    """Two digits are enough to be other; zero moves by a little."""
    moved = value * (1 + _SPREAD * drawn(number)) if value else drawn(number)
    return min(max(float(f"{moved:.2g}"), of.low), of.high)
