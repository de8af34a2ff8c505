"""Inputs of an example as an address: only what is not as by default, and everything that is wrong in what was typed."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from tutor.web.queries import field_at, pointer, query_inputs, read_value
from tutor.worked import EXAMPLES, InvalidInput
from tutor.worked.inputs import Record, normalise


@dataclass(frozen=True)
class Read:
    """Inputs as far as they could be read (a wrong value leaves the usual one), and everything that is wrong."""

    inputs: dict[str, Any]
    mistakes: tuple[InvalidInput, ...]


def read_inputs(example: str, typed: Mapping[str, str]) -> Read:
    """The inputs of a query; where `query_inputs` stops at what is wrong, every wrong box is told here."""
    record = EXAMPLES[example].fields
    mistakes = [wrong for name, text in typed.items() if (wrong := _mistake(record, name, text))]
    refused = {wrong.pointer for wrong in mistakes}
    kept = [(name, text) for name, text in typed.items() if pointer(name) not in refused]
    try:
        inputs: dict[str, Any] = normalise(record, query_inputs(example, kept))
    except InvalidInput as wrong:
        return Read(normalise(record, {}), (*mistakes, wrong))
    return Read(inputs, tuple(mistakes))


def resized(inputs: Mapping[str, Any], name: str, by: int) -> dict[str, Any]:
    """The inputs with a list, named by its dotted path, longer by a copy of its last member or shorter by that.

    A name that leads to no list, and a list of one that should shrink, change nothing.
    """
    changed: dict[str, Any] = _resized(dict(inputs), name.split("."), by)
    return changed


def _resized(value: Any, path: list[str], by: int) -> Any:
    if not path:
        return _longer(value, by)
    if isinstance(value, dict):
        return {key: _resized(inner, path[1:], by) if key == path[0] else inner for key, inner in value.items()}
    if isinstance(value, list):
        return [_resized(inner, path[1:], by) if str(place) == path[0] else inner for place, inner in enumerate(value)]
    return value


def _longer(value: Any, by: int) -> Any:
    if not isinstance(value, list) or len(value) + by < 1:
        return value
    return [*value, value[-1]] if by > 0 else value[:by]


def _mistake(record: Record, name: str, text: str) -> InvalidInput | None:
    field = field_at(record, tuple(name.split(".")))
    if field is None:
        return InvalidInput(pointer(name), "unknown-field", {"field": name})
    if text.lstrip()[:1] in ("[", "{"):
        return None
    try:
        normalise(field, read_value(field, text), pointer(name))
    except InvalidInput as mistake:
        return mistake
    return None


def write_inputs(example: str, inputs: Mapping[str, Any]) -> dict[str, str]:
    """The names and texts of all that is not as by default: what `read_inputs` lays over the defaults again.

    A list that is longer or shorter than usual is written whole, as JSON. A default that depends on a choice is the
    default of the choice made.
    """
    usual = _usual(example, ())
    if inputs == usual:
        return {}
    chosen = tuple((key, by, inputs[key][by]) for key, by in _choosing(example))
    named = {f"{key}.{by}": word for key, by, word in chosen if usual[key][by] != word}
    return {**named, **dict(_written(inputs, _usual(example, chosen), ""))}


def _choosing(example: str) -> list[tuple[str, str]]:
    """The records of an example that have a field on which other defaults depend, and that field."""
    fields = EXAMPLES[example].fields.fields
    return [(key, of.by) for key, of in fields.items() if isinstance(of, Record) and of.by]


@lru_cache(maxsize=256)
def _usual(example: str, chosen: tuple[tuple[str, str, str], ...]) -> dict[str, Any]:
    """The inputs that are not given, once these choices are made; shared, so not to be changed."""
    given = {key: {by: word} for key, by, word in chosen}
    inputs: dict[str, Any] = normalise(EXAMPLES[example].fields, given)
    return inputs


def _written(value: Any, usual: Any, name: str) -> Iterator[tuple[str, str]]:
    if same_shape(value, usual):
        for key in usual if isinstance(usual, dict) else range(len(value)):
            yield from _written(value[key], usual[key], f"{name}.{key}" if name else str(key))
    elif value != usual:
        yield name, text_of(value)


def same_shape(value: Any, usual: Any) -> bool:
    """Whether both are dictionaries of the same names, or lists of the same length."""
    if isinstance(value, dict):
        return isinstance(usual, dict) and value.keys() == usual.keys()
    return isinstance(value, list) and isinstance(usual, list) and len(value) == len(usual)


def text_of(value: Any) -> str:
    """A value as it stands in an address: full precision, a decimal point, no useless zero."""
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    if isinstance(value, list):
        return f"[{','.join(text_of(member) if isinstance(member, float | list) else _json(member) for member in value)}]"
    return _json(value)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
