"""Answers as values: references into lessons, the numbers that were computed, and the exchange they belong to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson


@dataclass(frozen=True)
class Part:
    """One piece of an answer, for one piece of the prompt; no sentence is written yet.

    `kind` is answer, abstain, clarify or command; `question` the learner's words for this piece and `label` the number
    the learner gave it; `alternatives` the slugs of the nearest lessons; `receipt` the stored form of the worked example;
    `note` the key of a message that stands in for a page (nothing to translate yet, say).

    `aspect` is what of the lesson a follow-up asks for (its formula, its code, …) and `trace` the names it speaks of: steps
    or libraries. `changes` are (pointer of an input, old value, new one) where a wish changed the example's inputs; `refused`
    are (pointer or name, value asked for, nearest one used instead or None).
    """

    kind: str
    question: str
    label: str | None = None
    lesson: str | None = None
    depth: str = "short"
    score: float = 0.0
    alternatives: tuple[str, ...] = ()
    receipt: Mapping[str, Any] | None = None
    note: str | None = None
    aspect: str | None = None
    trace: tuple[str, ...] = ()
    changes: tuple[tuple[str, Any, Any], ...] = ()
    refused: tuple[tuple[str, Any, Any], ...] = ()


@dataclass(frozen=True)
class Answer:
    """The parts of one reply, the language it was given in, and the version of the content it refers to."""

    lang: str
    version: str
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Exchange:
    """A question and its answer; `number` counts from 1 within the conversation, `asked_at` is in UTC."""

    number: int
    asked_at: datetime
    question: str
    answer: Answer


@dataclass(frozen=True)
class Conversation:
    """Everything said under one id."""

    id: str
    lang: str
    exchanges: tuple[Exchange, ...] = ()


def to_text(answer: Answer) -> str:
    """The stored form of an answer: compact JSON, every number in full."""
    return orjson.dumps(_fields(answer)).decode()


def packed(receipt: Mapping[str, Any]) -> bytes:
    """A stored receipt as bytes: equal bytes are equal receipts, digit for digit."""
    return orjson.dumps(receipt)


def unpacked(receipt: bytes) -> dict[str, Any]:
    """The stored receipt that `packed` wrote."""
    stored: dict[str, Any] = orjson.loads(receipt)
    return stored


def _fields(answer: Answer) -> dict[str, Any]:
    return {"lang": answer.lang, "version": answer.version, "parts": [vars(part) for part in answer.parts]}


def from_text(text: str) -> Answer:
    """The answer that `to_text` wrote."""
    stored = orjson.loads(text)
    return Answer(stored["lang"], stored["version"], tuple(_part(part) for part in stored["parts"]))


def _part(stored: dict[str, Any]) -> Part:
    lists = {name: tuple(stored.get(name, ())) for name in ("alternatives", "trace")}
    rows = {name: tuple(map(tuple, stored.get(name, ()))) for name in ("changes", "refused")}
    return Part(**{**stored, **lists, **rows})
