"""Noisy points of a sine to fit and others to validate on, and polynomials fitted to them."""

from dataclasses import dataclass

import numpy as np

from tutor.engine.losses import LOSSES
from tutor.engine.network import Array

VALIDATION_POINTS = 50
EDGE = 0.95  # validation points stay a little inside, where the fitted points surround them


@dataclass(frozen=True)
class Points:
    """Places and noisy heights (n,) of the points to fit, and of the points to validate on."""

    x: Array
    y: Array
    validation_x: Array
    validation_y: Array


def noisy_sine(count: int, noise: float, seed: int) -> Points:
    """Equally spaced points of sin(pi x) on [-1, 1], each with normal noise of this standard deviation."""
    random = np.random.Generator(np.random.PCG64(seed))
    x, inside = np.linspace(-1.0, 1.0, count), np.linspace(-EDGE, EDGE, VALIDATION_POINTS)
    y = truth(x) + noise * random.standard_normal(count)
    return Points(x, y, inside, truth(inside) + noise * random.standard_normal(VALIDATION_POINTS))


def truth(x: Array) -> Array:
    """The function without its noise."""
    heights: Array = np.sin(np.pi * x)
    return heights


def powers(x: Array, degree: int) -> Array:
    """1, x, x², … (n, degree + 1)."""
    columns: Array = x[:, None] ** np.arange(degree + 1)
    return columns


def fitted(points: Points, degree: int, decay: float = 0.0) -> Array:
    """Coefficients (degree + 1,) with the least mean squared error plus `decay` times their squares, the first left out."""
    columns, count = powers(points.x, degree), points.x.size
    if decay:
        penalty = np.sqrt(decay * count) * np.eye(degree + 1)[1:]
        columns = np.vstack([columns, penalty])
    wanted = np.concatenate([points.y, np.zeros(len(columns) - count)])
    coefficients: Array = np.linalg.lstsq(columns, wanted)[0]
    return coefficients


def errors(points: Points, coefficients: Array) -> tuple[float, float]:
    """Mean squared errors on the points fitted and on the points to validate on."""
    return (_error(points.x, points.y, coefficients), _error(points.validation_x, points.validation_y, coefficients))


def _error(x: Array, y: Array, coefficients: Array) -> float:
    return float(LOSSES["mean_squared_error"].value(heights(x, coefficients)[:, None], y[:, None]))


def heights(x: Array, coefficients: Array) -> Array:
    """The polynomial at x (n,), its terms added from the lowest power up."""
    terms = powers(x, coefficients.size - 1) * coefficients
    summed: Array = np.cumsum(terms, axis=1)[:, -1]
    return summed
