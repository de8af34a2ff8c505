"""Descent, optimizers, saddles and clipping: published figures, closed forms and second computations."""

import math

import numpy as np
import pytest

from tutor.worked.descent import descent_two_dimensions, gradient_clipping, gradient_descent, optimizers_race, saddle_point
from tutor.worked.inputs import normalise


def work(example, **inputs):
    return example.compute(normalise(example.FIELDS, inputs))


def steps_of(receipt):
    return {step.name: step.value for step in receipt.steps}


def digits(value):
    """To the last of six printed digits."""
    return pytest.approx(value, rel=0, abs=5.1e-7)


# gradient-descent


@pytest.mark.parametrize(("rate", "end"), [(0.2, 0.060466), (0.05, 3.486784), (1.1, 61.917364), (0.9, 1.073742), (0.5, 0.0)])
def test_x_squared_from_ten_ends_where_dive_into_deep_learning_says(rate, end):
    assert work(gradient_descent, learning_rate=rate).numbers["x_end"] == digits(end)


def test_the_learning_rates_side_by_side_are_those_runs():
    numbers = work(gradient_descent).numbers
    for name, rate in gradient_descent.RATES.items():
        assert numbers[f"end_{name}"] == pytest.approx(10 * (1 - 2 * rate) ** 10, rel=1e-13, abs=1e-15)


@pytest.mark.parametrize(("rate", "outcome", "key"), [
    (0.2, 1, "descent-straight"), (0.9, 2, "descent-zigzag"), (1.0, 3, "descent-level"), (1.1, 4, "descent-climbs"),
])
def test_how_a_run_ends_is_told_from_what_was_computed(rate, outcome, key):
    receipt = work(gradient_descent, learning_rate=rate)
    assert receipt.numbers["outcome"] == outcome
    assert key in receipt.conventions


@pytest.mark.parametrize(("function", "largest"), [("square", 1.0), ("three_squares", 1 / 3)])
def test_the_largest_stable_rate_divides_shrinking_from_growing(function, largest):
    below, above = (work(gradient_descent, function=function, learning_rate=largest * k).numbers for k in (0.999, 1.001))
    assert steps_of(work(gradient_descent, function=function))["largest_stable_rate"] == largest
    assert below["f_end"] < below["f_start"] < above["f_end"]


def test_a_quadratic_run_agrees_with_its_closed_form():
    numbers = work(gradient_descent, function="three_squares", learning_rate=0.31, steps=200).numbers
    assert numbers["x_end"] == pytest.approx(10 * (1 - 6 * 0.31) ** 200, rel=1e-12)
    assert numbers["closed_form_difference"] < 1e-12


@pytest.mark.parametrize(("function", "x0", "end"), [
    ("double_well", 0.3, 1.0), ("double_well", -0.3, -1.0), ("cosine", 2.0, math.pi),
])
def test_the_start_decides_which_minimum_is_found(function, x0, end):
    receipt = work(gradient_descent, function=function, x0=x0, steps=200)
    assert receipt.numbers["x_end"] == pytest.approx(end, abs=1e-9)


def test_the_top_of_the_double_well_is_not_left():
    receipt = work(gradient_descent, function="double_well", x0=0.0)
    assert receipt.numbers["x_end"] == 0
    assert receipt.numbers["outcome"] == gradient_descent.STAYS_LEVEL


def test_a_divergence_ends_at_the_last_finite_point():
    receipt = work(gradient_descent, function="quartic", learning_rate=1.0, steps=50)
    assert receipt.numbers["diverged"] == 1
    assert {"diverged", "some-runs-diverged"} <= set(receipt.conventions)
    assert receipt.numbers["steps_run"] == len(receipt.arrays["path"]) - 1 < 50
    assert receipt.arrays["curves"][-1].count(None) > 0


@pytest.mark.parametrize("function", list(gradient_descent.CURVES))
def test_slopes_agree_with_differences_on_every_curve(function):
    assert work(gradient_descent, function=function, x0=1.7).numbers["largest_check_error"] < 1e-9


# descent-two-dimensions


@pytest.mark.parametrize(("rate", "momentum", "name", "end"), [
    (0.4, 0.5, "gd", (-0.943467, -7.3e-05)), (0.6, 0.5, "gd", (-0.387814, -1673.365109)),
    (0.6, 0.5, "momentum", (0.007188, 0.002553)), (0.6, 0.25, "momentum", (-0.12634, -0.186632)),
])
def test_the_valley_gives_the_four_published_ends(rate, momentum, name, end):
    numbers = work(descent_two_dimensions, learning_rate=rate, momentum=momentum).numbers
    assert (numbers[f"{name}_x1"], numbers[f"{name}_x2"]) == digits(end)


def test_without_momentum_both_paths_are_one():
    arrays = work(descent_two_dimensions, momentum=0.0, learning_rate=0.4).arrays
    assert np.array(arrays["gd"]) == pytest.approx(np.array(arrays["momentum"]), rel=1e-15)


@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.9])
def test_momentum_holds_up_to_its_own_largest_rate(momentum):
    largest = steps_of(work(descent_two_dimensions, momentum=momentum))["largest_momentum_rate"]
    below, above = (work(descent_two_dimensions, x1=0.0, momentum=momentum, learning_rate=largest * k, steps=200).numbers
                    for k in (0.95, 1.05))
    assert below["momentum_loss"] < 10.5 / 10 < 10.5 * 10 < above["momentum_loss"]
    assert (below["momentum_within"], above["momentum_within"]) == (1, 0)


def test_the_valley_has_its_condition_number_and_the_effective_step():
    steps = steps_of(work(descent_two_dimensions, momentum=0.9))
    assert (steps["condition_number"], steps["largest_stable_rate"]) == (20, 0.5)
    assert steps["effective_rate"] == pytest.approx(10 * 0.6)


# optimizers-race


def adam_by_the_paper(gradient, weight, steps, rate=0.1):
    m = v = 0.0
    path = [weight]
    for t in range(1, steps + 1):
        g = gradient(path[-1])
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
        path.append(path[-1] - rate * (m / (1 - 0.9**t)) / (math.sqrt(v / (1 - 0.999**t)) + 1e-8))
    return path


def test_adam_and_rmsprop_give_the_published_first_weights():
    rows = work(optimizers_race).arrays["weights"]
    assert [row[5] for row in rows[:6]] == digits([10, 9.9, 9.800027, 9.700101, 9.600239, 9.500462])
    assert [row[4] for row in rows[:4]] == digits([10, 9.683772, 9.457880, 9.270531])


def test_adam_is_the_algorithm_of_the_paper():
    rows = work(optimizers_race, curvatures=[3.0], steps=100).arrays["weights"]
    assert [row[5] for row in rows] == pytest.approx(adam_by_the_paper(lambda w: 3 * w, 10.0, 100), rel=1e-11)


def test_momentum_takes_the_first_steps_of_keras_documentation():
    steps = steps_of(work(optimizers_race, start=1.0))
    assert (steps["momentum_move_1"], steps["momentum_move_2"]) == pytest.approx((0.1, 0.18), rel=1e-14)


def test_a_thousandfold_loss_leaves_adam_where_it_was_and_throws_sgd():
    numbers = work(optimizers_race, steps=5).numbers
    assert numbers["sgd_scaled_1"] == pytest.approx(-990)
    assert numbers["adam_scale_difference"] < 1e-9
    assert numbers["sgd_scale_difference"] > 1e6


def test_adams_first_step_is_the_learning_rate_for_every_gradient():
    steps = steps_of(work(optimizers_race, learning_rate=0.01))
    assert [steps[f"first_step_{k}"] for k in range(1, 6)] == pytest.approx([0.01] * 5, rel=0, abs=1.1e-6)


def test_without_correction_adams_steps_are_too_long_as_published():
    receipt = work(optimizers_race)
    assert steps_of(receipt)["uncorrected_ratio_1"] == pytest.approx(3.1623, abs=5e-5)
    assert receipt.numbers["uncorrected_ratio_peak"] == pytest.approx(6.5685, abs=5e-5)
    assert (receipt.numbers["uncorrected_peak_t"], receipt.numbers["within_1pct_t"]) == (12, 3925)


@pytest.mark.parametrize(("beta1", "beta2"), [(0.9, 0.999), (0.99, 0.9), (0.5, 0.99), (0.0, 0.9)])
def test_the_ratio_stays_near_one_from_the_step_told_and_not_before(beta1, beta2):
    near = int(work(optimizers_race, beta1=beta1, beta2=beta2).numbers["within_1pct_t"])
    ratios = [(1 - beta1**t) / math.sqrt(1 - beta2**t) for t in range(1, near + 500)]
    assert abs(ratios[near - 2] - 1) > 0.01
    assert all(abs(ratio - 1) <= 0.01 for ratio in ratios[near - 1:])


def test_the_place_of_rmsprops_epsilon_shows_where_it_is_large():
    numbers = work(optimizers_race, epsilon=1.0, steps=1).numbers
    assert numbers["rmsprop_outside_end"] == pytest.approx(10 - 0.1 * 10 / (math.sqrt(10) + 1))
    assert numbers["rmsprop_inside_end"] == pytest.approx(10 - 0.1 * 10 / math.sqrt(10 + 1))
    asked = work(optimizers_race, epsilon=1.0, epsilon_inside_root=True, steps=1)
    assert asked.numbers["rmsprop_end"] == numbers["rmsprop_inside_end"]
    assert "rmsprop-epsilon-inside" in asked.conventions


def test_only_adamw_feels_weight_decay():
    with_decay, without = (work(optimizers_race, weight_decay=decay).numbers for decay in (0.1, 0.0))
    changed = {name for name in with_decay if with_decay[name] != without[name]}
    assert changed == {"adamw_end", "adamw_loss"}
    assert without["adamw_end"] == without["adam_end"]


def test_a_second_steep_weight_is_too_much_for_sgd_and_nothing_to_adam():
    numbers = work(optimizers_race, curvatures=[1.0, 100.0], steps=30).numbers
    assert numbers["sgd_loss"] > numbers["loss_start"] > numbers["adam_loss"]


# saddle-point


@pytest.mark.parametrize(("name", "y0", "steps"), [("_3", 1e-3, 38), ("_6", 1e-6, 76), ("_12", 1e-12, 152)])
def test_the_nearer_to_the_ridge_the_later_the_escape(name, y0, steps):
    assert work(saddle_point).numbers[f"escape_step{name}"] == steps
    assert steps_of(work(saddle_point))[f"predicted{name}"] == steps
    assert work(saddle_point, y0=y0).numbers["escape_step"] == steps


def test_on_the_ridge_descent_stops_at_the_saddle_and_noise_frees_it():
    numbers = work(saddle_point, y0=0.0).numbers
    assert (numbers["y_end"], numbers["escaped"], numbers["escaped_ridge"]) == (0, 0, 0)
    assert numbers["x_end"] == pytest.approx(0.8**200, rel=1e-12)
    assert numbers["escaped_noisy"] == numbers["escaped_ridge_noisy"] == 1
    assert "escape_step" not in numbers


def test_without_noise_the_noisy_paths_are_the_others():
    receipt = work(saddle_point, noise=0.0)
    assert receipt.arrays["noisy_path"] == receipt.arrays["path"]
    assert receipt.numbers["escaped_ridge_noisy"] == 0


def test_the_eigenvalues_of_a_saddle_have_both_signs():
    steps = steps_of(work(saddle_point, a=3.0, b=0.5))
    assert (steps["eigenvalue_x"], steps["eigenvalue_y"]) == (6, -1)


# gradient-clipping


def test_three_four_clipped_to_norm_one_keeps_its_direction():
    receipt = work(gradient_clipping)
    steps = steps_of(receipt)
    assert (steps["norm"], steps["factor"]) == (5, 0.2)
    assert (steps["clipped_1"], steps["clipped_2"]) == pytest.approx((0.6, 0.8), rel=1e-15)
    assert steps["cosine_clipped"] == pytest.approx(1, abs=1e-15)
    assert (steps["move_g_2"], steps["move_clipped_2"]) == pytest.approx((-0.4, -0.08))


def test_clipping_by_value_turns_the_gradient():
    steps = steps_of(work(gradient_clipping))
    assert (steps["limited_1"], steps["limited_2"]) == (1, 1)
    assert steps["cosine_limited"] == pytest.approx(math.cos(math.atan2(4, 3) - math.pi / 4), rel=1e-14)


def test_a_short_gradient_is_left_alone():
    receipt = work(gradient_clipping, gradient=[0.3, -0.4, 0.2])
    assert steps_of(receipt)["factor"] == 1
    assert (receipt.numbers["norm_clipped"], receipt.numbers["values_limited"]) == (0, 0)
    assert all(row[1] == row[2] == row[3] for row in receipt.arrays["vectors"])


def test_a_gradient_of_length_zero_has_no_direction():
    receipt = work(gradient_clipping, gradient=[0.0, 0.0])
    assert "zero-gradient" in receipt.conventions
    assert not any(step.phase == "clip-direction" for step in receipt.steps)
