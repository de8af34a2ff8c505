"""The kinds of inputs a worked example may ask for, and what each is when it is not given."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Number:
    """A real number between two bounds, both allowed."""

    default: float
    low: float
    high: float


@dataclass(frozen=True)
class Integer:
    """A whole number between two bounds, both allowed."""

    default: int
    low: int
    high: int


@dataclass(frozen=True)
class Choice:
    """One word out of a few."""

    default: str
    options: tuple[str, ...]


@dataclass(frozen=True)
class Flag:
    """Yes or no."""

    default: bool


@dataclass(frozen=True)
class Numbers:
    """Nested lists of real numbers, `most` their largest size along each axis; without a default they must be given."""

    default: list[Any] | None
    low: float
    high: float
    most: tuple[int, ...]


@dataclass(frozen=True)
class Targets:
    """Rows of real numbers, or one class index (from 0) a row."""

    rows: Numbers
    index: Integer


@dataclass(frozen=True)
class Record:
    """Named fields; a field that is not given takes its default.

    `presets` are other defaults for some choices of the field `by`; `aliases` are further names that are understood.
    """

    fields: Mapping[str, "Field"]
    by: str = ""
    presets: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Many:
    """A list of one to `most` records."""

    record: Record
    default: tuple[Mapping[str, Any], ...]
    most: int


Field = Number | Integer | Choice | Flag | Numbers | Targets | Record | Many


def default(of: Field) -> Any:
    """The complete value of a field that is not given, new each time; None where it must be given."""
    return _DEFAULTS[type(of)](of)


def _fresh(value: Any) -> Any:
    """A copy of nested lists and dictionaries."""
    if isinstance(value, list | tuple):
        return [_fresh(item) for item in value]
    return {name: _fresh(item) for name, item in value.items()} if isinstance(value, Mapping) else value


def _record_default(record: Record) -> dict[str, Any]:
    return {name: value for name, inner in record.fields.items() if (value := default(inner)) is not None}


_DEFAULTS: dict[type[Any], Callable[[Any], Any]] = {
    Number: lambda of: of.default,
    Integer: lambda of: of.default,
    Choice: lambda of: of.default,
    Flag: lambda of: of.default,
    Numbers: lambda of: _fresh(of.default),
    Targets: lambda of: _fresh(of.rows.default),
    Record: _record_default,
    Many: lambda of: _fresh(of.default),
}
