"""A lesson as a value: sections of pieces, each piece holding its messages apart from its data."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

DEPTHS = ("short", "technical")
SECTIONS = (
    "verdict", "idea", "steps", "derivation", "shapes", "numbers", "cost", "edge", "limits", "misconception", "check",
)  # fmt: skip


@dataclass(frozen=True)
class Comparison:
    """`left sign right`; each side names a number or is one."""

    left: str | float
    sign: str
    right: str | float


@dataclass(frozen=True)
class Piece:
    """A paragraph, list, quote, formula, steps, table, chart or code.

    `words` are messages by role (lines of a paragraph, choices, whys, caption, spoken, …); `data` has no language;
    all `conditions` must hold of the computed numbers for the piece to be shown.
    """

    kind: str
    words: Mapping[str, tuple[Any, ...]]
    data: Mapping[str, Any] = field(default_factory=dict)
    conditions: tuple[Comparison, ...] = ()


@dataclass(frozen=True)
class Section:
    """A named stretch of one depth: verdict, idea, numbers, limits, …"""

    kind: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Source:
    """Where a fact can be read; `url` may be empty."""

    title: str
    url: str = ""


@dataclass(frozen=True)
class Lesson:
    """One topic: its head and, by depth, its sections."""

    slug: str
    title: Any
    summary: Any
    example: str
    see_also: tuple[str, ...]
    next_questions: tuple[Any, ...]
    sources: tuple[Source, ...]
    sections: Mapping[str, tuple[Section, ...]]


class MalformedLesson(ValueError):
    """A lesson file that does not keep the format: which file, where in it, and what is wrong."""

    def __init__(self, place: str, trouble: str) -> None:
        super().__init__(f"{place}: {trouble}")
        self.place, self.trouble = place, trouble


def pieces(lesson: Lesson) -> Iterator[Piece]:
    """Every piece of both depths, in reading order."""
    for depth in DEPTHS:
        for section in lesson.sections[depth]:
            yield from section.pieces


def messages(lesson: Lesson) -> Iterator[str]:
    """Every translatable sentence of a lesson, in reading order."""
    yield lesson.title
    yield lesson.summary
    for piece in pieces(lesson):
        for words in piece.words.values():
            yield from words
    yield from lesson.next_questions
