"""What every template may use: the words, numbers and drawings of a language, and where its links lead."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from flask import Flask, current_app, request, url_for
from markupsafe import Markup
from werkzeug.exceptions import HTTPException

from tutor.dialogue.page import Page, say
from tutor.dialogue.view import ExchangeView
from tutor.language import Language
from tutor.web.addresses import write_inputs
from tutor.web.charts import draw
from tutor.web.negotiation import accepted_language
from tutor.web.rooms import rooms

# Before the inputs of a lesson's example, in the address of the lesson.
IN_LESSONS = "example."
MOST_NEXT = 4
# The conventions that a reader must not miss.
WARNINGS = ("diverged", "busy-machine")


def install(app: Flask) -> None:
    """Gives every template of the application what is below, those of errors included."""
    app.context_processor(face)
    app.jinja_env.filters["plain"] = str  # in an attribute no message may say in HTML which language it is in
    app.jinja_env.globals.update(
        next_questions=next_questions, goes_deeper=goes_deeper, told_apart=told_apart, sent=sent
    )


def page_language() -> Language:
    """The language that the address names, else the one that its reader accepts best."""
    languages = rooms().tutor.languages
    first = request.path.split("/")[1]
    return languages[first if first in languages else accepted_language()]


def face() -> dict[str, Any]:
    """The values that all templates share, in the language of the address."""
    return face_in(page_language())


def face_in(language: Language) -> dict[str, Any]:
    """The values that all templates share, in a language."""
    return {
        "language": language,
        "t": _speaker(language),
        "tn": _counter(language),
        "chart": _drawer(language),
        "blocks": lambda page, level, here: _blocks(page, level, here, language),
        "others": lambda: [(other, same_page(other.code)) for other in _others(language)],
        "elsewhere": lambda id: [(other, _conversation(other.code, id)) for other in _others(language)],
        "inputs_of": lambda receipt: write_inputs(receipt.example, receipt.inputs),
        "example_link": lambda receipt, inputs: example_link(receipt.example, inputs, language.code),
        "lesson_link": lambda page, depth, inputs: lesson_link(page.slug, depth, inputs, language.code),
    }


@lru_cache(maxsize=48)
def _blocks(page: Page, level: int, here: str, language: Language) -> Markup:
    """The blocks of a page as HTML, made once for all who are shown them at this place."""
    macros: Any = current_app.jinja_env.get_template("blocks.html").module
    written: Markup = macros.blocks(page, level, here, _speaker(language), _drawer(language))
    return written


def _speaker(language: Language) -> Callable[..., str]:
    def t(message: str, **told: object) -> str:
        if not told:
            return language.translate(message)
        return say(language, message, **{name: str(value) for name, value in told.items()})

    return t


def _counter(language: Language) -> Callable[[str, str, int], str]:
    def tn(singular: str, plural: str, n: int) -> str:
        return language.count(singular, plural, n).replace("{n}", language.number(n))

    return tn


def _drawer(language: Language) -> Callable[[Any], Markup]:
    """What `draw` returns is ours, and escaped already."""
    return lambda data: Markup(draw(data["plot"], data["title"], data["description"], language))


def _others(language: Language) -> list[Language]:
    return [other for code, other in rooms().tutor.languages.items() if code != language.code]


def same_page(code: str) -> str:
    """The address of this very page in another language; where a form was sent, that of the page it stands on."""
    places = request.view_args or {}
    if request.method == "POST" or "lang" not in places:
        id = places.get("id") or sent("conversation")
        return _conversation(code, id) if id else url_for("pages.start", lang=code)
    query = request.query_string.decode("ascii", "replace")
    return "/" + code + "/" + request.path.split("/", 2)[2] + ("?" + query if query else "")


def sent(name: str) -> str | None:
    """A field of the form that was sent; None without it, or where the whole could not be read."""
    try:
        return request.form.get(name) or None
    except HTTPException:
        return None


def _conversation(code: str, id: str) -> str:
    return url_for("pages.conversation", lang=code, id=id)


def example_link(example: str, inputs: Mapping[str, str], code: str) -> str:
    """The page of an example with these inputs in its address."""
    return _with(url_for("pages.example", lang=code, name=example), inputs)


def lesson_link(slug: str, depth: str, inputs: Mapping[str, str], code: str) -> str:
    """The page of a lesson at a depth, with these inputs of its example."""
    prefixed = {IN_LESSONS + name: text for name, text in inputs.items()}
    return _with(url_for("pages.lesson", lang=code, slug=slug), {"depth": depth, **prefixed})


def _with(address: str, query: Mapping[str, str]) -> str:
    return f"{address}?{urlencode(query)}" if query else address


def next_questions(exchange: ExchangeView) -> list[str]:
    """What may be asked after an exchange: the next questions of its lessons, in turn, each once."""
    lists = [part.page.next_questions for part in exchange.parts if part.page]
    turns = [questions[place] for place in range(MOST_NEXT) for questions in lists if place < len(questions)]
    return list(dict.fromkeys(turns))[:MOST_NEXT]


def goes_deeper(exchange: ExchangeView) -> bool:
    """Whether the last lesson of an exchange, which a wish for more details goes into, was told in short."""
    depths = [part.page.depth for part in exchange.parts if part.page]
    return bool(depths) and depths[-1] == "short"


def told_apart(keys: Sequence[str], sentences: Sequence[str]) -> tuple[list[str], list[str]]:
    """The sentences of conventions that limit what the numbers are good for, and all others."""
    pairs = list(zip(keys, sentences, strict=True))
    return [said for key, said in pairs if key in WARNINGS], [said for key, said in pairs if key not in WARNINGS]
