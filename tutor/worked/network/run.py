"""A few steps of training for a worked example: biases may stay fixed, and layers may be updated one after another."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from tutor.engine.backprop import Gradients, flatten_gradients, gradients, loss_of
from tutor.engine.core import Task, build, path, run
from tutor.engine.network import Array, Network, Trace, flatten, forward, sizes, unflatten
from tutor.engine.optimizers import OptimizerSettings, State, optimizer_state, update
from tutor.worked.network.problem import Problem
from tutor.worked.network.values import Passes

STRETCH = 256  # steps whose losses are computed together


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


def losses_at(problem: Problem, parameters: Array) -> Array:
    """The losses (K,) with K sets of other parameters (K, P)."""
    network = unflatten(problem.network, parameters)
    return loss_of(network, forward(network, problem.inputs), problem.targets, problem.loss)


def first_update(problem: Problem, schedule: Schedule, passes: Passes) -> Update:
    """The update from the passes already made, by an optimizer that remembers nothing yet."""
    state = optimizer_state(schedule.settings.name, passes.parameters)
    done = _moved(schedule, passes, state, passes.found, passes.gradient)
    return in_turn(problem, schedule, passes, done) if schedule.sequential else done


def in_turn(problem: Problem, schedule: Schedule, passes: Passes, done: Update) -> Update:
    """A sequential update from the simultaneous one: moving along what is right so far makes one more layer right."""
    state = optimizer_state(schedule.settings.name, passes.parameters)
    for _ in problem.network.layers[1:]:
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
    start, view = float(passes.found.loss), _view(problem, first.parameters)
    if not (isfinite(view.loss) and np.isfinite(first.parameters).all()):
        return Run((start,), passes.parameters, view, 1)
    losses, parameters = [start, view.loss], first.parameters
    for reached in _stretches(problem, schedule, steps):
        found = finite_losses(problem, reached)
        losses += found.tolist()
        parameters = reached[len(found) - 1] if len(found) else parameters
        if len(found) < len(reached):
            return Run(tuple(losses), parameters, _view(problem, reached[len(found)]), len(losses))
    return Run(tuple(losses), parameters, _view(problem, parameters) if steps > 1 else view, None)


def finite_losses(problem: Problem, reached: Array) -> Array:
    """The losses along parameters (K, P), up to the first point where one or the other is not finite."""
    losses = losses_at(problem, reached)
    finite = np.isfinite(losses) & np.isfinite(reached).all(-1)
    return losses if finite.all() else losses[: int(finite.argmin())]


def _stretches(problem: Problem, schedule: Schedule, steps: int) -> Iterator[Array]:
    """The parameters after each step from the second on, a stretch (K, P) at a time."""
    if steps > 1:
        core = build(task_of(problem, schedule), optimizer_state(schedule.settings.name, flatten(problem.network)))
        run(core, 1)
        for start in range(1, steps, STRETCH):
            yield path(core, min(STRETCH, steps - start))


def task_of(problem: Problem, schedule: Schedule) -> Task:
    """The training core's form of a problem: a parameter that is not trained has a learning rate of 0."""
    rates = None if schedule.trained is None else schedule.settings.learning_rate * schedule.trained
    return Task(problem.network, problem.inputs, problem.targets, problem.loss, schedule.settings, rates, schedule.sequential)


def _view(problem: Problem, parameters: Array) -> View:
    return look(problem, unflatten(problem.network, parameters))
