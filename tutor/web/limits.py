"""How many questions one asker may put: counted for the session first, then for the address."""

import re
import secrets
import time
from math import ceil

from flask import Response, g, request
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from tutor.web.rooms import rooms

COUNTED = ("api.ask", "api.compute_example", "pages.ask")
PER_SESSION = RateLimitItemPerMinute(30)
PER_ADDRESS = RateLimitItemPerMinute(600)
COOKIE = "tutor_session"
_SESSION = re.compile(r"[A-Za-z0-9_-]{22}")


class TooManyQuestions(RuntimeError):
    """More questions than one asker may put; `retry_after` in seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(retry_after)
        self.retry_after = retry_after


def open_limiter(counted: bool) -> MovingWindowRateLimiter | None:
    """A limiter that counts in this process, None where nothing is counted."""
    return MovingWindowRateLimiter(MemoryStorage()) if counted else None


def count_question() -> None:
    """Counts a question; raises TooManyQuestions.

    An asker without a session begins one. Inventing sessions gains nothing: the address counts as well. The address is
    the peer's: a header that a proxy may set is one that anybody may set.
    """
    limiter = rooms().limiter
    if limiter is None or request.endpoint not in COUNTED or request.method != "POST":
        return
    _count(limiter, PER_SESSION, _session())
    _count(limiter, PER_ADDRESS, request.remote_addr or "unknown")


def _count(limiter: MovingWindowRateLimiter, limit: RateLimitItem, asker: str) -> None:
    if not limiter.hit(limit, asker):
        wait = limiter.get_window_stats(limit, asker).reset_time - time.time()
        raise TooManyQuestions(max(1, ceil(wait)))


def _session() -> str:
    held = request.cookies.get(COOKIE, "")
    if _SESSION.fullmatch(held):
        return held
    g.new_session = secrets.token_urlsafe(16)
    return str(g.new_session)


def with_session(response: Response) -> Response:
    """The response, carrying the session that began with this request."""
    if "new_session" in g:
        response.set_cookie(COOKIE, g.new_session, httponly=True, samesite="Lax", secure=request.is_secure)
    return response
