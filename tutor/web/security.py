"""What a request must be before any view sees it, and the headers that every reply carries."""

from io import BytesIO
from urllib.parse import urlsplit

from flask import Response, request
from werkzeug.exceptions import ClientDisconnected, LengthRequired, RequestEntityTooLarge

SAFE = ("GET", "HEAD", "OPTIONS")
OURS = (None, "same-origin", "none")
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# Bytes of a body. In a form, 2,000 characters that are all emoji, escaped as %F0%9F%98%80, are 24,000 bytes.
MOST_BYTES = 16 * 1024
MOST_BYTES_OF = {"api.compute_example": 256 * 1024, "pages.ask": 32 * 1024}


class CrossSite(PermissionError):
    """A request that another site made a browser send."""


def refuse_cross_site() -> None:
    """Raises CrossSite where a browser says that an unsafe request comes from another origin; other clients say nothing."""
    if request.method in SAFE:
        return
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    # Without a referrer browsers hide the origin of our own forms; they still say, and only they can, that the site is
    # the same. A hostile frame's hidden origin comes with another site.
    hidden = origin == "null" and site == "same-origin"
    if site not in OURS or (origin is not None and not hidden and _host(origin) != request.host.casefold()):
        raise CrossSite


def _host(origin: str) -> str:
    try:
        return urlsplit(origin).netloc.casefold()
    except ValueError:
        return ""


def receive_body() -> None:
    """Reads the whole body, if there is one; raises LengthRequired, RequestEntityTooLarge, ClientDisconnected.

    A body in chunks would be cut at the bound without a word, and a server hands over one that ends too soon as if it
    were whole.
    """
    most = request.max_content_length = MOST_BYTES_OF.get(request.endpoint or "", MOST_BYTES)
    length = request.content_length
    if length is None and ("Transfer-Encoding" in request.headers or request.method in ("POST", "PUT", "PATCH")):
        _leave_body()
        raise LengthRequired
    if length and length > most:
        _leave_body()
        raise RequestEntityTooLarge
    if length and len(request.get_data()) < length:
        raise ClientDisconnected


def _leave_body() -> None:
    """Nobody reads the body any more, the page about the refusal included."""
    request.environ.update({"wsgi.input": BytesIO(), "CONTENT_LENGTH": "0"})


def guarded(response: Response) -> Response:
    """The response with every header of ours; unless a view said otherwise, nobody keeps it."""
    response.headers.update(HEADERS)
    response.headers.setdefault("Cache-Control", "no-store")
    return response
