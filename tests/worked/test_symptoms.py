"""Training that goes wrong or right: learning rates, faults, lines that do not exist, and a trained network in use."""

import math
from itertools import product

import numpy as np
import pytest
from any_inputs import any_inputs, computed
from evaluation import assert_sound

from tutor.engine.datasets import one_hot, xor
from tutor.engine.network import Layer, Network, initial_network
from tutor.engine.optimizers import OptimizerSettings
from tutor.engine.training import Plan, advance, start, train
from tutor.worked.capacity import separability
from tutor.worked.descent import learning_rate, loss_not_decreasing
from tutor.worked.descent.faults import FAULTS, healthy
from tutor.worked.descent.rate_sweep import DIVERGED
from tutor.worked.inputs import normalise
from tutor.worked.network import inference
from tutor.worked.network.inference import CLASSES, clouds

EVERY = (separability, inference, learning_rate, loss_not_decreasing)
SHORT = {learning_rate: {"steps": 30}, loss_not_decreasing: {"steps": 30}}
CORNERS = list(product((0, 1), repeat=2))


def worked(module, **inputs):
    return module.compute(normalise(module.FIELDS, inputs))


@pytest.mark.parametrize("module", EVERY, ids=lambda module: module.NAME)
def test_the_defaults_are_sound_and_every_gradient_agrees(module):
    receipt = worked(module)
    assert_sound(receipt)
    assert len(receipt.steps) <= 60
    check = receipt.gradient_check
    assert (check is None) == (module in (separability, inference))
    assert check is None or check.max_relative_error < 1e-8


@pytest.mark.parametrize("seed", range(30))
@pytest.mark.parametrize("module", EVERY, ids=lambda module: module.NAME)
def test_any_inputs_give_a_sound_receipt(module, seed):
    assert_sound(computed(module, any_inputs(module.FIELDS, seed, SHORT.get(module))))


# Separability.


@pytest.mark.parametrize(("function", "lines"), [("and", True), ("or", True), ("nand", True), ("xor", False)])
def test_a_line_is_found_exactly_where_a_search_over_lines_finds_one(function, lines):
    receipt = worked(separability, function=function)
    targets = [target for *_, target in receipt.arrays["points"]]
    grid = np.linspace(-2, 2, 9)
    found = any([w1 * x1 + w2 * x2 + b > 0 for x1, x2 in CORNERS] == [target > 0 for target in targets]
                for w1, w2, b in product(grid, grid, grid + 0.25))
    assert found == lines == bool(receipt.numbers["separated"])
    assert receipt.numbers["proven_absent"] == 1 - found
    assert ("no-line-found" in receipt.conventions) != found


@pytest.mark.parametrize("function", ["and", "or", "nand"])
def test_a_line_that_is_found_gives_every_corner_its_side_and_a_margin(function):
    receipt = worked(separability, function=function)
    assert receipt.numbers["correct"] == 4
    assert receipt.numbers["margin"] > 0
    assert receipt.arrays["mistakes"][-1][1] == 0


def test_on_exclusive_or_the_rule_comes_back_to_weights_it_had():
    numbers = worked(separability).numbers
    assert (numbers["circle"], numbers["mean_distance"], numbers["undecided"]) == (1, 0, 0)


def test_a_limit_that_is_too_short_leaves_the_question_open():
    numbers = worked(separability, function="and", limit=1).numbers
    assert (numbers["separated"], numbers["proven_absent"], numbers["undecided"]) == (0, 0, 1)


@pytest.mark.parametrize("function", separability.FUNCTIONS)
def test_with_the_product_as_a_third_feature_every_function_is_separated(function):
    numbers = worked(separability, function=function).numbers
    assert (numbers["product_correct"], numbers["product_separated"]) == (4, 1)


def test_one_hidden_unit_and_direct_links_give_the_published_answers_of_1986():
    numbers = worked(separability).numbers
    assert [round(numbers[f"direct_{row}"], 3) for row in range(1, 5)] == [0.103, 0.877, 0.877, 0.109]


def test_the_network_of_1986_is_the_engine_s_with_its_inputs_carried_along():
    picture = np.array(worked(separability).arrays["direct_map"])
    h = 1 / (1 + math.exp(-2.2))
    assert picture[6, 6] == pytest.approx(1 / (1 + math.exp(9.4 * h - 6.3)), abs=1e-4)
    assert [picture[6 + 12 * x2, 6 + 12 * x1] > 0.5 for x1, x2 in CORNERS] == [False, True, True, False]


# Learning rates.


@pytest.mark.parametrize("place", [0, 3, 5])
def test_a_rate_of_the_sweep_trains_as_it_does_alone(place):
    receipt = worked(learning_rate, steps=80)
    power, loss, rate, last = receipt.arrays["by_rate"][place]
    network = initial_network((2, 8, 1), "tanh", "identity", 0)
    *_, alone = train(Plan(network, *xor(), "half_squared_error", OptimizerSettings("sgd", rate), 80, 80))
    assert loss == pytest.approx(alone.loss, rel=1e-9)
    assert (last, rate) == (80, pytest.approx(10**power))


def test_rates_are_half_a_power_of_ten_apart():
    powers = [row[0] for row in worked(learning_rate, rates=12, steps=1).arrays["by_rate"]]
    assert np.diff(powers) == pytest.approx(0.5)


def test_the_default_sweep_has_a_rate_that_is_too_small_one_that_learns_and_one_that_diverges():
    numbers = worked(learning_rate).numbers
    assert numbers["smallest_rate_loss"] > numbers["target"] > numbers["best_loss"]
    assert numbers["too_large_diverged"] == 1
    assert numbers["rates_learnt"] + numbers["rates_diverged"] < numbers["rates_tried"]


def test_a_run_that_diverges_is_shown_up_to_ten_times_its_first_loss_and_no_further():
    receipt = worked(learning_rate, lowest_rate=1.0, rates=6)
    assert "stopped-at-ten-times" in receipt.conventions
    shown = [row[3] for row in receipt.arrays["curves"]]
    assert shown[-1] is None
    assert max(loss for loss in shown if loss is not None) <= DIVERGED * receipt.numbers["loss_start"]
    assert receipt.arrays["by_rate"][-1][1] is None


def test_if_every_rate_diverges_the_smallest_is_called_best():
    numbers = worked(learning_rate, lowest_rate=1.0, rates=2, hidden=16, seed=3).numbers
    assert numbers["rates_diverged"] == numbers["rates_tried"] == 2
    assert numbers["best_rate"] == 1
    assert "largest_stable_rate" not in numbers


def test_schedules_halve_every_quarter_and_warm_up_over_a_tenth():
    receipt = worked(learning_rate, steps=40, schedule_rate=0.8)
    rates = {step: rest for step, *rest in receipt.arrays["schedule_rates"]}
    assert [rates[step][0] for step in (0, 39)] == [0.8, 0.8]
    assert [rates[step][1] for step in (0, 9, 10, 39)] == [0.8, 0.8, 0.4, 0.1]
    assert [rates[step][2] for step in (0, 1, 3, 39)] == pytest.approx([0.2, 0.4, 0.8, 0.8])
    assert receipt.numbers["decay_rate_last"] == 0.1


def test_a_schedule_trains_as_a_loop_with_its_rates():
    receipt = worked(learning_rate, steps=12)
    network = initial_network((2, 8, 1), "tanh", "identity", 0)
    for _, _, rate, _ in receipt.arrays["schedule_rates"][:-1]:
        plan = Plan(network, *xor(), "half_squared_error", OptimizerSettings("sgd", rate), 1)
        network = advance(plan, start(plan), 1)[0].network
    assert receipt.numbers["decay_loss"] == pytest.approx(half_squared_error(network), rel=1e-10)


def test_by_default_the_last_losses_do_not_hang_on_rounding():
    receipt = worked(learning_rate)
    first, last = initial_network((2, 8, 1), "tanh", "identity", 0).layers
    nudged = Network((Layer(first.weights + 1e-14, first.biases, "tanh"), last))
    for name, rate in (("constant", "schedule_rate"), ("best", "best_rate")):
        used = {**receipt.inputs, **receipt.numbers}[rate]
        plan = Plan(nudged, *xor(), "half_squared_error", OptimizerSettings("sgd", used), 250)
        trained = advance(plan, start(plan), 250)[0].network
        assert half_squared_error(trained) == pytest.approx(receipt.numbers[f"{name}_loss"], rel=1e-6)


def half_squared_error(network):
    points, targets = xor()
    first, last = network.layers
    outputs = np.tanh(points @ first.weights.T + first.biases) @ last.weights.T + last.biases
    return ((outputs - targets) ** 2).sum() / 8


# Faults.


def outcome(fault, **inputs):
    numbers = worked(loss_not_decreasing, fault=fault, **inputs).numbers
    return {name.removeprefix("fault_"): value for name, value in numbers.items() if name.startswith("fault_")}


@pytest.mark.parametrize("seed", range(4))
def test_the_healthy_run_learns_and_no_fault_is_the_same_run(seed):
    numbers = worked(loss_not_decreasing, fault="none", seed=seed).numbers
    assert numbers["healthy_learnt"] == 1
    assert numbers["healthy_validation_accuracy"] > 0.9
    assert numbers["healthy_loss_end"] == numbers["fault_loss_end"]
    assert numbers["step_ratio"] == 1


@pytest.mark.parametrize("fault", ["zero_weights", "dead_units"])
def test_silent_hidden_units_keep_the_loss_at_ln_2(fault):
    found = outcome(fault)
    assert found["loss_start"] == pytest.approx(math.log(2), abs=1e-12)
    assert found["loss_end"] == pytest.approx(math.log(2), abs=1e-12)
    assert (found["dead_share_start"], found["dead_share"], found["at_chance"], found["loss_fell"]) == (1, 1, 1, 0)


@pytest.mark.parametrize("seed", range(4))
def test_going_uphill_raises_the_loss_until_the_run_is_stopped(seed):
    receipt = worked(loss_not_decreasing, fault="wrong_sign", seed=seed)
    found = [row[2] for row in receipt.arrays["curves"] if row[2] is not None]
    assert found == sorted(found)
    assert receipt.numbers["fault_diverged"] == 1
    assert max(found) <= receipt.numbers["limit"]
    assert "stopped-above-thousand" in receipt.conventions


def test_a_rate_a_thousand_times_smaller_takes_steps_a_thousand_times_shorter():
    numbers = worked(loss_not_decreasing, fault="rate_too_small").numbers
    assert numbers["step_ratio"] == pytest.approx(1e-3)
    assert (numbers["fault_at_chance"], numbers["fault_loss_fell"], numbers["fault_learnt"]) == (1, 1, 0)


def test_a_far_too_large_rate_ends_above_chance():
    found = outcome("rate_too_large")
    assert (found["above_chance"], found["learnt"]) == (1, 0)
    assert found["loss_end"] > found["loss_start"]


def test_shuffled_labels_are_the_same_labels_in_another_order():
    setup = healthy(8, 0.5, 10, 0)
    shuffled = FAULTS["shuffled_labels"](setup, 0).plan.targets
    assert sorted(shuffled.ravel()) == sorted(setup.plan.targets.ravel())
    assert (shuffled != setup.plan.targets).any()
    assert outcome("shuffled_labels")["validation_accuracy"] < 0.75


def test_unscaled_inputs_are_the_same_points_in_another_unit():
    setup = healthy(8, 0.5, 10, 0)
    unscaled = FAULTS["unscaled_inputs"](setup, 0)
    assert (unscaled.plan.inputs == 30 * setup.plan.inputs).all()
    assert (unscaled.points == 30 * setup.points).all()
    assert outcome("unscaled_inputs")["loss_start"] > outcome("none")["loss_start"]


def test_the_drawn_curves_are_the_logarithms_of_the_losses():
    receipt = worked(loss_not_decreasing, fault="none", steps=20)
    losses, powers = (np.array(receipt.arrays[name]) for name in ("curves", "powers"))
    assert powers[:, 1:] == pytest.approx(np.log10(losses[:, 1:]), abs=1e-12)


# Inference.


def test_probabilities_add_up_to_1_and_the_largest_decides():
    for x1, x2 in ((-2, -1), (0, 0.3), (1.5, 2)):
        receipt = worked(inference, x1=x1, x2=x2)
        one, two = receipt.numbers["a2_1"], receipt.numbers["a2_2"]
        assert one + two == pytest.approx(1, abs=1e-15)
        assert receipt.numbers["largest_class"] == float(two > one) == receipt.numbers["decision"]


def test_the_confusion_matrix_is_a_count_of_the_rows():
    receipt = worked(inference, rows=60, threshold=0.3)
    rows = [(label == 1, probability > 0.3) for *_, label, probability in receipt.arrays["points"]]
    numbers = receipt.numbers
    assert numbers["true_positives"] == rows.count((True, True))
    assert numbers["false_positives"] == rows.count((False, True))
    assert numbers["false_negatives"] == rows.count((True, False))
    assert numbers["accuracy"] == sum(true == called for true, called in rows) / 60


def test_a_higher_threshold_never_finds_more_of_the_positives():
    recalls = [row[3] for row in worked(inference).arrays["thresholds"]]
    assert recalls == sorted(recalls, reverse=True)
    assert recalls[0] > recalls[-1]


def test_without_a_positive_call_there_is_no_precision():
    receipt = worked(inference, threshold=1.0)
    assert "precision" not in receipt.numbers
    assert receipt.numbers["recall"] == 0


def test_a_forward_pass_leaves_the_weights_alone_and_a_batch_is_its_rows():
    receipt = worked(inference)
    assert receipt.texts["weights_before"] == receipt.texts["weights_after"]
    assert receipt.numbers["weights_kept"] == 1
    assert receipt.numbers["row_by_row_difference"] < 1e-14


def test_costs_grow_with_the_rows_and_training_costs_more():
    few, many = worked(inference, rows=10).numbers, worked(inference, rows=100).numbers
    for name in ("flops_forward", "flops_step", "bytes_training", "bytes_inference"):
        assert many[name] == 10 * few[name]
    assert few["flops_forward"] == 10 * 2 * (2 * 3 + 3 * 2)
    assert few["flops_ratio"] == 2.5
    assert few["bytes_training"] > few["bytes_inference"]


def test_validation_rows_are_not_the_training_rows():
    training, labels = clouds(40, 1)
    validation, _ = clouds(40, 2)
    assert not np.isin(training, validation).any()
    assert one_hot(labels, CLASSES).sum(axis=0).tolist() == [20, 20]
