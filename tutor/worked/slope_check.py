"""Derivatives of any function of a few numbers, checked by central differences."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from tutor.engine.network import Array
from tutor.worked.gradient_check import Slopes, compared
from tutor.worked.receipt import GradientCheck

CONVENTION = "gradient-check-largest"  # what a relative error is relative to


def check_slopes(function: Callable[[Array], Array], point: Array, analytic: Mapping[str, float], h: float) -> GradientCheck:
    """The derivatives at `point` (n,), in its order, beside central differences of `function` (K, n) -> (K,)."""
    return compare_slopes(analytic, central_differences(function, point, h).tolist(), h, ())


def central_differences(function: Callable[[Array], Array], point: Array, h: float) -> Array:
    """The slopes of `function` (K, n) -> (K,) at `point` (n,), one for each of its numbers."""
    above, below = point + h * np.eye(point.size), point - h * np.eye(point.size)
    slopes: Array = (function(above) - function(below)) / np.diagonal(above - below)
    return slopes


def compare_slopes(
    analytic: Mapping[str, float], numeric: Sequence[float], h: float, kinks: Sequence[str]
) -> GradientCheck:
    """Derivatives by name beside differences of width `h`; those in `kinks` are left out of the largest error."""
    slopes = Slopes(tuple(analytic), np.array(list(analytic.values())), np.array(numeric))
    largest = max(np.abs(slopes.analytic).max(), np.abs(slopes.numeric).max()) or 1.0
    return compared(h, slopes, np.full(len(numeric), largest), np.array([name in kinks for name in analytic]))
