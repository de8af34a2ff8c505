"""A line through seven cars and the noise of its minibatches: published figures, another solver, the engine's training."""

import numpy as np
import pytest

from tutor.engine.network import Layer, Network
from tutor.engine.optimizers import OptimizerSettings
from tutor.engine.training import Plan, advance, start
from tutor.worked.descent import line_of_cars, minibatch_noise
from tutor.worked.inputs import InvalidInput, normalise


def work(example, **inputs):
    return example.compute(normalise(example.FIELDS, inputs))


def steps_of(receipt):
    return {step.name: step.value for step in receipt.steps}


def test_seven_cars_train_as_in_googles_course():
    numbers = work(line_of_cars).numbers
    wanted = {"loss": [303.71, 170.84, 103.17, 68.7, 51.13, 42.17], "w": [0, 1.2, 2.05, 2.66, 3.09, 3.4],
              "b": [0, 0.34, 0.59, 0.78, 0.91, 1.01]}
    for name, column in wanted.items():
        assert [numbers[f"{name}_{at}"] for at in range(6)] == pytest.approx(column, rel=0, abs=0.0051)


def test_every_car_has_its_own_gradient_as_published():
    receipt = work(line_of_cars)
    wanted = [-126, -110.7, -123.84, -109.76, -130.2, -123.76, -113.76]
    assert [row[1] for row in receipt.arrays["examples"]] == pytest.approx(wanted, rel=1e-12)
    assert steps_of(receipt)["dw"] == pytest.approx(-119.717, abs=5e-4)
    assert steps_of(receipt)["dw_std"] == pytest.approx(7.55, abs=5e-3)
    assert receipt.numbers["first_batch_dw"] == pytest.approx(-118.35)


def test_the_line_is_trained_as_the_engine_trains_a_network():
    receipt = work(line_of_cars, steps=40)
    x, y = (np.array(receipt.inputs[name])[:, None] for name in ("x", "y"))
    network = Network((Layer(np.zeros((1, 1)), np.zeros(1), "identity"),))
    plan = Plan(network, x, y, "mean_squared_error", OptimizerSettings("sgd", 0.01), 40)
    _, frames = advance(plan, start(plan), 40)
    assert [row[1] for row in receipt.arrays["losses"]] == pytest.approx([frame.loss for frame in frames], rel=1e-11)


@pytest.mark.parametrize("train_bias", [True, False])
def test_the_best_line_is_the_one_of_a_least_squares_solver(train_bias):
    receipt = work(line_of_cars, train_bias=train_bias)
    x, y = np.array(receipt.inputs["x"]), np.array(receipt.inputs["y"])
    design = np.column_stack([x, np.ones_like(x)]) if train_bias else x[:, None]
    coefficients, squares, *_ = np.linalg.lstsq(design, y)
    steps = steps_of(receipt)
    assert [steps["best_w"], steps.get("best_b", 0.0)][:len(coefficients)] == pytest.approx(coefficients, rel=1e-9)
    assert steps["best_loss"] == pytest.approx(squares[0] / 7, rel=1e-9)


def test_long_training_arrives_at_the_best_line_and_never_below():
    receipt = work(line_of_cars, steps=1000, learning_rate=0.06)
    assert 0 <= receipt.numbers["loss_gap"] < 0.5


def test_the_largest_stable_rate_divides_the_runs_of_the_line():
    largest = work(line_of_cars).numbers["largest_stable_rate"]
    ends = [work(line_of_cars, learning_rate=largest * k, steps=300).numbers["loss_end"] for k in (0.98, 1.02)]
    assert ends[0] < 303 < ends[1]


def test_a_bias_that_is_not_trained_stays():
    receipt = work(line_of_cars, train_bias=False, b=2.0)
    assert {row[3] for row in receipt.arrays["losses"]} == {2.0}
    assert [each.name for each in receipt.gradient_check.parameters] == ["w"]
    assert "biases-fixed" in receipt.conventions


def test_points_that_stand_at_one_place_have_the_level_line():
    receipt = work(line_of_cars, x=[0.1, 0.1, 0.1], y=[1.0, 2.0, 4.0])
    assert (steps_of(receipt)["best_w"], steps_of(receipt)["best_b"]) == (0, pytest.approx(7 / 3))


@pytest.mark.parametrize(("inputs", "pointer"), [({"y": [1.0, 2.0]}, "/y"), ({"batch": 8}, "/batch")])
def test_points_and_batch_must_fit_together(inputs, pointer):
    with pytest.raises(InvalidInput) as refused:
        work(line_of_cars, **inputs)
    assert refused.value.pointer == pointer


@pytest.mark.parametrize("batch", [1, 2, 5, 7])
def test_the_minibatch_is_drawn_by_its_seed_without_replacement(batch):
    receipt, again = (work(line_of_cars, batch=batch, seed=3) for _ in range(2))
    drawn = receipt.arrays["drawn"]
    assert drawn == again.arrays["drawn"]
    assert len(set(drawn)) == batch
    of_each = {number: dw for number, dw, _ in receipt.arrays["examples"]}
    assert steps_of(receipt)["batch_dw"] == pytest.approx(sum(of_each[number] for number in drawn) / batch)


# minibatch-noise


def test_four_times_as_many_examples_halve_the_noise():
    numbers = work(minibatch_noise, draws=4000).numbers
    assert numbers["ratio_quadrupled"] == pytest.approx(2, abs=0.1)
    assert numbers["ratio_quadrupled_formula"] == pytest.approx(2, rel=1e-15)


@pytest.mark.parametrize("data", ["line", "cars"])
def test_the_measured_noise_is_the_one_of_both_formulas(data):
    for size, replaced, formula, kept, formula_kept in work(minibatch_noise, data=data, draws=4000).arrays["noise"]:
        assert replaced == pytest.approx(formula, rel=0.06), size
        assert kept == pytest.approx(formula_kept, rel=0.06, abs=1e-12), size


def test_the_noise_of_pairs_of_cars_is_the_one_of_all_pairs_counted():
    receipt = work(minibatch_noise, data="cars")
    each = np.array(receipt.arrays["gradients"])
    pairs = [(each[i] + each[j]) / 2 for i in range(7) for j in range(i)]
    steps = steps_of(receipt)
    assert steps["without_2"] == pytest.approx(np.sqrt(np.mean((np.array(pairs) - each.mean()) ** 2)), rel=1e-12)
    assert steps["without_7"] == 0


def test_other_draws_come_from_another_seed():
    one, other, again = (work(minibatch_noise, seed=seed).arrays["noise"] for seed in (1, 2, 1))
    assert one == again != other
