"""How the inputs of an example are read from a query: dotted paths into its defaults, `layers.0.biases.1=0.35`."""

from collections.abc import Iterable
from typing import Any

from tutor.language import parse_number
from tutor.web.reading import parse
from tutor.worked import EXAMPLES, InvalidInput
from tutor.worked.inputs import Field, Record, default

WORDS = {"true": True, "false": False}
MOST_STEPS = 8  # no input lies deeper


def query_inputs(example: str, pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The default inputs of an example with those of the query in their places; the example itself checks the values.

    A value is a number (either decimal mark), true or false, a JSON list or object, or a word. Raises InvalidInput.
    """
    inputs: dict[str, Any] = _start(EXAMPLES[example].fields)
    seen = set()
    for path, text in pairs:
        if path in seen:
            raise InvalidInput(_pointer(path), "given-twice", {})
        seen.add(path)
        inputs = _placed(inputs, path.split("."), _value(text), _pointer(path))
    return inputs


def _start(of: Field) -> Any:
    """The defaults; nothing for a record whose defaults depend on a choice in it, which the query may make."""
    if not isinstance(of, Record):
        return default(of)
    if of.by:
        return {}
    return {name: value for name, inner in of.fields.items() if (value := _start(inner)) is not None}


def _pointer(path: str) -> str:
    return "/" + path[:80].replace("~", "~0").replace("/", "~1").replace(".", "/")


def _value(text: str) -> Any:
    if text.lstrip()[:1] in ("[", "{"):
        return parse(text.encode(errors="replace"))
    number = parse_number(text)
    return WORDS.get(text, text) if number is None else number


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
        inner = items[place] if place < len(items) else None
        return [*items[:place], _placed(inner, rest, value, pointer), *items[place + 1 :]]
    raise _unknown(pointer)


def _place(name: str, pointer: str) -> int:
    if not (name.isascii() and name.isdigit() and len(name) < 4):
        raise _unknown(pointer)
    return int(name)


def _unknown(pointer: str) -> InvalidInput:
    return InvalidInput(pointer, "unknown-field", {"field": pointer[1:]})
