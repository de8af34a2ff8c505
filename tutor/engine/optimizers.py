"""Optimizers as pure functions of parameters, gradient and state, with PyTorch's formulas and defaults."""

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt

import numpy as np

from tutor.engine.activations import Array


@dataclass(frozen=True)
class OptimizerSettings:
    """Which optimizer and its constants; each reads only its own.

    `epsilon_inside_root` puts RMSProp's epsilon under the square root, as TensorFlow does; PyTorch adds it outside.
    """

    name: str
    learning_rate: float
    momentum: float = 0.9
    alpha: float = 0.99
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    weight_decay: float = 0.0
    epsilon_inside_root: bool = False


@dataclass(frozen=True)
class State:
    """What an optimizer remembers: how many steps it took and its running averages, each in the parameters' shape."""

    step: int
    arrays: tuple[Array, ...]


Rule = Callable[[OptimizerSettings, Array, State], tuple[Array, tuple[Array, ...]]]


@dataclass(frozen=True)
class Optimizer:
    """A rule (settings, gradient, state before) -> (what to subtract, arrays after), and how many arrays it keeps."""

    rule: Rule
    arrays: int
    decoupled: bool = False


def optimizer_state(name: str, parameters: Array) -> State:
    """The state before the first step: zeros."""
    return State(0, tuple(np.zeros_like(parameters) for _ in range(OPTIMIZERS[name].arrays)))


def update(settings: OptimizerSettings, parameters: Array, gradient: Array, state: State) -> tuple[Array, State]:
    """One step from `parameters` (..., P) along `gradient` (..., P): the new parameters and the new state."""
    optimizer = OPTIMIZERS[settings.name]
    if settings.weight_decay and optimizer.decoupled:
        parameters = parameters * (1.0 - settings.learning_rate * settings.weight_decay)
    elif settings.weight_decay:
        gradient = gradient + settings.weight_decay * parameters
    move, arrays = optimizer.rule(settings, gradient, state)
    return parameters - move, State(state.step + 1, arrays)


def _sgd(settings: OptimizerSettings, gradient: Array, _state: State) -> tuple[Array, tuple[Array, ...]]:
    return settings.learning_rate * gradient, ()


def _momentum(settings: OptimizerSettings, gradient: Array, state: State) -> tuple[Array, tuple[Array, ...]]:
    velocity = settings.momentum * state.arrays[0] + gradient
    return settings.learning_rate * velocity, (velocity,)


def _nesterov(settings: OptimizerSettings, gradient: Array, state: State) -> tuple[Array, tuple[Array, ...]]:
    velocity = settings.momentum * state.arrays[0] + gradient
    return settings.learning_rate * (gradient + settings.momentum * velocity), (velocity,)


def _rmsprop(settings: OptimizerSettings, gradient: Array, state: State) -> tuple[Array, tuple[Array, ...]]:
    square = settings.alpha * state.arrays[0] + (1.0 - settings.alpha) * gradient * gradient
    inside = settings.epsilon if settings.epsilon_inside_root else 0.0
    root = np.sqrt(square + inside) + (settings.epsilon - inside)
    return settings.learning_rate * gradient / root, (square,)


def _adam(settings: OptimizerSettings, gradient: Array, state: State) -> tuple[Array, tuple[Array, ...]]:
    steps = state.step + 1
    mean = settings.beta1 * state.arrays[0] + (1.0 - settings.beta1) * gradient
    square = settings.beta2 * state.arrays[1] + (1.0 - settings.beta2) * gradient * gradient
    root = np.sqrt(square) / sqrt(1.0 - settings.beta2**steps) + settings.epsilon
    return settings.learning_rate / (1.0 - settings.beta1**steps) * mean / root, (mean, square)


def _adagrad(settings: OptimizerSettings, gradient: Array, state: State) -> tuple[Array, tuple[Array, ...]]:
    total = state.arrays[0] + gradient * gradient
    return settings.learning_rate * gradient / (np.sqrt(total) + settings.epsilon), (total,)


OPTIMIZERS: dict[str, Optimizer] = {
    "sgd": Optimizer(_sgd, 0),
    "momentum": Optimizer(_momentum, 1),
    "nesterov": Optimizer(_nesterov, 1),
    "rmsprop": Optimizer(_rmsprop, 1),
    "adam": Optimizer(_adam, 2),
    "adamw": Optimizer(_adam, 2, decoupled=True),
    "adagrad": Optimizer(_adagrad, 1),
}
