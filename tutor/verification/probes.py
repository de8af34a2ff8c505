"""The steps of a network's receipt that take one gradient through three optimizers."""

from collections.abc import Mapping
from math import nan

import numpy as np

from tutor.verification.findings import RELATIVE, TINY, Known
from tutor.verification.problem import Problem


def probe_names(problem: Problem) -> tuple[str, str]:
    """The last layer's first weight, and the loss's derivative by it."""
    name = problem.names.weights(problem.names.layers[-1])[0]
    return name, f"d{name}"


def probe_table(problem: Problem, values: Mapping[str, float], gradient: Known) -> dict[str, Known]:
    """The probed weight after the first step of SGD, Adam and RMSProp; none where the receipt probes nothing."""
    if "probe_rate_sgd" not in values:
        return {}
    size, epsilon = abs(gradient[0]), values.get("probe_epsilon", nan)
    spread = float(np.sqrt(1.0 - values.get("probe_rho", nan))) * size
    sizes = {"sgd": 1.0, "adam": size + epsilon, "rmsprop": spread + epsilon}
    return {f"probe_{name}": _moved(problem, values.get(f"probe_rate_{name}", nan) / (each or nan), gradient)
            for name, each in sizes.items()}


def _moved(problem: Problem, factor: float, gradient: Known) -> Known:
    start, move = float(problem.parameters[-1][0].flat[0]), factor * gradient[0]
    return start - move, RELATIVE * (abs(start) + abs(move)) + abs(factor) * gradient[1] + TINY
