"""Activations and losses written for verification alone, and the grain of 64-bit arithmetic laid over their results."""

import math
from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

EPSILON = 2.0**-52
COPIES = 8  # of every computation: the first as it is, the others each rounded a little otherwise at every stage
SAFETY = 16.0  # how many times the spread of the copies another right computation may be away
LEAK = 0.01
KINKED = ("relu", "leaky_relu")
FUSED = ("binary_cross_entropy", "cross_entropy")  # differentiated together with their output activation
_erfc = np.frompyfunc(math.erfc, 1, 1)


def grainy(array: Array, stage: int, size: Array | float | None = None) -> Array:
    """Copies (COPIES, …) moved by one part in 2⁵² of themselves, or of `size`, in directions that the stage decides."""
    grain = _grain(array.shape, stage)
    return array + grain * (np.abs(array) if size is None else size)


@lru_cache(maxsize=256)
def _grain(shape: tuple[int, ...], stage: int) -> Array:
    random = np.random.Generator(np.random.PCG64(stage))
    grain: Array = random.choice([-EPSILON, EPSILON], shape)
    grain[0] = 0.0
    return grain


def spread(copies: Array) -> Array:
    """How far the copies (COPIES, …) are from the first; infinite where one of them overflowed."""
    away: Array = np.abs(copies[1:] - copies[0]).max(0)
    return np.where(np.isnan(away), np.inf, away)


def sigmoid(z: Array) -> Array:
    """1/(1 + exp(-z)), whatever z."""
    power = np.exp(-np.abs(z))
    return np.where(z >= 0.0, 1.0, power) / (1.0 + power)


def softplus(z: Array) -> Array:
    """log(1 + exp(z)), whatever z."""
    result: Array = np.logaddexp(0.0, z)
    return result


def _normal(z: Array) -> Array:
    tail: Array = np.asarray(_erfc(-z / math.sqrt(2.0)), dtype=np.float64)
    return 0.5 * tail


def _density(z: Array) -> Array:
    near = np.minimum(np.abs(z), 50.0)  # the density is 0 in 64 bits beyond
    result: Array = np.exp(-0.5 * near * near) / math.sqrt(2.0 * math.pi)
    return result


def softmax(z: Array) -> Array:
    """exp(z) over their sum, row by row."""
    power: Array = np.exp(z - z.max(-1, keepdims=True))
    result: Array = power / power.sum(-1, keepdims=True)
    return result


ACTIVATIONS: dict[str, Callable[[Array], Array]] = {
    "identity": lambda z: z,
    "sigmoid": sigmoid,
    "tanh": np.tanh,
    "relu": lambda z: np.where(z > 0.0, z, 0.0),
    "leaky_relu": lambda z: np.where(z > 0.0, z, LEAK * z),
    "elu": lambda z: np.where(z > 0.0, z, np.expm1(np.minimum(z, 0.0))),
    "gelu": lambda z: z * _normal(z),
    "softplus": softplus,
    "softmax": softmax,
}
# From z and a; the slope at a kink is the one from the left.
SLOPES: dict[str, Callable[[Array, Array], Array]] = {
    "identity": lambda z, a: np.ones_like(z),
    "sigmoid": lambda z, a: a * (1.0 - a),
    "tanh": lambda z, a: (1.0 - a) * (1.0 + a),
    "relu": lambda z, a: np.where(z > 0.0, 1.0, 0.0),
    "leaky_relu": lambda z, a: np.where(z > 0.0, 1.0, LEAK),
    "elu": lambda z, a: np.exp(np.minimum(z, 0.0)),
    "gelu": lambda z, a: _normal(z) + z * _density(z),
    "softplus": lambda z, a: sigmoid(z),
}
# Where a result is made by way of 1 its last digits are those of 1, however small it is.
MADE_OF_Z = ("gelu",)
SIZES_OF_SLOPE = {"elu": 1.0, "gelu": 1.0}


def loss_terms(loss: str, z: Array, a: Array, t: Array) -> Array:
    """What each output of each row adds (…, rows, outputs); of the logistic losses from z, which holds for any z."""
    if loss == "binary_cross_entropy":
        return t * softplus(-z) + (1.0 - t) * softplus(z)
    if loss == "cross_entropy":
        top = z.max(-1, keepdims=True)
        total: Array = t * (np.log(np.exp(z - top).sum(-1, keepdims=True)) + (top - z))
        return total
    return square_terms(loss, a, t)


def square_terms(loss: str, a: Array, t: Array) -> Array:
    """The terms of the losses that are squares."""
    return (a - t) * (a - t) * (0.5 if loss == "half_squared_error" else 1.0)


def square_slope(loss: str, a: Array, t: Array) -> Array:
    """The derivative of a square loss with respect to the outputs."""
    return (a - t) * (1.0 if loss == "half_squared_error" else 2.0) / count(loss, a)


def count(loss: str, a: Array) -> int:
    """What the sum of the terms is divided by: the rows, or rows times outputs for the mean squared error."""
    rows, outputs = map(int, a.shape[-2:])
    return rows * outputs if loss == "mean_squared_error" else rows


def total(loss: str, terms: Array) -> Array:
    """The loss (…,) of its terms."""
    result: Array = terms.sum((-2, -1)) / count(loss, terms)
    return result
