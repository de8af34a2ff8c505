"""Weight decay, early stopping, dropout and normalisation: hand arithmetic, published digits, every mask counted."""

import math

import numpy as np
import pytest
from drawn_inputs import corners, drawn
from evaluation import assert_sound

from tutor.worked.capacity import regularization
from tutor.worked.capacity.noisy_sine import fitted, noisy_sine, powers
from tutor.worked.inputs import InvalidInput, normalise
from tutor.worked.layers import dropout, normalization
from tutor.worked.receipt import every_number

MODULES = [regularization, dropout, normalization]


def work(module, **inputs):
    return module.compute(normalise(module.FIELDS, inputs))


def named(receipt):
    return every_number(receipt)


def randoms(module, seed):
    inputs = drawn(module.FIELDS, seed, size=1 + seed % 4)
    return {**inputs, "mask": np.round(inputs["mask"]).tolist()} if module is dropout else inputs


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.NAME)
def test_any_inputs_give_finite_numbers_and_steps_that_follow(module):
    for inputs in [*(randoms(module, seed) for seed in range(30)), *corners(module.FIELDS)]:
        receipt = module.compute(inputs)
        assert_sound(receipt)
        assert all(map(math.isfinite, named(receipt).values()))
        assert all(np.isfinite(array).all() for array in map(np.array, receipt.arrays.values()))


@pytest.mark.parametrize(("module", "parameters"), [(regularization, 37), (dropout, 4), (normalization, 6)])
def test_every_derivative_agrees_with_its_difference(module, parameters):
    check = work(module).gradient_check
    assert len({each.name for each in check.parameters}) == parameters
    assert check.max_relative_error < 1e-8


def test_a_decayed_update_shrinks_the_weight_first():
    numbers = named(work(regularization, gradient=0.0))
    assert (numbers["shrink"], numbers["shrunk"], numbers["new_weight"]) == (0.95, 1.9, 1.9)
    assert numbers["new_weight_shrunk"] == pytest.approx(numbers["new_weight"], rel=1e-15)


@pytest.mark.parametrize("seed", range(5))
def test_decay_as_a_gradient_and_decay_as_a_factor_are_one_update(seed):
    numbers = named(regularization.compute(drawn(regularization.FIELDS, seed)))
    assert numbers["new_weight_shrunk"] == pytest.approx(numbers["new_weight"], rel=1e-9)


def test_equal_weights_cost_a_quarter_for_the_same_output():
    numbers = named(work(regularization))
    assert (numbers["cost"], numbers["cost_equal"]) == (1, 0.25)
    assert numbers["output"] == numbers["output_equal"] == 1


def test_adam_swallows_a_coupled_penalty_and_adamw_does_not():
    """Adam's first step is as long as the rate whatever the gradient; the decoupled penalty moves by eta lambda w."""
    numbers = named(work(regularization))
    assert numbers["adam_weight"] == pytest.approx(2 - 0.5, abs=1e-7)
    assert abs(numbers["adam_change"]) < 1e-7
    assert numbers["adamw_change"] == pytest.approx(-0.5 * 0.1 * 2, rel=1e-12)


def test_the_penalised_fit_solves_the_normal_equations():
    points = noisy_sine(10, 0.2, 3)
    columns, penalty = powers(points.x, 9), 0.01 * 10 * np.diag([0.0] + [1.0] * 9)
    wanted = np.linalg.solve(columns.T @ columns + penalty, columns.T @ points.y)
    assert fitted(points, 9, 0.01) == pytest.approx(wanted, abs=1e-10)


def test_a_penalty_too_large_underfits_and_none_overfits():
    numbers = work(regularization).numbers
    assert numbers["training_least"] < numbers["training_best"] < numbers["training_most"]
    assert numbers["validation_best"] < min(numbers["validation_least"], numbers["validation_most"])


@pytest.mark.parametrize("seed", [0, 3, 8])
def test_a_larger_penalty_never_fits_the_training_points_better(seed):
    training = [row[2] for row in work(regularization, seed=seed).arrays["decays"]]
    assert training == sorted(training)


def test_the_run_is_best_before_its_end():
    receipt = work(regularization)
    rows = np.array(receipt.arrays["curves"])
    numbers = receipt.numbers
    assert numbers["validation_at_best"] == rows[:, 2].min() < numbers["validation_at_last"]
    assert numbers["training_at_last"] < numbers["training_at_best"]
    assert 0 < numbers["best_step"] == rows[rows[:, 2].argmin(), 0] < numbers["last_step"] == 200


def test_the_known_mask_gives_the_known_outputs():
    numbers = named(work(dropout))
    assert [numbers[f"out_{unit}"] for unit in range(1, 5)] == [2, 0, 6, 8]
    assert [numbers[f"dh_{unit}"] for unit in range(1, 5)] == pytest.approx([0.2, 0, 0.6, 0.8], rel=1e-15)


def test_the_sixteen_masks_give_the_activations_on_average_exactly():
    receipt = work(dropout)
    assert len(receipt.arrays["masks"]) == receipt.numbers["masks"] == 16
    assert receipt.arrays["mean"] == receipt.arrays["inference"] == [1, 2, 3, 4]
    assert np.array(receipt.arrays["masks"])[:, 4:8].mean(axis=0).tolist() == [1, 2, 3, 4]


@pytest.mark.parametrize("p", [0.0, 0.1, 0.5, 0.9])
def test_chances_add_up_to_one_and_variance_is_the_binomial_one(p):
    receipt = work(dropout, p=p, h=[3.0, -2.0], mask=[1.0, 1.0], upstream=[1.0, 1.0])
    assert sum(row[-1] for row in receipt.arrays["masks"]) == pytest.approx(1, rel=1e-14)
    numbers = named(receipt)
    assert (numbers["variance_1"], numbers["variance_2"]) == pytest.approx((9 * p / (1 - p), 4 * p / (1 - p)), rel=1e-12)


def test_a_seed_draws_its_own_mask():
    masks = {tuple(work(dropout, mask_from="seed", seed=seed).values[f"r_{unit}"] for unit in range(1, 5)) for seed in range(60)}
    assert {flag for mask in masks for flag in mask} == {0.0, 1.0}
    assert len(masks) > 10


def test_the_running_mean_comes_near_the_sum_without_dropout():
    _, mean, wanted = work(dropout).arrays["running"][-1]
    deviation = math.sqrt(sum(h**2 for h in (1, 2, 3, 4)) / 200)
    assert wanted == 10
    assert abs(mean - wanted) < 4 * deviation


@pytest.mark.parametrize(("inputs", "pointer"), [
    ({"mask": [0.5, 1.0, 1.0, 1.0]}, "/mask/0"), ({"mask": [1.0]}, "/mask"), ({"upstream": [1.0]}, "/upstream"),
])
def test_a_mask_is_made_of_0_and_1_for_every_unit(inputs, pointer):
    with pytest.raises(InvalidInput) as caught:
        work(dropout, **inputs)
    assert caught.value.pointer == pointer


def test_four_numbers_are_normalised_as_published():
    numbers = named(work(normalization))
    assert (numbers["mean"], numbers["variance"]) == (2.5, 1.25)
    assert numbers["variance_unbiased"] == pytest.approx(5 / 3, rel=1e-15)
    normalised = [numbers[f"xhat_{row}"] for row in range(1, 5)]
    assert normalised == pytest.approx([-1.341635, -0.447212, 0.447212, 1.341635], rel=0, abs=5.1e-7)
    assert (numbers["y_1"], numbers["y_4"]) == pytest.approx((-1.683271, 3.683271), rel=0, abs=5e-7)


def test_a_batch_of_one_gives_the_shift():
    receipt = work(normalization, x=[7.0], upstream=[0.3])
    numbers = named(receipt)
    assert (numbers["variance"], numbers["y_1"], numbers["dx_1"]) == (0, 1, 0)
    assert numbers["new_running_variance"] == 1
    assert "batch-of-one" in receipt.conventions
    assert named(work(normalization))["alone_output"] == 1


def test_the_running_statistics_move_a_tenth_of_the_way_to_the_unbiased_ones():
    numbers = named(work(normalization))
    assert numbers["new_running_mean"] == 0.25
    assert numbers["new_running_variance"] == pytest.approx(0.9 + 0.1 * 5 / 3, rel=1e-15)


@pytest.mark.parametrize("seed", range(4))
def test_derivatives_by_the_inputs_add_up_to_nothing(seed):
    """Moving all rows alike changes no normalised value."""
    random = np.random.Generator(np.random.PCG64(seed))
    receipt = work(normalization, x=random.uniform(-3, 3, 5).tolist(), upstream=random.uniform(-1, 1, 5).tolist())
    slopes = [named(receipt)[f"dx_{row}"] for row in range(1, 6)]
    assert sum(slopes) == pytest.approx(0, abs=1e-13)
    assert receipt.gradient_check.max_relative_error < 1e-7


def test_batches_normalise_columns_and_layers_normalise_rows():
    receipt = work(normalization)
    matrix = np.array(receipt.inputs["matrix"])
    columns = (matrix - matrix.mean(0)) / np.sqrt(matrix.var(0) + 1e-5)
    rows = (matrix - matrix.mean(1, keepdims=True)) / np.sqrt(matrix.var(1, keepdims=True) + 1e-5)
    assert np.array(receipt.arrays["batch_norm"]) == pytest.approx(columns, rel=1e-12, abs=1e-12)
    assert np.array(receipt.arrays["layer_norm"]) == pytest.approx(rows, rel=1e-12, abs=1e-12)


def test_other_rows_change_a_batch_norm_and_never_a_layer_norm():
    first, other = ([[1.0, 2.0, 4.0], last] for last in ([0.0, 0.0, 0.0], [9.0, -5.0, 1.0]))
    before, after = (work(normalization, matrix=matrix).arrays for matrix in (first, other))
    assert before["layer_norm"][0] == after["layer_norm"][0]
    assert before["batch_norm"][0] != after["batch_norm"][0]
