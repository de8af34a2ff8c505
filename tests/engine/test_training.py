"""Training: chunks, frames, divergence, seeds."""

import pickle
from dataclasses import replace
from math import isfinite

import numpy as np
import pytest

from tutor.engine.datasets import one_hot, spirals, xor
from tutor.engine.network import Layer, Network, flatten, initial_network, unflatten
from tutor.engine.optimizers import OptimizerSettings
from tutor.engine.training import Plan, accuracy, advance, start, steps_to_target, train

CARS = np.array([[3.5], [3.69], [3.44], [3.43], [4.34], [4.42], [2.37]])
MILES = np.array([[18.0], [15.0], [18.0], [16.0], [15.0], [14.0], [24.0]])


def line(weight=0.0, bias=0.0):
    return Network((Layer(np.array([[weight]]), np.array([bias]), "identity"),))


def spiral_plan(steps=30, every=1, optimizer="adam"):
    points, labels = spirals(30, 2, 0.1, 0)
    network = initial_network((2, 8, 2), "relu", "softmax", seed=0)
    return Plan(network, points, one_hot(labels, 2), "cross_entropy", OptimizerSettings(optimizer, 0.02), steps, every)


def test_published_linear_regression_on_seven_cars():
    frames = list(train(Plan(line(), CARS, MILES, "mean_squared_error", OptimizerSettings("sgd", 0.01), 5)))
    assert [frame.loss for frame in frames] == pytest.approx([303.71, 170.84, 103.17, 68.7, 51.13, 42.17], abs=0.005)


def test_one_step_of_mazurs_network_with_its_biases_ends_where_published():
    hidden = Layer(np.array([[0.15, 0.20], [0.25, 0.30]]), np.array([0.35, 0.35]), "sigmoid")
    network = Network((hidden, Layer(np.array([[0.40, 0.45], [0.50, 0.55]]), np.array([0.60, 0.60]), "sigmoid")))
    inputs, targets = np.array([[0.05, 0.10]]), np.array([[0.01, 0.99]])
    first, second = train(Plan(network, inputs, targets, "half_squared_error", OptimizerSettings("sgd", 0.5), 1))
    assert first.loss == pytest.approx(0.298371109, abs=5e-10)
    assert second.loss == pytest.approx(0.280471447, abs=5e-10)


@pytest.mark.parametrize("sizes", [(30,), (1,) * 30, (7, 16, 7), (29, 50)])
def test_chunks_of_any_size_give_the_frames_of_one_run(sizes):
    plan = spiral_plan(every=4)
    state, frames = start(plan), ()
    for size in sizes:
        state, more = advance(plan, state, size)
        frames += more
    assert frames == tuple(train(plan))
    assert [frame.step for frame in frames] == [0, 4, 8, 12, 16, 20, 24, 28, 30]
    assert (state.step, state.diverged) == (30, False)


def test_a_state_survives_pickling_between_two_chunks():
    plan = spiral_plan()
    state, _ = advance(plan, start(plan), 10)
    thawed = pickle.loads(pickle.dumps((plan, state)))
    assert advance(*thawed, 20)[1] == advance(plan, state, 20)[1]


def test_the_same_seed_gives_the_same_run_and_the_plan_is_not_changed():
    plan = spiral_plan()
    before = flatten(plan.network)
    assert tuple(train(plan)) == tuple(train(plan))
    assert (flatten(plan.network) == before).all()


def test_classification_has_an_accuracy_and_regression_has_none():
    assert all(0 <= frame.accuracy <= 1 for frame in train(spiral_plan(steps=3)))
    regression = Plan(line(), CARS, MILES, "mean_squared_error", OptimizerSettings("sgd", 0.01), 3)
    assert {frame.accuracy for frame in train(regression)} == {None}


def test_accuracy_counts_rows_on_the_right_side():
    assert accuracy(np.array([[0.2], [0.8], [0.6]]), np.array([[0.0], [1.0], [0.0]])) == pytest.approx(2 / 3)
    assert accuracy(np.array([[0.2, 0.8], [0.9, 0.1]]), np.array([[0.0, 1.0], [0.0, 1.0]])) == 0.5


@pytest.mark.parametrize("rate", [1.0, 1e3, 1e200])
@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "rmsprop", "adam"])
def test_divergence_ends_the_frames_and_every_number_stays_finite(rate, optimizer):
    plan = Plan(line(1.0), CARS * 100, MILES, "squared_error", OptimizerSettings(optimizer, rate), 3000)
    state, frames = advance(plan, start(plan), 3000)
    assert all(isfinite(frame.loss) for frame in frames)
    assert np.isfinite(flatten(state.network)).all()
    assert state.diverged == (state.step < 3000)


def test_a_rate_beyond_stability_diverges_and_a_diverged_state_stays_put():
    plan = Plan(line(1.0), CARS, MILES, "squared_error", OptimizerSettings("sgd", 1.0), 3000)
    state, frames = advance(plan, start(plan), 3000)
    assert state.diverged
    assert frames[-1].step == state.step < 3000
    assert tuple(train(plan)) == frames
    again, more = advance(plan, state, 10)
    assert (again.step, again.diverged, more) == (state.step, True, ())


def test_single_precision_training_stays_single():
    network = initial_network((2, 4, 2), "tanh", "softmax", seed=0, dtype=np.float32)
    plan = spiral_plan(steps=5)
    inputs, targets = plan.inputs.astype(np.float32), plan.targets.astype(np.float32)
    plan = replace(plan, network=network, inputs=inputs, targets=targets)
    state, _ = advance(plan, start(plan), 5)
    assert flatten(state.network).dtype == np.float32


def test_steps_to_target_counts_the_steps_until_a_frame_is_below_it():
    plan = spiral_plan(steps=200)
    below = next(frame.step for frame in train(plan) if frame.loss < 0.4)
    ensemble = replace(plan, network=unflatten(plan.network, flatten(plan.network)[None]))
    assert steps_to_target(ensemble, 0.4).tolist() == [below]


def test_a_seed_needs_as_many_steps_alone_as_among_others():
    plan = spiral_plan(steps=300)
    seeds = [flatten(initial_network((2, 8, 2), "relu", "softmax", seed)) for seed in range(4)]
    together = steps_to_target(replace(plan, network=unflatten(plan.network, np.stack(seeds))), 0.3)
    alone = [steps_to_target(replace(plan, network=unflatten(plan.network, seed[None])), 0.3)[0] for seed in seeds]
    assert np.array_equal(together, alone, equal_nan=True)


def test_a_target_out_of_reach_is_not_a_number():
    inputs, targets = xor()
    networks = initial_network((2, 1), "relu", "identity", seed=0)
    networks = unflatten(networks, flatten(networks)[None])
    for rate in (0.1, 1e6):  # too linear for XOR; diverging
        plan = Plan(networks, inputs, targets, "mean_squared_error", OptimizerSettings("sgd", rate), 200)
        assert np.isnan(steps_to_target(plan, 0.1)).all()
