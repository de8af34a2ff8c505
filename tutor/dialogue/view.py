"""An exchange as it is shown: every part re-made into a page, in the language wanted now, from what was stored then."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from tutor.answer import Exchange, Part, packed, unpacked
from tutor.dialogue.aspects import Side, side_page
from tutor.dialogue.blocks import Context, context
from tutor.dialogue.page import Page, Reading, compose, conventions, lesson_title
from tutor.dialogue.receipts import Receipt, Step, StepForms, from_json, step_forms
from tutor.dialogue.telling import Told, changes_told, refusals_told
from tutor.language import N_, Language
from tutor.lessons.lesson import DEPTHS
from tutor.lessons.library import Library
from tutor.lessons.template import fill

NOTES = {
    "no-lesson": N_("I have no lesson that answers this, so I would rather not guess. You can ask me about these:"),
    "which-lesson": N_("I am not sure what you mean. Is it one of these? Choose it, or answer with its number."),
    "this-lesson": N_("I am not sure what you mean. Is it this? You can answer yes or no."),
    "nothing-to-translate": N_("There is no answer to translate yet. Ask a question first."),
    "nothing-to-deepen": N_("There is no answer to go deeper into yet. What should I explain?"),
    "nothing-to-follow": N_("There is nothing to go on from yet. What should I explain?"),
    "nothing-to-change": N_("There is no example to change yet. Ask a question first, then try other numbers."),
    "not-taken": N_("The last example cannot do this, so nothing was computed."),
    "which-input": N_("I could not tell which input to change. Name it with its value: “learning rate 0.1”, say."),
    "no-program": N_("There is no program for this example; the training steps of a network have one."),
    "no-chart": N_("There is no picture of this lesson; its steps and formulas say it all."),
    "no-such-number": N_("This number is none of those computed so far in this conversation."),
    "no-choice": N_("I am not sure what this answers. What should I explain?"),
    "which-one": N_("Which of these do you mean? You can answer with its number."),
    "in-other-words": N_("Then please ask again in other words."),
    "thanks": N_("You are welcome. Ask me anything else about how neural networks learn."),
    "hello": N_("Hello! What would you like to know about how neural networks learn?"),
    "too-many": N_("I answer at most eight questions at once. Please ask these again."),
}


@dataclass(frozen=True, eq=False)
class Shelf:
    """Everything a view needs of one language."""

    edition: Library
    language: Language


@dataclass(frozen=True)
class PartView:
    """A part with its receipt and page, the titles of its alternatives, and the sentence that stands in for a page.

    `changes` and `refused` say what a wish did to the inputs.
    """

    part: Part
    receipt: Receipt | None
    page: Page | None
    alternatives: tuple[tuple[str, str], ...]
    message: str | None
    changes: tuple[Told, ...] = ()
    refused: tuple[Told, ...] = ()


@dataclass(frozen=True)
class ExchangeView:
    """An exchange, finished in one language."""

    number: int
    asked_at: datetime
    question: str
    lang: str
    parts: tuple[PartView, ...]


def view(exchange: Exchange, shelf: Shelf) -> ExchangeView:
    """The exchange in the shelf's language, with the numbers it was given with."""
    parts = tuple(part_view(part, shelf) for part in exchange.answer.parts)
    return ExchangeView(exchange.number, exchange.asked_at, exchange.question, shelf.language.code, parts)


def part_view(part: Part, shelf: Shelf) -> PartView:
    """One part, finished."""
    titles = shelf.edition.lessons
    near = tuple((slug, lesson_title(shelf.edition, slug)) for slug in part.alternatives if slug in titles)
    message = shelf.language.translate(NOTES[part.note]) if part.note else None
    page = _page(part, shelf)
    receipt = page.receipt if page else from_json(part.receipt) if part.receipt else None
    told = (telling(part, shelf.edition, shelf.language) for telling in (changes_told, refusals_told))
    return PartView(part, receipt, page, near, message, *told)


def _page(part: Part, shelf: Shelf) -> Page | None:
    if part.lesson is None or part.receipt is None or part.lesson not in shelf.edition.lessons:
        return None
    receipt = packed(part.receipt)
    if part.aspect:
        return _side(part.lesson, (part.aspect, part.depth, part.trace), receipt, shelf)
    return _composed(part.lesson, part.depth, receipt, shelf)


@lru_cache(maxsize=48)
def _side(slug: str, asked: tuple[str, str, tuple[str, ...]], receipt: bytes, shelf: Shelf) -> Page:
    aspect, depth, names = asked
    pages = {each: _composed(slug, each, receipt, shelf) for each in DEPTHS}
    return side_page(Side(aspect, names, pages), depth, shelf.edition, shelf.language)


@lru_cache(maxsize=48)  # the same numbers read the same: a page is composed once for all who are shown it
def _composed(slug: str, depth: str, receipt: bytes, shelf: Shelf) -> Page:
    return compose(Reading(slug, depth, from_json(unpacked(receipt))), shelf.edition, shelf.language)


def step_rows(receipt: Receipt, language: Language) -> list[dict[str, Any]]:
    """Every step of a receipt: its names and numbers, its formula in LaTeX, plain and with numbers put in."""
    inside = context(receipt, language)
    return [_step(step, step_forms(step, receipt.symbols), inside) for step in receipt.steps]


def _step(step: Step, forms: StepForms, inside: Context) -> dict[str, Any]:
    return {
        "name": step.name, "symbol": step.symbol, "expression": step.expression, "formula": forms.formula_latex,
        "substituted": fill(forms.substituted_latex, inside.write),
        "operands": {name: inside.numbers[name] for name in step.operands}, "value": step.value, "phase": step.phase,
    }  # fmt: skip


def receipt_mapping(receipt: Receipt, shelf: Shelf) -> dict[str, Any]:
    """A receipt for the JSON API, its words in the shelf's language."""
    return {
        "example": receipt.example,
        "title": shelf.edition.examples[receipt.example].title,
        "inputs": receipt.inputs,
        "values": receipt.values,
        "numbers": receipt.numbers,
        "texts": receipt.texts,
        "arrays": receipt.arrays,
        "steps": step_rows(receipt, shelf.language),
        "gradient_check": _check(receipt),
        "measured": receipt.measured,
        "conventions": list(conventions(receipt, shelf.edition)),
    }


def _check(receipt: Receipt) -> Mapping[str, Any] | None:
    check = receipt.gradient_check
    if check is None:
        return None
    return {
        "h": check.h, "max_relative_error": check.max_relative_error,
        "parameters": [parameter._asdict() for parameter in check.parameters],
    }  # fmt: skip
