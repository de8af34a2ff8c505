"""Training against evaluation: what is changed, what is counted, what is learnt."""

import pytest

from tutor.engine.network import forward_flops, parameter_count, step_flops
from tutor.worked.inputs import normalise
from tutor.worked.network.forward_only import FIELDS, compute


@pytest.fixture(scope="module")
def receipt():
    return compute(normalise(FIELDS, {}))


def test_evaluation_keeps_the_weights_and_a_training_step_moves_them(receipt):
    before, evaluated, stepped = (receipt.texts[f"hash_{name}"] for name in ("before", "after_evaluation", "after_step"))
    assert before == evaluated != stepped
    assert (receipt.numbers["hash_kept"], receipt.numbers["hash_moved"]) == (1.0, 1.0)
    assert len(before) == 12


def test_training_lowers_both_losses_and_fits_the_training_points_better(receipt):
    numbers = receipt.numbers
    assert numbers["train_loss_end"] < numbers["train_loss_start"]
    assert numbers["train_loss_end"] < numbers["validation_loss_end"] < numbers["validation_loss_start"]
    assert numbers["train_accuracy"] >= numbers["validation_accuracy"] > 0.9


def test_operations_are_counted_by_the_engines_formulas(receipt):
    widths, rows = (2, receipt.inputs["hidden"], 2), 2 * receipt.inputs["points_per_class"]
    assert receipt.numbers["parameters"] == parameter_count(widths)
    assert receipt.numbers["flops_forward"] == forward_flops(widths, rows)
    assert receipt.numbers["flops_step"] == step_flops(widths, rows)
    assert 2 < receipt.numbers["flops_ratio"] < 3


def test_the_curves_start_before_training_and_end_after_it(receipt):
    curves, numbers = receipt.arrays["curves"], receipt.numbers
    assert [step for step, *_ in curves] == sorted({step for step, *_ in curves})
    assert curves[0] == [0, numbers["train_loss_start"], numbers["validation_loss_start"]]
    assert curves[-1] == [receipt.inputs["steps"], numbers["train_loss_end"], numbers["validation_loss_end"]]


@pytest.mark.parametrize("inputs", [{"steps": 1}, {"steps": 7}, {"hidden": 1, "points_per_class": 5}, {"seed": 9}])
def test_other_inputs_work_too(inputs):
    receipt = compute(normalise(FIELDS, {"steps": 20, **inputs}))
    assert receipt.numbers["steps_run"] == receipt.inputs["steps"]
    assert len(receipt.gradient_check.parameters) == receipt.numbers["parameters"]
