"""A page: one lesson at one depth, with the numbers of one receipt, finished in one language."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from tutor.dialogue.blocks import Block, Context, context, section_blocks
from tutor.dialogue.receipts import Receipt
from tutor.language import N_, Language
from tutor.lessons.lesson import Lesson
from tutor.lessons.library import Library
from tutor.lessons.template import fill

MEASURED = N_("Measured on this machine: {date} UTC.")


@dataclass(frozen=True, eq=False)
class Page:
    """What a learner sees of a lesson; `conventions` and `measured` are finished sentences about the numbers."""

    lang: str
    slug: str
    title: str
    depth: str
    version: str
    blocks: tuple[Block, ...]
    receipt: Receipt
    conventions: tuple[str, ...]
    measured: str | None
    see_also: tuple[tuple[str, str], ...]
    next_questions: tuple[str, ...]
    sources: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Reading:
    """Which lesson to read, how deep, and with which numbers."""

    slug: str
    depth: str
    receipt: Receipt


def compose(reading: Reading, edition: Library, language: Language) -> Page:
    """The page of a lesson in the language of `edition`, with the numbers of the receipt."""
    lesson, inside = edition.lessons[reading.slug], context(reading.receipt, language)
    return Page(
        lang=language.code,
        slug=lesson.slug,
        title=fill(lesson.title.text, inside.write),
        depth=reading.depth,
        version=edition.version,
        blocks=tuple(_blocks(lesson, reading.depth, inside)),
        receipt=reading.receipt,
        conventions=conventions(reading.receipt, edition),
        measured=measured(inside),
        see_also=tuple((slug, lesson_title(edition, slug)) for slug in lesson.see_also if slug in edition.lessons),
        next_questions=tuple(fill(question.text, inside.write) for question in lesson.next_questions),
        sources=tuple((source.title, source.url) for source in lesson.sources),
    )


def _blocks(lesson: Lesson, depth: str, inside: Context) -> Iterator[Block]:
    number = 0
    for section in lesson.sections[depth]:
        for kind, data in section_blocks(section, inside):
            number += 1
            yield Block(kind, f"{lesson.slug}-{number}", data)


def lesson_title(edition: Library, slug: str) -> str:
    """A lesson's title (titles hold no numbers)."""
    return fill(edition.lessons[slug].title.text, str)


def conventions(receipt: Receipt, edition: Library) -> tuple[str, ...]:
    """The choices behind the numbers, each a sentence."""
    return tuple(edition.conventions[key] for key in receipt.conventions)


def measured(inside: Context) -> str | None:
    """When the numbers were measured, if they were."""
    at = inside.numbers.get("measured_at")
    return None if at is None else say(inside.language, MEASURED, date=inside.language.date(datetime.fromtimestamp(at, UTC)))


def say(language: Language, message: str, **told: str) -> str:
    """A message of ours with its {places} filled, once, by plain replacement."""
    pieces = language.translate(message).split("{")
    return pieces[0] + "".join(_told(piece, told) for piece in pieces[1:])


def _told(piece: str, told: dict[str, str]) -> str:
    name, closed, rest = piece.partition("}")
    return told[name] + rest if closed and name in told else "{" + piece
