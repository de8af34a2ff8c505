"""How a JSON body is read: strictly, once, and refused with a pointer to what is wrong."""

import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import request
from werkzeug.exceptions import UnsupportedMediaType

from tutor.worked import InvalidInput

MOST_DEPTH = 20
MOST_DIGITS = 40
MOST_CHARACTERS = 2000
_TYPES: Mapping[type, str] = {str: "not-text", dict: "not-an-object"}
# A string (also one that never ends, so that this stays linear) or a bracket.
_STRINGS_AND_BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)|[\[\]{}]', re.DOTALL)


class MalformedBody(ValueError):
    """A text that is not the JSON we read: where, a reason's key, and what the reason speaks of."""

    def __init__(self, pointer: str, reason: str, values: Mapping[str, Any]) -> None:
        super().__init__(pointer, reason, values)
        self.pointer, self.reason, self.values = pointer, reason, values


@dataclass(frozen=True)
class _Refused:
    """Stands for a value that the parser met but may not pass on, until its pointer is known."""

    fault: type[MalformedBody] | type[InvalidInput]
    reason: str
    key: str = ""


def read_object(kinds: Mapping[str, type]) -> dict[str, Any]:
    """The members of the request's JSON object, null taken as absent; `kinds` are all that it may have.

    Raises UnsupportedMediaType, MalformedBody, and InvalidInput with a pointer.
    """
    if request.mimetype != "application/json" or _charset() not in ("utf-8", "utf8"):
        raise UnsupportedMediaType
    body = parse(request.get_data())
    if not isinstance(body, dict):
        raise InvalidInput("", "not-an-object", {})
    for name, value in body.items():
        _check_member(name, value, kinds)
    return {name: value for name, value in body.items() if value is not None}


def _charset() -> str:
    return request.mimetype_params.get("charset", "utf-8").casefold()


def _check_member(name: str, value: Any, kinds: Mapping[str, type]) -> None:
    if name not in kinds:
        raise InvalidInput(_below("", name), "unknown-field", {"field": name})
    if value is not None and not isinstance(value, kinds[name]):
        raise InvalidInput(_below("", name), _TYPES[kinds[name]], {})


def parse(data: bytes) -> Any:
    """The value of a JSON text; its depth is known before it is parsed. Raises MalformedBody, InvalidInput."""
    text = _decoded(data)
    _check_depth(text)
    value = _parsed(text)
    _check(value, "")
    return value


def _decoded(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise MalformedBody("", "not-utf-8", {"position": error.start}) from None


def _check_depth(text: str) -> None:
    depth = 0
    for match in _STRINGS_AND_BRACKETS.finditer(text):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(match[0], 0)
        if depth > MOST_DEPTH:
            raise MalformedBody("", "too-deep", {"most": MOST_DEPTH})


def _parsed(text: str) -> Any:
    try:
        return json.loads(
            text, object_pairs_hook=_object, parse_constant=_constant, parse_int=_integer, parse_float=_real
        )
    except json.JSONDecodeError as error:
        raise MalformedBody("", "not-json", {"line": error.lineno, "column": error.colno}) from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any] | _Refused:
    members = dict(pairs)
    if len(members) == len(pairs):
        return members
    counts = Counter(name for name, _ in pairs)
    return _Refused(MalformedBody, "given-twice", max(counts, key=counts.__getitem__))


def _constant(_: str) -> _Refused:
    return _Refused(MalformedBody, "not-finite")


def _integer(digits: str) -> int | _Refused:
    return int(digits) if len(digits) <= MOST_DIGITS else _Refused(InvalidInput, "huge-number")


def _real(digits: str) -> float | _Refused:
    value = float(digits)
    return value if abs(value) != float("inf") else _Refused(InvalidInput, "huge-number")


def _check(value: Any, pointer: str) -> None:
    if isinstance(value, _Refused):
        raise value.fault(_below(pointer, value.key) if value.key else pointer, value.reason, {})
    if isinstance(value, str):
        check_text(value, pointer)
    elif isinstance(value, list):
        for place, item in enumerate(value):
            _check(item, f"{pointer}/{place}")
    elif isinstance(value, dict):
        for name, member in value.items():
            check_text(name, pointer)
            _check(member, _below(pointer, name))


def _below(pointer: str, name: str) -> str:
    named = name.encode(errors="replace").decode()[:80]
    return f"{pointer}/{named.replace('~', '~0').replace('/', '~1')}"


def check_text(text: str, pointer: str) -> None:
    """Raises InvalidInput for a NUL or half a surrogate pair, which no database keeps and no reply can repeat."""
    if "\0" in text:
        raise InvalidInput(pointer, "nul", {})
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        raise InvalidInput(pointer, "lone-surrogate", {})


def question_text(text: str) -> str:
    """A learner's question without the spaces around it; raises InvalidInput unless it is 1 to 2,000 characters of text."""
    trimmed = text.strip()
    if not trimmed:
        raise InvalidInput("/question", "empty", {})
    if len(trimmed) > MOST_CHARACTERS:
        raise InvalidInput("/question", "too-long", {"most": MOST_CHARACTERS})
    check_text(trimmed, "/question")
    return trimmed
