"""Addresses of inputs: short, readable, and the same inputs again when they are read back."""

import math
import random

import pytest

from tutor.web.addresses import read_inputs, resized, write_inputs
from tutor.worked import EXAMPLES
from tutor.worked.inputs import normalise

STEP = "network-step"
LAYER = {"weights": [[0.5, -1.25]], "biases": [1e-7], "activation": "tanh"}
CHANGES = [
    {},
    {"x": [[1, 2]], "t": [[0, 1]]},
    {"x": [[1, 2], [3, 4], [5, 6]], "t": [[0, 1], [1, 0], [1, 1]]},
    {"layers": [LAYER], "t": [[0.5]]},
    {"optimizer": {"name": "adam"}},
    {"optimizer": {"name": "adam", "learning_rate": 0.5}},
    {"optimizer": {"name": "rmsprop", "rho": 0.9}},
    {"t": [1], "loss": "cross_entropy"},
    {"train_biases": False, "steps": 7, "update": "sequential"},
]


def complete(changes):
    return normalise(EXAMPLES[STEP].fields, changes)


@pytest.mark.parametrize("changes", CHANGES)
def test_an_address_gives_the_very_inputs_it_was_made_from(changes):
    inputs = complete(changes)
    read = read_inputs(STEP, write_inputs(STEP, inputs))
    assert read.mistakes == () and read.inputs == inputs


def test_any_number_survives_an_address():
    draws = random.Random(0)
    for _ in range(200):
        weights = [[math.ldexp(draws.uniform(-1, 1), draws.randint(-60, 9)) for _ in range(2)] for _ in range(2)]
        inputs = complete({"x": weights, "t": weights})
        assert read_inputs(STEP, write_inputs(STEP, inputs)).inputs == inputs


def test_what_is_as_by_default_is_not_in_the_address():
    assert write_inputs(STEP, complete({})) == {}
    assert write_inputs(STEP, complete({"optimizer": {"name": "adam"}})) == {"optimizer.name": "adam"}
    assert write_inputs(STEP, complete({"optimizer": {"learning_rate": 0.25}})) == {"optimizer.learning_rate": "0.25"}


def test_a_decimal_comma_is_a_decimal_point():
    assert read_inputs(STEP, {"layers.0.weights.1.0": "0,3"}).inputs["layers"][0]["weights"][1][0] == 0.3


def test_every_wrong_box_is_told_and_the_right_ones_are_kept():
    typed = {"steps": "1,5", "x.0.0": "abc", "optimizer.momentum": "7", "loss": "none", "nothing": "1", "x.0.1": "9"}
    read = read_inputs(STEP, typed)
    assert {(mistake.pointer, mistake.reason) for mistake in read.mistakes} == {
        ("/steps", "not-an-integer"), ("/x/0/0", "not-a-number"), ("/optimizer/momentum", "too-large"),
        ("/loss", "not-a-choice"), ("/nothing", "unknown-field"),
    }  # fmt: skip
    assert read.inputs["x"] == [[0.05, 9.0]]


@pytest.mark.parametrize("name", [
    "x.99999999999.0", "x.-1", "x.٣", "", ".", "..", "x", "x.0", "layers.0", "optimizer", "a" * 5000, "x.0.0.0.0", "x.0.0.",
])  # fmt: skip
def test_no_name_is_too_strange_to_refuse(name):
    assert read_inputs(STEP, {name: "1"}).mistakes


@pytest.mark.parametrize("text", ["10,000", "1,0", "2.0", "1.000"])
def test_a_mark_in_a_whole_number_is_refused_rather_than_guessed_at(text):
    (wrong,) = read_inputs("network-step", {"steps": text}).mistakes
    assert (wrong.pointer, wrong.reason) == ("/steps", "not-an-integer")


def test_a_whole_number_may_be_written_as_its_bound_is_shown_in_french():
    assert read_inputs("network-step", {"steps": "1\u202f000"}).inputs["steps"] == 1000


def test_a_list_grows_by_a_copy_of_its_last_member_and_shrinks_to_one():
    inputs = {"x": [[1.0, 2.0]], "layers": [{"biases": [0.5]}], "steps": 1}
    assert resized(inputs, "x", 1)["x"] == [[1.0, 2.0], [1.0, 2.0]]
    assert resized(inputs, "layers.0.biases", 1)["layers"] == [{"biases": [0.5, 0.5]}]
    assert resized(inputs, "layers", 1)["layers"] == [{"biases": [0.5]}] * 2
    assert resized(resized(inputs, "x", 1), "x", -1) == resized(inputs, "x", -1) == inputs


@pytest.mark.parametrize("name", ["", "steps", "nothing", "layers.7", "layers.x.biases", "x.0.0.0", "layers.²"])
def test_a_name_that_leads_to_no_list_changes_nothing(name):
    inputs = {"x": [[1.0]], "layers": [{"biases": [0.5]}], "steps": 1}
    assert resized(inputs, name, 1) == inputs


def test_the_buttons_of_a_form_lengthen_its_lists(client):
    longer = client.get("/en/examples/convolution?x.0=7&more=x", follow_redirects=True)
    assert longer.status_code == 200 and longer.request.args.keys() == {"x"}
    assert longer.text.count('name="x.') == client.get("/en/examples/convolution").text.count('name="x.') + 1
    assert client.get("/en/lessons/convolution?depth=short&fewer=example.x", follow_redirects=True).status_code == 200
