"""Where a text that asks several things falls apart: every place is judged by what the router makes of both sides."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from tutor.dialogue.answering import Mind, decided
from tutor.dialogue.matching import LIKELY, Decision, rank
from tutor.dialogue.router import OTHER
from tutor.dialogue.words import split, wordset

_PLACE = re.compile(
    r"(?<=\?)\s*(?=\w)|(?<=[!.;:…])\s+|(?<=,)\s+|\s(?=(?:(?:and|et|then|puis|ainsi\ que|vs\.?|versus"
    r"|what\ (?:is|are)|what's|c'est\ quoi|qu'est-ce)\b|[&/]\s))", re.IGNORECASE
)
_ITEMS = re.compile(r"\s*(?:[,;/&\n]|\b(?:and|et|vs\.?|versus|ainsi\ que)\b)\s*", re.IGNORECASE)
_ALSO = r"(?:(?:and|et|then|puis|ensuite|also|aussi|[&/])\ ){0,2}"
_OPENER = (
    r"what|why|when|where|which|who|how|is|are|do|does|did|can|should|pourquoi|comment|quand|quel|quelle|quels|quelles"
    r"|que\ se|combien|pourkoi|pk|c\ (?:est\ )?[qk]u?oi|explain|tell|describe|explique|expliquez|est-ce|qu'est|c'est|[aà]\ quoi"
    r"|o[uù]|faut-il|peut-on"
)
_ASKS = re.compile(
    rf"\b(?:{_OPENER}|quoi|savoir|know|wonder\w*|curious|understand|comprend\w*|define|montre\w*|show|give|donne\w*)\b|\?",
    re.IGNORECASE,
)
# What a second question also begins with: « … et laquelle … », "… and could you …", « … et si je … ».
_OPENS = re.compile(
    rf"{_ALSO}(?:(?:{_OPENER}|whats|could|would|will|if|i|si|je|lequel|laquelle|en\ quoi)\b|j'|i'd|y'en)", re.IGNORECASE
)
_JOINS = re.compile(r"(?:and|et|then|puis|ensuite|finally|enfin|ainsi|also|aussi)\b|[&/]", re.IGNORECASE)
_COUNTS = re.compile(r"(?:(?:and|et|with|avec)\ )?[\d.]")  # "784 inputs, 128 hidden units and 10 outputs"
_EACH = wordset("each both chacun chacune deux respectively respectivement")
_PLEASANTRIES = ("thanks", "hello")
_ABOUT = re.compile(r"[^?:\n]{1,80}:\s")  # « Deux questions sur ReLU : »
_COMPARED = wordset("difference differences between entre vs versus compare comparer comparez link lien rapport both deux")
_MOST_PLACES = 8

# The weights of a logistic regression on questions kept for measuring: the lesser chance of the two sides' lessons, the
# lesser chance of these in the whole text, the words of the right side, and what stands around the place.
_SIDES, _WHOLE, _WORDS, _JOINED, _QUESTION, _OPENED, _LEAST = 6.0, 3.0, 3.5, 1.25, 0.5, 0.95, 6.9
_MANY_WORDS = 8
_TOPIC, _TOPIC_WORDS = 0.6, 4  # the least chance of an item of a list of topics, and its most words
_SECOND = 0.14  # the least chance of the second lesson of two questions about one
_ALONE = 0.87  # where a lesson is so likely, only a question mark parts the text
_SURE = 0.3  # the least chance of a question's lesson beside a sentence about what is not taught
_ELSEWHERE, _COMMAND = 0.5, 0.7  # the least chances of such a sentence, and of a command beside a question


@dataclass(frozen=True)
class Joint:
    """A place in a text, what is decided of both sides, and the odds (logarithms) that they are two questions."""

    left: str
    right: str
    decisions: tuple[Decision, Decision]
    odds: float


def parted(text: str, mind: Mind, about: str = "") -> list[tuple[str, Decision]]:
    """The questions of a text that asks for several lessons, or for one and for what is not taught; none if it asks once."""
    found = _ABOUT.match(text)
    about = found[0] if found else about
    best = max(_joints(text, about, mind), key=lambda joint: joint.odds, default=None)
    if best is None or best.odds < 0:
        return _topics(text, mind)
    sides = zip((best.left, best.right), best.decisions, strict=True)
    return _together(part for side, decision in sides for part in parted(side, mind, about) or [(side, decision)])


def _together(parts: Iterable[tuple[str, Decision]]) -> list[tuple[str, Decision]]:
    """The parts, neighbours about one lesson as one."""
    runs = (list(run) for _, run in groupby(parts, lambda part: part[1].slug))
    return [(" ".join(text for text, _ in run), run[0][1]) for run in runs]


def asks(text: str) -> bool:
    """Whether a text holds a word or a sign that asks."""
    return _ASKS.search(text) is not None


def _topics(text: str, mind: Mind) -> list[tuple[str, Decision]]:
    """The items of a list of topics: "dropout, Adam, ReLU", « compare le momentum et Adam »."""
    items = [item for item in _ITEMS.split(text) if split(item)]
    if not 1 < len(items) <= _MOST_PLACES or any(len(split(item)) > _TOPIC_WORDS for item in items[1:]):
        return []
    decisions = [decided(item, mind) for item in items]
    slugs = {decision.slug for decision in decisions}
    listed = len(slugs) == len(items) and all(each.kind == "answer" and each.score >= _TOPIC for each in decisions)
    whole = decided(text, mind) if listed else None
    # « Adam ou SGD ? » has a lesson of its own.
    together = whole is None or whole.score >= _ALONE or (whole.kind == "answer" and whole.slug not in slugs)
    return [] if together else list(zip(items, decisions, strict=True))


def _joints(text: str, about: str, mind: Mind) -> Iterator[Joint]:
    """Every place that may part the text; where there are many, those that look most like the end of a question."""
    places = sorted(_PLACE.finditer(text), key=lambda place: not _strong(text, place))[:_MOST_PLACES]
    whole = {match.slug: match.score for match in rank(text, mind.router)} if places else {}
    compared = not _COMPARED.isdisjoint(split(text))
    one_subject = max(whole.values(), default=0.0) >= _ALONE
    for place in places:
        left, right = text[: place.start()], text[place.end() :]
        clause = not left.endswith("?") and ((one_subject and not _OPENS.match(right)) or _COUNTS.match(right))
        if clause or (not asks(left) and _EACH.isdisjoint(split(right))):
            continue
        alone = decided(left, mind), _in_context(right, about, mind)
        one, two = _each_its_own(left, right, alone, mind)
        if {one.kind, two.kind} <= {"answer", "clarify"} and one.slug != two.slug:
            third = next(iter(whole), "") not in (one.slug, two.slug)
            if not (compared and third):  # « Adam or SGD? » has a lesson of its own
                sure = alone != (one, two) and min(one.score, two.score) >= _SECOND
                twice = sure and left.endswith("?") and right.endswith("?")
                yield Joint(left, right, (one, two), 0.0 if twice else _odds(left, right, (one, two), whole))
        elif left.endswith("?") and _beside(left, right, (one, two), mind):
            yield Joint(left, right, (one, two), 0.0)


def _strong(text: str, place: re.Match[str]) -> bool:
    return text[place.start() - 1] in "?.!" or _OPENS.match(text, place.end()) is not None


def _in_context(text: str, about: str, mind: Mind) -> Decision:
    alone = decided(text, mind)
    return decided(about + text, mind) if about and alone.kind != "answer" else alone


def _each_its_own(left: str, right: str, decisions: tuple[Decision, Decision], mind: Mind) -> tuple[Decision, Decision]:
    """Of two sides about one lesson, that with the likelier second lesson gets it, where there is one."""
    one, two = decisions
    if not one.kind == two.kind == "answer" or one.slug != two.slug:
        return decisions
    side, other = second_lesson((left, right), {one.slug}, mind) or (1, two)
    return (one, other) if side else (other, two)


def second_lesson(texts: Iterable[str], told: Collection[str | None], mind: Mind) -> tuple[int, Decision] | None:
    """Of texts about one lesson, which is likeliest about another that is not told, and that one; None where none is likely."""
    likely = [(match.score, place, match.slug) for place, text in enumerate(texts) for match in rank(text, mind.router)
              if match.score >= LIKELY and match.slug in mind.library.lessons and match.slug not in told]  # fmt: skip
    score, place, slug = max(likely, default=(0.0, 0, ""))
    return (place, Decision("answer", slug, score, ())) if slug else None


def _odds(left: str, right: str, decisions: tuple[Decision, Decision], whole: Mapping[str, float]) -> float:
    words = min(len(split(right)), _MANY_WORDS) / _MANY_WORDS
    sides = _SIDES * min(each.score for each in decisions)
    both = _WHOLE * min(whole.get(str(each.slug), 0.0) for each in decisions)
    place = _JOINED * bool(_JOINS.match(right)) + _QUESTION * left.endswith("?") + _OPENED * bool(_OPENS.match(right))
    return sides + both + _WORDS * words + place - _LEAST


def _beside(left: str, right: str, decisions: tuple[Decision, Decision], mind: Mind) -> bool:
    """Whether one side is a question, and the other a command or a question about what is not taught."""
    for told, text, decision in zip(decisions, (right, left), reversed(decisions), strict=True):
        if told.kind == "answer" and told.score >= _SURE:
            other = any(match.slug == OTHER and match.score >= _ELSEWHERE for match in rank(text, mind.router))
            command = decision.kind == "command" and decision.score >= _COMMAND and decision.slug not in _PLEASANTRIES
            return command or (other and text.endswith("?"))
    return False
