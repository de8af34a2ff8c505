"""Receipts as they are stored, and the three small examples beside the general one."""

import json

import pytest
from evaluation import assert_sound

from tutor.engine.activations import ACTIVATIONS
from tutor.worked import EXAMPLES, from_json, work
from tutor.worked.receipt import every_number, to_json

SMALL = ["network-step", "training-loop", "chain-rule-neuron", "twelve-gradients"]
VARIED = [
    ("network-step", {"steps": 3, "optimizer": {"name": "adam"}}),
    ("network-step", {"x": [[0.1, 0.2], [0.3, 0.4]], "t": [[0, 1], [1, 0]]}),
    ("training-loop", {"learning_rate": 900, "steps": 500}),
    *((name, {}) for name in SMALL),
]


@pytest.mark.parametrize(("name", "inputs"), VARIED)
def test_a_stored_receipt_comes_back_exactly(name, inputs):
    receipt = work(name, inputs)
    stored = json.dumps(to_json(receipt), allow_nan=False)
    assert from_json(json.loads(stored)) == receipt
    assert to_json(from_json(json.loads(stored))) == to_json(receipt)


@pytest.mark.parametrize("name", SMALL)
def test_the_same_inputs_give_the_same_receipt(name):
    assert work(name, {}) == work(name, {}) == work(name, work(name, {}).inputs)


@pytest.mark.parametrize("name", SMALL)
def test_every_step_of_an_example_follows_from_what_stands_before_it(name):
    receipt = work(name, {})
    assert_sound(receipt)
    assert set(every_number(receipt)) == {*receipt.values, *receipt.symbols, *receipt.numbers}
    assert receipt.gradient_check.max_relative_error < 1e-7


def test_every_example_goes_by_its_own_name():
    assert list(EXAMPLES) == [example.name for example in EXAMPLES.values()]
    assert [name for name, example in EXAMPLES.items() if example.measured] == ["depth-cost"]


@pytest.mark.parametrize("activation", [name for name in ACTIVATIONS if name != "softmax"])
@pytest.mark.parametrize("w", [0.5, -1.5, 3.0])
def test_the_chain_rule_holds_for_every_activation(activation, w):
    receipt = work("chain-rule-neuron", {"activation": activation, "w": w, "b": 0.3, "u": -1.25})
    assert_sound(receipt)
    assert receipt.numbers["dL_dw"] == pytest.approx(receipt.numbers["dL_dw_numeric"], rel=1e-6, abs=1e-9)
    assert receipt.numbers["df_du"] == 2 * -1.25 + 3
    assert [parameter.name for parameter in receipt.gradient_check.parameters] == ["w", "b"]


def test_a_neuron_at_the_kink_of_relu_is_marked():
    receipt = work("chain-rule-neuron", {"activation": "relu", "w": 0.0, "b": 0.0})
    assert {"relu-at-zero", "near-kink"} <= set(receipt.conventions)
    assert receipt.numbers["da_dz"] == 0.0


def test_the_loop_shows_its_first_steps_and_every_loss():
    receipt = work("training-loop", {"steps": 12})
    assert len(receipt.arrays["losses"]) == 13
    assert receipt.numbers["steps_run"] == 12
    assert receipt.numbers["loss_last"] == receipt.arrays["losses"][-1]
    steps = {step.name: step.value for step in receipt.steps}
    assert receipt.arrays["loop"][0] == [0, steps["loss"], steps["a2"], 0.8, -0.4]
    assert receipt.arrays["loop"][1] == [1, steps["loss_after"], steps["after_a2"], steps["new_w1"], steps["new_w2"]]
    assert len(receipt.arrays["loop"]) == 6
    assert receipt.arrays["losses"][:6] == [row[1] for row in receipt.arrays["loop"]]


def test_a_loop_that_diverges_ends_at_its_last_finite_loss():
    receipt = work("training-loop", {"learning_rate": 900, "steps": 500})
    assert receipt.measured["diverged_at"] == receipt.numbers["steps_run"] + 1 == len(receipt.arrays["losses"])
    assert "diverged" in receipt.conventions


def test_three_ways_give_twelve_gradients():
    receipt = work("twelve-gradients", {})
    numbers = receipt.numbers
    assert (numbers["parameters"], numbers["passes_backprop"], numbers["passes_numeric"]) == (12, 2, 24)
    assert numbers["million_passes"] == 2 * numbers["million_parameters"] == 2_000_000
    assert numbers["tape_difference"] < 1e-16 < numbers["numeric_difference"] < 1e-11
    assert len(receipt.arrays["gradients"]) == 12
    symbol, *found = receipt.arrays["gradients"][0]
    assert symbol == r"\frac{\partial L}{\partial w^{(1)}_{11}}"
    assert found == pytest.approx([0.000438568] * 3, rel=0, abs=5e-10)


def test_a_wider_difference_is_a_worse_check():
    narrow, wide = (work("twelve-gradients", {"h": h}).numbers["numeric_difference"] for h in (1e-5, 1e-1))
    assert wide > 1000 * narrow


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_tape_agrees_for_every_activation_on_both_sides_of_zero(activation):
    last = "softmax" if activation == "softmax" else "identity"
    layers = [
        {"weights": [[0.7, -0.4], [0.3, 0.9]], "biases": [0.0, -0.2], "activation": "tanh" if last == "softmax" else activation},
        {"weights": [[0.5, -0.6], [0.2, 0.8]], "biases": [0.0, 0.3], "activation": last},
    ]
    rows = {"x": [[0.0, 0.0], [1.5, 0.25], [-2.0, 0.1]], "t": [[0, 1], [1, 0], [0, 1]]}
    receipt = work("twelve-gradients", {**rows, "layers": layers})
    assert receipt.numbers["tape_difference"] < 1e-14
