"""Activation functions and their slopes, as PyTorch defines them; the slope at a kink is the one from the left."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]

LEAK = 0.01
_LARGEST_EXPONENT = {4: 88.0, 8: 709.0}  # by item size: exp of it is still finite
_erf = np.frompyfunc(math.erf, 1, 1)


@dataclass(frozen=True)
class Activation:
    """A function z -> a and its slope (z, a) -> da/dz, both element by element.

    Softmax alone mixes the units of a row: its slope is the diagonal of its Jacobian, and `pull_back` uses all of it.
    `rectifier` asks for He's initial weights; `kink` says that the slope jumps at 0, where finite differences mislead.
    """

    function: Callable[[Array], Array]
    slope: Callable[[Array, Array], Array]
    rectifier: bool = False
    kink: bool = False


def pull_back(name: str, upstream: Array, slope: Array, a: Array) -> Array:
    """dL/dz from dL/da (`upstream`), through the transposed Jacobian of the activation called `name`."""
    if name == "softmax":
        mean: Array = (upstream * a).sum(-1, keepdims=True)
        return a * (upstream - mean)
    return upstream * slope


def _identity(z: Array) -> Array:
    return z


def _ones(z: Array, _a: Array) -> Array:
    return np.ones_like(z)


def _sigmoid(z: Array) -> Array:
    e: Array = np.maximum(z, -_LARGEST_EXPONENT[z.dtype.itemsize])
    np.exp(np.negative(e, out=e), out=e)  # in place: this is what a sigmoid network spends its time on
    e += 1.0
    return np.divide(1.0, e, out=e)


def _logistic_slope(_z: Array, a: Array) -> Array:
    return a * (1.0 - a)


def _tanh_slope(_z: Array, a: Array) -> Array:
    return 1.0 - a * a


def _relu(z: Array) -> Array:
    return np.maximum(z, 0.0)


def _relu_slope(z: Array, _a: Array) -> Array:
    return (z > 0.0).astype(z.dtype)


def _leaky_relu(z: Array) -> Array:
    a: Array = np.maximum(z, LEAK * z)
    return a


def _leaky_relu_slope(z: Array, _a: Array) -> Array:
    return np.where(z > 0.0, 1.0, LEAK).astype(z.dtype, copy=False)


def _elu(z: Array) -> Array:
    return np.where(z > 0.0, z, np.expm1(np.minimum(z, 0.0)))


def _elu_slope(z: Array, a: Array) -> Array:
    return np.where(z > 0.0, 1.0, a + 1.0).astype(z.dtype, copy=False)


def _normal_below(z: Array) -> Array:
    """The standard normal distribution function."""
    erf: Array = _erf(z / math.sqrt(2.0)).astype(z.dtype)
    return 0.5 * (1.0 + erf)


def _gelu(z: Array) -> Array:
    return z * _normal_below(z)


def _gelu_slope(z: Array, _a: Array) -> Array:
    near = np.clip(z, -40.0, 40.0)  # the density is 0 in float64 beyond, and near * near cannot overflow
    return _normal_below(z) + near * np.exp(-0.5 * near * near) / math.sqrt(2.0 * math.pi)


def _softplus(z: Array) -> Array:
    beyond: Array = np.log1p(np.exp(-np.abs(z)))
    return np.maximum(z, 0.0) + beyond


def _softplus_slope(z: Array, _a: Array) -> Array:
    return _sigmoid(z)


def _softmax(z: Array) -> Array:
    e: Array = np.exp(z - z.max(-1, keepdims=True))
    total: Array = e.sum(-1, keepdims=True)
    return e / total


ACTIVATIONS: dict[str, Activation] = {
    "identity": Activation(_identity, _ones),
    "sigmoid": Activation(_sigmoid, _logistic_slope),
    "tanh": Activation(np.tanh, _tanh_slope),
    "relu": Activation(_relu, _relu_slope, rectifier=True, kink=True),
    "leaky_relu": Activation(_leaky_relu, _leaky_relu_slope, rectifier=True, kink=True),
    "elu": Activation(_elu, _elu_slope, rectifier=True),
    "gelu": Activation(_gelu, _gelu_slope, rectifier=True),
    "softplus": Activation(_softplus, _softplus_slope, rectifier=True),
    "softmax": Activation(_softmax, _logistic_slope),
}
