"""A function of a few variables and its gradient, which can be checked against central differences."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from tutor.engine.network import Array
from tutor.worked.gradient_check import H
from tutor.worked.receipt import GradientCheck, ParameterCheck

LEAST_SCALE = 1e-3  # where the surface is flat, errors are relative to this instead of to nothing


@dataclass(frozen=True)
class Surface:
    """Values (...,) and gradients (..., P) at points (..., P)."""

    value: Callable[[Array], Array]
    gradient: Callable[[Array], Array]


def check_surface(surface: Surface, point: Sequence[float], names: Sequence[str]) -> GradientCheck:
    """The gradient at one point (P,) beside central differences; errors are relative to its largest entry."""
    centre = np.array(point)
    shift = H * np.eye(centre.size)
    above, below = centre + shift, centre - shift
    analytic = surface.gradient(centre)
    numeric = (surface.value(above) - surface.value(below)) / np.diagonal(above - below)
    errors = np.abs(analytic - numeric) / (np.maximum(np.abs(analytic), np.abs(numeric)).max(initial=LEAST_SCALE))
    columns = zip(names, analytic.tolist(), numeric.tolist(), errors.tolist(), strict=True)
    return GradientCheck(H, float(errors.max()), tuple(ParameterCheck(*row, kink=False) for row in columns))
