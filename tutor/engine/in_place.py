"""Activation functions as recorded NumPy calls on buffers (units, …, rows), for the training core.

The same functions as in `activations`, without an allocation for those that training spends its time on.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from tutor.engine.activations import ACTIVATIONS, LEAK, Array, pull_back
from tutor.engine.optimizers import Calls


@dataclass(frozen=True)
class Activity:
    """`forward` (z, a) fills a; `backward` (z, a, delta, spare) turns dL/da in `delta` into dL/dz.

    Unless `keeps_z`, z and a may be one buffer.
    """

    forward: Callable[[Array, Array], Calls]
    backward: Callable[[Array, Array, Array, Array], Calls]
    keeps_z: bool = False


def in_place(name: str) -> Activity:
    """The recorded form of an activation; the rarer ones go by way of `activations`."""
    return RECORDED.get(name) or Activity(partial(_any_forward, name), partial(_any_backward, name), keeps_z=True)


def _any_forward(name: str, z: Array, a: Array) -> Calls:
    rows, result = np.moveaxis(z, 0, -1), np.moveaxis(a, 0, -1)  # softmax goes over the last axis
    yield lambda: np.copyto(result, ACTIVATIONS[name].function(rows))


def _any_backward(name: str, z: Array, a: Array, delta: Array, _spare: Array) -> Calls:
    slope, (z_rows, a_rows, rows) = ACTIVATIONS[name].slope, (np.moveaxis(array, 0, -1) for array in (z, a, delta))
    yield lambda: np.copyto(rows, pull_back(name, rows, slope(z_rows, a_rows), a_rows))


def _identity(z: Array, a: Array) -> Calls:
    if z is not a:
        yield partial(np.copyto, a, z)


def _unchanged(_z: Array, _a: Array, _delta: Array, _spare: Array) -> Calls:
    return iter(())


def _sigmoid(z: Array, a: Array) -> Calls:
    one = np.ones((), a.dtype)
    yield partial(np.negative, z, a)
    yield partial(np.exp, a, a)  # infinite for z below -709, whose sigmoid is then 0
    yield partial(np.add, a, one, a)
    yield partial(np.divide, one, a, a)


def _sigmoid_back(_z: Array, a: Array, delta: Array, spare: Array) -> Calls:
    yield partial(np.subtract, np.ones((), a.dtype), a, spare)
    yield partial(np.multiply, spare, a, spare)
    yield partial(np.multiply, delta, spare, delta)


def _tanh(z: Array, a: Array) -> Calls:
    yield partial(np.tanh, z, a)


def _tanh_back(_z: Array, a: Array, delta: Array, spare: Array) -> Calls:
    yield partial(np.multiply, a, a, spare)
    yield partial(np.subtract, np.ones((), a.dtype), spare, spare)
    yield partial(np.multiply, delta, spare, delta)


def _relu(z: Array, a: Array) -> Calls:
    yield partial(np.maximum, z, np.zeros((), a.dtype), out=a)


def _relu_back(_z: Array, a: Array, delta: Array, spare: Array) -> Calls:
    active = np.empty(a.shape, np.bool_)
    yield partial(np.greater, a, np.zeros((), a.dtype), active)
    yield partial(np.copyto, spare, active)  # a product of numbers and truth values would convert them piece by piece
    yield partial(np.multiply, delta, spare, delta)


def _leaky_relu(z: Array, a: Array) -> Calls:
    scaled = np.empty(a.shape, a.dtype)
    yield partial(np.multiply, z, np.asarray(LEAK, a.dtype), scaled)
    yield partial(np.maximum, z, scaled, out=a)


def _leaky_relu_back(_z: Array, a: Array, delta: Array, spare: Array) -> Calls:
    inactive, leak = np.empty(a.shape, np.bool_), np.asarray(LEAK, a.dtype)
    yield partial(np.less_equal, a, np.zeros((), a.dtype), inactive)
    yield partial(np.multiply, delta, leak, spare)
    yield partial(np.copyto, delta, spare, where=inactive)


def _softmax(z: Array, a: Array) -> Calls:
    over = np.empty((1, *a.shape[1:]), a.dtype)
    yield partial(np.maximum.reduce, z, 0, None, over, True)
    yield partial(np.subtract, z, over, a)
    yield partial(np.exp, a, a)
    yield partial(np.add.reduce, a, 0, None, over, True)
    yield partial(np.divide, a, over, a)


RECORDED: dict[str, Activity] = {
    "identity": Activity(_identity, _unchanged),
    "sigmoid": Activity(_sigmoid, _sigmoid_back),
    "tanh": Activity(_tanh, _tanh_back),
    "relu": Activity(_relu, _relu_back),
    "leaky_relu": Activity(_leaky_relu, _leaky_relu_back),
    "softmax": Activity(_softmax, partial(_any_backward, "softmax"), keeps_z=True),
}
