"""From a learner's words and what was said before to an Answer: which lesson, how deep, with which numbers."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tutor.answer import Answer, Exchange, Part
from tutor.dialogue.matching import Index, decide, rank
from tutor.dialogue.prompt import MOST_PARTS, Request, language_of
from tutor.dialogue.receipts import Receipt, to_json
from tutor.lessons.library import Library

Work = Callable[[str, Mapping[str, Any]], Receipt]


@dataclass(frozen=True)
class Mind:
    """What a reply draws on: the lessons, the index of phrases, and where examples are computed."""

    library: Library
    index: Index
    work: Work


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
    yield from {"translate": _translated, "deepen": _deepened, "question": _answered}[request.kind](request, history, mind)


def _translated(request: Request, history: Sequence[Exchange], mind: Mind) -> Iterator[Part]:
    """The last answer once more, whole, with the numbers it had; the exchange's language does the rest."""
    if not history:
        yield Part("command", request.text, request.label, note="nothing-to-translate")
    else:
        yield from (replace(part, kind="command") for part in history[-1].answer.parts)


def _deepened(request: Request, history: Sequence[Exchange], mind: Mind) -> Iterator[Part]:
    """The last lesson at its technical depth, with the numbers already shown."""
    told = (part for exchange in reversed(history) for part in reversed(exchange.answer.parts) if part.lesson)
    last = next(told, None)
    if last is None:
        yield Part("command", request.text, request.label, note="nothing-to-deepen")
    else:
        yield replace(last, kind="answer", question=request.text, label=request.label, depth="technical")


def _answered(request: Request, history: Sequence[Exchange], mind: Mind) -> Iterator[Part]:
    decision = decide(rank(request.text, mind.index), mind.library.lessons)
    if decision.kind != "answer" or decision.slug is None:
        yield Part("abstain", request.text, request.label, None, score=decision.score,
                   alternatives=decision.alternatives, note="no-lesson")  # fmt: skip
        return
    receipt = mind.work(mind.library.lessons[decision.slug].example, {})
    yield Part("answer", request.text, request.label, decision.slug, request.depth, decision.score,
               decision.alternatives, to_json(receipt))  # fmt: skip
