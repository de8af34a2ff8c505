"""The network that reads questions shows its own work: the steps lead to the very chances that decide."""

from math import exp, sqrt

import pytest

from tutor.conversations import Tutor
from tutor.dialogue.own_network import MOST_READ, MOST_SHOWN, portrait
from tutor.dialogue.receipts import every_number
from tutor.dialogue.router import chances

QUESTIONS = [
    "Why does my gradeint vanish?", "pourquoi des couches cachées", "what is a cake", "say it in simpler words",
    "adam xyzzy plugh",
]  # fmt: skip


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_steps_lead_to_the_chances_that_decide(question: str, tutor: Tutor) -> None:
    """Single precision decides, and the steps are in double precision."""
    found, decided = portrait(question, tutor.router), chances(question, tutor.router)
    assert found and len(found.likely) == MOST_SHOWN
    best = sorted(decided.items(), key=lambda item: -item[1])[:MOST_SHOWN]
    assert dict(found.likely) == pytest.approx(dict(best), rel=1e-4)


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_step_follows_from_its_operands(question: str, tutor: Tutor) -> None:
    found = portrait(question, tutor.router)
    assert found
    numbers = every_number(found.receipt)
    for step in found.receipt.steps:
        known = {"exp": exp, "sqrt": sqrt, **{name: numbers[name] for name in step.operands}}
        assert eval(step.expression, {"__builtins__": {}}, known) == pytest.approx(step.value, rel=1e-12)
    assert sum(x**2 for _, x in found.heard) == pytest.approx(1.0)
    assert set(found.receipt.symbols) == {*found.receipt.values, *(step.name for step in found.receipt.steps)}


def test_slips_and_unknown_words_are_heard_as_what_they_are_taken_for(tutor: Tutor) -> None:
    found = portrait("gradeint xyzzy plugh", tutor.router)
    assert found and [name for name, _ in found.heard] == ["gradient", ""]


@pytest.mark.parametrize("question", ["", "?!", "xyzzy plugh"])
def test_nothing_known_is_nothing_shown(question: str, tutor: Tutor) -> None:
    assert portrait(question, tutor.router) is None


def test_only_the_beginning_of_a_long_text_is_read(tutor: Tutor) -> None:
    found = portrait("adam " * 100, tutor.router)
    assert found and len(found.receipt.inputs["question"]) == MOST_READ
