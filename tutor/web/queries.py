"""How the inputs of an example are read from a query: dotted paths into its defaults, `layers.0.biases.1=0.35`."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from tutor.language import parse_number
from tutor.web.reading import parse
from tutor.worked import EXAMPLES, InvalidInput
from tutor.worked.inputs import Choice, Field, Integer, Many, Number, Numbers, Record, Targets, default

WORDS = {"true": True, "false": False}
MOST_STEPS = 8  # no input lies deeper


def query_inputs(example: str, pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The default inputs of an example with those of the query in their places; the example itself checks the values.

    A value is a number (either decimal mark), true or false, a JSON list or object, or a word. Raises InvalidInput.
    """
    record = EXAMPLES[example].fields
    inputs: dict[str, Any] = _start(record)
    seen = set()
    for path, text in pairs:
        if path in seen:
            raise InvalidInput(pointer(path), "given-twice", {})
        seen.add(path)
        steps = path.split(".")
        inputs = _placed(inputs, steps, read_value(field_at(record, tuple(steps)), text), pointer(path))
    return inputs


def _start(of: Field) -> Any:
    """The defaults; nothing for a record whose defaults depend on a choice in it, which the query may make."""
    if not isinstance(of, Record):
        return default(of)
    if of.by:
        return {}
    return {name: value for name, inner in of.fields.items() if (value := _start(inner)) is not None}


def pointer(path: str) -> str:
    """The JSON pointer of a dotted path."""
    return "/" + path[:80].replace("~", "~0").replace("/", "~1").replace(".", "/")


def read_value(field: Field | None, text: str) -> Any:
    """What a text means as a value of a field; a text that means nothing stays one, for the field to refuse.

    In a whole number a comma or a point may be meant for thousands or for decimals, so it is not read at all.
    """
    if text.lstrip()[:1] in ("[", "{"):
        return parse(text.encode(errors="replace"))
    if isinstance(field, Choice) or (isinstance(field, Integer) and ("," in text or "." in text)):
        return text
    number = parse_number(text)
    return WORDS.get(text, text) if number is None else number


def field_at(field: Field, path: tuple[str, ...]) -> Field | None:
    """The field that a path of names and places leads to, None where it leads nowhere."""
    if not path:
        return field
    inner = _member(field, path)
    return None if inner is None else field_at(inner, path[1:])


def _member(field: Field, path: tuple[str, ...]) -> Field | None:
    if isinstance(field, Record):
        return field.fields.get(field.aliases.get(path[0], path[0]))
    if not (path[0].isascii() and path[0].isdigit()):
        return None
    if isinstance(field, Many):
        return field.record
    if isinstance(field, Targets):
        return _inner(field.rows) if len(path) > 1 else field.index
    return _inner(field) if isinstance(field, Numbers) else None


def _inner(field: Numbers) -> Field:
    """What the members of nested lists of numbers are."""
    return replace(field, default=None, most=field.most[1:]) if field.most[1:] else Number(0.0, field.low, field.high)


def _placed(whole: Any, path: list[str], value: Any, pointer: str) -> Any:
    """A copy of `whole` with `value` at `path`; a list may grow by one."""
    if not path:
        return value
    if len(path) > MOST_STEPS:
        raise _unknown(pointer)
    first, rest = path[0], path[1:]
    if isinstance(whole, dict):
        return {**whole, first: _placed(whole.get(first), rest, value, pointer)}
    if whole is None or isinstance(whole, list | tuple):
        items, place = list(whole or ()), _place(first, pointer)
        if place > len(items):
            raise _unknown(pointer)
        inner = items[place] if place < len(items) else None
        return [*items[:place], _placed(inner, rest, value, pointer), *items[place + 1 :]]
    raise _unknown(pointer)


def _place(name: str, pointer: str) -> int:
    if not (name.isascii() and name.isdigit() and len(name) < 4):
        raise _unknown(pointer)
    return int(name)


def _unknown(pointer: str) -> InvalidInput:
    return InvalidInput(pointer, "unknown-field", {"field": pointer[1:]})
