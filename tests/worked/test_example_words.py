"""That the words about examples cover every example, input, convention and phase, and nothing else."""

import tomllib
from pathlib import Path

import pytest

from tutor.worked import EXAMPLES, work
from tutor.worked.inputs import Many, Record, json_schema

WORDS = tomllib.loads((Path(__file__).parents[2] / "content" / "examples.toml").read_text("utf-8"))
LAYERS = {"layers": [{"weights": [[0.0]], "biases": [0.0], "activation": "relu"}], "x": [[1.0]], "t": [[0.0]]}
VARIED = [
    *((name, {}) for name, example in EXAMPLES.items() if not example.measured),
    ("network-step", {**LAYERS, "train_biases": False, "update": "sequential", "steps": 2}),
    ("network-step", {"optimizer": {"name": "rmsprop"}, "loss": "squared_error"}),
    ("network-step", {"optimizer": {"name": "rmsprop", "epsilon_inside_root": True}, "loss": "mean_squared_error"}),
    ("training-loop", {"learning_rate": 900, "steps": 500}),
]


def test_every_example_has_words():
    assert set(WORDS) - {"conventions", "phases", "options"} == set(EXAMPLES)
    every = [set(words) for name, words in WORDS.items() if name in EXAMPLES]
    assert all({"title", "summary", "inputs"} <= words <= {"title", "summary", "inputs", "charts"} for words in every)


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_input_has_a_title_and_every_title_an_input(name):
    asked = set()
    json_schema(EXAMPLES[name].fields, lambda pointer: asked.add(pointer) or pointer)
    assert set(WORDS[name]["inputs"]) == asked


def choices(field):
    """Every word that may be chosen somewhere in a field."""
    if isinstance(field, Record):
        return {option for inner in field.fields.values() for option in choices(inner)}
    return choices(field.record) if isinstance(field, Many) else set(getattr(field, "options", ()))


def test_every_choice_among_the_inputs_has_words_and_all_words_are_chosen():
    offered = {option for example in EXAMPLES.values() for option in choices(example.fields)}
    assert set(WORDS["options"]) == offered | {"true", "false"}


@pytest.mark.parametrize(("name", "inputs"), VARIED)
def test_every_convention_and_phase_of_a_receipt_has_words(name, inputs):
    receipt = work(name, inputs)
    assert set(receipt.conventions) <= set(WORDS["conventions"])
    assert {step.phase for step in receipt.steps} <= set(WORDS["phases"])
