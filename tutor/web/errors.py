"""What a reader is told when something goes wrong: one table from exception to status, code and sentence."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask, Response, current_app, render_template, request
from werkzeug.exceptions import (
    BadHost,
    HTTPException,
    LengthRequired,
    MethodNotAllowed,
    NotFound,
    RequestEntityTooLarge,
    UnsupportedMediaType,
)

from tutor.compute import MeasurementFailed
from tutor.conversations import UnknownLesson
from tutor.dialogue.page import say
from tutor.dialogue.phrases import MalformedPhrases
from tutor.language import N_, Language
from tutor.lessons.lesson import MalformedLesson
from tutor.lessons.mathml import MalformedMaths
from tutor.lessons.template import MissingNumber
from tutor.settings import RefusedSetting
from tutor.store import (
    MissingDriver,
    NaiveTime,
    NotErased,
    StoreUnavailable,
    UnknownConversation,
    UnstorableText,
    UnsupportedDatabase,
)
from tutor.web.limits import TooManyQuestions
from tutor.web.negotiation import UnknownLanguage, accepted_language, in_language, pinned_language, unkept
from tutor.web.reading import MalformedBody
from tutor.web.reasons import named_sentence, sentence
from tutor.web.rooms import rooms
from tutor.web.security import CrossSite
from tutor.web.wire import json_response
from tutor.worked import InvalidInput, NotFinite, UnknownExample


@dataclass(frozen=True)
class Row:
    """How an exception is answered; `retry_after` in seconds, 0 where trying again does not help."""

    status: int
    code: str
    detail: str
    retry_after: int = 0


BROKEN = Row(500, "internal", N_("Something broke on our side; it is not your fault. Please try again later."))
BUSY = N_("The tutor cannot answer right now. Please try again in a moment.")
# The most particular class of an exception that is here decides. Values of the exception fill the {places}.
ERRORS: Mapping[type[Exception], Row] = {
    UnknownLesson: Row(404, "unknown-lesson", N_("There is no lesson of this name.")),
    UnknownExample: Row(404, "unknown-example", N_("There is no worked example of this name.")),
    UnknownConversation: Row(404, "unknown-conversation", N_("There is no such conversation, or it was deleted.")),
    UnknownLanguage: Row(400, "unknown-language", N_("This language is not offered; there are: {offered}.")),
    MalformedBody: Row(400, "malformed-json", N_("The JSON cannot be read.")),
    InvalidInput: Row(422, "invalid-value", N_("A value cannot be used as it is.")),
    UnstorableText: Row(422, "unstorable-text", N_("The text holds a character that cannot be kept.")),
    CrossSite: Row(403, "cross-site", N_("Another site sent this request, so it was refused.")),
    TooManyQuestions: Row(429, "too-many-questions", N_("Too many questions at once. Please wait {retry_after} s.")),
    NotErased: Row(503, "not-erased", N_("The conversation is deleted, but a trace may remain. Delete it once more."), 2),
    StoreUnavailable: Row(503, "store-unavailable", BUSY, 5),
    MeasurementFailed: Row(503, "measurement-failed", N_("This machine is too busy to measure. Please try again."), 10),
    NaiveTime: BROKEN,
    MissingNumber: BROKEN,
    NotFinite: BROKEN,
    MalformedLesson: BROKEN,
    MalformedMaths: BROKEN,
    MalformedPhrases: BROKEN,
    RefusedSetting: BROKEN,
    UnsupportedDatabase: BROKEN,
    MissingDriver: BROKEN,
    NotFound: Row(404, "not-found", N_("There is nothing at this address.")),
    MethodNotAllowed: Row(405, "method-not-allowed", N_("This address does not take requests of this kind.")),
    LengthRequired: Row(411, "length-required", N_("The request must say how long its body is (Content-Length).")),
    RequestEntityTooLarge: Row(413, "too-large", N_("The body may have at most {most} bytes.")),
    UnsupportedMediaType: Row(415, "not-json", N_("The body must be JSON in UTF-8 (Content-Type: application/json).")),
    HTTPException: Row(400, "bad-request", N_("The request cannot be understood.")),
    Exception: BROKEN,
}
TITLES = {
    400: N_("The request cannot be understood"),
    403: N_("Refused"),
    404: N_("Not found"),
    405: N_("Not allowed here"),
    411: N_("Length required"),
    413: N_("Too large"),
    415: N_("Not JSON"),
    422: N_("A value cannot be used"),
    429: N_("Too many questions"),
    500: N_("Something broke"),
    503: N_("Not available right now"),
}


def install(app: Flask) -> None:
    """Makes every exception of the application an answer of ours."""
    app.register_error_handler(Exception, answer_to)


def row_of(error: Exception) -> Row:
    """The row of an exception's most particular class."""
    if isinstance(error, HTTPException) and (error.code or 500) >= 500:
        return BROKEN
    return next(ERRORS[kind] for kind in type(error).__mro__ if kind in ERRORS)


def answer_to(error: Exception) -> Response:
    """The problem as JSON for programs, as a page for people; never a stack, never a learner's words."""
    row, language = row_of(error), _language()
    if row is BROKEN:
        current_app.logger.error("%s %s", request.method, request.endpoint, exc_info=error)
    problem = problem_of(error, row, language)
    # A page has links, and where the host cannot be, neither can they.
    response = _as_json(problem) if _for_programs() or isinstance(error, BadHost) else _as_page(problem)
    _explain(response, error, row)
    return unkept(in_language(response, language.code))


def problem_of(error: Exception, row: Row, language: Language) -> dict[str, Any]:
    """An RFC 9457 problem in a language; `errors` points at the fields."""
    reasons = _reasons(error, language)
    return {
        "type": f"/api/v1/openapi.json#{row.code}",
        "title": language.translate(TITLES[row.status]),
        "status": row.status,
        "detail": " ".join([_told(error, row, language), *(reason for _, reason in reasons)]),
        "code": row.code,
        "errors": [
            {"pointer": pointer, "detail": named_sentence(pointer, reason, language)} for pointer, reason in reasons
        ],
    }


def _told(error: Exception, row: Row, language: Language) -> str:
    told = {} if row is BROKEN else {name: str(value) for name, value in vars(error).items()}
    return say(language, row.detail, **{**told, "most": language.number(request.max_content_length or 0)})


def _reasons(error: Exception, language: Language) -> list[tuple[str, str]]:
    """Where in what was sent something is wrong, and why."""
    if not isinstance(error, InvalidInput | MalformedBody):
        return []
    return [(error.pointer, sentence(error.reason, error.values, language))]


def _language() -> Language:
    """The language of the address, else the one named by the query, else the best accepted."""
    languages = rooms().tutor.languages
    first = request.path.split("/")[1]
    return languages[first if first in languages else _pinned_if_known() or accepted_language()]


def _pinned_if_known() -> str | None:
    try:
        return pinned_language()
    except UnknownLanguage:
        return None


def _for_programs() -> bool:
    return request.path.startswith("/api/") or request.path in ("/health", "/ready")


def _as_json(problem: dict[str, Any]) -> Response:
    return json_response(problem, problem["status"], "application/problem+json")


def _as_page(problem: dict[str, Any]) -> Response:
    template = "error_fragment.html" if "X-Fragment" in request.headers else "error.html"
    return Response(render_template(template, problem=problem), problem["status"])


def _explain(response: Response, error: Exception, row: Row) -> None:
    wait = getattr(error, "retry_after", None) or row.retry_after
    if wait:
        response.headers["Retry-After"] = str(wait)
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(error.valid_methods)
