"""Optimizers with PyTorch's formulas and defaults, each recorded once as NumPy calls on buffers that already exist."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import count
from math import sqrt

import numpy as np

from tutor.engine.activations import Array

Calls = Iterator[Callable[[], object]]


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


@dataclass(frozen=True)
class Buffers:
    """What a rule works on: parameters and gradient (..., P), the averages (n, ..., P), `spare` arrays (2, ..., P).

    `rate` is the learning rate: of no dimension, one for each network (..., 1), or one for each parameter (..., P).
    """

    parameters: Array
    gradient: Array
    memory: Array
    spare: Array
    rate: Array
    step: int


Rule = Callable[[OptimizerSettings, Buffers], Calls]


@dataclass(frozen=True)
class Optimizer:
    """A rule that records one step, and how many averages it keeps.

    `decoupled` weight decay shrinks the parameters; any other is added to the gradient.
    """

    rule: Rule
    arrays: int
    decoupled: bool = False


def optimizer_state(name: str, parameters: Array) -> State:
    """The state before the first step: zeros."""
    return State(0, tuple(np.zeros_like(parameters) for _ in range(OPTIMIZERS[name].arrays)))


def update(settings: OptimizerSettings, parameters: Array, gradient: Array, state: State) -> tuple[Array, State]:
    """One step from `parameters` (..., P) along `gradient` (..., P): the new parameters and the new state."""
    memory = np.array(state.arrays, parameters.dtype)
    rate = np.asarray(settings.learning_rate, parameters.dtype)
    moved, spare = parameters.copy(), np.empty((2, *parameters.shape), parameters.dtype)
    for call in recorded_update(settings, Buffers(moved, gradient.copy(), memory, spare, rate, state.step)):
        call()
    return moved, State(state.step + 1, tuple(memory))


def recorded_update(settings: OptimizerSettings, buffers: Buffers) -> Calls:
    """The calls that make one step in place, again and again; the gradient is used up by weight decay."""
    optimizer = OPTIMIZERS[settings.name]
    if settings.weight_decay and optimizer.decoupled:
        yield partial(np.multiply, buffers.parameters, 1.0 - buffers.rate * settings.weight_decay, buffers.parameters)
    elif settings.weight_decay:
        yield partial(np.multiply, buffers.parameters, _scalar(settings.weight_decay, buffers), buffers.spare[0])
        yield partial(np.add, buffers.gradient, buffers.spare[0], buffers.gradient)
    yield from optimizer.rule(settings, buffers)


def _scalar(value: float, buffers: Buffers) -> Array:
    """An array of no dimension: NumPy takes twice as long to read a Python number in every call."""
    return np.asarray(value, buffers.parameters.dtype)


def _moved(buffers: Buffers, direction: Array, rate: Array) -> Calls:
    """parameters - rate * direction."""
    yield partial(np.multiply, direction, rate, buffers.spare[0])
    yield partial(np.subtract, buffers.parameters, buffers.spare[0], buffers.parameters)


def _averaged(average: Array, decay: Array) -> Calls:
    yield partial(np.multiply, average, decay, average)


def _sgd(_settings: OptimizerSettings, buffers: Buffers) -> Calls:
    return _moved(buffers, buffers.gradient, buffers.rate)


def _velocity(settings: OptimizerSettings, buffers: Buffers) -> Calls:
    yield from _averaged(buffers.memory[0], _scalar(settings.momentum, buffers))
    yield partial(np.add, buffers.memory[0], buffers.gradient, buffers.memory[0])


def _momentum(settings: OptimizerSettings, buffers: Buffers) -> Calls:
    yield from _velocity(settings, buffers)
    yield from _moved(buffers, buffers.memory[0], buffers.rate)


def _nesterov(settings: OptimizerSettings, buffers: Buffers) -> Calls:
    ahead = buffers.spare[0]
    yield from _velocity(settings, buffers)
    yield partial(np.multiply, buffers.memory[0], _scalar(settings.momentum, buffers), ahead)
    yield partial(np.add, ahead, buffers.gradient, ahead)
    yield from _moved(buffers, ahead, buffers.rate)


def _rmsprop(settings: OptimizerSettings, buffers: Buffers) -> Calls:
    square, ratio = buffers.memory[0], buffers.spare[0]
    yield from _averaged(square, _scalar(settings.alpha, buffers))
    yield partial(np.multiply, buffers.gradient, buffers.gradient, ratio)
    yield partial(np.multiply, ratio, _scalar(1.0 - settings.alpha, buffers), ratio)
    yield partial(np.add, square, ratio, square)
    yield from _root(settings, square, ratio, buffers)
    yield partial(np.divide, buffers.gradient, ratio, ratio)
    yield from _moved(buffers, ratio, buffers.rate)


def _root(settings: OptimizerSettings, square: Array, root: Array, buffers: Buffers) -> Calls:
    """The square root, with epsilon under it or beside it."""
    epsilon = _scalar(settings.epsilon, buffers)
    if settings.epsilon_inside_root:
        yield partial(np.add, square, epsilon, root)
        yield partial(np.sqrt, root, root)
    else:
        yield partial(np.sqrt, square, root)
        yield partial(np.add, root, epsilon, root)


def _adam(settings: OptimizerSettings, buffers: Buffers) -> Calls:
    """Both averages are one array; the bias corrections are taken out of the arrays into the rate and the epsilon."""
    (mean, square), (first, second) = buffers.memory, buffers.spare
    rate, epsilon = buffers.rate.copy(), _scalar(settings.epsilon, buffers).copy()
    yield _corrections(settings, buffers, rate, epsilon)
    yield partial(np.multiply, buffers.gradient, _scalar(1.0 - settings.beta1, buffers), first)
    yield partial(np.multiply, buffers.gradient, buffers.gradient, second)
    yield partial(np.multiply, second, _scalar(1.0 - settings.beta2, buffers), second)
    yield from _averaged(buffers.memory, _decays(settings, buffers))
    yield partial(np.add, buffers.memory, buffers.spare, buffers.memory)
    yield partial(np.sqrt, square, second)
    yield partial(np.add, second, epsilon, second)
    yield partial(np.divide, mean, second, first)
    yield from _moved(buffers, first, rate)


def _decays(settings: OptimizerSettings, buffers: Buffers) -> Array:
    """The two decay rates, spread out over the averages: NumPy is slower where it has to stretch an axis."""
    decays = np.empty_like(buffers.memory)
    decays[0], decays[1] = settings.beta1, settings.beta2
    return decays


def _corrections(settings: OptimizerSettings, buffers: Buffers, rate: Array, epsilon: Array) -> Callable[[], None]:
    """m̂ / (√v̂ + ε) is a multiple of m / (√v + ε √(1 - β₂ᵗ)): what both need in step t is written in their place."""
    steps = count(buffers.step + 1)

    def correct() -> None:
        step = next(steps)
        root = sqrt(1.0 - settings.beta2**step)
        epsilon[...] = settings.epsilon * root
        np.multiply(buffers.rate, root / (1.0 - settings.beta1**step), rate)

    return correct


def _adagrad(settings: OptimizerSettings, buffers: Buffers) -> Calls:
    total, ratio = buffers.memory[0], buffers.spare[0]
    yield partial(np.multiply, buffers.gradient, buffers.gradient, ratio)
    yield partial(np.add, total, ratio, total)
    yield partial(np.sqrt, total, ratio)
    yield partial(np.add, ratio, _scalar(settings.epsilon, buffers), ratio)
    yield partial(np.divide, buffers.gradient, ratio, ratio)
    yield from _moved(buffers, ratio, buffers.rate)


OPTIMIZERS: dict[str, Optimizer] = {
    "sgd": Optimizer(_sgd, 0),
    "momentum": Optimizer(_momentum, 1),
    "nesterov": Optimizer(_nesterov, 1),
    "rmsprop": Optimizer(_rmsprop, 1),
    "adam": Optimizer(_adam, 2),
    "adamw": Optimizer(_adam, 2, decoupled=True),
    "adagrad": Optimizer(_adagrad, 1),
}
