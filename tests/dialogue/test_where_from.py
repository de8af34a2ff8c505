"""Every number of a conversation can be asked where it comes from; the answer is its step and what is behind it."""

import pytest
from conversation import last

from tutor.conversations import Tutor
from tutor.dialogue.amounts import tokens
from tutor.dialogue.origins import MOST_MATCHES, found_in, origins
from tutor.dialogue.receipts import Receipt, every_number, from_json
from tutor.dialogue.transcript import part_markdown
from tutor.dialogue.view import PartView, part_view

BACKPROP, DESCENT = "What is backpropagation?", "C'est quoi la descente de gradient ?"


def shown(tutor: Tutor, *texts: str, lang: str = "en") -> PartView:
    return part_view(last(tutor, *texts), tutor.shelves[lang])


@pytest.fixture(scope="module")
def receipt(tutor: Tutor) -> Receipt:
    return from_json(last(tutor, BACKPROP).receipt)


def test_every_step_is_found_by_its_printed_value(receipt: Receipt, tutor: Tutor) -> None:
    """As the page prints it, in either language."""
    numbers = every_number(receipt)
    for step in receipt.steps:
        for shelf in tutor.shelves.values():
            (token,) = tokens(shelf.language.number(step.value))
            names = found_in(receipt, token)
            assert any(numbers[name] == pytest.approx(step.value, rel=1e-5) for name in names), (step.name, token)


ASKED = [
    "where does 0.2984 come from?", "d'où vient 0,2984 ?", "how did you get 0.29837?", "comment trouves-tu 0,298371 ?",
    "pourquoi 0,2984 ?", "explain the 0.2984", "d ou sort 0.2984",
]  # fmt: skip


@pytest.mark.parametrize("text", ASKED)
def test_a_number_matches_what_rounds_to_it(tutor: Tutor, text: str) -> None:
    part = last(tutor, BACKPROP, text)
    assert (part.kind, part.aspect, part.lesson, part.trace) == ("command", "origin", "backpropagation", ("loss",))
    assert part.receipt == last(tutor, BACKPROP).receipt


def test_the_step_is_shown_with_its_phase_and_what_is_behind_it(tutor: Tutor) -> None:
    view = shown(tutor, BACKPROP, "d'où vient 0,2984 ?", lang="fr")
    heading, step, behind = view.page.blocks
    assert heading.data["text"] == "D’où vient 0,298371"
    assert "Perte" in step.data["caption"] and step.data["rows"][0][-1]["text"] == "0,298371"
    assert len(behind.data["rows"]) > 2
    assert any(row[1]["text"] == "une entrée" for row in behind.data["rows"])


def test_every_operand_is_an_input_or_a_step_two_levels_deep(receipt: Receipt) -> None:
    steps = {step.name: step for step in receipt.steps}
    for origin in origins(receipt, tuple(steps)):
        direct = origin.step.operands
        second = {name for operand in direct if operand in steps for name in steps[operand].operands}
        assert set(direct) <= set(origin.behind) <= set(direct) | second
        assert all(name in steps or name in receipt.values for name in origin.behind)


@pytest.mark.parametrize("text", ["where does 2,080 come from?", "d'où vient 2 080 ?", "where does 2080 come from?"])
def test_thousands_may_be_written_as_the_page_writes_them(tutor: Tutor, text: str) -> None:
    part = last(tutor, "How are parameters counted?", text)
    assert (part.aspect, part.trace) == ("origin", ("parameters_1",))


@pytest.mark.parametrize("text", ["and 0.5933?", "et 0,5933 ?", "what about 0.5933?"])
def test_another_number_may_be_asked_in_fewer_words(tutor: Tutor, text: str) -> None:
    first, second = (last(tutor, BACKPROP, "where does 0.3775 come from?", *more) for more in ((), (text,)))
    assert (second.aspect, second.receipt) == ("origin", first.receipt) and second.trace != first.trace


def test_a_thousandth_is_not_read_as_thousands(tutor: Tutor) -> None:
    assert last(tutor, BACKPROP, "et avec Adam", "d'où vient 0,001 ?").trace[0] == "learning_rate"
    assert last(tutor, "What is ReLU?", "d'où vient 0,001 ?").note == "no-such-number"


def test_an_input_says_that_it_is_one(tutor: Tutor) -> None:
    view = shown(tutor, BACKPROP, "where does 0.15 come from?")
    assert view.page.blocks[1].data["text"] == "0.15 is an input of the example: nothing computed it, you can change it."


def test_at_most_three_are_shown_the_very_number_first(tutor: Tutor, receipt: Receipt) -> None:
    (token,) = tokens("0.5")
    names = found_in(receipt, token)
    assert 1 < len(names) <= MOST_MATCHES
    assert every_number(receipt)[names[0]] == 0.5


def test_the_latest_part_is_preferred(tutor: Tutor) -> None:
    assert last(tutor, BACKPROP, DESCENT, "where does 0.2 come from?").lesson == "gradient-descent"
    assert last(tutor, BACKPROP, DESCENT, "d'où vient 0,2984 ?").lesson == "backpropagation"


def test_a_number_that_was_never_computed_is_said_to_be_none(tutor: Tutor) -> None:
    part = last(tutor, BACKPROP, "where does 77.123 come from?")
    assert (part.kind, part.note, part.lesson) == ("command", "no-such-number", None)


def test_a_whole_number_is_meant_exactly(receipt: Receipt) -> None:
    assert not found_in(receipt, *tokens("3"))


def test_the_sign_may_be_left_out(tutor: Tutor) -> None:
    receipt = from_json(last(tutor, BACKPROP).receipt)
    step = min(receipt.steps, key=lambda step: step.value)
    assert step.value < 0
    assert step.name in found_in(receipt, *tokens(f"{-step.value:.6f}"))


def test_the_transcript_tells_it_too(tutor: Tutor) -> None:
    view = shown(tutor, BACKPROP, "where does 0.2984 come from?")
    text = "\n".join(part_markdown(view, tutor.shelves["en"].language))
    assert "### Where 0.298371 comes from" in text and "Where its numbers come from" in text


@pytest.mark.parametrize(
    "text", ["how does 1 layer learn?", "where is the loss 0.5 too high?", "why 3 layers?", "what is 0.5 as a learning rate"]
)
def test_a_question_with_a_number_is_a_question(tutor: Tutor, text: str) -> None:
    assert last(tutor, BACKPROP, text).aspect is None
