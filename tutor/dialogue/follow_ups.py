"""What follows on from the answers before: commands in context, wishes for other inputs, and where a number comes from."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from tutor.answer import Part
from tutor.dialogue.amounts import tokens
from tutor.dialogue.another import another
from tutor.dialogue.answering import History, Mind, answered, decision_of
from tutor.dialogue.changes import Changed, changed, untold
from tutor.dialogue.commands import RIGHT
from tutor.dialogue.matching import kind_of
from tutor.dialogue.names import Heard
from tutor.dialogue.origins import found_in, symbols_named
from tutor.dialogue.prompt import Request
from tutor.dialogue.receipts import from_json, programs, to_json
from tutor.dialogue.what_ifs import bare_number, example_of, heard_of, numbers_of, passes_over, wishes
from tutor.dialogue.words import split, wordset
from tutor.lessons.lesson import pieces

Parts = Iterator[Part]
# After an answer these say that it was heard, and choose nothing.
_HEARD = wordset("ok okay d great super parfait")


def _nothing(request: Request, note: str = "nothing-to-follow") -> Part:
    likely = request.decision.alternatives if request.decision and request.decision.kind == "command" else ()
    return Part("command", request.text, request.label, note=note, alternatives=likely)


def _told(history: History) -> Iterator[Part]:
    """The parts that told a lesson, the latest first."""
    return (part for parts in reversed(history) for part in reversed(parts) if part.lesson and part.receipt)


def last_told(history: History) -> Part | None:
    """The last lesson that was told."""
    return next(_told(history), None)


def _again(last: Part, request: Request, **fields: Any) -> Part:
    """The last lesson with its numbers, under the words of this request."""
    fresh: dict[str, Any] = {"kind": "command", "alternatives": (), "note": None, "aspect": None, "trace": (), "changes": (),
                             "refused": ()}  # fmt: skip
    return replace(last, question=request.text, label=request.label, **{**fresh, **fields})


def _translated(request: Request, history: History, mind: Mind) -> Parts:
    """The last answer once more, whole, with the numbers it had; the exchange's language does the rest."""
    if not history:
        yield _nothing(request, "nothing-to-translate")
    else:
        yield from (replace(part, kind="command") for part in history[-1])


def _repeated(request: Request, history: History, mind: Mind) -> Parts:
    """The last exchange that told a lesson, once more."""
    told = next((parts for parts in reversed(history) if any(part.lesson for part in parts)), None)
    yield from (replace(part, kind="command") for part in told) if told else (_nothing(request),)


def _deepened(request: Request, history: History, mind: Mind) -> Parts:
    """The last lesson at its technical depth, with the numbers already shown."""
    last = last_told(history)
    if last is None:
        yield _nothing(request, "nothing-to-deepen")
    else:
        yield _again(last, request, kind="answer", depth="technical", alternatives=last.alternatives)


def _aspect(request: Request, history: History, mind: Mind) -> Parts:
    """One side of the last lesson: its reasons, its formula, its steps, …"""
    last = last_told(history)
    yield _again(last, request, aspect=request.kind, trace=request.names) if last else _nothing(request)


def _coded(request: Request, history: History, mind: Mind) -> Parts:
    last = last_told(history)
    if last and not programs(from_json(last.receipt or {})):
        near = ("implementations",) if "implementations" in mind.library.lessons else ()
        yield replace(_nothing(request, "no-program"), alternatives=near)
    else:
        yield from _aspect(request, history, mind)


def _charted(request: Request, history: History, mind: Mind) -> Parts:
    last = last_told(history)
    if last and not _drawn(str(last.lesson), mind):
        yield _nothing(request, "no-chart")
    else:
        yield from _aspect(request, history, mind)


def _sided(request: Request, history: History, mind: Mind) -> Parts:
    """One side of a lesson that the text names; the lesson, where it has no such side."""
    aspect, slug, *names = request.names
    whole = _lesson(request, slug, mind)
    uncoded = aspect == "code" and not programs(from_json(whole.receipt or {}))
    undrawn = aspect == "chart" and not _drawn(slug, mind)
    yield whole if uncoded or undrawn else replace(whole, aspect=aspect, trace=tuple(names))


def _drawn(slug: str, mind: Mind) -> bool:
    return any(piece.kind == "chart" for piece in pieces(mind.library.lessons[slug]))


def _another(request: Request, history: History, mind: Mind) -> Parts:
    last = last_told(history)
    if last is None or last.receipt is None:
        yield _nothing(request)
        return
    if request.decision and numbers_of(request.text):
        yield _nothing(request, "which-input")
        return
    example = last.receipt["example"]
    before = [part.receipt["inputs"] for part in _told(history) if part.receipt and part.receipt["example"] == example]
    yield _changed_part(last, request, another(example, before[::-1], mind.work))


def _changed_part(last: Part, request: Request, told: Changed) -> Part:
    return _again(last, request, kind="answer", receipt=to_json(told.receipt), changes=told.changes, refused=told.refused)


def _followed(request: Request, history: History, mind: Mind) -> Parts:
    """Other inputs for the last example, where the text wishes only that; else a question like any other."""
    last = last_told(history)
    if last and last.aspect == "origin" and (number := bare_number(request.text)):
        yield from _traced(replace(request, names=(number,)), history, mind)
        return
    heard = heard_of(request.text, last, mind)
    wished = wishes(request, heard, mind)
    if last and not wished and passes_over(request.text, heard):
        yield _nothing(request, "which-input")
    elif not wished:
        kind = kind_of(decision_of(request, mind))
        yield from FOLLOW_UPS.get(kind, answered)(replace(request, kind=kind), history, mind)
    elif last is None:
        yield from _without_context(request, history, mind)
    elif any(each.pointer for each in heard.demands):
        inputs = (last.receipt or {})["inputs"]
        yield _changed_part(last, request, changed(example_of(last), inputs, heard.demands, mind.work))
    else:
        yield _untaken(request, heard, mind)


def _question(request: Request) -> Request:
    return replace(request, kind="question")


def _without_context(request: Request, history: History, mind: Mind) -> Parts:
    """A wish that names a lesson is a question about it."""
    if decision_of(request, mind).kind == "answer":
        yield from answered(_question(request), history, mind)
    else:
        yield _nothing(request, "nothing-to-change")


def _untaken(request: Request, heard: Heard, mind: Mind) -> Part:
    """A wish that the example cannot meet, with the lessons that it may have been about."""
    decision = decision_of(request, mind)
    slugs = (decision.slug or "", *decision.alternatives)
    near = dict.fromkeys(slug for slug in slugs if slug in mind.library.lessons)
    refused = tuple(map(untold, heard.demands))
    return replace(_nothing(request, "not-taken"), alternatives=tuple(near)[:3], refused=refused)


def _traced(request: Request, history: History, mind: Mind) -> Parts:
    """The latest part among whose numbers is the one asked about; the names of the best."""
    wanted = next(token for token in tokens(request.names[0]) if token.amount is not None)
    for part in _told(history):
        names = found_in(from_json(part.receipt or {}), wanted)
        if names:
            yield _again(part, request, aspect="origin", trace=names)
            return
    yield _nothing(request, "no-such-number" if last_told(history) else "nothing-to-follow")


def _symbol(request: Request, history: History, mind: Mind) -> Parts:
    """The symbol of the last receipt that is named; a question where there is none."""
    last = last_told(history)
    names = symbols_named(from_json(last.receipt or {}), request.names) if last else ()
    if last and names:
        yield _again(last, request, aspect="symbols", trace=names)
    else:
        yield from answered(_question(request), history, mind)


def _offered(history: History) -> tuple[Part | None, tuple[str, ...]]:
    """The last part and the lessons it offered, in the order they were shown."""
    last = history[-1][-1] if history and history[-1] else None
    return last, tuple(slug for slug in last.alternatives if slug != last.lesson) if last else ()


def _chosen(request: Request, history: History, mind: Mind) -> Parts:
    """The lesson at a place of the list that was offered."""
    _, offered = _offered(history)
    place = int(request.names[0])
    if not offered or place >= len(offered) or offered[place] not in mind.library.lessons:
        yield _nothing(request, "no-choice" if history else "nothing-to-follow")
    else:
        yield _lesson(request, offered[place], mind)


def _lesson(request: Request, slug: str, mind: Mind) -> Part:
    receipt = mind.work(mind.library.lessons[slug].example, {})
    return Part("answer", request.text, request.label, slug, request.depth, 1.0, (), to_json(receipt))


def _agreed(request: Request, history: History, mind: Mind) -> Parts:
    """Yes to what was meant: the first lesson offered; where several were, which one is asked."""
    last, offered = _offered(history)
    if last and offered and (last.kind == "clarify" or len(offered) == 1) and offered[0] in mind.library.lessons:
        yield _lesson(request, offered[0], mind)
    elif last and last.kind == "answer" and split(request.text)[0] in _HEARD:
        yield _nothing(request, "thanks")
    else:
        yield replace(_nothing(request, "which-one" if offered else "no-choice"), alternatives=offered)


def _declined(request: Request, history: History, mind: Mind) -> Parts:
    """No: the other lessons that were offered."""
    last, offered = _offered(history)
    left = offered[1:] if last and last.kind == "clarify" else ()
    yield replace(_nothing(request, "in-other-words" if offered else "no-choice"), alternatives=left)


def _checked(request: Request, history: History, mind: Mind) -> Parts:
    """Whether an answer to a lesson's question is right, and why."""
    last = history[-1][-1]
    choices = next(piece for piece in pieces(mind.library.lessons[str(last.lesson)]) if piece.kind == "choices")
    (given,) = request.names
    place = choices.data["right"].index(True) if given == RIGHT else int(given)
    offered = place < len(choices.data["right"])
    yield _again(last, request, aspect="checked", trace=(str(place),)) if offered else _nothing(request, "no-choice")


def _greeted(request: Request, history: History, mind: Mind) -> Parts:
    yield _nothing(request, request.kind)


ASPECTS = ("why", "simpler", "example", "steps", "formula", "sources", "symbols", "check", "limits")
FOLLOW_UPS: Mapping[str, Callable[[Request, History, Mind], Parts]] = {
    "translate": _translated, "deepen": _deepened, "repeat": _repeated, "another": _another, "follow": _followed,
    "origin": _traced, "symbol": _symbol, "choice": _chosen, "yes": _agreed, "no": _declined, "code": _coded,
    "chart": _charted, "side": _sided, "checked": _checked,
    **dict.fromkeys(ASPECTS, _aspect),
    **dict.fromkeys(("thanks", "hello"), _greeted),
}  # fmt: skip
