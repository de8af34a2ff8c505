"""Bias, universal approximation, epochs, overfitting and input scaling: closed forms, other solvers, published digits."""

import math

import numpy as np
import pytest
from drawn_inputs import corners, drawn
from evaluation import assert_sound

from tutor.worked.capacity import bias, overfitting, universal_approximation
from tutor.worked.capacity.noisy_sine import fitted, heights, noisy_sine
from tutor.worked.descent import epochs_and_batches, input_scaling
from tutor.worked.inputs import InvalidInput, normalise
from tutor.worked.receipt import every_number

MODULES = [bias, universal_approximation, epochs_and_batches, overfitting, input_scaling]
TARGETS = {"square": lambda x: x**2, "sine": lambda x: np.sin(2 * np.pi * x), "absolute": lambda x: abs(x - 0.5),
           "step": lambda x: 1 / (1 + np.exp(-20 * (x - 0.5)))}


def work(module, **inputs):
    return module.compute(normalise(module.FIELDS, inputs))


def named(receipt):
    return every_number(receipt)


def finite(table):
    return all(number is None or math.isfinite(number) for row in table for number in (row if isinstance(row, list) else [row]))


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.NAME)
def test_any_inputs_give_finite_numbers_and_steps_that_follow(module):
    for inputs in [*(drawn(module.FIELDS, seed) for seed in range(30)), *corners(module.FIELDS)]:
        receipt = module.compute(inputs)
        assert_sound(receipt)
        assert all(map(math.isfinite, named(receipt).values()))
        assert all(map(finite, receipt.arrays.values()))


@pytest.mark.parametrize("module", [bias, epochs_and_batches, input_scaling], ids=lambda module: module.NAME)
def test_every_derivative_agrees_with_its_difference(module):
    check = work(module).gradient_check
    assert len(check.parameters) == {bias: 2, epochs_and_batches: 2, input_scaling: 3}[module]
    assert check.max_relative_error < 1e-8


def test_a_line_without_a_bias_misses_and_a_line_with_one_is_exact():
    numbers = named(work(bias))
    assert (numbers["w_without"], numbers["w_with"], numbers["b_with"], numbers["mse_with"]) == (2.6, 2, 1, 0)
    assert numbers["mse_without"] == pytest.approx(0.4, rel=1e-15)
    assert numbers["bias_helps"] == 1


@pytest.mark.parametrize(
    ("x", "y"), [([-1.0, 0.0, 1.0], [-1.1, 0.2, 0.9]), ([0.1, 0.2, 0.3], [0.3, 0.6, 0.9]), ([0.1] * 3, [1.0, 2.0, 4.0])])
def test_a_bias_that_lowers_the_error_by_rounding_alone_does_not_help(x, y):
    assert named(work(bias, x=x, y=y))["bias_helps"] == 0


@pytest.mark.parametrize("seed", range(5))
def test_both_best_lines_are_those_of_a_least_squares_solver(seed):
    inputs = drawn(bias.FIELDS, seed, size=6)
    numbers, x, y = named(bias.compute({**inputs, "learning_rate": 0.0})), np.array(inputs["x"]), np.array(inputs["y"])
    assert numbers["w_without"] == pytest.approx(np.linalg.lstsq(x[:, None], y)[0][0], rel=1e-10)
    assert [numbers["w_with"], numbers["b_with"]] == pytest.approx(np.polyfit(x, y, 1), rel=1e-9)


def test_training_finds_both_best_lines():
    numbers = named(work(bias, steps=2000))
    assert numbers["trained_w_without"] == pytest.approx(2.6, abs=1e-12)
    assert (numbers["trained_w"], numbers["trained_b"]) == pytest.approx((2, 1), abs=1e-12)


def test_the_gradient_of_the_bias_is_the_sum_of_the_deltas():
    numbers = named(work(bias, x=[3.0], y=[5.0]))
    assert numbers["db"] == numbers["delta_1"] == -10
    assert numbers["dw"] == 3 * numbers["delta_1"]


def test_equal_inputs_leave_a_level_line():
    numbers = named(work(bias, x=[0.1, 0.1, 0.1], y=[1.0, 2.0, 6.0]))
    assert (numbers["w_with"], numbers["b_with"]) == (0, 3)
    assert named(work(bias, x=[0.0, 0.0], y=[1.0, 3.0]))["mse_without"] == 5


def test_a_rate_too_large_for_the_line_is_told():
    receipt = work(bias, x=[0.0, 100.0, 50.0], learning_rate=10.0)
    assert receipt.numbers["diverged"] == 1
    assert "diverged" in receipt.conventions
    assert len(receipt.arrays["losses"]) == receipt.numbers["steps_run"] + 1


def test_every_point_of_the_line_needs_its_answer():
    with pytest.raises(InvalidInput) as caught:
        work(bias, y=[1.0])
    assert (caught.value.pointer, caught.value.reason) == ("/y", "wrong-shape")


def test_points_stand_alone_between_rows_without_one():
    rows = work(bias).arrays["lines"]
    places = [place for place, row in enumerate(rows) if row[1] is not None]
    assert [rows[place][:2] for place in places] == [[0, 1], [1, 3], [2, 5]]
    assert all(rows[place + 1][1] is None for place in places)


@pytest.mark.parametrize("units", [1, 2, 4, 8, 16])
def test_a_square_is_missed_by_a_quarter_over_the_squared_units(units):
    numbers = work(universal_approximation, units=units).numbers
    assert numbers["largest_error"] == numbers[f"error_{units}"] == 1 / (4 * units**2)


def test_one_unit_more_is_sometimes_worse():
    steep, bent = (work(universal_approximation, target=target).numbers for target in ("step", "absolute"))
    assert steep["error_4"] > steep["error_3"] == work(universal_approximation, target="step", units=3).numbers["largest_error"]
    assert (bent["error_2"], bent["error_3"]) == (0, pytest.approx(1 / 6))


def test_sixteen_units_are_the_first_to_miss_a_square_by_less_than_a_thousandth():
    numbers = work(universal_approximation, tolerance=0.001).numbers
    assert (numbers["units_needed"], numbers["error_needed"]) == (16, 0.0009765625)
    assert work(universal_approximation, units=15).numbers["largest_error"] > 0.001


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("units", [1, 3, 7, 20])
def test_the_built_network_interpolates_between_its_knots(target, units):
    receipt = work(universal_approximation, target=target, units=units)
    for x, wanted, answered in receipt.arrays["curve"]:
        assert wanted == pytest.approx(TARGETS[target](x), abs=1e-14)
        if 0 <= x <= 1:
            knots = np.arange(units + 1) / units
            assert answered == pytest.approx(np.interp(x, knots, TARGETS[target](knots)), abs=1e-12)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("units", [1, 2, 5, 16, 64])
def test_no_error_is_beyond_its_bound(target, units):
    numbers = named(work(universal_approximation, target=target, units=units))
    grid = np.linspace(0, 1, 5001)
    knots = np.arange(units + 1) / units
    worst = np.abs(np.interp(grid, knots, TARGETS[target](knots)) - TARGETS[target](grid)).max()
    assert worst * 0.95 <= numbers["largest_error"] <= numbers["error_bound"] * (1 + 1e-12)


def test_outside_the_interval_the_network_goes_straight_on():
    numbers = named(work(universal_approximation, units=4, outside=2.0))
    assert (numbers["output_outside"], numbers["target_outside"], numbers["error_outside"]) == (2.75, 4, 1.25)


@pytest.mark.parametrize(("counts", "wanted"), [
    ({"examples": 1000, "batch": 32, "epochs": 10}, (32, 8, 320)), ({"examples": 1000, "batch": 100, "epochs": 5}, (10, 100, 50)),
    ({"examples": 5, "batch": 9, "epochs": 2}, (1, 5, 2)),
])
def test_updates_are_counted_batch_by_batch(counts, wanted):
    numbers = named(work(epochs_and_batches, **counts))
    assert (numbers["updates_per_epoch"], numbers["last_batch"], numbers["updates"]) == wanted
    assert numbers["rows_seen"] == counts["examples"] * counts["epochs"]


@pytest.mark.parametrize("counts", [(1000, 32), (7, 7), (7, 1), (3, 100)])
def test_the_listed_batches_end_at_the_last_row(counts):
    rows = work(epochs_and_batches, examples=counts[0], batch=counts[1]).arrays["batches"]
    numbers, firsts, lasts, sizes = zip(*rows, strict=True)
    assert (numbers[0], firsts[0], lasts[-1], numbers[-1]) == (1, 1, counts[0], math.ceil(counts[0] / counts[1]))
    assert [last - first + 1 for first, last in zip(firsts, lasts, strict=True)] == list(sizes)


def test_a_full_batch_run_is_gradient_descent_by_hand():
    inputs = {"examples": 50, "batch": 50, "epochs": 3, "seed": 5}
    random = np.random.Generator(np.random.PCG64(5))
    x = random.uniform(-1, 1, 50)
    y = 2 * x + 1 + 0.3 * random.standard_normal(50)
    w = b = 0.0
    for _, full, batches in work(epochs_and_batches, **inputs).arrays["curves"]:
        errors = w * x + b - y
        assert (full, batches) == pytest.approx([(errors**2).mean()] * 2, rel=1e-12)
        w, b = w - 0.2 * (errors * x).mean(), b - 0.2 * errors.mean()


def test_the_batches_of_an_epoch_have_the_gradient_of_all_rows_on_average():
    assert work(epochs_and_batches, examples=100, batch=7).numbers["gradient_difference"] < 1e-14


def test_more_updates_an_epoch_bring_the_line_nearer():
    numbers = work(epochs_and_batches).numbers
    assert (numbers["run_updates_full"], numbers["run_updates_batches"]) == (10, 70)
    assert numbers["loss_minibatch"] < numbers["loss_full_batch"] < numbers["loss_start"]


def test_the_polynomials_have_the_errors_found_before():
    numbers = work(overfitting).numbers
    train = [numbers[f"train_{degree}"] for degree in (1, 3, 5)]
    validation = [numbers[f"validation_{degree}"] for degree in (1, 3, 5, 9)]
    assert train == pytest.approx([0.2934, 0.0586, 0.0275], rel=0, abs=5e-5)
    assert validation == pytest.approx([0.2140, 0.0774, 0.0789, 0.1530], rel=0, abs=5e-5)
    assert numbers["train_9"] < 1e-25


def test_the_best_degree_is_the_one_with_the_least_validation_error():
    receipt = work(overfitting)
    validation = {degree: error for degree, _, error in receipt.arrays["errors"]}
    assert receipt.numbers["best_degree"] == min(validation, key=validation.get) == 6
    assert receipt.numbers["best_compared"] == min((1, 3, 5, 9), key=validation.get) == 3


@pytest.mark.parametrize("seed", range(4))
def test_more_freedom_never_fits_the_training_points_worse(seed):
    rows = work(overfitting, seed=seed, points=16).arrays["errors"]
    training = [row[1] for row in rows]
    assert training == sorted(training, reverse=True)


@pytest.mark.parametrize("degree", [1, 4, 9])
def test_a_fit_is_that_of_numpys_own_polynomials(degree):
    points = noisy_sine(12, 0.3, 7)
    wanted = np.polynomial.Polynomial.fit(points.x, points.y, degree)
    across = np.linspace(-1, 1, 20)
    assert heights(across, fitted(points, degree)) == pytest.approx(wanted(across), abs=1e-9)


@pytest.mark.parametrize("scales", [(1.0, 1000.0), (0.01, 1000.0), (2.0, 3.0)])
def test_the_curvatures_are_the_eigenvalues_of_the_hessian(scales):
    receipt = work(input_scaling, scale_1=scales[0], scale_2=scales[1])
    for name in ("raw", "scaled"):
        design = np.column_stack([receipt.arrays[name], np.ones(8)])
        wanted = np.linalg.eigvalsh(2 / 8 * design.T @ design)
        numbers = receipt.numbers
        assert numbers[f"{name}_lambda_max"] == pytest.approx(wanted[-1], rel=1e-12)
        assert numbers[f"{name}_lambda_min"] == pytest.approx(wanted[0], rel=1e-9, abs=1e-12 * wanted[-1])


def test_standardised_features_have_mean_0_and_variance_1():
    scaled = np.array(work(input_scaling).arrays["scaled"])
    assert scaled.mean(axis=0) == pytest.approx([0, 0], abs=1e-14)
    assert scaled.var(axis=0) == pytest.approx([1, 1], rel=1e-13)


@pytest.mark.parametrize(("share", "diverged"), [(0.99, 0.0), (1.05, 1.0)])
def test_the_largest_stable_rate_parts_learning_from_divergence(share, diverged):
    rate = work(input_scaling, scale_1=20.0).numbers["raw_max_rate"] * share
    numbers = work(input_scaling, scale_1=20.0, learning_rate=rate, steps=500).numbers
    grown = numbers["tried_raw_loss"] > numbers["loss_start"] or numbers["raw_diverged"] == 1
    assert grown == bool(diverged)


def test_scaling_decides_how_far_the_same_number_of_steps_reaches():
    numbers = work(input_scaling).numbers
    assert numbers["raw_condition"] > 1e6 > 100 > numbers["scaled_condition"]
    assert numbers["scaled_loss"] == pytest.approx(numbers["loss_least"], rel=1e-9)
    assert numbers["loss_least"] < 0.1 < numbers["raw_safe_loss"] < numbers["raw_loss"] < numbers["loss_start"]
