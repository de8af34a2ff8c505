"""The examples about losses: published digits, closed forms, and finite numbers for every input that is taken."""

import math

import numpy as np
import pytest
from evaluation import assert_sound

from tutor.engine.backprop import gradients
from tutor.engine.network import Layer, Network, forward
from tutor.worked import InvalidInput
from tutor.worked.inputs import normalise
from tutor.worked.losses import loss_functions, mean_squared_error, output_layers, softmax_cross_entropy
from tutor.worked.receipt import every_number

EXAMPLES = (loss_functions, mean_squared_error, softmax_cross_entropy, output_layers)


def work(module, **inputs):
    return module.compute(normalise(module.FIELDS, inputs))


def numbers(module, **inputs):
    return every_number(work(module, **inputs))


def listed(found, name, count=3):
    return [found[f"{name}_{place}"] for place in range(1, count + 1)]


def number(random, low, high):
    """Anywhere between two bounds, and one time in four exactly at one of them."""
    return float(random.choice([low, high]) if random.random() < 0.25 else random.uniform(low, high))


def numbers_of(random, field, count):
    return [number(random, field.low, field.high) for _ in range(count)]


def single(random, module, names):
    return {name: number(random, module.FIELDS.fields[name].low, module.FIELDS.fields[name].high) for name in names}


def draw_losses(random):
    fields = loss_functions.FIELDS.fields
    classes, width, scores = random.integers(1, 7, 3)
    return {"target": int(random.integers(2)), "scores": numbers_of(random, fields["scores"], scores),
            "scores_class": int(random.integers(scores) + 1), "true_class": int(random.integers(classes) + 1),
            "weights": [numbers_of(random, fields["weights"], width) for _ in range(classes)],
            "x": numbers_of(random, fields["x"], width), "biases": numbers_of(random, fields["biases"], classes),
            **single(random, loss_functions, ["probability", "margin"])}


def draw_squares(random):
    field, count = mean_squared_error.FIELDS.fields["targets"], random.integers(1, 9)
    return {"targets": numbers_of(random, field, count), "predictions": numbers_of(random, field, count),
            "convention": str(random.choice(["mean", "sum", "half"])),
            **single(random, mean_squared_error, ["learning_rate", "outlier"])}


def draw_softmax(random):
    scores = numbers_of(random, softmax_cross_entropy.FIELDS.fields["scores"], random.integers(1, 9))
    return {"scores": scores, "true_class": int(random.integers(len(scores)) + 1),
            **single(random, softmax_cross_entropy, ["temperature", "shift"])}


def draw_outputs(random):
    fields, (classes, answers) = output_layers.FIELDS.fields, random.integers(1, 7, 2)
    return {"scores": numbers_of(random, fields["scores"], classes), "true_class": int(random.integers(classes) + 1),
            "logits": numbers_of(random, fields["logits"], answers), "labels": numbers_of(random, fields["labels"], answers),
            "binary_t": int(random.integers(2)), "saturated_t": int(random.integers(2)),
            **single(random, output_layers, ["regression_z", "regression_t", "binary_z", "saturated_z"])}


DRAWS = dict(zip(EXAMPLES, (draw_losses, draw_squares, draw_softmax, draw_outputs), strict=True))


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
    receipt = work(module, **DRAWS[module](np.random.default_rng(seed)))
    assert_sound(receipt, 1e-11)
    assert all(math.isfinite(found) for found in every_number(receipt).values())


def test_the_three_losses_at_three_probabilities_are_those_of_the_closed_forms():
    found = numbers(loss_functions)
    for percent, p in ((90, 0.9), (60, 0.6), (10, 0.1)):
        losses = [found[f"{name}_{percent}"] for name in loss_functions.LOSS_NAMES]
        assert losses == pytest.approx([(1 - p) ** 2, 1 - p, -math.log(p)], rel=1e-14)
    assert found["cross_entropy_10"] == pytest.approx(2.302585, abs=5e-7)
    assert found["cross_entropy_half"] == pytest.approx(math.log(2), rel=1e-15)


def test_a_target_of_0_mirrors_the_table_of_a_target_of_1():
    ones, zeros = (work(loss_functions, target=target).arrays["probabilities"] for target in (1, 0))
    mirrored = [[1 - row[0], *row[1:4], *(-slope for slope in row[4:])] for row in reversed(ones)]
    assert np.allclose(zeros, mirrored, rtol=1e-12)


def test_the_losses_of_the_cs231n_notes_are_found_again():
    found = numbers(loss_functions)
    assert found["hinge"] == 8
    assert listed(found, "z") == pytest.approx([-2.85, 0.86, 0.28], abs=1e-12)
    assert found["svm"] == pytest.approx(1.58, abs=0.005)
    assert found["softmax_loss"] == pytest.approx(1.04, abs=0.005)
    assert found["chance"] == pytest.approx(1.1, abs=0.05)
    assert found["chance_10"] == pytest.approx(2.302, abs=6e-4)


def test_a_lower_loss_is_not_a_higher_accuracy():
    found = numbers(loss_functions)
    assert found["bold_loss"] < found["cautious_loss"] == pytest.approx(-math.log(0.6))
    assert (found["cautious_accuracy"], found["bold_accuracy"]) == (1, pytest.approx(2 / 3))


def test_scores_beyond_the_margin_cost_nothing_under_the_hinge_loss():
    assert numbers(loss_functions, scores=[30, -7, 11])["hinge"] == 0
    assert numbers(loss_functions, scores=[5], margin=3)["hinge"] == 0


def test_the_mean_squared_error_of_scikit_learns_page_is_found_again():
    found = numbers(mean_squared_error)
    assert found["loss"] == found["mse"] == 0.375
    assert listed(found, "g", 4) == [-0.25, 0.25, 0, 0.5]
    assert (found["mae"], found["rmse"], found["mean_error"]) == (0.5, pytest.approx(math.sqrt(0.375)), 0.25)


def test_googles_seven_cars_start_at_the_published_loss():
    miles = [18, 15, 18, 16, 15, 14, 24]
    assert numbers(mean_squared_error, targets=miles, predictions=[0] * 7)["mse"] == pytest.approx(303.71, abs=0.005)


def test_doubling_the_largest_error_multiplies_its_square_by_four():
    found = numbers(mean_squared_error)
    assert (found["doubled_item"], found["doubled_ratio"]) == (4, 4)


def test_predictions_without_any_error_have_no_ratio_to_show():
    found = numbers(mean_squared_error, targets=[1, 2], predictions=[1, 2])
    assert found["loss"] == 0
    assert "doubled_ratio" not in found


@pytest.mark.parametrize("convention", ["mean", "sum", "half"])
def test_rates_in_the_right_proportion_make_the_three_conventions_one(convention):
    found = numbers(mean_squared_error, convention=convention)
    assert found[f"rate_{convention}"] == 0.1
    assert found["rate_mean"] == pytest.approx(4 * found["rate_sum"], rel=1e-15)
    assert found["rate_half"] == pytest.approx(2 * found["rate_sum"], rel=1e-15)
    assert found["equal_rates_difference"] < 1e-15


def test_one_outlier_moves_the_mean_and_not_the_median():
    found = numbers(mean_squared_error)
    assert found["outlier_mse"] == (0.25 + 0.25 + 9**2) / 4
    assert found["outlier_mae"] == (0.5 + 0.5 + 9) / 4
    assert (found["mean_target"], found["median_target"]) == (2.875, 2.5)
    assert (found["outlier_mean_target"], found["outlier_median_target"]) == (2.875 + 10 / 4, 2.5)


def test_the_probabilities_loss_and_gradient_of_three_scores_are_the_published_ones():
    found = numbers(softmax_cross_entropy)
    assert listed(found, "p") == pytest.approx([0.705385, 0.035119, 0.259496], abs=5e-7)
    assert found["loss"] == pytest.approx(0.349012, abs=5e-7)
    assert listed(found, "g") == pytest.approx([-0.294615, 0.035119, 0.259496], abs=5e-7)
    assert found["chance"] == pytest.approx(math.log(3), rel=1e-15)


def test_adding_the_same_to_every_score_changes_nothing():
    found = numbers(softmax_cross_entropy, shift=333.3)
    assert found["shift_difference"] < 1e-12
    assert found["shift_loss_difference"] < 1e-12
    assert listed(numbers(softmax_cross_entropy, scores=[6, 3, 5]), "p") == pytest.approx(listed(found, "p"), rel=1e-14)


def test_scores_whose_powers_overflow_still_have_probabilities():
    found = numbers(softmax_cross_entropy, scores=[123, 456, 789], true_class=3)
    assert (found["overflows"], found["large_overflows"]) == (1, 1)
    assert listed(found, "p") == listed(found, "large_p")
    assert found["p_3"] == 1
    assert found["loss"] == 0


def test_a_second_softmax_keeps_even_a_sure_answer_from_a_loss_of_zero():
    found = numbers(softmax_cross_entropy, scores=[900, 0, 0])
    assert found["loss"] == 0
    assert found["twice_loss"] == pytest.approx(found["twice_floor"]) == pytest.approx(math.log(1 + 2 / math.e))


def test_a_high_temperature_levels_the_probabilities():
    rows = work(softmax_cross_entropy).arrays["temperatures"]
    likeliest = [row[1] for row in rows]
    assert likeliest == sorted(likeliest, reverse=True)
    assert likeliest[0] > 0.999 > 0.4 > likeliest[-1] > 1 / 3


def test_delta_is_prediction_minus_target_up_to_a_constant():
    found = numbers(output_layers)
    assert [found[f"{name}_factor"] for name in ("regression", "binary", "several")] == [2, 1, 1]
    assert found["regression_delta"] == 2 * (2.5 - 3)
    assert found["binary_delta"] == pytest.approx(0.62480646 - 1, abs=5e-8)


def test_the_binary_cross_entropy_of_keras_is_found_again():
    found = numbers(output_layers)
    assert found["bce"] == pytest.approx(0.865458, abs=5e-7)
    for name, printed, tolerance in (("q_1", 8.3583869e-09, 1e-14), ("q_2", 0.62480646, 5e-8), ("q_3", 0.9497887, 5e-8),
                                     ("q_4", 2.7607643e-06, 1e-12)):
        assert found[name] == pytest.approx(printed, abs=tolerance)


def test_a_saturated_output_learns_under_cross_entropy_only():
    found = numbers(output_layers)
    assert found["squared_slope"] == pytest.approx(-4.5e-5, abs=5e-7)
    assert found["cross_entropy_slope"] == pytest.approx(-0.99995, abs=5e-6)
    assert found["slope_ratio"] == pytest.approx((1 + math.exp(-10)) ** 2 * math.exp(10), rel=1e-9)


def test_both_curves_of_slopes_are_those_of_backpropagation():
    network = Network((Layer(np.ones((1, 1)), np.zeros(1), "sigmoid"),))
    for z, squared, entropy in work(output_layers, saturated_t=0).arrays["slopes"][::10]:
        trace = forward(network, np.array([[z]]))
        found = [gradients(network, trace, np.zeros((1, 1)), loss).biases[0].item()
                 for loss in ("half_squared_error", "binary_cross_entropy")]
        assert [squared, entropy] == pytest.approx(found, rel=1e-14)


@pytest.mark.parametrize(("module", "inputs", "pointer"), [
    (loss_functions, {"biases": [0, 0]}, "/biases"), (loss_functions, {"x": [1]}, "/weights/0"),
    (loss_functions, {"true_class": 4}, "/true_class"),
    (loss_functions, {"scores": [1], "scores_class": 2}, "/scores_class"),
    (mean_squared_error, {"predictions": [1]}, "/predictions"),
    (softmax_cross_entropy, {"true_class": 4}, "/true_class"), (output_layers, {"labels": [1]}, "/labels"),
    (output_layers, {"scores": [1], "true_class": 2}, "/true_class"),
])
def test_inputs_that_do_not_fit_together_are_refused_by_name(module, inputs, pointer):
    with pytest.raises(InvalidInput) as refused:
        work(module, **inputs)
    assert refused.value.pointer == pointer
