"""A question answered by its lesson, with the inputs that the question itself names; or left unanswered."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import Any

from tutor.answer import Part
from tutor.dialogue.changes import Changed, changed
from tutor.dialogue.matching import NEAR, OFFERED, Decision, decide, rank
from tutor.dialogue.names import ARTICLES, Demand, Names, demands_of
from tutor.dialogue.prompt import Request
from tutor.dialogue.receipts import Receipt, normal_inputs, to_json
from tutor.dialogue.router import Router
from tutor.dialogue.words import split, wordset
from tutor.lessons.library import Library

Work = Callable[[str, Mapping[str, Any]], Receipt]
History = Sequence[tuple[Part, ...]]  # the parts of each answer so far, oldest first
# In a whole question, what is named after such a word is wished.
_LEADING = wordset("with avec using utilisant")
_SUPPOSING = _LEADING | wordset("if si for pour after apres at when quand of de have ai avons use utilise")


@dataclass(frozen=True)
class Mind:
    """What a reply draws on: the lessons, the router of questions, the names of inputs, and where examples are computed."""

    library: Library
    router: Router
    work: Work
    names: Names


def decided(text: str, mind: Mind) -> Decision:
    """Which lesson a text is about; beside the likely ones stand those that go with it, then the first of the course."""
    matches, lessons = rank(text, mind.router), mind.library.lessons
    best = next((lessons[each.slug].see_also for each in matches if each.slug in lessons and each.score >= NEAR), ())
    course = chain.from_iterable(path.lessons for path in mind.library.course)
    return decide(matches, lessons, islice(chain(best, course), 2 * OFFERED))


def decision_of(request: Request, mind: Mind) -> Decision:
    """What is decided of a request: what was decided when it was read, or now."""
    return request.decision or decided(request.text, mind)


def answered(request: Request, history: History, mind: Mind) -> Iterator[Part]:
    """The lesson that a question is about; the likely ones to choose from; or the nearest ones where none answers it."""
    decision = decision_of(request, mind)
    if decision.kind != "answer" or decision.slug is None:
        kind = "clarify" if decision.kind == "clarify" else "abstain"
        note = "no-lesson" if kind == "abstain" else "which-lesson" if len(decision.alternatives) > 1 else "this-lesson"
        yield Part(kind, request.text, request.label, score=decision.score, alternatives=decision.alternatives, note=note)
        return
    told = _computed(request.text, mind.library.lessons[decision.slug].example, mind)
    yield Part("answer", request.text, request.label, decision.slug, request.depth, decision.score, decision.alternatives,
               to_json(told.receipt), changes=told.changes, refused=told.refused)  # fmt: skip


def _computed(text: str, example: str, mind: Mind) -> Changed:
    demands = _asked(text, example, mind.names)
    if not demands:
        return Changed(mind.work(example, {}), (), ())
    told = changed(example, normal_inputs(example, {}), demands, mind.work)
    return replace(told, changes=tuple(change for change in told.changes if change[1] != change[2]))


def _asked(text: str, example: str, names: Names) -> list[Demand]:
    """The wishes of a question that the example can take; « why are 2 layers enough » wishes nothing."""
    if _LEADING.isdisjoint(split(text)) and not any(map(str.isdigit, text)):
        return []
    heard = demands_of(text, names, example)
    supposed = not _SUPPOSING.isdisjoint(heard.left)
    return [each for each in heard.demands if each.pointer and (_meant(each) or (supposed and each.typed[:1].isdigit()))]


def _meant(demand: Demand) -> bool:
    """« with two layers » or "784-128-10"; « avec une couche » says nothing of how many."""
    return isinstance(demand.value, tuple) or (demand.after in _LEADING and demand.typed not in ARTICLES)
