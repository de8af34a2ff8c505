"""The same network trained at many learning rates at once: one ensemble, a rate for each network and each step."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tutor.engine.backprop import flatten_gradients, gradients
from tutor.engine.network import Array, Network, flatten, forward, unflatten
from tutor.worked.network.problem import Problem

DIVERGED = 10.0  # a run whose loss is above this many times its first loss is stopped


@dataclass(frozen=True)
class Sweep:
    """Losses (steps + 1, K) of K networks, NaN once stopped; the parameters (K, P) after the first step."""

    losses: Array
    moved: Array

    @property
    def last(self) -> NDArray[np.intp]:
        """The last step (K,) that each network reached."""
        reached: NDArray[np.intp] = np.isfinite(self.losses).sum(axis=0) - 1
        return reached

    @property
    def diverged(self) -> NDArray[np.bool_]:
        """Which networks (K,) were stopped."""
        stopped: NDArray[np.bool_] = np.isnan(self.losses[-1])
        return stopped

    @property
    def final(self) -> Array:
        """The last loss (K,) of each network that was still shown."""
        final: Array = self.losses[self.last, np.arange(self.losses.shape[1])]
        return final


def sweep(problem: Problem, rates: Callable[[int], Array], steps: int) -> Sweep:
    """Plain gradient descent from one start; `rates` gives the K rates of a step, counted from 0."""
    start = flatten(problem.network)
    parameters = np.repeat(start[None], rates(0).size, axis=0)
    losses, moved = np.full((steps + 1, len(parameters)), np.nan), parameters
    running = np.ones(len(parameters), dtype=np.bool_)
    with np.errstate(over="ignore", invalid="ignore"):  # divergence is found and told
        for step in range(steps + 1):
            loss, gradient = _slopes(problem, unflatten(problem.network, parameters))
            running &= loss <= DIVERGED * losses[0] if step else running
            losses[step, running] = loss[running]
            parameters = np.where(running[:, None], parameters - rates(step)[:, None] * gradient, parameters)
            moved = parameters if step == 0 else moved
    return Sweep(losses, moved)


def _slopes(problem: Problem, networks: Network) -> tuple[Array, Array]:
    """Losses (K,) and gradients (K, P)."""
    found = gradients(networks, forward(networks, problem.inputs), problem.targets, problem.loss)
    return found.loss, flatten_gradients(found)
