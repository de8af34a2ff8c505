"""XOR: the published values of the line and of the network built by hand, and what training can and cannot reach."""

import math

import numpy as np
import pytest

from tutor.worked.capacity.xor import FIELDS, compute
from tutor.worked.inputs import normalise


def answers(receipt, name):
    return [receipt.numbers[f"{name}_{row}"] for row in range(1, 5)]


@pytest.fixture(scope="module")
def receipt():
    return compute(normalise(FIELDS, {}))


def test_the_best_line_says_one_half_four_times(receipt):
    assert answers(receipt, "linear") == [0.5] * 4
    assert receipt.numbers["linear_mse"] == 0.25


def test_the_best_line_is_the_one_of_a_least_squares_solver(receipt):
    points = np.array(receipt.arrays["points"])
    design = np.column_stack([points[:, :2], np.ones(4)])
    wanted, *_ = np.linalg.lstsq(design, points[:, 2])
    values = {step.name: step.value for step in receipt.steps}
    assert [values[name] for name in ("linear_w1", "linear_w2", "linear_b")] == pytest.approx(wanted, abs=1e-12)


def test_two_relu_units_solve_it_exactly(receipt):
    assert receipt.arrays["hidden"] == [[0, 0], [1, 0], [1, 0], [2, 1]]
    assert answers(receipt, "built") == [0, 1, 1, 0]
    values = {step.name: step.value for step in receipt.steps}
    assert (values["h1_r4"], values["h2_r4"], values["built_r4"]) == (2, 1, 0)


def test_two_linear_layers_are_one_matrix(receipt):
    assert receipt.arrays["collapse"]["product"] == [[-4, -4], [5, 8]]


def test_the_default_network_learns_all_four(receipt):
    assert receipt.numbers["correct"] == 4
    assert receipt.numbers["loss_end"] < 0.01 < receipt.numbers["loss_start"]
    assert answers(receipt, "prediction") == pytest.approx([0, 1, 1, 0], abs=0.05)


def test_the_table_holds_the_three_answers_side_by_side(receipt):
    columns = list(zip(*receipt.arrays["rows"], strict=True))
    assert list(columns[3]) == answers(receipt, "linear")
    assert list(columns[4]) == answers(receipt, "built")
    assert list(columns[5]) == answers(receipt, "prediction")


def test_the_picture_shows_what_the_network_answers_at_the_corners(receipt):
    picture = np.array(receipt.arrays["boundary"])
    assert picture.shape == (25, 25)
    near = {(x1, x2): picture[6 + 12 * x2, 6 + 12 * x1] for x1 in (0, 1) for x2 in (0, 1)}
    for (x1, x2), prediction in zip(((0, 0), (0, 1), (1, 0), (1, 1)), answers(receipt, "prediction"), strict=True):
        assert near[x1, x2] == pytest.approx(prediction, abs=1e-4)


@pytest.mark.parametrize("inputs", [{"hidden": 0}, {"activation": "identity", "hidden": 8}])
def test_without_a_nonlinear_hidden_layer_the_loss_never_falls_below_ln_2(inputs):
    receipt = compute(normalise(FIELDS, inputs))
    assert receipt.numbers["loss_end"] >= math.log(2) - 1e-12
    assert receipt.numbers["correct"] < 4
    assert receipt.numbers["seeds_learnt"] == 0
    assert "still-linear" in receipt.conventions


def test_wider_networks_learn_from_more_starting_points():
    learnt = [compute(normalise(FIELDS, {"hidden": hidden})).numbers["seeds_learnt"] for hidden in (2, 8)]
    assert learnt[0] < learnt[1]


def test_biases_that_start_on_a_kink_are_named_and_left_out(receipt):
    assert {parameter.name for parameter in receipt.gradient_check.parameters if parameter.kink} == {"b1_1", "b1_2"}
    assert receipt.gradient_check.max_relative_error < 1e-8


def test_a_far_too_large_rate_still_gives_finite_numbers():
    receipt = compute(normalise(FIELDS, {"learning_rate": 10, "epochs": 300}))
    assert all(math.isfinite(loss) for _, loss in receipt.arrays["losses"])
