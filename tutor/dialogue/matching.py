"""What is made of a question: answered by one lesson, left to the learner among a few likely ones, or declined."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from tutor.dialogue.router import FOLLOW, OTHER, Router, chances, is_lesson

# Set on questions kept for measuring, like the router's own numbers.
TALKED = 0.3  # the least chance of a command …
NAMELESS = 4.0  # … beside that of any lesson: « explique le biais plus simplement » names one
ENOUGH = 0.22  # the least chance of a lesson that is answered …
CLEAR = 2.0  # … and how many times that of another subject it must be
LIKELY = 0.1  # the least chance of a lesson that is offered …
ELSEWHERE = 0.33  # … and how many times that of another subject it must be
NEAR = 0.03  # below this a lesson is not named among the nearest
FAINT = 0.01  # and below this not ranked at all
OFFERED = 3


@dataclass(frozen=True)
class Match:
    """How likely a text is about a lesson, or is a command, from 0 to 1."""

    slug: str
    score: float


@dataclass(frozen=True)
class Decision:
    """`kind` is answer, clarify, abstain or command; `slug` the best lesson (None when nothing is near) or the command.

    `alternatives` are written lessons: the likely ones to choose from (beside a command too), or the nearest.
    """

    kind: str
    slug: str | None
    score: float
    alternatives: tuple[str, ...]


def kind_of(decision: Decision) -> str:
    """The kind of request that a text is by what is decided of it: the command's, or question."""
    return str(decision.slug) if decision.kind == "command" else "question"


def rank(question: str, router: Router) -> tuple[Match, ...]:
    """The lessons and commands near the question, the likeliest first; none when it has no word that the router knows."""
    likely = ((-chance, slug) for slug, chance in chances(question, router).items() if chance >= FAINT)
    return tuple(Match(slug, -chance) for chance, slug in sorted(likely))


def decide(matches: Sequence[Match], written: Collection[str], beside: Iterable[str] = ()) -> Decision:
    """Answer with the likeliest lesson where it is likely enough and written; else offer the likely ones; else abstain.

    `beside` are written lessons to name after those that are near.
    """
    commands = [match for match in matches if match.slug.startswith(FOLLOW)]
    best = next((match for match in matches if is_lesson(match.slug)), Match("", 0.0))
    elsewhere = next((match.score for match in matches if match.slug == OTHER), 0.0)
    talked = sum(match.score for match in commands)
    near = [match.slug for match in matches if match.slug in written and match.score >= NEAR]
    likely = tuple(match.slug for match in matches if match.slug in written and match.score >= LIKELY)[:OFFERED]
    if commands and talked >= max(TALKED, NAMELESS * best.score, elsewhere):
        return Decision("command", commands[0].slug.removeprefix(FOLLOW), talked, likely)
    kind = _kind(best.score, elsewhere) if best.slug in written else "abstain"
    if kind == "clarify":
        return Decision(kind, best.slug, best.score, likely)
    others = (slug for slug in dict.fromkeys((*near, *beside)) if kind == "abstain" or slug != best.slug)
    return Decision(kind, best.slug or None, best.score, tuple(islice(others, OFFERED)))


def _kind(chance: float, elsewhere: float) -> str:
    if chance >= max(ENOUGH, CLEAR * elsewhere):
        return "answer"
    return "clarify" if chance >= max(LIKELY, ELSEWHERE * elsewhere) else "abstain"
