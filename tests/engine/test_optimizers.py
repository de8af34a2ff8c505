"""Optimizers against the formulas of PyTorch's documentation, written out for one number, and published runs."""

from dataclasses import replace
from math import sqrt

import numpy as np
import pytest

from tutor.engine.optimizers import OPTIMIZERS, OptimizerSettings, optimizer_state, update

GRADIENTS = [0.5, -2.0, 1e-4, 30.0, 0.0]


def sgd(p, gradients, c):
    for g in gradients:
        p -= c.learning_rate * g
    return p


def momentum(p, gradients, c, nesterov=False):
    buffer = None
    for g in gradients:
        buffer = g if buffer is None else c.momentum * buffer + g
        p -= c.learning_rate * (g + c.momentum * buffer if nesterov else buffer)
    return p


def rmsprop(p, gradients, c):
    v = 0.0
    for g in gradients:
        v = c.alpha * v + (1 - c.alpha) * g**2
        p -= c.learning_rate * g / (sqrt(v + c.epsilon) if c.epsilon_inside_root else sqrt(v) + c.epsilon)
    return p


def adam(p, gradients, c):
    m = v = 0.0
    for t, g in enumerate(gradients, 1):
        m = c.beta1 * m + (1 - c.beta1) * g
        v = c.beta2 * v + (1 - c.beta2) * g**2
        p -= c.learning_rate * (m / (1 - c.beta1**t)) / (sqrt(v / (1 - c.beta2**t)) + c.epsilon)
    return p


def adagrad(p, gradients, c):
    total = 0.0
    for g in gradients:
        total += g**2
        p -= c.learning_rate * g / (sqrt(total) + c.epsilon)
    return p


BY_HAND = {
    "sgd": sgd,
    "momentum": momentum,
    "nesterov": lambda p, gradients, c: momentum(p, gradients, c, nesterov=True),
    "rmsprop": rmsprop,
    "adam": adam,
    "adamw": adam,
    "adagrad": adagrad,
}


def run(settings, p, gradient_of, steps):
    """The path of parameters, the starting point first."""
    path, state = [np.asarray(p, dtype=float)], optimizer_state(settings.name, np.asarray(p, dtype=float))
    for step in range(steps):
        following, state = update(settings, path[-1], gradient_of(path[-1], step), state)
        path.append(following)
    return path


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_an_optimizer_is_its_documented_formula(name):
    settings = OptimizerSettings(name, 0.01)
    end = run(settings, [1.0], lambda p, step: np.array([GRADIENTS[step]]), len(GRADIENTS))[-1]
    assert end == pytest.approx([BY_HAND[name](1.0, GRADIENTS, settings)], rel=1e-13)


def test_epsilon_may_stand_inside_the_root():
    settings = OptimizerSettings("rmsprop", 0.01, epsilon=1e-2, epsilon_inside_root=True)
    end = run(settings, [1.0], lambda p, step: np.array([GRADIENTS[step]]), len(GRADIENTS))[-1]
    assert end == pytest.approx([rmsprop(1.0, GRADIENTS, settings)], rel=1e-13)


def test_weight_decay_adds_to_the_gradient_except_for_adamw():
    for name, moved in (("sgd", 2.0 * (1 - 0.05)), ("adamw", 2.0 * (1 - 0.05))):
        state = optimizer_state(name, np.array([2.0]))
        after, _ = update(OptimizerSettings(name, 0.5, weight_decay=0.1), np.array([2.0]), np.array([0.0]), state)
        assert after == pytest.approx([moved])
    after, _ = update(
        OptimizerSettings("adam", 0.5, weight_decay=0.1),
        np.array([2.0]),
        np.array([0.0]),
        optimizer_state("adam", np.array([2.0])),
    )
    assert after == pytest.approx([1.5])  # the first step of Adam has the size of the learning rate


def test_published_gradient_descent_on_a_square():
    for rate, wanted in ((0.2, 0.060466), (0.05, 3.486784), (1.1, 61.917364)):
        path = run(OptimizerSettings("sgd", rate), [10.0], lambda p, step: 2 * p, 10)
        assert path[-1] == pytest.approx([wanted], abs=5.1e-7)


def test_published_momentum_on_a_narrow_valley():
    valley = np.array([0.2, 4.0])
    for settings, wanted in (
        (OptimizerSettings("sgd", 0.6), [-0.387814, -1673.365109]),
        (OptimizerSettings("momentum", 0.6, momentum=0.5), [0.007188, 0.002553]),
        (OptimizerSettings("momentum", 0.6, momentum=0.25), [-0.12634, -0.186632]),
    ):
        path = run(settings, [-5.0, -2.0], lambda p, step: valley * p, 20)
        assert path[-1] == pytest.approx(wanted, abs=5.1e-7)


def test_published_first_steps_of_adam_and_rmsprop_on_half_a_square():
    adam_path = run(OptimizerSettings("adam", 0.1), [10.0], lambda p, step: p, 5)
    assert np.concatenate(adam_path[1:]) == pytest.approx([9.9, 9.800027, 9.700101, 9.600239, 9.500462], abs=5e-7)
    rms_path = run(OptimizerSettings("rmsprop", 0.1, alpha=0.9), [10.0], lambda p, step: p, 3)
    assert np.concatenate(rms_path[1:]) == pytest.approx([9.683772, 9.457880, 9.270531], abs=5e-7)


def test_adams_first_step_ignores_the_size_of_the_gradient():
    sizes = np.array([1e-4, 1e-2, 1.0, 1e2, 1e4])
    after, _ = update(OptimizerSettings("adam", 0.01), np.zeros(5), sizes, optimizer_state("adam", np.zeros(5)))
    assert -after == pytest.approx([0.01] * 5, abs=1.1e-6)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_an_update_changes_nothing_it_was_given(name):
    parameters, gradient = np.array([1.0, 2.0]), np.array([0.3, -0.4])
    state = optimizer_state(name, parameters)
    update(OptimizerSettings(name, 0.1, weight_decay=0.1), parameters, gradient, state)
    assert parameters.tolist() == [1.0, 2.0]
    assert gradient.tolist() == [0.3, -0.4]
    assert state.step == 0
    assert all(not array.any() for array in state.arrays)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_many_networks_at_once_move_as_each_would_alone(name):
    settings = replace(OptimizerSettings(name, 0.1), weight_decay=0.01)
    starts = np.array([[1.0, -2.0], [0.5, 3.0]])
    together = run(settings, starts, lambda p, step: p * (step + 1), 4)[-1]
    alone = [run(settings, start, lambda p, step: p * (step + 1), 4)[-1] for start in starts]
    assert (together == np.stack(alone)).all()
