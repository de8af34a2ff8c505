"""From a learner's words and what was said before to an Answer: which lesson, how deep, with which numbers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tutor.answer import Answer, Exchange, Part
from tutor.dialogue.answering import Mind, Work, answered
from tutor.dialogue.follow_ups import FOLLOW_UPS
from tutor.dialogue.prompt import MOST_PARTS, Request, language_of

__all__ = ["Mind", "Turn", "Work", "looks_back", "reply"]


@dataclass(frozen=True)
class Turn:
    """The learner's text and its requests, the exchanges before it, and the language: pinned, or to fall back on."""

    text: str
    requests: Sequence[Request]
    history: Sequence[Exchange]
    pinned: str | None
    fallback: str


def reply(turn: Turn, mind: Mind) -> Answer:
    """The answer to a turn: one part for each question, in the asker's order and under the asker's numbers."""
    lang = turn.pinned or _wanted(turn.requests) or language_of(turn.text) or turn.fallback
    made = [part for request in turn.requests[:MOST_PARTS] for part in _parts(request, turn.history, mind)]
    return Answer(lang, mind.library.version, tuple(made + _left_over(turn.requests[MOST_PARTS:])))


def looks_back(requests: Sequence[Request]) -> bool:
    """Whether a request speaks of what was said before."""
    return any(request.kind != "question" for request in requests)


def _wanted(requests: Sequence[Request]) -> str | None:
    return next((request.language for request in requests if request.language), None)


def _left_over(requests: Sequence[Request]) -> list[Part]:
    if not requests:
        return []
    return [Part("abstain", "\n".join(request.text for request in requests), note="too-many")]


def _parts(request: Request, history: Sequence[Exchange], mind: Mind) -> Iterator[Part]:
    yield from HANDLERS[request.kind](request, history, mind)


HANDLERS = {"question": answered, **FOLLOW_UPS}
