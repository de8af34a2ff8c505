"""What the router adds to reading: commands said in a sentence, two questions joined in one, a question said twice."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from tutor.dialogue.answering import Mind, decided
from tutor.dialogue.matching import Decision, Match, kind_of, rank
from tutor.dialogue.prompt import MOST_PARTS, Request
from tutor.dialogue.router import OTHER
from tutor.dialogue.words import split, wordset

_AND = r"(?:(?:and|et|then|puis|ensuite|also|aussi)\ ){0,2}"
_OPENER = (
    r"(?:what|why|when|where|which|who|how|is|are|do|does|did|can|should|pourquoi|comment|quand|quel|quelle|quels|quelles"
    r"|que\ se|combien|pourkoi|pk|c\ (?:est\ )?[qk]u?oi|explain|tell|describe|explique|expliquez|est-ce|qu'est|c'est|[aà]\ quoi"
    r"|o[uù]|faut-il|peut-on)\b"
)
# Between two questions in one: « … ? … », « …, et comment … », "… and why …".
_JOINT = re.compile(rf"(?<=\?)\s|(?<=[,;:])\s(?={_AND}{_OPENER})|\s(?=(?:and|et|then|puis)\ {_AND}{_OPENER})", re.IGNORECASE)
_ASKS = re.compile(rf"(?:\A|[.?!:,]\s){_AND}{_OPENER}", re.IGNORECASE)
# « Explain momentum and dropout »: two topics under one verb; not what is compared.
_TOPICS = re.compile(
    r"((?:please |can you |could you |peux-tu |pouvez-vous )?(?:explain|describe|define|what (?:is|are)|tell me about"
    r"|explique[rz]?|décri\w+|défini\w+|c'est quoi|qu'est-ce que|parle[rz]?-moi)\b.+?),? (?:and|et) (.+)",
    re.IGNORECASE | re.DOTALL,
)
ASKING = ("question", "follow")
# « What is the difference between momentum and dropout? »
_COMPARING = re.compile(r"(.*?\b(?:between|entre)\b.+?),? (?:and|et) (.+)", re.IGNORECASE | re.DOTALL)
_COMPARED = wordset("difference differences between entre vs versus compare comparer comparez link lien rapport both deux")
_BOTH = 0.5  # the least chance of each of two topics, and of what a further sentence says that no lesson answers
_SURE = 0.3  # the least chance of each of two joined questions
_NEXT = 0.1  # and of the lesson that answers the second of two questions about one


def understood(requests: Iterable[Request], mind: Mind) -> tuple[Request, ...]:
    """The requests as they are meant: questions with what is decided of them, each said once."""
    once: dict[tuple[str, ...], Request] = {}
    for part in (part for request in requests for part in _meant(request, mind)):
        said = (part.kind, *split(part.text))
        once[said] = _labelled(once[said], part) if said in once else part
    return tuple(_each_its_own(_gathered(once.values(), mind), mind))


def _gathered(parts: Iterable[Request], mind: Mind) -> Iterator[Request]:
    """The parts, with every further sentence that is no question of its own said with those before it."""
    group: list[Request] = []
    for part in parts:
        if group and (not part.goes_on or _apart(group, part, mind)):
            yield _said_together(group, mind)
            group = []
        group.append(part)
    if group:
        yield _said_together(group, mind)


def _said_together(group: Sequence[Request], mind: Mind) -> Request:
    if len(group) == 1:
        return group[0]
    kind = group[0].kind if group[0].kind in ASKING else ASKING[0]
    deepest = max(part.depth for part in group)  # technical, if one is
    return _decided(replace(group[0], kind=kind, text=" ".join(part.text for part in group), depth=deepest), mind)


def _apart(group: Sequence[Request], part: Request, mind: Mind) -> bool:
    """Whether a sentence is another question than those before it, or a command beside them."""
    if not (group[0].decision and part.decision):
        return True
    told = next((each for each in group if _stands(each, mind)), None)
    if told is None or told.decision is None or not _stands(part, mind):
        return False
    known = {told.decision.slug}
    return part.decision.slug not in known or any(any(_others(each, known, mind)) for each in (told, part))


def _stands(part: Request, mind: Mind) -> bool:
    """Whether a sentence has a topic of its own, be it one that is not taught."""
    if part.decision and part.decision.kind in ("answer", "command"):
        return part.decision.score >= (_SURE if part.decision.kind == "answer" else _BOTH)
    best = rank(part.text, mind.router)[:1]
    return any(match.slug == OTHER and match.score >= _BOTH for match in best)


def _each_its_own(parts: Iterable[Request], mind: Mind) -> list[Request]:
    """Of two questions in one text about one lesson, that with the likelier second lesson gets it, where there is one."""
    kept = list(parts)
    for place, part in enumerate(kept):
        alike = [before for before in range(place) if _alike(kept[before], part)]
        told = {each.decision.slug for each in kept if each.decision}
        places = (*alike, place) if alike else ()
        seconds = [(match.score, at, match.slug) for at in places for match in _others(kept[at], told, mind)]
        if seconds:
            score, at, slug = max(seconds)
            kept[at] = replace(kept[at], decision=Decision("answer", slug, score, ()))
    return kept


def _alike(one: Request, other: Request) -> bool:
    """Whether two questions without numbers of their own have the same answer."""
    decisions = [each.decision for each in (one, other) if each.decision and each.decision.kind == "answer" and not each.label]
    return len(decisions) == 2 and decisions[0].slug == decisions[1].slug


def _others(part: Request, told: set[str | None], mind: Mind) -> Iterator[Match]:
    """Likely lessons that are not told yet."""
    near = (match for match in rank(part.text, mind.router) if match.slug in mind.library.lessons and match.score >= _NEXT)
    return (match for match in near if match.slug not in told)


def _labelled(first: Request, again: Request) -> Request:
    """A question asked under two numbers is answered under both."""
    return replace(first, label=", ".join(filter(None, (first.label, again.label))) or None)


def _meant(request: Request, mind: Mind) -> Iterator[Request]:
    if request.kind not in ASKING:
        yield request
        return
    joined = [] if request.label else _joined(request.text, mind) or _topics(request.text, mind)
    if not joined:
        yield _decided(request, mind)
    for place, (text, decision) in enumerate(joined):
        yield replace(request, text=text, decision=decision, goes_on=request.goes_on and not place)


def _decided(request: Request, mind: Mind) -> Request:
    decision = decided(request.text, mind)
    kind = kind_of(decision) if request.kind == "question" else request.kind  # « 10 000 steps » may be a wish
    return replace(request, kind=kind, decision=decision)


def _joined(text: str, mind: Mind) -> list[tuple[str, Decision]]:
    """The questions of a text that asks for several lessons; none where it is one question, whatever its parts."""
    parts: list[tuple[str, Decision]] = []
    stretches = _JOINT.split(text, MOST_PARTS)
    about = f"{stretches[0]} " if stretches[0].endswith(":") else ""  # « Deux questions sur ReLU : »
    waiting = ""
    for stretch in stretches if len(stretches) > 1 else ():
        waiting = f"{waiting} {stretch}".strip()
        decision = _sure(waiting, mind) or (_sure(about + waiting, mind) if about else None)
        if decision and decision.slug not in _slugs(parts) and (waiting.endswith("?") or _ASKS.search(waiting)):
            parts.append((waiting, decision))
            waiting = ""
    if len(parts) < 2:
        return []
    return [*parts[:-1], (f"{parts[-1][0]} {waiting}".strip(), parts[-1][1])]


def _sure(text: str, mind: Mind) -> Decision | None:
    decision = decided(text, mind)
    return decision if decision.kind == "answer" and decision.score >= _SURE else None


def _topics(text: str, mind: Mind) -> list[tuple[str, Decision]]:
    """The two topics of a text that asks to explain both, or compares what no lesson compares; none where they are one."""
    compared = not _COMPARED.isdisjoint(split(text))
    found = (_COMPARING if compared else _TOPICS).fullmatch(text)
    parts = [(topic, decided(topic, mind)) for topic in found.groups()] if found else []
    sure = all(decision.kind == "answer" and decision.score >= _BOTH for _, decision in parts)
    if not sure or len(_slugs(parts)) < 2:
        return []
    whole = decided(text, mind)
    return [] if compared and whole.kind == "answer" and whole.slug not in _slugs(parts) else parts


def _slugs(parts: Sequence[tuple[str, Decision]]) -> set[str | None]:
    return {decision.slug for _, decision in parts}
