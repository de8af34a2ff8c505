"""The gradient of a problem checked parameter by parameter against central differences."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from tutor.engine.backprop import near_kink, numeric_gradients
from tutor.engine.network import Array
from tutor.worked.network.names import Shape, parameters
from tutor.worked.network.problem import Problem
from tutor.worked.receipt import GradientCheck, ParameterCheck

H = 1e-5


@dataclass(frozen=True)
class Slopes:
    """Parameters by name, their derivatives (P,), and what finite differences say of them (P,)."""

    names: Sequence[str]
    analytic: Array
    numeric: Array


def check_gradient(problem: Problem, shape: Shape, analytic: Array, h: float = H) -> GradientCheck:
    """`analytic` (P,) beside central differences; errors are relative to the largest derivative of the layer."""
    numeric = numeric_gradients(problem.network, problem.inputs, problem.targets, problem.loss, h)
    kinks = near_kink(problem.network, problem.inputs, h)
    scales = _scales(shape, np.maximum(np.abs(analytic), np.abs(numeric)))
    return compared(h, Slopes(parameter_names(shape), analytic, numeric), scales, kinks)


def compared(h: float, slopes: Slopes, scales: Array, kinks: NDArray[np.bool_]) -> GradientCheck:
    """Derivatives and finite differences (P,), errors relative to `scales` (P,); those at `kinks` (P,) do not count."""
    errors = np.abs(slopes.analytic - slopes.numeric) / scales
    columns = (column.tolist() for column in (slopes.analytic, slopes.numeric, errors, kinks))
    rows = zip(slopes.names, *columns, strict=True)
    return GradientCheck(h, float(errors[~kinks].max(initial=0.0)), tuple(map(ParameterCheck._make, rows)))


@lru_cache(maxsize=32)
def parameter_names(shape: Shape) -> tuple[str, ...]:
    """All parameters in the engine's flat order."""
    return tuple(each.name for layer in shape.layers for each in parameters(shape, layer))


def _scales(shape: Shape, sizes: Array) -> Array:
    """Per parameter (P,) the largest entry of its layer; 1 for a layer of zeros."""
    scales = np.empty_like(sizes)
    for start, _, end in shape.spans:
        scales[start:end] = sizes[start:end].max() or 1.0
    return scales
