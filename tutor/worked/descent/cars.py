"""Seven cars, a straight line through them, and what each car alone says about the line's gradient."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from tutor.engine.backprop import flatten_gradients, gradients, loss_of
from tutor.engine.network import Array, Layer, Network, forward, unflatten
from tutor.worked.descent.surface import Surface
from tutor.worked.network.problem import Problem

# Thousands of pounds and miles per gallon of seven cars; source: Google, Machine Learning Crash Course.
POUNDS = (3.5, 3.69, 3.44, 3.43, 4.34, 4.42, 2.37)
MILES_PER_GALLON = (18.0, 15.0, 18.0, 16.0, 15.0, 14.0, 24.0)
LOSS = "mean_squared_error"


SAME_PLACE = 1e-20  # of the sum of squares: points whose x spread less than this stand at one x


@dataclass(frozen=True)
class Best:
    """Least squares: the centre (x, y) it turns about, how far x spreads, weight, bias, the smallest mean squared error."""

    centre: tuple[float, float]
    spread: float
    weight: float
    bias: float
    loss: float


def line_problem(x: Sequence[float], y: Sequence[float], weight: float, bias: float) -> Problem:
    """The network with one input and one linear output, on points (N,)."""
    layer = Layer(np.array([[weight]]), np.array([bias]), "identity")
    return Problem(Network((layer,)), np.array(x)[:, None], np.array(y)[:, None], LOSS)


def loss_surface(problem: Problem, trained: Sequence[bool]) -> Surface:
    """The loss over (weight, bias), its slope the mean of the examples' own; one that is not trained has no slope."""
    def gradient(point: Array) -> Array:
        here = replace(problem, network=unflatten(problem.network, point))
        return np.where(trained, gradients_of_each(here).mean(axis=0), 0.0)

    def value(points: Array) -> Array:
        network = unflatten(problem.network, points)
        return loss_of(network, forward(network, problem.inputs), problem.targets, LOSS)

    return Surface(value, gradient)


def gradients_of_each(problem: Problem) -> Array:
    """The gradient (N, 2) of every example's own squared error: N batches of one row through the engine."""
    inputs, targets = problem.inputs[:, None, :], problem.targets[:, None, :]
    return flatten_gradients(gradients(problem.network, forward(problem.network, inputs), targets, LOSS))


def best_line(x: Array, y: Array, fixed_bias: float | None) -> Best:
    """The line of least squares through points (N,), or the best one with a given bias; level where x says nothing."""
    centre_x, centre_y = (float(x.mean()), float(y.mean())) if fixed_bias is None else (0.0, fixed_bias)
    spread = float(((x - centre_x) ** 2).sum())
    spread = spread if spread > SAME_PLACE * float((x**2).sum()) else 0.0
    weight = float(((x - centre_x) * (y - centre_y)).sum()) / spread if spread else 0.0
    bias = centre_y - weight * centre_x
    return Best((centre_x, centre_y), spread, weight, bias, float(((weight * x + bias - y) ** 2).mean()))


def steepest_curvature(x: Array, bias_trained: bool) -> float:
    """The largest eigenvalue of the loss's second derivatives, which are the same everywhere."""
    cross = x.mean() if bias_trained else 0.0
    second = 2 * np.array([[(x**2).mean(), cross], [cross, float(bias_trained)]])
    return float(np.linalg.eigvalsh(second)[-1])
