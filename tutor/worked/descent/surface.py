"""A function of a few variables and its gradient, which can be checked against central differences."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from tutor.engine.network import Array
from tutor.worked.gradient_check import H
from tutor.worked.receipt import GradientCheck
from tutor.worked.slope_check import check_slopes


@dataclass(frozen=True)
class Surface:
    """Values (...,) and gradients (..., P) at points (..., P)."""

    value: Callable[[Array], Array]
    gradient: Callable[[Array], Array]


def check_surface(surface: Surface, point: Sequence[float], names: Sequence[str]) -> GradientCheck:
    """The gradient at one point (P,) beside central differences; errors are relative to its largest entry."""
    centre = np.array(point)
    return check_slopes(surface.value, centre, dict(zip(names, surface.gradient(centre).tolist(), strict=True)), H)
