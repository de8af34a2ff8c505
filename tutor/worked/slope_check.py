"""Derivatives of any function of a few numbers, checked by central differences."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from tutor.engine.network import Array
from tutor.worked.receipt import GradientCheck, ParameterCheck

CONVENTION = "gradient-check-largest"  # what a relative error is relative to


def check_slopes(function: Callable[[Array], Array], point: Array, analytic: Mapping[str, float], h: float) -> GradientCheck:
    """The derivatives at `point` (n,), in its order, beside central differences of `function` (K, n) -> (K,)."""
    above, below = point + h * np.eye(point.size), point - h * np.eye(point.size)
    numeric = (function(above) - function(below)) / np.diagonal(above - below)
    return compare_slopes(analytic, numeric.tolist(), h, ())


def compare_slopes(
    analytic: Mapping[str, float], numeric: Sequence[float], h: float, kinks: Sequence[str]
) -> GradientCheck:
    """Derivatives by name beside differences of width `h`; those in `kinks` are left out of the largest error."""
    pairs = list(zip(analytic.items(), numeric, strict=True))
    scale = max(max(abs(slope), abs(found)) for (_, slope), found in pairs) or 1.0
    checks = tuple(ParameterCheck(name, slope, found, abs(slope - found) / scale, name in kinks)
                   for (name, slope), found in pairs)
    return GradientCheck(h, max((each.relative_error for each in checks if not each.kink), default=0.0), checks)
