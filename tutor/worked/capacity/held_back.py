"""Two ways to hold a model back, on noisy points of a sine: a penalty on large coefficients, and stopping early."""

from dataclasses import dataclass

import numpy as np

from tutor.engine.backprop import loss_of
from tutor.engine.network import Network, forward, initial_network
from tutor.engine.optimizers import OptimizerSettings
from tutor.engine.training import Plan, advance, start
from tutor.worked.capacity.noisy_sine import Points, errors, fitted

DEGREE = 9
DECAYS = tuple(10.0**power for power in range(-8, 3))
LOSS = "mean_squared_error"
HIDDEN, LEARNING_RATE = 12, 0.05
LOOKS = 50  # at the validation points during a run, at most


@dataclass(frozen=True)
class Stopping:
    """A training run looked at now and then: the plan, and rows of step, training loss, validation loss."""

    plan: Plan
    rows: list[list[float]]

    def best(self) -> list[float]:
        """The first row with the lowest validation loss."""
        return min(self.rows, key=lambda row: row[2])


def by_decay(points: Points) -> list[list[float]]:
    """Power of ten of the penalty, its size, training error, validation error of a polynomial of degree 9."""
    return [[float(round(np.log10(decay))), decay, *errors(points, fitted(points, DEGREE, decay))] for decay in DECAYS]


def train_and_validate(points: Points, steps: int, seed: int) -> Stopping:
    """A small tanh network trained by Adam on the points, its loss on the validation points looked at as it goes."""
    network, every = initial_network((1, HIDDEN, 1), "tanh", "identity", seed), max(1, steps // LOOKS)
    plan = Plan(network, points.x[:, None], points.y[:, None], LOSS, OptimizerSettings("adam", LEARNING_RATE), steps, every)
    state, frames = advance(plan, start(plan), 0)
    rows = [[0.0, frames[0].loss, _validation_loss(network, points)]]
    while state.step < steps:
        state, more = advance(plan, state, every)
        rows.append([float(state.step), more[-1].loss, _validation_loss(state.network, points)])
    return Stopping(plan, rows)


def _validation_loss(network: Network, points: Points) -> float:
    trace = forward(network, points.validation_x[:, None])
    return float(loss_of(network, trace, points.validation_y[:, None], LOSS))
