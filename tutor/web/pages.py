"""Every page: which address shows what, in which language."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Reply

from tutor.answer import Conversation, Exchange
from tutor.conversations import Question, UnknownLesson, lesson_page, markdown, views
from tutor.conversations import ask as ask_tutor
from tutor.dialogue.own_network import MOST_READ, portrait
from tutor.dialogue.page import lesson_title
from tutor.dialogue.prompt import language_of
from tutor.dialogue.view import Shelf, view
from tutor.language import N_
from tutor.lessons.lesson import DEPTHS
from tutor.store import delete_conversation, find_conversation
from tutor.web.addresses import read_inputs, resized, write_inputs
from tutor.web.calls import BASE
from tutor.web.course import glossary_rows, opened, path_rows, remember
from tutor.web.face import IN_LESSONS, face_in
from tutor.web.font import maths_font
from tutor.web.forms import Sheet, form_of
from tutor.web.negotiation import accepted_language, revalidated, unkept
from tutor.web.own_network import portrait_page, short_question
from tutor.web.reading import question_text
from tutor.web.reasons import sentence
from tutor.web.results import result_of
from tutor.web.rooms import rooms
from tutor.web.wire import example_row, exchange_mapping, json_response, lesson_row
from tutor.worked import EXAMPLES, InvalidInput, UnknownExample

FIRST_QUESTIONS = (
    N_("Does backpropagation change the weights?"),
    N_("How does the chain rule get involved?"),
    N_("Why are there hidden layers?"),
    N_("How much longer does training take with each added layer?"),
)

# Buttons of a form that make a list, which they name, longer or shorter by one.
SIZES = {"more": 1, "fewer": -1}

pages = Blueprint("pages", __name__)
pages.add_url_rule("/static/math.ttf", "font", maths_font)


@pages.url_value_preprocessor
def check_language(_: str | None, places: dict[str, Any] | None) -> None:
    """Only the languages of the house are the first step of an address."""
    if places and "lang" in places and places["lang"] not in rooms().tutor.languages:
        abort(404)


def _shelf(lang: str) -> Shelf:
    return rooms().tutor.shelves[lang]


def _page(template: str, status: int = 200, **values: Any) -> Response:
    response = Response(render_template(template, **values), status)
    response.headers["Content-Language"] = (request.view_args or {})["lang"]
    return response


@pages.get("/")
def front() -> Reply:
    """To the start in the language that the reader accepts best."""
    response = redirect(url_for("pages.start", lang=accepted_language()))
    response.vary.add("Accept-Language")
    return response


@pages.get("/<lang>/")
def start(lang: str) -> Response:
    """Where a conversation begins."""
    return _chat(lang, None)


@pages.get("/<lang>/c/<id>")
def conversation(lang: str, id: str) -> Response:
    """Everything said in a conversation, in this language."""
    return _chat(lang, find_conversation(rooms().store, id))


def _chat(lang: str, held: Conversation | None, typed: str = "", mistake: str = "") -> Response:
    shown = views(held, rooms().tutor, lang) if held else ()
    return unkept(_page(
        "chat.html", 422 if mistake else 200,
        exchanges=[(exchange, language_of(exchange.question)) for exchange in shown],
        conversation=held.id if held else None, typed=typed, mistake=mistake,
        first_questions=[_shelf(lang).language.translate(question) for question in FIRST_QUESTIONS],
    ))  # fmt: skip


@pages.post("/<lang>/ask")
def ask(lang: str) -> Reply:
    """A question, answered in its own language: the whole page anew, or only the exchange where a script asks for that."""
    # Browsers send a line break as two characters and count it as one.
    typed = request.form.get("question", "").replace("\r\n", "\n")
    held = request.form.get("conversation") or None
    try:
        text = question_text(typed)
    except InvalidInput as wrong:
        if "X-Fragment" in request.headers:
            raise
        told = sentence(wrong.reason, wrong.values, _shelf(lang).language)
        return _chat(lang, find_conversation(rooms().store, held) if held else None, typed, told)
    id, exchange = ask_tutor(rooms().store, rooms().tutor, Question(text, held, None, lang))
    place = url_for("pages.conversation", lang=exchange.answer.lang, id=id, _anchor=f"q{exchange.number}")
    if "X-Fragment" not in request.headers:
        return redirect(place, 303)
    response = _fragment(exchange, id)
    if exchange.answer.lang != lang or not held:
        response.headers["X-Location"] = place
    return response


def _fragment(exchange: Exchange, id: str) -> Response:
    """One exchange as HTML, in the language of its answer."""
    shelf = _shelf(exchange.answer.lang)
    shown, asked_in = view(exchange, shelf), language_of(exchange.question)
    values = {**face_in(shelf.language), "exchange": shown, "asked_in": asked_in, "conversation": id}
    response = Response(render_template("exchange.html", **values))
    response.headers["Content-Language"] = exchange.answer.lang
    return unkept(response)


@pages.get("/<lang>/c/<id>/export")
def export(lang: str, id: str) -> Response:
    """A conversation as a file, in Markdown or JSON."""
    held, form = find_conversation(rooms().store, id), request.args.get("format", "md")
    if form not in ("md", "json"):
        raise InvalidInput("/format", "not-a-choice", {"options": ("md", "json")})
    if form == "md":
        response = Response(markdown(held, rooms().tutor, lang), content_type="text/markdown; charset=utf-8")
    else:
        shown = [exchange_mapping(exchange, _shelf(lang)) for exchange in views(held, rooms().tutor, lang)]
        response = json_response({"id": held.id, "lang": lang, "exchanges": shown})
    response.headers["Content-Language"] = lang
    response.headers["Content-Disposition"] = f'attachment; filename="conversation.{form}"'
    return unkept(response)


@pages.post("/<lang>/c/<id>/delete")
def delete(lang: str, id: str) -> Reply:
    """Erases a conversation for good."""
    delete_conversation(rooms().store, id)
    return redirect(url_for("pages.start", lang=lang, deleted=1), 303)


@pages.get("/<lang>/lessons")
def lessons(lang: str) -> Response:
    """The course: all lessons in their paths, with a sentence each."""
    shelf = _shelf(lang)
    response = _page("lessons.html", paths=path_rows(shelf), count=len(shelf.edition.lessons), opened=opened())
    response.headers["Vary"] = "Cookie"
    return revalidated(response)


@pages.get("/<lang>/glossary")
def glossary(lang: str) -> Response:
    """Every term in both languages, with its lesson."""
    shelf = _shelf(lang)
    titles = {slug: lesson_title(shelf.edition, slug) for slug in shelf.edition.lessons}
    return revalidated(_page("glossary.html", terms=glossary_rows(shelf), titles=titles))


@pages.get("/<lang>/lessons/<slug>")
def lesson(lang: str, slug: str) -> Reply:
    """A lesson, in short or technical, with the numbers of the inputs in the address."""
    shelf, depth = _shelf(lang), request.args.get("depth", DEPTHS[0])
    if slug not in shelf.edition.lessons or depth not in DEPTHS:
        raise UnknownLesson(slug)
    told = _told(shelf.edition.lessons[slug].example, IN_LESSONS)
    if told.untidy:
        tidy = {IN_LESSONS + name: text for name, text in told.tidy.items()}
        return redirect(f"{request.path}?{urlencode({'depth': depth, **tidy})}")
    try:
        page = lesson_page(rooms().tutor, slug, depth, {} if told.mistakes else told.inputs, lang)
    except InvalidInput as wrong:
        told = replace(told, mistakes=(wrong,))
        page = lesson_page(rooms().tutor, slug, depth, {}, lang)
    values = {"page": page, "summary": lesson_row(slug, shelf)["summary"], "changed": bool(told.typed)}
    return remember(_worked_page("lesson.html", told, shelf, values), slug)


@pages.get("/<lang>/examples")
def examples(lang: str) -> Response:
    """All worked examples and the lessons that use them."""
    shelf = _shelf(lang)
    rows = [example_row(name, shelf) for name in EXAMPLES]
    titles = {slug: lesson_title(shelf.edition, slug) for slug in shelf.edition.lessons}
    return revalidated(_page("examples.html", examples=rows, titles=titles))


@pages.get("/<lang>/examples/router")
def router(lang: str) -> Response:
    """The network that reads questions, at work on one."""
    shelf = _shelf(lang)
    question = short_question(request.args.get("question") or shelf.language.translate(FIRST_QUESTIONS[1]))
    found = portrait(question, rooms().tutor.router)
    return revalidated(_page("router.html", question=question, most=MOST_READ, found=found and portrait_page(found, shelf)))


@pages.get("/<lang>/examples/<name>")
def example(lang: str, name: str) -> Reply:
    """A worked example: its inputs as a form, and every step computed from them."""
    if name not in EXAMPLES:
        raise UnknownExample(name)
    shelf, told = _shelf(lang), _told(name, "")
    if told.untidy:
        return redirect(f"{request.path}?{urlencode(told.tidy)}".removesuffix("?"))
    try:
        result = None if told.mistakes else result_of(rooms().tutor.work(name, told.inputs), shelf)
    except InvalidInput as wrong:
        told, result = replace(told, mistakes=(wrong,)), None
    json_link = f"{BASE}/examples/{name}?{urlencode({'lang': lang, **told.tidy})}"
    values = {"about": shelf.edition.examples[name], "result": result, "json_link": json_link}
    return _worked_page("example.html", told, shelf, values)


@dataclass(frozen=True)
class Told:
    """What an address says of an example's inputs: as it was typed, as it was read, and what is wrong."""

    name: str
    prefix: str
    typed: Mapping[str, str]
    inputs: Mapping[str, Any]
    mistakes: tuple[InvalidInput, ...]

    @property
    def tidy(self) -> dict[str, str]:
        """The inputs that are not as by default, in the one form that an address of ours has."""
        return write_inputs(self.name, self.inputs)

    @property
    def untidy(self) -> bool:
        """Whether the address should be another: it names inputs that are as by default, or writes them otherwise."""
        return not self.mistakes and (self.tidy != self.typed or not SIZES.keys().isdisjoint(request.args))


def _told(name: str, prefix: str) -> Told:
    pairs = request.args.items()
    typed = {key.removeprefix(prefix): text for key, text in pairs if key.startswith(prefix) and key not in SIZES}
    read = read_inputs(name, typed)
    inputs = read.inputs
    for size, by in SIZES.items():
        inputs = inputs if read.mistakes else resized(inputs, request.args.get(size, "").removeprefix(prefix), by)
    return Told(name, prefix, typed, inputs, read.mistakes)


def _worked_page(template: str, told: Told, shelf: Shelf, values: Mapping[str, Any]) -> Response:
    """A page with a form; 422 with everything typed kept where it cannot be used, stored by nobody where it is measured."""
    mistakes = {mistake.pointer: mistake for mistake in reversed(told.mistakes)}
    titles, typed = shelf.edition.examples[told.name].inputs, told.typed if mistakes else {}
    sheet = Sheet(titles, shelf.edition.options, shelf.language, typed, mistakes, told.prefix)
    filled = form_of(EXAMPLES[told.name].fields, told.inputs, sheet)
    response = _page(template, 422 if mistakes else 200, filled=filled, name=told.name, **values)
    return unkept(response) if mistakes or EXAMPLES[told.name].measured else revalidated(response)
