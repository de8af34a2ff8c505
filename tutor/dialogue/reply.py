"""From a learner's words and what was said before to an Answer: which lesson, how deep, with which numbers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tutor.answer import Answer, Part
from tutor.dialogue.answering import History, Mind, Work, answered
from tutor.dialogue.commands import answer_of
from tutor.dialogue.follow_ups import FOLLOW_UPS
from tutor.dialogue.prompt import MOST_PARTS, Request, language_of

__all__ = ["Mind", "Turn", "Work", "looks_back", "reply"]


@dataclass(frozen=True)
class Turn:
    """The learner's text and its requests, what was answered before, and the language: pinned, or to fall back on."""

    text: str
    requests: Sequence[Request]
    history: History
    pinned: str | None
    fallback: str


def reply(turn: Turn, mind: Mind) -> Answer:
    """The answer to a turn: one part for each question, in the asker's order and under the asker's numbers."""
    lang = turn.pinned or _wanted(turn.requests) or language_of(turn.text) or turn.fallback
    made: tuple[Part, ...] = ()
    for request in (_as_meant(each, turn.history) for each in turn.requests[:MOST_PARTS]):
        if not (made and request.kind == "translate"):  # what was just answered is in that language already
            made += tuple(HANDLERS[request.kind](request, (*turn.history, made) if made else turn.history, mind))
    return Answer(lang, mind.library.version, made + _left_over(turn.requests[MOST_PARTS:]))


def looks_back(requests: Sequence[Request]) -> bool:
    """Whether a request speaks of what was said before."""
    return any(request.kind != "question" for request in requests)


def _as_meant(request: Request, history: History) -> Request:
    """After a lesson's question, « la b » is an answer to it."""
    asked = bool(history and history[-1]) and history[-1][-1].aspect in ("check", "checked")
    place = answer_of(request.text) if asked else None
    return request if place is None else replace(request, kind="checked", names=(place,))


def _wanted(requests: Sequence[Request]) -> str | None:
    return next((request.language for request in requests if request.language), None)


def _left_over(requests: Sequence[Request]) -> tuple[Part, ...]:
    if not requests:
        return ()
    return (Part("abstain", "\n".join(request.text for request in requests), note="too-many"),)


HANDLERS = {"question": answered, **FOLLOW_UPS}
