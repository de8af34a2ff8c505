"""What the router adds to reading: commands said in a sentence, two questions joined in one, a question said twice."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from tutor.dialogue.answering import Mind, decided
from tutor.dialogue.matching import Decision, Match, kind_of, rank
from tutor.dialogue.prompt import MOST_PARTS, Request
from tutor.dialogue.words import split, wordset

_AND = r"(?:(?:and|et|then|puis|ensuite|also|aussi)\ ){0,2}"
_OPENER = (
    r"(?:what|why|when|where|which|who|how|is|are|do|does|did|can|should|pourquoi|comment|quand|quel|quelle|quels|quelles"
    r"|combien|pourkoi|pk|c\ (?:est\ )?[qk]u?oi|explain|tell|describe|explique|expliquez|est-ce|qu'est|c'est|[aà]\ quoi"
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
_COMPARED = wordset("difference differences between entre vs versus compare comparer comparez link lien rapport both deux")
_BOTH = 0.5  # the least chance of each of two topics
_SURE = 0.3  # the least chance of each of two joined questions
_NEXT = 0.1  # and of the lesson that answers the second of two questions about one


def understood(requests: Iterable[Request], mind: Mind) -> tuple[Request, ...]:
    """The requests as they are meant: questions with what is decided of them, each said once."""
    once: dict[tuple[str, ...], Request] = {}
    for part in (part for request in requests for part in _meant(request, mind)):
        said = (part.kind, *split(part.text))
        once[said] = _labelled(once[said], part) if said in once else part
    return tuple(_each_its_own(once.values(), mind))


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
    if request.kind not in ("question", "follow"):
        yield request
        return
    joined = [] if request.label else _joined(request.text, mind) or _topics(request.text, mind)
    for text, decision in joined or [(request.text, decided(request.text, mind))]:
        kind = kind_of(decision) if request.kind == "question" else request.kind  # « 10 000 steps » may be a wish
        yield replace(request, kind=kind, text=text, decision=decision)


def _joined(text: str, mind: Mind) -> list[tuple[str, Decision]]:
    """The questions of a text that asks for several lessons; none where it is one question, whatever its parts."""
    parts: list[tuple[str, Decision]] = []
    waiting, stretches = "", _JOINT.split(text, MOST_PARTS)
    for stretch in stretches if len(stretches) > 1 else ():
        waiting = f"{waiting} {stretch}".strip()
        decision = decided(waiting, mind)
        sure = decision.kind == "answer" and decision.score >= _SURE and decision.slug not in _slugs(parts)
        if sure and _ASKS.search(waiting):
            parts.append((waiting, decision))
            waiting = ""
    if len(parts) < 2:
        return []
    return [*parts[:-1], (f"{parts[-1][0]} {waiting}".strip(), parts[-1][1])]


def _topics(text: str, mind: Mind) -> list[tuple[str, Decision]]:
    """The two topics of a text that asks to explain one and another; none where they are compared, or are one."""
    found = _TOPICS.fullmatch(text)
    if not found or not _COMPARED.isdisjoint(split(text)):
        return []
    parts = [(topic, decided(topic, mind)) for topic in found.groups()]
    sure = all(decision.kind == "answer" and decision.score >= _BOTH for _, decision in parts)
    return parts if sure and len(_slugs(parts)) > 1 else []


def _slugs(parts: Sequence[tuple[str, Decision]]) -> set[str | None]:
    return {decision.slug for _, decision in parts}
