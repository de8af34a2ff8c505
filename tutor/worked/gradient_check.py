"""The gradient of a problem checked parameter by parameter against central differences."""

from functools import lru_cache

import numpy as np

from tutor.engine.backprop import near_kink, numeric_gradients
from tutor.engine.network import Array
from tutor.worked.network_names import Shape, parameters
from tutor.worked.network_problem import Problem
from tutor.worked.receipt import GradientCheck, ParameterCheck

H = 1e-5


def check_gradient(problem: Problem, shape: Shape, analytic: Array, h: float = H) -> GradientCheck:
    """`analytic` (P,) beside central differences; errors are relative to the largest derivative of the layer."""
    numeric = numeric_gradients(problem.network, problem.inputs, problem.targets, problem.loss, h)
    kinks = near_kink(problem.network, problem.inputs, h)
    errors = np.abs(analytic - numeric) / _scales(shape, np.maximum(np.abs(analytic), np.abs(numeric)))
    columns = zip(parameter_names(shape), analytic.tolist(), numeric.tolist(), errors.tolist(), kinks.tolist(), strict=True)
    return GradientCheck(h, float(errors[~kinks].max(initial=0.0)), tuple(map(ParameterCheck._make, columns)))


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
