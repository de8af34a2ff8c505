"""The course as pages: the paths of lessons with a mark on those already opened, and the glossary."""

import unicodedata

from flask import Response, request

from tutor.dialogue.view import Shelf
from tutor.lessons.course import Path, Term
from tutor.web.wire import lesson_row

OPENED = "opened"
YEAR = 365 * 24 * 3600


def path_rows(shelf: Shelf) -> list[tuple[Path, list[dict[str, str]]]]:
    """The paths with a row for each of their lessons; what is of no path comes last, under no title."""
    return [(path, [lesson_row(slug, shelf) for slug in path.lessons]) for path in shelf.edition.course if path.lessons]


def opened() -> frozenset[str]:
    """The slugs of the lessons that this browser has opened, by its own word."""
    return frozenset(request.cookies.get(OPENED, "")[:2000].split("."))


def remember(response: Response, slug: str) -> Response:
    """The response, after which the browser says that it has opened this lesson too."""
    held = opened() - {""}
    if slug not in held:
        response.set_cookie(OPENED, ".".join(sorted({*held, slug})), max_age=YEAR, httponly=True, samesite="Lax",
                            secure=request.is_secure)
    return response


def glossary_rows(shelf: Shelf) -> list[Term]:
    """The terms in the order of the page's language."""
    return sorted(shelf.edition.terms, key=lambda term: _folded(term.fr if shelf.language.code == "fr" else term.en))


def _folded(text: str) -> str:
    marked = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in marked if not unicodedata.combining(character))
