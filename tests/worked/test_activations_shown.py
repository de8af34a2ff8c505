"""The examples about activations: slopes and kinks, units that die, and a neuron that learns slowly when badly wrong."""

import math

import numpy as np
import pytest
from evaluation import assert_sound

from tutor.engine.network import Layer, Network
from tutor.engine.optimizers import OptimizerSettings
from tutor.engine.training import Plan, advance, start
from tutor.worked.activations import activation_functions, dead_relu, relu_at_zero
from tutor.worked.inputs import Choice, Integer, Numbers, normalise
from tutor.worked.losses import saturation
from tutor.worked.receipt import every_number

EXAMPLES = (activation_functions, relu_at_zero, dead_relu, saturation)


def work(module, **inputs):
    return module.compute(normalise(module.FIELDS, inputs))


def numbers(module, **inputs):
    return every_number(work(module, **inputs))


def drawn(field, random):
    """Anywhere within a field's bounds, and one time in four exactly at one of them."""
    if isinstance(field, Choice):
        return str(random.choice(field.options))
    if isinstance(field, Numbers):
        return random.uniform(field.low, field.high, random.integers(1, field.most[0] + 1)).tolist()
    low, high = field.low, min(field.high, 500) if isinstance(field, Integer) else field.high
    value = random.choice([low, high]) if random.random() < 0.25 else random.uniform(low, high)
    return int(value) if isinstance(field, Integer) else float(value)


@pytest.mark.parametrize("module", EXAMPLES, ids=lambda module: module.NAME)
def test_a_default_is_sound_checked_and_short(module):
    receipt = work(module)
    assert_sound(receipt)
    assert receipt.example == module.NAME
    assert len(receipt.steps) <= 60
    assert receipt.gradient_check.max_relative_error < 1e-8


@pytest.mark.parametrize("module", EXAMPLES, ids=lambda module: module.NAME)
@pytest.mark.parametrize("seed", range(30))
def test_every_input_within_bounds_gives_sound_and_finite_numbers(module, seed):
    random = np.random.default_rng(seed)
    receipt = work(module, **{name: drawn(field, random) for name, field in module.FIELDS.fields.items()})
    assert_sound(receipt, 1e-11)
    assert all(math.isfinite(found) for found in every_number(receipt).values())


def test_the_slopes_of_sigmoid_tanh_and_relu_are_the_published_ones():
    found = numbers(activation_functions)
    for name, wanted in (("sigmoid_value", (0.119203, 0.5, 0.880797)), ("sigmoid_slope", (0.104994, 0.25, 0.104994)),
                         ("tanh_value", (-0.964028, 0, 0.964028)), ("tanh_slope", (0.070651, 1, 0.070651)),
                         ("relu_value", (0, 0, 2)), ("relu_slope", (0, 0, 1))):
        assert [found[f"{name}_{place}"] for place in (1, 2, 3)] == pytest.approx(wanted, abs=5e-7)


def test_the_sigmoid_is_steepest_at_0_with_a_slope_of_one_quarter():
    found = numbers(activation_functions)
    assert (found["sigmoid_largest_slope"], found["sigmoid_steepest_at"], found["sigmoid_peak"]) == (0.25, 0, 0.25)
    assert (found["tanh_largest_slope"], found["tanh_steepest_at"], found["tanh_peak"]) == (1, 0, 1)


@pytest.mark.parametrize("z", [-7.5, -0.3, 0.4, 6.0])
def test_every_slope_agrees_with_its_central_difference_away_from_kinks(z):
    check = work(activation_functions, z=z).gradient_check
    assert len(check.parameters) == 8
    assert not any(parameter.kink for parameter in check.parameters)
    assert check.max_relative_error < 1e-9


def test_the_two_functions_with_a_kink_are_marked_at_0():
    receipt = work(activation_functions, z=0)
    assert [each.name for each in receipt.gradient_check.parameters if each.kink] == ["slope_relu", "slope_leaky_relu"]
    assert "near-kink" in receipt.conventions
    assert every_number(receipt)["numeric_relu"] == 0.5


def test_the_curves_of_slopes_are_the_derivatives_of_the_curves_of_values():
    values, slopes = (np.array(work(activation_functions).arrays[name]) for name in ("values", "slopes"))
    middle = (values[2:, 1:] - values[:-2, 1:]) / (values[2:, :1] - values[:-2, :1])
    smooth = np.abs(values[1:-1, 0]) > 0.15
    assert np.abs(middle - slopes[1:-1, 1:])[smooth].max() < 0.1**2 / 6 * 2  # the largest third derivative, that of tanh


def test_relu_at_0_has_four_different_slopes():
    found = numbers(relu_at_zero)
    assert [found[name] for name in ("relu_left", "relu_right", "relu_central", "engine_slope")] == [0, 1, 0.5, 0]
    assert (found["crosses"], found["disagreement"]) == (1, 0.5)


def test_the_absolute_value_and_the_larger_of_two_have_kinks_of_their_own():
    found = numbers(relu_at_zero, z=2, y=2)
    assert [found[name] for name in ("max_left", "max_right", "max_central")] == pytest.approx([0, 1, 0.5], abs=1e-12)
    assert [found[name] for name in ("abs_left", "abs_right")] == pytest.approx([1, 1], abs=1e-12)
    assert (found["crosses"], found["crosses_max"]) == (0, 1)
    here = numbers(relu_at_zero)
    assert [here[name] for name in ("abs_left", "abs_right", "abs_central")] == [-1, 1, 0]


@pytest.mark.parametrize(("z", "h", "crosses"), [(0.05, 0.1, 1), (-0.05, 0.1, 1), (0.1, 0.1, 0), (0.5, 0.1, 0), (-3, 0.1, 0)])
def test_a_difference_misleads_only_where_it_reaches_across_the_kink(z, h, crosses):
    receipt = work(relu_at_zero, z=z, h=h)
    found = every_number(receipt)
    assert found["crosses"] == crosses == ("near-kink" in receipt.conventions)
    assert found["relu_central"] == pytest.approx((z + h) / (2 * h) if crosses else float(z > 0), abs=1e-12)


def test_a_step_function_has_slope_0_save_where_its_difference_grows_without_limit():
    found = numbers(relu_at_zero)
    assert found["step_central"] == found["jump_over_width"] == 500
    assert numbers(relu_at_zero, z=0.5)["step_central"] == 0
    widths = work(relu_at_zero).arrays["step_widths"]
    assert all(slope == pytest.approx(1 / (2 * width)) for width, slope in widths)
    assert (found["step_flat_share"], found["sigmoid_flat_share"]) == (pytest.approx(1 - 4 / 241), 0)


def test_the_default_step_switches_the_unit_off_for_good():
    found = numbers(dead_relu)
    assert (found["active_before"], found["active_after"], found["active_end"]) == (1, 0, 0)
    assert (found["dead_before"], found["dead_after"], found["dead_end"]) == (0, 1, 1)
    assert [found[name] for name in ("after_dw", "after_db", "gradient_end")] == [0, 0, 0]
    assert found["loss_end"] == found["loss_after"]


def test_a_leaky_unit_in_the_same_place_keeps_a_gradient_and_comes_back():
    found = numbers(dead_relu)
    assert found["leaky_dw"] < 0 > found["leaky_db"]
    assert found["leaky_loss_end"] < found["loss_end"] / 50
    assert found["leaky_dead_end"] == 0


def test_a_small_rate_leaves_the_unit_alive_and_it_learns():
    found = numbers(dead_relu, learning_rate=0.3, steps=300)
    assert (found["dead_after"], found["dead_end"]) == (0, 0)
    assert found["loss_end"] < 1e-4 < found["loss"]


def test_a_unit_that_starts_dead_never_moves():
    found = numbers(dead_relu, weight=-1, bias=-1)
    assert (found["dead_before"], found["dw"], found["db"]) == (1, 0, 0)
    assert (found["new_w"], found["new_b"]) == (-1, -1)
    assert found["loss_end"] == found["loss"]


def test_the_largest_rate_throws_a_leaky_unit_about_without_end():
    receipt = work(dead_relu, weight=100, bias=100, learning_rate=10, steps=1000)
    losses = [row[2] for row in receipt.arrays["training"]]
    assert len(losses) == 101
    assert all(math.isfinite(loss) for loss in losses)
    assert every_number(receipt)["leaky_loss_end"] == pytest.approx(losses[-1], rel=1e-12)
    assert losses[-1] > 1


def test_the_share_of_active_rows_over_the_rate_holds_the_chosen_step_in_its_middle():
    receipt = work(dead_relu, learning_rate=0.6)
    rates = receipt.arrays["rates"]
    assert rates[0] == [0, every_number(receipt)["active_before"]]
    assert rates[30] == [pytest.approx(0.6), every_number(receipt)["active_after"]]


def test_nielsens_outputs_after_300_epochs_are_found_again():
    found = numbers(saturation)
    assert found["quadratic_easy_end"] == pytest.approx(0.0940, abs=5e-5)
    assert found["quadratic_hard_end"] == pytest.approx(0.2028, abs=5e-5)
    for name, printed in (("easy", 0.418), ("hard", 0.780), ("fast_easy", 0.038), ("fast_hard", 0.042)):
        assert found[f"cross_entropy_{name}_end"] == pytest.approx(printed, abs=5e-4)


@pytest.mark.parametrize("cost", [saturation.QUADRATIC, saturation.ENTROPY])
def test_the_outputs_are_those_of_a_training_run(cost):
    receipt = work(saturation, weight=0.7, bias=-1.2, cost=cost, learning_rate=0.4, epochs=80)
    network = Network((Layer(np.array([[0.7]]), np.array([-1.2]), "sigmoid"),))
    plan = Plan(network, np.ones((1, 1)), np.zeros((1, 1)), cost, OptimizerSettings("sgd", 0.4), 80)
    _, frames = advance(plan, start(plan), 80)
    column = {saturation.QUADRATIC: 1, saturation.ENTROPY: 2}[cost]
    assert [row[column] for row in receipt.arrays["costs"]] == pytest.approx([frame.loss for frame in frames], rel=1e-12)


def test_the_learners_start_stands_beside_nielsens_two():
    found = numbers(saturation, weight=0.6, bias=0.9)
    assert found["quadratic_end"] == found["quadratic_easy_end"]
    assert found["quadratic_end"] < found["quadratic_hard_end"]
    assert found["a"] == found["easy_start"] == pytest.approx(0.82, abs=0.005)
    assert found["hard_start"] == pytest.approx(0.98, abs=0.005)


def test_cross_entropy_starts_with_the_slope_that_the_sigmoid_does_not_shrink():
    found = numbers(saturation)
    assert found["quadratic_delta"] == pytest.approx(found["cross_entropy_delta"] * found["slope"], rel=1e-15)
    assert found["dw"] == found["quadratic_delta"]
    assert numbers(saturation, cost=saturation.ENTROPY)["dw"] == found["cross_entropy_delta"]


def test_each_cost_comes_with_the_rate_that_nielsen_printed():
    assert work(saturation).inputs["learning_rate"] == 0.15
    assert work(saturation, cost=saturation.ENTROPY).inputs["learning_rate"] == 0.005
    assert numbers(saturation, cost=saturation.ENTROPY)["cross_entropy_end"] == pytest.approx(0.780, abs=5e-4)
