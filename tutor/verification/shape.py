"""Whether a JSON value has the fields of a receipt, with numbers that are finite."""

from collections.abc import Callable, Iterator, Mapping
from math import isfinite
from typing import Any

from tutor.verification.findings import Finding

Check = Callable[[str, Any], Iterator[Finding]]


def shape_findings(receipt: Mapping[str, Any]) -> Iterator[Finding]:
    """Fields that are missing, of another kind, or not finite; none means that every later check can read the receipt."""
    yield from _record(RECEIPT)("", receipt)


def _number(place: str, value: Any) -> Iterator[Finding]:
    if isinstance(value, bool) or not isinstance(value, int | float):
        yield Finding(place, "wrong-kind", {})
    elif not _is_finite(value):
        yield Finding(place, "not-finite", {"found": str(value)[:20]})


def _is_finite(value: float) -> bool:
    try:
        return isfinite(value)
    except OverflowError:  # a whole number beyond all floats
        return False


def _text(place: str, value: Any) -> Iterator[Finding]:
    if not isinstance(value, str):
        yield Finding(place, "wrong-kind", {})


def _flag(place: str, value: Any) -> Iterator[Finding]:
    if not isinstance(value, bool):
        yield Finding(place, "wrong-kind", {})


def _anything(place: str, value: Any) -> Iterator[Finding]:
    """Nested lists and objects whose numbers are finite."""
    if isinstance(value, list):
        yield from _list(_anything)(place, value)
    elif isinstance(value, dict):
        yield from _table(_anything)(place, value)
    elif isinstance(value, float):
        yield from _number(place, value)
    elif isinstance(value, int) and not _is_finite(value):
        yield Finding(place, "not-finite", {"found": str(type(value))})


def _list(item: Check) -> Check:
    def check(place: str, value: Any) -> Iterator[Finding]:
        if not isinstance(value, list):
            yield Finding(place, "wrong-kind", {})
            return
        for index, each in enumerate(value):
            yield from item(f"{place}/{index}", each)

    return check


def _table(item: Check) -> Check:
    def check(place: str, value: Any) -> Iterator[Finding]:
        if not isinstance(value, Mapping):
            yield Finding(place, "wrong-kind", {})
            return
        for name, each in value.items():
            yield from item(f"{place}/{name}", each)

    return check


def _record(fields: Mapping[str, Check]) -> Check:
    def check(place: str, value: Any) -> Iterator[Finding]:
        if not isinstance(value, Mapping):
            yield Finding(place, "wrong-kind", {})
            return
        for name, item in fields.items():
            here = f"{place}/{name}".lstrip("/")
            yield from item(here, value[name]) if name in value else (Finding(here, "missing-field", {}),)

    return check


def _nullable(item: Check) -> Check:
    return lambda place, value: iter(()) if value is None else item(place, value)


STEP = {"name": _text, "expression": _text, "operands": _table(_number), "value": _number, "phase": _text}
PARAMETER = {"name": _text, "analytic": _number, "numeric": _number, "relative_error": _number, "kink": _flag}
CHECK = {"h": _number, "max_relative_error": _number, "parameters": _list(_record(PARAMETER))}
RECEIPT: dict[str, Check] = {
    "example": _text,
    "inputs": _table(_anything),
    "values": _table(_number),
    "numbers": _table(_number),
    "arrays": _table(_anything),
    "steps": _list(_record(STEP)),
    "gradient_check": _nullable(_record(CHECK)),
    "measured": _nullable(_table(_anything)),
}
