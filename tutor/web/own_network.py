"""The page on which the tutor's own network shows how it reads a question."""

from collections.abc import Mapping
from html import escape
from typing import Any

from flask import url_for

from tutor.dialogue.blocks import STEP_COLUMNS
from tutor.dialogue.own_network import MOST_READ, Portrait
from tutor.dialogue.page import lesson_title, say
from tutor.dialogue.router import FOLLOW
from tutor.dialogue.view import Shelf
from tutor.language import N_, Language
from tutor.lessons.mathml import mathml
from tutor.web.reading import question_text
from tutor.web.results import phases, table
from tutor.worked import InvalidInput

HEARD, HEARD_COLUMNS = N_("What it hears"), (N_("Word or pair of words"), N_("Input"), STEP_COLUMNS[0])
LIKELY, LIKELY_COLUMNS = N_("What it may be about"), (N_("Subject"), N_("Chance"), STEP_COLUMNS[0])
SIZES = N_(
    "In all it knows {features} words and pairs of words and {subjects} subjects. An input says how much a word tells, and a pair"
    " counts for less than a word; together they have length 1. A score adds the inputs, each times its weight for that subject."
)
UNKNOWN = N_("words it does not know")
NOT_TAUGHT = N_("something that is not taught")
COMMAND = N_("a request about the last answer")


def short_question(text: str) -> str:
    """A question short enough for its steps to be read; raises InvalidInput."""
    question = question_text(text)
    if len(question) > MOST_READ:
        raise InvalidInput("/question", "too-long", {"most": MOST_READ})
    return question


def portrait_page(found: Portrait, shelf: Shelf) -> Mapping[str, Any]:
    """What was heard, what it may be about, how large the network is, and every step between."""
    language = shelf.language
    heard = [_row(_feature(name, language), language.number(x), f"x_{{{place}}}")
             for place, (name, x) in enumerate(found.heard, 1)]  # fmt: skip
    likely = [_row(_subject(slug, shelf), language.number(chance, "%1"), f"p_{{{place}}}")
              for place, (slug, chance) in enumerate(found.likely, 1)]  # fmt: skip
    return {
        "heard": table(language.translate(HEARD), HEARD_COLUMNS, heard, language, "names"),
        "likely": table(language.translate(LIKELY), LIKELY_COLUMNS, likely, language, "names"),
        "sizes": say(language, SIZES, features=language.number(found.features), subjects=language.number(found.subjects)),
        "steps": tuple(phases(found.receipt, shelf)),
    }


def _row(name: str, number: str, symbol: str) -> list[dict[str, str]]:
    return [{"html": cell} for cell in (name, number, mathml(symbol))]  # on a narrow page the symbol is what scrolls away


def _feature(name: str, language: Language) -> str:
    return f'<code translate="no">{escape(name)}</code>' if name else escape(language.translate(UNKNOWN))


def _subject(slug: str, shelf: Shelf) -> str:
    if slug not in shelf.edition.lessons:
        return escape(shelf.language.translate(COMMAND if slug.startswith(FOLLOW) else NOT_TAUGHT))
    address = url_for("pages.lesson", lang=shelf.language.code, slug=slug)
    return f'<a href="{escape(address)}">{escape(str(lesson_title(shelf.edition, slug)))}</a>'
