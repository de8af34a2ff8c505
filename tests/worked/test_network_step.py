"""The general worked example: what it shows for its options, and that nothing it says is beside the point."""

import math

import numpy as np
import pytest
from evaluation import assert_sound

from tutor.engine.optimizers import optimizer_state, update
from tutor.worked import work
from tutor.worked.network.comparison import ADAM, RMSPROP, SGD

ONE = {"x": [[2.0]], "t": [[0.0]], "layers": [{"weights": [[1.0]], "biases": [0.5], "activation": "identity"}]}
WILD = {**ONE, "optimizer": {"name": "sgd", "learning_rate": 1000.0}, "steps": 200}


def network(activation, **changes):
    layers = [{"weights": [[0.7, -0.4], [0.3, 0.9]], "biases": [0.1, -0.2], "activation": activation},
              {"weights": [[0.5, -0.6], [0.2, 0.8]], "biases": [0.0, 0.3], "activation": "identity"}]
    return {"x": [[0.5, -1.0], [1.5, 0.25]], "t": [[0.0, 1.0], [1.0, 0.5]], "layers": layers, **changes}


@pytest.mark.parametrize("activation", ["identity", "sigmoid", "tanh", "relu", "leaky_relu", "elu", "gelu", "softplus"])
def test_every_activation_is_written_out(activation):
    assert_sound(work("network-step", network(activation)))


@pytest.mark.parametrize("loss", ["half_squared_error", "squared_error", "mean_squared_error", "cross_entropy"])
def test_softmax_is_written_out_under_every_loss_it_goes_with(loss):
    inputs = network("tanh", loss=loss)
    inputs["layers"][1]["activation"] = "softmax"
    inputs["t"] = [[0.0, 1.0], [1.0, 0.0]]
    receipt = work("network-step", inputs)
    assert_sound(receipt)
    assert receipt.gradient_check.max_relative_error < 1e-7


@pytest.mark.parametrize("scale", [0.01, 30.0, 345.0, 600.0, 1000.0])
@pytest.mark.parametrize(("activation", "loss"), [("softmax", "cross_entropy"), ("sigmoid", "binary_cross_entropy")])
def test_very_large_outputs_are_written_in_a_form_that_holds(activation, loss, scale):
    layers = [{"weights": [[scale, 0.0], [0.0, -scale]], "biases": [0.0, 0.0], "activation": activation}]
    inputs = {"x": [[1.0, 1.0], [-1.0, 2.0]], "t": [[1.0, 0.0], [0.0, 1.0]], "layers": layers, "loss": loss}
    assert_sound(work("network-step", inputs))


@pytest.mark.parametrize("decay", [0.0, 0.1])
@pytest.mark.parametrize("name", ["sgd", "momentum", "nesterov", "rmsprop", "adam", "adamw", "adagrad"])
def test_the_first_step_of_every_optimizer_is_written_out(name, decay):
    receipt = work("network-step", {"optimizer": {"name": name, "learning_rate": 0.1, "weight_decay": decay}})
    assert_sound(receipt)
    assert receipt.symbols["new_w2_1_1"] == "w^{(2)+}_{11}"


def test_adam_shows_both_means_and_their_correction():
    steps = {step.name: step for step in work("network-step", {"optimizer": {"name": "adam"}}).steps}
    assert steps["m_w2_1_1"].expression == "(1 - beta1)*dw2_1_1"
    assert steps["v_w2_1_1"].expression == "(1 - beta2)*dw2_1_1**2"
    assert "m_w2_1_1/(1 - beta1)" in steps["new_w2_1_1"].expression


def test_rmsprops_epsilon_stands_where_it_is_asked_to():
    for inside, key in ((True, "rmsprop-epsilon-inside"), (False, "rmsprop-epsilon-outside")):
        receipt = work("network-step", {"optimizer": {"name": "rmsprop", "epsilon": 0.5, "epsilon_inside_root": inside}})
        assert_sound(receipt)
        assert key in receipt.conventions


def test_backpropagation_alone_leaves_the_loss_exactly_where_it_was():
    numbers = work("network-step", {}).numbers
    assert numbers["loss_after_backward"] == numbers["loss"] > numbers["loss_after"]


@pytest.mark.parametrize(("options", "name"), [
    ({}, "loss_after_with_biases"), ({"train_biases": False}, "loss_after_weights_only"),
    ({"train_biases": False, "update": "sequential"}, "loss_after_sequential"),
])
def test_each_kind_of_step_has_the_same_loss_whichever_is_asked_for(options, name):
    asked = work("network-step", options).numbers
    assert asked["loss_after"] == asked[name] == pytest.approx(work("network-step", {}).numbers[name], rel=1e-15)


def test_fixed_biases_stay_and_are_said_to():
    receipt = work("network-step", {"train_biases": False, "steps": 5})
    assert receipt.arrays["new_biases"] == [layer["biases"] for layer in receipt.inputs["layers"]]
    assert "biases-fixed" in receipt.conventions
    assert not any(step.name.startswith("new_b") for step in receipt.steps)


def test_a_sequential_update_reads_the_new_weights_and_checks_the_true_gradient():
    receipt = work("network-step", {"update": "sequential"})
    steps = {step.name: step for step in receipt.steps}
    assert steps["g1_1"].expression == "new_w2_1_1*d2_1 + new_w2_2_1*d2_2"
    assert receipt.gradient_check.max_relative_error < 1e-7
    true = work("network-step", {}).gradient_check
    assert receipt.gradient_check == true


def test_a_sequential_update_of_three_layers_is_the_one_computed_by_hand():
    weights = [0.5, -0.7, 1.2]
    layers = [{"weights": [[weight]], "biases": [0.0], "activation": "identity"} for weight in weights]
    receipt = work("network-step", {"x": [[1.0]], "t": [[1.0]], "layers": layers, "update": "sequential", "train_biases": False,
                                    "optimizer": {"learning_rate": 0.1}})
    a1, a2 = 0.5, 0.5 * -0.7
    d3 = a2 * 1.2 - 1
    new3 = 1.2 - 0.1 * d3 * a2
    new2 = -0.7 - 0.1 * d3 * new3 * a1
    new1 = 0.5 - 0.1 * d3 * new3 * new2
    assert np.ravel(receipt.arrays["new_weights"]).tolist() == pytest.approx([new1, new2, new3], rel=1e-14)
    assert_sound(receipt)


def test_class_indices_and_one_hot_rows_are_the_same_targets():
    layers = [{"weights": [[0.1, 0.2], [0.3, -0.4], [0.5, 0.6]], "biases": [0.0, 0.1, 0.2], "activation": "softmax"}]
    inputs = {"x": [[1.0, 2.0], [0.5, -0.5]], "layers": layers, "loss": "cross_entropy"}
    by_index = work("network-step", {**inputs, "t": [2, 0]})
    one_hot = work("network-step", {**inputs, "t": [[0, 0, 1], [1, 0, 0]]})
    assert by_index.steps == one_hot.steps
    assert by_index.inputs["t"] == [2, 0]


def test_single_units_are_named_without_indices_and_rows_are_numbered():
    single = work("network-step", ONE)
    assert {"x", "t", "w1", "b1", "learning_rate"} <= set(single.values)
    assert {"z1", "a1", "g1", "s1", "d1", "dw1", "db1", "new_w1", "after_z1"} <= {step.name for step in single.steps}
    rows = work("network-step", {**ONE, "x": [[2.0], [3.0]], "t": [[0.0], [1.0]]})
    assert {"x_r1", "x_r2", "t_r2"} <= set(rows.values)
    assert {"z1_r2", "e_r1", "dw1"} <= {step.name for step in rows.steps}


def test_longer_runs_show_the_first_step_and_all_losses():
    receipt = work("network-step", {"steps": 25})
    assert len(receipt.arrays["losses"]) == 26
    assert "first-step-shown" in receipt.conventions
    assert {step.phase for step in receipt.steps} == {"forward", "loss", "backward", "update", "compare"}


def test_a_divergence_ends_at_the_last_finite_numbers_and_says_when():
    receipt = work("network-step", WILD)
    step = receipt.measured["diverged_at"]
    assert 1 < step < 200
    assert len(receipt.arrays["losses"]) == step
    assert receipt.numbers["loss_after"] == receipt.arrays["losses"][-1]
    assert all(math.isfinite(number) for number in np.ravel(receipt.arrays["new_weights"]))
    assert "diverged" in receipt.conventions
    assert_sound(receipt)


def test_a_divergence_in_the_first_step_leaves_what_was_there_before():
    layers = [{"weights": [[1000.0] * 16] * 16, "biases": [0.0] * 16, "activation": "identity"}] * 8
    receipt = work("network-step", {"x": [[1000.0] * 16], "t": [[0.0] * 16], "layers": layers})
    assert receipt.measured == {"diverged_at": 1}
    assert receipt.numbers["loss_after"] == receipt.numbers["loss"] == receipt.arrays["losses"][0]
    assert not any(step.phase == "after" for step in receipt.steps)
    assert all(math.isfinite(step.value) for step in receipt.steps)


def test_a_sequential_update_that_leaves_the_floats_keeps_what_is_finite():
    layers = [{"weights": [[900.0]], "biases": [0.0], "activation": "identity"}] * 8
    receipt = work("network-step", {"x": [[900.0]], "t": [[0.0]], "layers": layers, "update": "sequential",
                                    "optimizer": {"learning_rate": 1000.0}})
    assert receipt.measured == {"diverged_at": 1}
    assert_sound(receipt)
    assert 0 < len(receipt.steps) < 100


def rectified(weight, bias):
    return [{"weights": [[weight]], "biases": [bias], "activation": "relu"},
            {"weights": [[1.0]], "biases": [0.0], "activation": "identity"}]


def test_a_kink_under_the_finite_difference_is_marked_and_left_out():
    receipt = work("network-step", {"x": [[0.0]], "t": [[1.0]], "layers": rectified(1.0, 0.0)})
    kinks = {parameter.name for parameter in receipt.gradient_check.parameters if parameter.kink}
    assert kinks == {"b1"}
    assert {"near-kink", "relu-at-zero"} <= set(receipt.conventions)
    assert receipt.gradient_check.max_relative_error < 1e-7


def test_a_dead_layer_is_checked_without_dividing_by_zero():
    check = work("network-step", {"x": [[1.0]], "t": [[1.0]], "layers": rectified(-1.0, -1.0)}).gradient_check
    assert [parameter.relative_error for parameter in check.parameters[:2]] == [0.0, 0.0]


@pytest.mark.parametrize("settings", [SGD, ADAM, RMSPROP])
def test_one_weight_moves_as_the_optimizer_itself_moves_it(settings):
    numbers = {step.name: step.value for step in work("network-step", {}).steps}
    start, slope = np.array([0.4]), np.array([numbers["dw2_1_1"]])
    moved, _ = update(settings, start, slope, optimizer_state(settings.name, start))
    assert numbers[f"probe_{settings.name}"] == pytest.approx(moved.item(), rel=1e-14)
