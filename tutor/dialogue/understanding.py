"""What the router adds to reading: commands said in a sentence, several questions in one text, a question said twice."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import dropwhile

from tutor.dialogue.answering import Mind, decided
from tutor.dialogue.commands import MOST_WORDS, command_of, leading_words
from tutor.dialogue.joints import asks, parted, second_lesson
from tutor.dialogue.matching import kind_of
from tutor.dialogue.prompt import USING, Request
from tutor.dialogue.words import split, wordset

_ASKING = ("question", "follow")
_CONNECTING = wordset("and et mais but ok then alors now maintenant so")
_SUPPOSING = {("what", "if"), ("what", "would"), ("what", "happens"), ("if", "we"), ("si", "on"), ("que", "se")}
_SIDES = ("check", "limits", "chart", "code")
# A text without one of these words asks for no side, and is not searched for topics.
_HINTS = leading_words(_SIDES)
_LONGEST = 5  # words of a term


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
        second = second_lesson([kept[at].text for at in places], told, mind)
        if second:
            kept[places[second[0]]] = replace(kept[places[second[0]]], decision=second[1])
    return kept


def _alike(one: Request, other: Request) -> bool:
    """Whether two questions without numbers of their own have the same answer."""
    decisions = [each.decision for each in (one, other) if each.decision and each.decision.kind == "answer" and not each.label]
    return len(decisions) == 2 and decisions[0].slug == decisions[1].slug


def _labelled(first: Request, again: Request) -> Request:
    """A question asked under two numbers is answered under both."""
    return replace(first, label=", ".join(filter(None, (first.label, again.label))) or None)


def _meant(request: Request, mind: Mind) -> Iterator[Request]:
    if request.kind not in _ASKING:
        yield request
        return
    side = _side(request.text, mind)
    if side:
        yield replace(request, kind="side", names=side)
        return
    parts = [] if request.label or _supposes(request.text) else parted(request.text, mind)
    for text, decision in parts or [(request.text, decided(request.text, mind))]:
        follows = request.kind == "follow" and (not parts or any(map(str.isdigit, text)))  # « 10 000 steps » may be a wish
        yield replace(request, kind="follow" if follows else kind_of(decision), text=text, decision=decision)


def _supposes(text: str) -> bool:
    """« et avec ReLU et Adam ? », "what if we use tanh, and 10 steps", "tanh and width 64": one wish, whatever it names."""
    words = tuple(dropwhile(_CONNECTING.__contains__, split(text)))
    counts = any(map(str.isdigit, text)) and not asks(text)
    return counts or ((not USING.isdisjoint(words[:1]) or words[:2] in _SUPPOSING) and "?" not in text.rstrip()[:-1])


def _side(text: str, mind: Mind) -> tuple[str, ...]:
    """The side of a lesson that a text asks for, its slug, and what else the command names; empty for any other text.

    "Quiz me on overfitting", « les limites du dropout »: a command, once the name of a topic is taken out of it.
    """
    words = split(text)
    if len(words) > MOST_WORDS or _HINTS.isdisjoint(words):
        return ()
    found = (_commanded(words[:place] + words[place + length :], words[place : place + length], mind)
             for length in range(min(_LONGEST, len(words)), 0, -1) for place in range(len(words) - length + 1))  # fmt: skip
    return next(filter(None, found), ())


def _commanded(rest: tuple[str, ...], topic: tuple[str, ...], mind: Mind) -> tuple[str, ...]:
    slug = mind.names.topics.get(topic)
    command = command_of(" ".join(rest)) if slug else None
    return (command.kind, slug, *command.names) if slug and command and command.kind in _SIDES else ()
