"""A few steps of training for a worked example: biases may stay fixed, and layers may be updated one after another."""

from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from tutor.engine.backprop import Gradients, flatten_gradients, gradients, loss_of
from tutor.engine.network import Array, Network, Trace, forward, sizes, unflatten
from tutor.engine.optimizers import OptimizerSettings, State, optimizer_state, update
from tutor.worked.network_problem import Problem
from tutor.worked.network_receipt import Passes, backward_passes


@dataclass(frozen=True)
class Schedule:
    """How parameters move: `trained` (P,) says which do, None that all do; `sequential` updates the output layer first.

    Sequentially, the derivatives of a hidden layer are computed with the already updated weights after it.
    """

    settings: OptimizerSettings
    trained: NDArray[np.bool_] | None
    sequential: bool


@dataclass(frozen=True)
class Update:
    """One update: the derivatives it moved along, also as a flat vector (P,), and what it gave."""

    used: Gradients
    gradient: Array
    parameters: Array
    state: State


@dataclass(frozen=True)
class View:
    """A forward pass of a network, and its loss."""

    network: Network
    trace: Trace
    loss: float


@dataclass(frozen=True)
class Run:
    """Losses before each step and after the last, and the parameters (P,) of the last loss; all finite.

    `last` is the forward pass after the last step. `diverged_at` is the step after which the loss or a parameter was no
    longer finite.
    """

    losses: tuple[float, ...]
    parameters: Array
    last: View
    diverged_at: int | None


def weights_only(network: Network) -> NDArray[np.bool_]:
    """A mask (P,) that leaves the biases where they are; to be read only."""
    return _weights_mask(sizes(network))


@lru_cache(maxsize=32)
def _weights_mask(sizes: tuple[int, ...]) -> NDArray[np.bool_]:
    counts = [count for before, units in pairwise(sizes) for count in (before * units, units)]
    return np.repeat([True, False] * (len(sizes) - 1), counts)


def look(problem: Problem, network: Network) -> View:
    """One forward pass of a network, the problem's own or another of its sizes."""
    trace = forward(network, problem.inputs)
    return View(network, trace, float(loss_of(network, trace, problem.targets, problem.loss)))


def losses_at(problem: Problem, parameters: Array) -> list[float]:
    """The losses with K sets of other parameters (K, P)."""
    network = unflatten(problem.network, parameters)
    losses: list[float] = loss_of(network, forward(network, problem.inputs), problem.targets, problem.loss).tolist()
    return losses


def first_update(problem: Problem, schedule: Schedule, passes: Passes) -> Update:
    """The update from the passes already made, by an optimizer that remembers nothing yet."""
    return _update(problem, schedule, passes, optimizer_state(schedule.settings.name, passes.parameters))


def _update(problem: Problem, schedule: Schedule, passes: Passes, state: State) -> Update:
    """In a sequential update each turn moves along what is right so far, which makes one more layer right."""
    done = _moved(schedule, passes, state, passes.found, passes.gradient)
    for _ in problem.network.layers[1:] if schedule.sequential else ():
        network = unflatten(problem.network, done.parameters)
        found = gradients(network, passes.trace, problem.targets, problem.loss)
        done = _moved(schedule, passes, state, found, flatten_gradients(found))
    return done


def _moved(schedule: Schedule, passes: Passes, state: State, used: Gradients, gradient: Array) -> Update:
    parameters, state = update(schedule.settings, passes.parameters, gradient, state)
    if schedule.trained is not None:
        parameters = np.where(schedule.trained, parameters, passes.parameters)
    return Update(used, gradient, parameters, state)


def train(problem: Problem, schedule: Schedule, passes: Passes, first: Update, steps: int) -> Run:
    """Full-batch steps, the first of them given; a divergence ends the run at its last finite loss."""
    losses, parameters, done = [float(passes.found.loss)], passes.parameters, first
    for step in range(1, steps + 1):
        view = look(problem, unflatten(problem.network, done.parameters))
        if not (isfinite(view.loss) and np.isfinite(done.parameters).all()):
            return Run(tuple(losses), parameters, view, step)
        losses.append(view.loss)
        parameters = done.parameters
        if step < steps:
            passes = backward_passes(replace(problem, network=view.network), view.trace)
            done = _update(problem, schedule, passes, done.state)
    return Run(tuple(losses), parameters, view, None)
