"""Which language a request wants, and what a reply must say about it and about being kept."""

from collections.abc import Collection

from flask import Response, request

from tutor.language import SOURCE, Language, fold
from tutor.web.rooms import rooms


class UnknownLanguage(ValueError):
    """A language asked for by name that is not offered; `offered` are the codes that are."""

    def __init__(self, offered: Collection[str]) -> None:
        super().__init__(offered)
        self.offered = ", ".join(offered)


def named_language(tag: str) -> str:
    """The code of a language asked for by name (fr-CA and fr_CA are fr); raises UnknownLanguage."""
    codes = rooms().tutor.languages
    code = fold(tag, codes)
    if code is None:
        raise UnknownLanguage(codes)
    return code


def pinned_language() -> str | None:
    """The code of the query's `lang`, None without one; raises UnknownLanguage."""
    return named_language(request.args["lang"]) if "lang" in request.args else None


def accepted_language() -> str:
    """The code of the offered language that Accept-Language likes best, else English."""
    codes = rooms().tutor.languages
    wanted = (fold(tag, codes) for tag, quality in request.accept_languages if quality > 0)
    return next((code for code in wanted if code), SOURCE)


def reply_language() -> Language:
    """The language of the reply: the query's, else the best accepted one; raises UnknownLanguage."""
    return rooms().tutor.languages[pinned_language() or accepted_language()]


def in_language(response: Response, code: str) -> Response:
    """The response, saying its language, and that it was negotiated where no query named one."""
    response.headers["Content-Language"] = code
    if "lang" not in request.args:
        response.vary.add("Accept-Language")
    return response


def unkept(response: Response) -> Response:
    """The response, to be stored by nobody: it holds a learner's words, a fault, or a time."""
    response.headers["Cache-Control"] = "no-store"
    return response


def revalidated(response: Response) -> Response:
    """The response under an entity tag of its text, or 304 where the asker already has that text."""
    response.headers["Cache-Control"] = "no-cache"
    response.add_etag()
    response.make_conditional(request)
    return response
