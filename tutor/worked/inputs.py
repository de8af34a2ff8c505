"""How the inputs of a worked example are read and checked, and how a schema describes them."""

from collections.abc import Callable, Mapping
from typing import Any

from tutor.worked.fields import (
    Choice,
    Field,
    Flag,
    Integer,
    Many,
    Number,
    Numbers,
    Record,
    Targets,
    default,
)

__all__ = [
    "Choice",
    "Field",
    "Flag",
    "Integer",
    "InvalidInput",
    "Many",
    "Number",
    "Numbers",
    "Record",
    "Targets",
    "default",
    "json_schema",
    "normalise",
]

SCHEMA = "https://json-schema.org/draft/2020-12/schema"


class InvalidInput(ValueError):
    """An input that an example cannot take.

    `pointer` is the JSON pointer of the field, `reason` a key ("too-large", …), `values` what the reason speaks of.
    """

    def __init__(self, pointer: str, reason: str, values: Mapping[str, Any]) -> None:
        super().__init__(pointer, reason, values)
        self.pointer = pointer
        self.reason = reason
        self.values = values


def normalise(field: Field, given: Any, pointer: str = "") -> Any:
    """The complete value of a field: defaults filled in, every number a float or an int of the bounds asked for.

    Raises InvalidInput at the first thing wrong.
    """
    return _READERS[type(field)](field, given, pointer)


def _number(field: Number | Numbers, given: Any, pointer: str) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float) or given != given:
        raise InvalidInput(pointer, "not-a-number", {})
    _check_bounds(field, given, pointer)
    return float(given)


def _check_bounds(field: Number | Numbers | Integer, given: float, pointer: str) -> None:
    if given < field.low:
        raise InvalidInput(pointer, "too-small", {"low": field.low})
    if given > field.high:
        raise InvalidInput(pointer, "too-large", {"high": field.high})


def _integer(field: Integer, given: Any, pointer: str) -> int:
    if isinstance(given, float) and given.is_integer():
        given = int(given)
    if isinstance(given, bool) or not isinstance(given, int):
        raise InvalidInput(pointer, "not-an-integer", {})
    _check_bounds(field, given, pointer)
    return given


def _choice(field: Choice, given: Any, pointer: str) -> str:
    if not isinstance(given, str) or given not in field.options:
        raise InvalidInput(pointer, "not-a-choice", {"options": field.options})
    return given


def _flag(_: Flag, given: Any, pointer: str) -> bool:
    if not isinstance(given, bool):
        raise InvalidInput(pointer, "not-a-boolean", {})
    return given


def _numbers(field: Numbers, given: Any, pointer: str, axis: int = 0) -> list[Any]:
    _check_list(given, field.most[axis], pointer)
    if axis + 1 == len(field.most):
        if all(type(item) is float and field.low <= item <= field.high for item in given):
            return list(given)  # the usual case, without naming each place
        return [_number(field, item, f"{pointer}/{place}") for place, item in enumerate(given)]
    rows = [_numbers(field, item, f"{pointer}/{place}", axis + 1) for place, item in enumerate(given)]
    _check_even(rows, pointer)
    return rows


def _check_list(given: Any, most: int, pointer: str) -> None:
    if not isinstance(given, list | tuple):
        raise InvalidInput(pointer, "not-a-list", {})
    if not given:
        raise InvalidInput(pointer, "too-few", {"least": 1})
    if len(given) > most:
        raise InvalidInput(pointer, "too-many", {"most": most})


def _check_even(rows: list[list[Any]], pointer: str) -> None:
    for place, row in enumerate(rows):
        if len(row) != len(rows[0]):
            raise InvalidInput(f"{pointer}/{place}", "ragged", {"expected": len(rows[0]), "found": len(row)})


def _targets(field: Targets, given: Any, pointer: str) -> list[Any]:
    _check_list(given, field.rows.most[0], pointer)
    if isinstance(given[0], list | tuple):
        return _numbers(field.rows, given, pointer)
    return [_integer(field.index, item, f"{pointer}/{place}") for place, item in enumerate(given)]


def _record(field: Record, given: Any, pointer: str) -> dict[str, Any]:
    if not isinstance(given, Mapping):
        raise InvalidInput(pointer, "not-an-object", {})
    named = {_own_name(field, name, given): value for name, value in given.items()}
    for name in named:
        if name not in field.fields:
            raise InvalidInput(f"{pointer}/{_escaped(name)}", "unknown-field", {"field": str(name)})
    preset = _preset(field, named)
    return {name: _member(inner, {**preset, **named}, name, pointer) for name, inner in field.fields.items()}


def _own_name(field: Record, name: Any, given: Mapping[str, Any]) -> Any:
    """The field's own name for an alias; an alias beside its own name stays, and is refused as unknown."""
    own = field.aliases.get(name, name)
    return name if own in given else own


def _preset(field: Record, named: Mapping[str, Any]) -> Mapping[str, Any]:
    chosen = named.get(field.by)
    return field.presets.get(chosen, {}) if isinstance(chosen, str) else {}


def _escaped(name: Any) -> str:
    return str(name).replace("~", "~0").replace("/", "~1")


def _member(field: Field, given: Mapping[str, Any], name: str, pointer: str) -> Any:
    if name in given:
        return normalise(field, given[name], f"{pointer}/{name}")
    value = default(field)
    if value is None:
        raise InvalidInput(f"{pointer}/{name}", "missing", {})
    return value


def _many(field: Many, given: Any, pointer: str) -> list[dict[str, Any]]:
    _check_list(given, field.most, pointer)
    return [_record(field.record, item, f"{pointer}/{place}") for place, item in enumerate(given)]


_READERS: dict[type[Any], Callable[[Any, Any, str], Any]] = {
    Number: _number, Integer: _integer, Choice: _choice, Flag: _flag,
    Numbers: _numbers, Targets: _targets, Record: _record, Many: _many,
}


def json_schema(field: Field, title: Callable[[str], str]) -> dict[str, Any]:
    """The JSON Schema (2020-12) of a field; `title` names a field by its JSON pointer without array indices."""
    return {"$schema": SCHEMA, **_schema(field, title, "")}


def _schema(field: Field, title: Callable[[str], str], pointer: str) -> dict[str, Any]:
    shape = _SHAPES[type(field)](field, title, pointer)
    start = default(field)
    return {**({"title": title(pointer)} if pointer else {}), **shape, **({} if start is None else {"default": start})}


def _bounded(kind: str, field: Number | Numbers | Integer) -> dict[str, Any]:
    return {"type": kind, "minimum": field.low, "maximum": field.high}


def _nested(field: Numbers) -> dict[str, Any]:
    shape = _bounded("number", field)
    for most in reversed(field.most):
        shape = _list_of(shape, most)
    return shape


def _list_of(items: dict[str, Any], most: int) -> dict[str, Any]:
    return {"type": "array", "items": items, "minItems": 1, "maxItems": most}


def _record_shape(field: Record, title: Callable[[str], str], pointer: str) -> dict[str, Any]:
    properties = {name: _schema(inner, title, f"{pointer}/{name}") for name, inner in field.fields.items()}
    for alias, name in field.aliases.items():
        properties[alias] = {key: part for key, part in properties[name].items() if key != "default"}
    required = [name for name, inner in field.fields.items() if default(inner) is None]
    presets = [_preset_shape(field.by, chosen, preset) for chosen, preset in field.presets.items()]
    return {"type": "object", "properties": properties, "additionalProperties": False,
            **({"required": required} if required else {}), **({"allOf": presets} if presets else {})}


def _preset_shape(by: str, chosen: str, preset: Mapping[str, Any]) -> dict[str, Any]:
    """The defaults of one choice, as annotations that hold when it is the one chosen."""
    return {"if": {"properties": {by: {"const": chosen}}, "required": [by]},
            "then": {"properties": {name: {"default": value} for name, value in preset.items()}}}


def _many_shape(field: Many, title: Callable[[str], str], pointer: str) -> dict[str, Any]:
    return _list_of(_record_shape(field.record, title, pointer), field.most)


_SHAPES: dict[type[Any], Callable[[Any, Callable[[str], str], str], dict[str, Any]]] = {
    Number: lambda field, title, pointer: _bounded("number", field),
    Integer: lambda field, title, pointer: _bounded("integer", field),
    Choice: lambda field, title, pointer: {"type": "string", "enum": list(field.options)},
    Flag: lambda field, title, pointer: {"type": "boolean"},
    Numbers: lambda field, title, pointer: _nested(field),
    Targets: lambda field, title, pointer: {
        "anyOf": [_nested(field.rows), _list_of(_bounded("integer", field.index), field.rows.most[0])]},
    Record: _record_shape,
    Many: _many_shape,
}
