"""The same network trained at many learning rates at once: one ensemble, a rate for each network and each step."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tutor.engine.core import Task, build, losses, network_at, run, set_rates, stand
from tutor.engine.network import Array, flatten, unflatten
from tutor.engine.optimizers import OptimizerSettings, State
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
    start, count = flatten(problem.network), rates(0).size
    networks = unflatten(problem.network, np.repeat(start[None], count, axis=0))
    task = Task(networks, problem.inputs, problem.targets, problem.loss, OptimizerSettings("sgd", 1.0), rates(0)[:, None])
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # divergence is found and told
        core = build(task, State(0, ()))
        found = [losses(core)]
        run(core, 1)
        moved = flatten(network_at(core, stand(core, 1)))
        for step in range(1, steps + 1):
            found.append(losses(core))
            set_rates(core, rates(step)[:, None])
            run(core, 1)
    curves = np.array(found)
    running = np.logical_and.accumulate(curves <= DIVERGED * curves[0])
    return Sweep(np.where(running, curves, np.nan), moved)
