"""The JSON API: every call of the table, except training runs."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, request

from tutor.answer import Conversation
from tutor.conversations import Question, UnknownLesson, lesson_page, markdown, views
from tutor.conversations import ask as ask_tutor
from tutor.dialogue.view import Shelf, receipt_mapping, view
from tutor.lessons.lesson import DEPTHS
from tutor.store import StoreUnavailable, alive, find_conversation
from tutor.store import delete_conversation as delete_from_store
from tutor.web.calls import BASE, CALLS, PROBES, rule
from tutor.web.negotiation import (
    accepted_language,
    in_language,
    named_language,
    pinned_language,
    reply_language,
    revalidated,
    unkept,
)
from tutor.web.openapi import description
from tutor.web.queries import query_inputs
from tutor.web.reading import question_text, read_object
from tutor.web.rooms import rooms
from tutor.web.wire import example_row, exchange_mapping, json_response, lesson_row, page_mapping
from tutor.worked import EXAMPLES, InvalidInput, Receipt, UnknownExample
from tutor.worked.elsewhere import programs

FORMATS = ("md", "json")
NOT_INPUTS = ("lang",)
IN_LESSONS = "example."


def blueprints() -> tuple[Blueprint, Blueprint]:
    """The API under its base, and the probes at the root."""
    api, probes = Blueprint("api", __name__, url_prefix=BASE), Blueprint("probes", __name__)
    for blueprint, calls in ((api, CALLS), (probes, PROBES)):
        for call in calls:
            blueprint.add_url_rule(rule(call), call.name, VIEWS[call.name], methods=[call.method])
    return api, probes


def _shelf() -> Shelf:
    return rooms().tutor.shelves[reply_language().code]


def _lasting(value: Any, lang: str) -> Response:
    return revalidated(in_language(json_response(value), lang))


def _private(value: Any, lang: str) -> Response:
    return unkept(in_language(json_response(value), lang))


def list_lessons() -> Response:
    """Every lesson's title, summary and address."""
    shelf = _shelf()
    rows = [lesson_row(slug, shelf) for slug in shelf.edition.lessons]
    return _lasting({"lang": shelf.language.code, "lessons": rows}, shelf.language.code)


def show_lesson(slug: str) -> Response:
    """A lesson as a page; raises UnknownLesson, InvalidInput."""
    tutor, shelf = rooms().tutor, _shelf()
    if slug not in tutor.library.lessons:
        raise UnknownLesson(slug)
    depth = _choice("depth", DEPTHS)
    example = tutor.library.lessons[slug].example
    inputs = query_inputs(example, _example_pairs())
    page = lesson_page(tutor, slug, depth, inputs, shelf.language.code)
    return _computed(page.receipt, page_mapping(page, shelf), shelf)


def _choice(name: str, options: tuple[str, ...]) -> str:
    chosen = request.args.get(name, options[0])
    if chosen not in options:
        raise InvalidInput(f"/{name}", "not-a-choice", {"options": options})
    return chosen


def _example_pairs() -> list[tuple[str, str]]:
    pairs = request.args.items(multi=True)
    return [(path.removeprefix(IN_LESSONS), text) for path, text in pairs if path.startswith(IN_LESSONS)]


def _computed(receipt: Receipt, value: Any, shelf: Shelf) -> Response:
    """Measured numbers differ each time, so they are kept by nobody."""
    measured = EXAMPLES[receipt.example].measured
    return (_private if measured else _lasting)(value, shelf.language.code)


def ask() -> Response:
    """Answers a question and keeps both; raises UnknownLanguage, UnknownConversation, and what `read_object` raises."""
    body = read_object({"question": str, "lang": str, "conversation": str})
    pinned = named_language(body["lang"]) if "lang" in body else pinned_language()
    if "question" not in body:
        raise InvalidInput("/question", "missing", {})
    question = Question(question_text(body["question"]), body.get("conversation"), pinned, accepted_language())
    conversation, exchange = ask_tutor(rooms().store, rooms().tutor, question)
    shelf = rooms().tutor.shelves[exchange.answer.lang]
    shown = exchange_mapping(view(exchange, shelf), shelf)
    links = {"conversation": conversation, "url": f"{BASE}/conversations/{conversation}"}
    response = _private({**links, "html": f"/{shown['lang']}/c/{conversation}", **shown}, shown["lang"])
    response.status_code = 201
    response.headers["Location"] = links["url"]
    return response


def show_conversation(id: str) -> Response:
    """Everything said, in the language wanted now; raises UnknownConversation."""
    shelf = _shelf()
    return _private(_conversation(find_conversation(rooms().store, id), shelf), shelf.language.code)


def _conversation(conversation: Conversation, shelf: Shelf) -> dict[str, Any]:
    shown = views(conversation, rooms().tutor, shelf.language.code)
    return {
        "id": conversation.id,
        "lang": shelf.language.code,
        "exchanges": [exchange_mapping(exchange, shelf) for exchange in shown],
    }


def export_conversation(id: str) -> Response:
    """The conversation as a file; raises UnknownConversation, InvalidInput."""
    shelf, form = _shelf(), _choice("format", FORMATS)
    conversation = find_conversation(rooms().store, id)
    if form == "json":
        response = json_response(_conversation(conversation, shelf))
    else:
        text = markdown(conversation, rooms().tutor, shelf.language.code)
        response = Response(text, content_type="text/markdown; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="conversation.{form}"'
    return unkept(in_language(response, shelf.language.code))


def delete_conversation(id: str) -> Response:
    """Deletes a conversation for good; raises UnknownConversation, NotErased."""
    lang = reply_language().code
    delete_from_store(rooms().store, id)
    return unkept(in_language(Response(status=204), lang))


def list_examples() -> Response:
    """Every worked example with the schema of its inputs."""
    shelf = _shelf()
    return _lasting({"examples": [example_row(name, shelf) for name in EXAMPLES]}, shelf.language.code)


def show_example(name: str) -> Response:
    """The receipt for the inputs of the query; raises UnknownExample, InvalidInput."""
    pairs = [pair for pair in request.args.items(multi=True) if pair[0] not in NOT_INPUTS]
    shelf = _shelf()
    receipt = rooms().tutor.work(name, query_inputs(_known(name), pairs))
    return _computed(receipt, _result(receipt, shelf), shelf)


def _result(receipt: Receipt, shelf: Shelf) -> dict[str, Any]:
    """A receipt, and the programs of other libraries that give its digits."""
    return {**receipt_mapping(receipt, shelf), "code": programs(receipt)}


def _known(name: str) -> str:
    if name not in EXAMPLES:
        raise UnknownExample(name)
    return name


def compute_example(name: str) -> Response:
    """The receipt for the inputs of the body; raises UnknownExample, InvalidInput, and what `read_object` raises."""
    shelf, known = _shelf(), _known(name)
    inputs = read_object({"inputs": dict}).get("inputs", {})
    try:
        receipt = rooms().tutor.work(known, inputs)
    except InvalidInput as error:
        raise InvalidInput(f"/inputs{error.pointer}", error.reason, error.values) from error
    return _private(_result(receipt, shelf), shelf.language.code)


def describe() -> Response:
    """This API as an OpenAPI document."""
    shelf = _shelf()
    return _lasting(description(shelf), shelf.language.code)


def health() -> Response:
    """That the server answers."""
    return _private({"state": "ok"}, reply_language().code)


def ready() -> Response:
    """That the database answers too; raises StoreUnavailable."""
    lang = reply_language().code
    if not alive(rooms().store):
        raise StoreUnavailable("no answer")
    return _private({"state": "ready"}, lang)


VIEWS: dict[str, Callable[..., Response]] = {
    call.__name__: call
    for call in (
        list_lessons, show_lesson, ask, show_conversation, export_conversation, delete_conversation,
        list_examples, show_example, compute_example, describe, health, ready,
    )
} | {"state": health}  # fmt: skip
