"""A function of a few variables and its gradient, which can be checked against central differences."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from tutor.engine.network import Array
from tutor.worked.gradient_check import H, Slopes, compared
from tutor.worked.receipt import GradientCheck
from tutor.worked.slope_check import central_differences

LEAST_SCALE = 1e-3  # where the surface is flat, errors are relative to this instead of to nothing


@dataclass(frozen=True)
class Surface:
    """Values (...,) and gradients (..., P) at points (..., P)."""

    value: Callable[[Array], Array]
    gradient: Callable[[Array], Array]


def check_surface(surface: Surface, point: Sequence[float], names: Sequence[str]) -> GradientCheck:
    """The gradient at one point (P,) beside central differences; errors are relative to its largest entry."""
    centre = np.array(point)
    slopes = Slopes(names, surface.gradient(centre), central_differences(surface.value, centre, H))
    largest = max(np.abs(slopes.analytic).max(), np.abs(slopes.numeric).max(), LEAST_SCALE)
    return compared(H, slopes, np.full(centre.size, largest), np.zeros(centre.size, np.bool_))
