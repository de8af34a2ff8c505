"""What every view needs: the store, the tutor and the settings, opened once for the application."""

from dataclasses import dataclass

from flask import current_app
from limits.strategies import MovingWindowRateLimiter

from tutor.conversations import Tutor
from tutor.settings import Settings
from tutor.store import Store

KEY = "tutor"


@dataclass(frozen=True)
class Rooms:
    """The open store, the tutor, the settings, and who counts questions (None where they are not counted)."""

    store: Store
    tutor: Tutor
    settings: Settings
    limiter: MovingWindowRateLimiter | None


def rooms() -> Rooms:
    """The rooms of the application that handles this request."""
    found: Rooms = current_app.extensions[KEY]
    return found
