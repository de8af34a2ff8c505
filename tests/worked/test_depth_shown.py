"""Depth, width and size: products of slopes, initial weights, skips, matrices and counts against independent figures."""

import itertools
import math
import random

import numpy as np
import pytest
from evaluation import assert_sound

from tutor.worked.depth import gradient_chain, initialization, layer_width, parameter_count, residual_connections
from tutor.worked.fields import Choice, Integer, Number
from tutor.worked.inputs import InvalidInput, normalise
from tutor.worked.network import matrix_form
from tutor.worked.receipt import every_number

SCALARS = [gradient_chain, initialization, residual_connections, matrix_form, layer_width]
CHEAP = {"width": 16, "layers": 6, "steps": 5}  # for many inputs at once
CORNER = {"width": 64, "steps": 100}  # for many corners


def work(example, **inputs):
    return example.compute(normalise(example.FIELDS, inputs))


def drawn(example, source):
    """One random valid input for each scalar field."""
    draw = {Number: lambda of: source.uniform(of.low, of.high), Integer: lambda of: source.randint(of.low, of.high),
            Choice: lambda of: source.choice(of.options)}
    given = {name: draw[type(field)](field) for name, field in example.FIELDS.fields.items()}
    return {name: min(value, CHEAP[name]) if name in CHEAP else value for name, value in given.items()}


def assert_whole(receipt):
    assert_sound(receipt)
    assert all(map(math.isfinite, every_number(receipt).values()))


@pytest.mark.parametrize("example", SCALARS)
def test_every_number_is_finite_and_every_step_follows_for_any_input(example):
    source = random.Random(1)
    for _ in range(30):
        assert_whole(work(example, **drawn(example, source)))


@pytest.mark.parametrize("example", SCALARS)
@pytest.mark.parametrize("end", ["low", "high"])
def test_the_ends_of_the_bounds_are_finite_too(example, end):
    fields = example.FIELDS.fields
    ends = {name: getattr(field, end) for name, field in fields.items() if not isinstance(field, Choice)}
    numbers = {name: min(value, CORNER.get(name, value)) for name, value in ends.items()}
    chosen = {name: field.options for name, field in fields.items() if isinstance(field, Choice)}
    for options in itertools.product(*chosen.values()):
        assert_whole(work(example, **numbers, **dict(zip(chosen, options, strict=True))))


def test_the_largest_network_that_may_be_drawn_is_finite():
    assert_whole(work(initialization, width=512, layers=20, scale="given", std=10, activation="identity"))


@pytest.mark.parametrize("example", [*SCALARS, parameter_count])
def test_the_usual_receipt_is_sound_short_and_checked(example):
    receipt = work(example)
    assert_whole(receipt)
    assert receipt.example == example.NAME
    assert len(receipt.steps) <= 60
    assert receipt.gradient_check is None or receipt.gradient_check.max_relative_error < 1e-7


@pytest.mark.parametrize(("depth", "wanted"), [(1, 0.235), (5, 6.08e-4), (10, 3.48e-7)])
def test_a_chain_of_sigmoids_loses_the_gradient(depth, wanted):
    numbers = work(gradient_chain, depth=depth).numbers
    assert numbers["gradient"] == pytest.approx(wanted, rel=2e-3)
    assert numbers["gradient"] <= numbers["bound"] == 0.25**depth
    assert work(gradient_chain).numbers[f"product_{depth}"] == numbers["gradient"]


@pytest.mark.parametrize(("activation", "w", "wanted"), [
    ("sigmoid", 4, 5.49e-11), ("relu", 1, 1), ("relu", 2, 1024), ("relu", 0.5, 0.5**10)])
def test_ten_layers_vanish_stay_or_explode(activation, w, wanted):
    numbers = work(gradient_chain, activation=activation, w=w).numbers
    assert numbers["gradient"] == pytest.approx(wanted, rel=2e-3)
    assert (numbers["vanishes"], numbers["explodes"]) == (wanted < 1e-3, wanted > 1e3)
    name = f"{activation}_{'half' if w == 0.5 else w}"
    assert work(gradient_chain).numbers[name] == numbers["gradient"]


def test_the_products_from_both_ends_meet():
    receipt = work(gradient_chain, activation="tanh", w=-1.5, depth=12)
    assert 10 ** receipt.arrays["arriving"][0][1] == pytest.approx(abs(receipt.arrays["layers"][-1][3]))
    assert receipt.arrays["arriving"][-1] == [12, 0]
    assert receipt.gradient_check.parameters[-1].analytic == pytest.approx(receipt.numbers["gradient"])


@pytest.mark.parametrize("activation", gradient_chain.FIELDS.fields["activation"].options)
def test_every_weight_of_a_chain_passes_its_check(activation):
    receipt = work(gradient_chain, activation=activation, w=1.25, x=0.8, depth=7)
    assert [each.name for each in receipt.gradient_check.parameters] == [*(f"w_{n}" for n in range(1, 8)), "x"]
    assert receipt.gradient_check.max_relative_error < 1e-8


def test_a_chain_that_starts_on_the_kink_says_so():
    receipt = work(gradient_chain, activation="relu", x=0.0)
    assert receipt.gradient_check.parameters[-1].kink
    assert {"relu-at-zero", "near-kink"} <= set(receipt.conventions)
    assert [row[0] for row in receipt.arrays["arriving"]] == [10]


def test_published_scales_of_glorot_and_he():
    numbers = work(initialization).numbers
    wanted = {"glorot_var": (0.0019230769230769232, 1e-15), "glorot_std": (0.0438529, 5e-8), "he_std": (0.0505076, 5e-8),
              "glorot_uniform_bound": (0.0759555, 5e-8), "var_of_uniform_bound": (0.0019230769230769232, 1e-15)}
    for name, (value, tolerance) in wanted.items():
        assert numbers[name] == pytest.approx(value, rel=0, abs=tolerance)


@pytest.mark.parametrize("seed", range(3))
def test_ten_relu_layers_shrink_keep_or_multiply_a_signal(seed):
    numbers = work(initialization, seed=seed).numbers
    for name, wanted in (("small", 3.0e-10), ("he", 0.874), ("large", 3075.6)):
        assert 0.4 < numbers[f"rms_{name}"] / wanted < 2.5
    assert numbers["rms_small"] < numbers["rms_xavier"] < numbers["rms_he"] < numbers["rms_large"]


def test_a_signal_changes_by_about_the_expected_factor_per_layer():
    receipt = work(initialization, scale="given", std=0.05, layers=8)
    assert receipt.numbers["layers"] == 8
    growth = (receipt.numbers["rms_last"] / receipt.numbers["rms_input"]) ** (1 / 8)
    assert growth == pytest.approx(receipt.numbers["factor"], rel=0.1)
    back = (receipt.numbers["gradient_end"] / receipt.numbers["gradient_start"]) ** (1 / 8)
    assert back == pytest.approx(receipt.numbers["factor"], rel=0.1)


def test_a_signal_that_dies_ends_the_chart():
    receipt = work(initialization, width=2, layers=20, scale="given")
    assert receipt.numbers["rms_last"] == 0
    assert len(receipt.arrays["sizes"]) == 21 > len(receipt.arrays["log_sizes"])


@pytest.mark.parametrize("constant", [-0.7, 0.0, 0.5, 3.0])
def test_equal_weights_leave_one_hidden_unit_however_long_the_training(constant):
    numbers = work(initialization, constant=constant, hidden=6, steps=200, width=2, layers=1).numbers
    assert (numbers["different_equal"], numbers["different_random"]) == (1, 6)
    assert numbers["loss_random"] < numbers["loss_equal"]


def test_twenty_layers_with_and_without_skips():
    numbers = work(residual_connections).numbers
    assert numbers["plain_product"] == pytest.approx(9.5e-7, rel=5e-3)
    assert numbers["residual_product"] == pytest.approx(2.653, rel=2e-4)
    assert (numbers["product_slope_zero"], numbers["product_slope_minus_one"]) == (1, 0)


@pytest.mark.parametrize(("slope", "wanted"), [(0, 1), (-1, 0), (1, 2.0**20)])
def test_a_skip_adds_one_to_every_slope(slope, wanted):
    receipt = work(residual_connections, residual_slope=slope)
    assert receipt.numbers["residual_product"] == wanted
    assert len(receipt.arrays["log_products"]) == (21 if wanted else 1)


@pytest.mark.parametrize("seed", range(5))
def test_skips_keep_the_derivative_of_a_random_network(seed):
    receipt = work(residual_connections, seed=seed)
    assert receipt.numbers["network_plain"] < 1e-4 < 0.3 < receipt.numbers["network_residual"]
    assert receipt.gradient_check.max_relative_error < 1e-8


def test_layers_that_add_nothing_change_nothing():
    receipt = work(residual_connections, gain=0)
    assert {row[2] for row in receipt.arrays["network"]} == {1}
    assert receipt.numbers["network_plain"] == 0


@pytest.mark.parametrize(("batch", "hidden"), [*itertools.product((1, 4, 16), (1, 3, 6))])
@pytest.mark.parametrize("activation", matrix_form.FIELDS.fields["activation"].options)
def test_loops_and_the_mean_over_the_rows_give_the_matrices_gradient(batch, hidden, activation):
    receipt = work(matrix_form, batch=batch, hidden=hidden, activation=activation)
    assert receipt.numbers["loop_difference"] < 2e-15
    assert receipt.numbers["mean_difference"] < 2e-15
    assert len(receipt.gradient_check.parameters) == receipt.numbers["parameters"] == 4 * hidden + 1


def test_a_gradient_has_the_shape_of_what_it_belongs_to():
    receipt = work(matrix_form)
    assert [receipt.texts[f"shape_{name}"] for name in ("w1", "b1", "w2", "b2")] == ["3 × 2", "3", "1 × 3", "1"]
    assert [receipt.texts[f"shape_{name}"] for name in ("x", "z1", "a1", "delta1")] == ["4 × 2", "4 × 3", "4 × 3", "4 × 3"]
    for name in ("w1", "b1", "w2", "b2"):
        assert receipt.texts[f"shape_d{name}"] == receipt.texts[f"shape_{name}"]
    assert (receipt.numbers["rows_dw1"], receipt.numbers["columns_dw1"], receipt.numbers["length_db1"]) == (3, 2, 3)


def test_the_shown_matrices_multiply_to_the_shown_gradient():
    arrays = {name: np.array(array) for name, array in work(matrix_form).arrays.items()}
    assert arrays["delta2"] == pytest.approx((arrays["a2"] - arrays["t"]) / 4)
    assert arrays["delta1"] == pytest.approx(arrays["delta2"] @ arrays["w2"] * (1 - arrays["a1"] ** 2))
    assert arrays["dw1"] == pytest.approx(arrays["delta1"].T @ arrays["x"])
    assert arrays["db1"] == pytest.approx(arrays["delta1"].sum(0))


@pytest.mark.parametrize(("sizes", "layers", "total"), [
    ([64, 32, 32, 10], [2080, 1056, 330], 3466), ([784, 64, 64, 10], [50240, 4160, 650], 55050),
    ([1, 5, 30, 30, 30, 30, 40, 40, 1], [10, 180, 930, 930, 930, 1240, 1640, 41], 5901)])
def test_published_parameter_counts(sizes, layers, total):
    receipt = work(parameter_count, sizes=sizes)
    assert_sound(receipt)
    assert [row[3] for row in receipt.arrays["layers"]] == layers
    assert receipt.numbers["parameters"] == total


def test_published_operations_of_one_dense_layer():
    numbers = work(parameter_count, sizes=[784, 64], batch=32).numbers
    assert [numbers[name] for name in ("forward_1", "backward_dw_1", "backward_dx_1")] == [3211264] * 3
    assert numbers["per_weight"] == 6
    assert numbers["training_step"] == 2 * 3211264


def test_one_more_layer_of_64_units_has_4160_parameters():
    numbers = work(parameter_count, sizes=[784, 64, 64, 10]).numbers
    deeper = work(parameter_count, sizes=[784, 64, 64, 64, 10]).numbers
    assert numbers["layer_parameters"] == 4160 == deeper["parameters"] - numbers["parameters"]
    assert numbers["layer_flops"] == 786432 == deeper["training_step"] - numbers["training_step"]


def test_one_more_unit_costs_what_enters_and_leaves_it():
    numbers, wider = (work(parameter_count, sizes=[64, 32, width, 10]).numbers for width in (32, 33))
    assert numbers["unit_parameters"] == 33 + 10 == wider["parameters"] - numbers["parameters"]


def test_memory_counts_weights_gradients_optimizer_and_kept_outputs():
    numbers = work(parameter_count, sizes=[2, 3, 1], batch=5, number_bytes=4).numbers
    assert [numbers[f"memory_{name}"] for name in ("sgd", "momentum", "adam")] == [4 * (n * 13 + 20) for n in (2, 3, 4)]


def test_twice_as_wide_costs_more_than_twice_as_deep_here():
    numbers = work(parameter_count).numbers
    assert numbers["parameters_wide"] == 65 * 64 + 65 * 64 + 65 * 10
    assert numbers["parameters_deep"] == 65 * 32 + 3 * 33 * 32 + 33 * 10


@pytest.mark.parametrize(("sizes", "pointer", "reason"), [
    ([5], "/sizes", "wrong-shape"), ([2, 2.5, 1], "/sizes/1", "not-an-integer"), ([2, 0, 1], "/sizes/1", "too-small")])
def test_sizes_that_are_no_network_are_refused(sizes, pointer, reason):
    with pytest.raises(InvalidInput) as refusal:
        work(parameter_count, sizes=sizes)
    assert (refusal.value.pointer, refusal.value.reason) == (pointer, reason)


def test_one_unit_cannot_learn_xor_and_sixteen_do():
    numbers = work(layer_width).numbers
    assert numbers["learnt_1"] == 0
    assert numbers["learnt_16"] == numbers["seeds_tried"] == 9
    assert numbers["loss_16"] < numbers["target"] < numbers["loss_1"]


@pytest.mark.parametrize("seed", [0, 500])
def test_wider_layers_learn_from_more_seeds(seed):
    numbers = work(layer_width, seed=seed, seeds=25).numbers
    assert numbers["learnt_2"] < numbers["learnt_4"] < numbers["learnt_16"]


def test_without_a_nonlinearity_width_does_not_help():
    receipt = work(layer_width, activation="identity", steps=300)
    assert all(row[2] >= math.log(2) - 1e-9 for row in receipt.arrays["losses"])
    assert "still-linear" in receipt.conventions


def test_the_widths_costs_grow_in_step():
    receipt = work(layer_width)
    assert [row[1] for row in receipt.arrays["costs"]] == [4 * width + 1 for width in (1, 2, 3, 4, 8, 16)]
    assert [row[2] for row in receipt.arrays["costs"]] == [4 * (2 * 3 * 3 - 4) * width for width in (1, 2, 3, 4, 8, 16)]


def test_a_network_trained_among_others_ends_where_it_does_alone():
    together, alone = work(layer_width, seeds=9, seed=3), work(layer_width, seeds=1, seed=3)
    for (_, _, low, high, _), (_, loss, *_) in zip(together.arrays["losses"], alone.arrays["losses"], strict=True):
        assert low * (1 - 1e-9) <= loss <= high * (1 + 1e-9)
