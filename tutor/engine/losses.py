"""Loss functions: one number per network from outputs and targets, and its derivative with respect to the outputs."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tutor.engine.activations import Array

_SMALLEST_PROBABILITY = math.exp(-100.0)  # PyTorch's BCELoss keeps every logarithm above -100 …
_SMALLEST_VARIANCE = 1e-12  # … and the denominator of its slope above this


@dataclass(frozen=True)
class Loss:
    """A loss as terms, one per row and output (..., rows, outputs), that are added up and divided by a count.

    The count is the number of rows; `over_outputs` makes it rows times outputs.
    """

    terms: Callable[[Array, Array], Array]
    slope: Callable[[Array, Array], Array]
    over_outputs: bool = False

    def count(self, a: Array) -> int:
        """What the sum of the terms is divided by."""
        rows: int = a.shape[-2]
        return rows * int(a.shape[-1]) if self.over_outputs else rows

    def mean(self, terms: Array) -> Array:
        """The loss of each network, shape (...,), from its terms."""
        return np.asarray(np.add.reduce(terms, (-2, -1)) / self.count(terms))

    def value(self, a: Array, t: Array) -> Array:
        """The loss of each network, shape (...,), for outputs `a` and targets `t` (rows, outputs)."""
        return self.mean(self.terms(a, t))

    def gradient(self, a: Array, t: Array) -> Array:
        """dL/da, in the shape of `a`."""
        return self.slope(a, t) / self.count(a)


def fused_delta(a: Array, t: Array) -> Array:
    """dL/dz of the last layer for every pair in FUSED."""
    rows: int = a.shape[-2]
    return (a - t) / rows


def _half_square(a: Array, t: Array) -> Array:
    error: Array = a - t
    return 0.5 * error * error


def _difference(a: Array, t: Array) -> Array:
    return a - t


def _square(a: Array, t: Array) -> Array:
    error: Array = a - t
    return error * error


def _twice_difference(a: Array, t: Array) -> Array:
    return 2.0 * (a - t)


def _log(a: Array) -> Array:
    log: Array = np.log(np.maximum(a, _SMALLEST_PROBABILITY))  # finite at 0
    return log


def _binary(a: Array, t: Array) -> Array:
    return -(t * _log(a) + (1.0 - t) * _log(1.0 - a))


def _binary_slope(a: Array, t: Array) -> Array:
    return (a - t) / np.maximum(a * (1.0 - a), _SMALLEST_VARIANCE)


def _categorical(a: Array, t: Array) -> Array:
    return -t * _log(a)


def _categorical_slope(a: Array, t: Array) -> Array:
    return -t / np.maximum(a, _SMALLEST_VARIANCE)


def _binary_from_z(z: Array, t: Array) -> Array:
    beyond: Array = np.log1p(np.exp(-np.abs(z)))
    return np.maximum(z, 0.0) - t * z + beyond


def _categorical_from_z(z: Array, t: Array) -> Array:
    shifted: Array = z - z.max(-1, keepdims=True)
    log_sum: Array = np.log(np.exp(shifted).sum(-1, keepdims=True))
    return t * (log_sum - shifted)


LOSSES: dict[str, Loss] = {
    "half_squared_error": Loss(_half_square, _difference),
    "squared_error": Loss(_square, _twice_difference),
    "mean_squared_error": Loss(_square, _twice_difference, over_outputs=True),
    "binary_cross_entropy": Loss(_binary, _binary_slope),
    "cross_entropy": Loss(_categorical, _categorical_slope),
}

# Output activation and loss taken together: terms from z, which keep their digits where a rounds to 0 or 1.
FUSED: dict[tuple[str, str], Callable[[Array, Array], Array]] = {
    ("sigmoid", "binary_cross_entropy"): _binary_from_z,
    ("softmax", "cross_entropy"): _categorical_from_z,
}


def terms_of(activation: str, loss: str, z: Array, a: Array, t: Array) -> Array:
    """The loss before it is averaged, one term per row and output, from z where that keeps more digits than from a."""
    fused = FUSED.get((activation, loss))
    return fused(z, t) if fused else LOSSES[loss].terms(a, t)
