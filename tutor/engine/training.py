"""Training runs as pure chunks: a plan, a state that can be pickled, and frames that are always finite."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tutor.engine.core import Core, Stand, Task, build, loss_path, losses, network_at, outputs, run, stand, state_at
from tutor.engine.memory import keep_freed_memory
from tutor.engine.network import Array, Network, flatten, unflatten
from tutor.engine.optimizers import OptimizerSettings, State, optimizer_state

_CHUNK = 256  # steps that `train` advances at a time
_BLOCK = 64  # steps between two looks at whether all is finite
_CLASSIFYING = ("binary_cross_entropy", "cross_entropy")


@dataclass(frozen=True)
class Plan:
    """A full-batch training run: inputs (rows, in), targets (rows, out), and a frame after each `every` steps."""

    network: Network
    inputs: Array
    targets: Array
    loss: str
    optimizer: OptimizerSettings
    steps: int
    every: int = 1


@dataclass(frozen=True)
class Frame:
    """The loss after `step` updates, and the share of rows classified right (None for a regression); always finite."""

    step: int
    loss: float
    accuracy: float | None


@dataclass(frozen=True)
class TrainingState:
    """Where a run stands; `diverged` says that the update after `step` gave a number that is not finite."""

    network: Network
    optimizer_state: State
    step: int
    diverged: bool


def start(plan: Plan) -> TrainingState:
    """The state before the first step."""
    state = optimizer_state(plan.optimizer.name, flatten(plan.network))
    return TrainingState(plan.network, state, 0, diverged=False)


def advance(plan: Plan, state: TrainingState, steps: int) -> tuple[TrainingState, tuple[Frame, ...]]:
    """Up to `steps` more updates, never beyond the plan: the new state, and the frames of steps not yet reported.

    The first call also reports step 0. A run that diverges keeps its last finite network and ends there.
    """
    keep_freed_memory()
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # divergence is found and told below
        return _advance(plan, state, min(plan.steps, state.step + steps))


def _advance(plan: Plan, state: TrainingState, end: int) -> tuple[TrainingState, tuple[Frame, ...]]:
    core = _core(plan, state)
    here, finite = stand(core, state.step), not state.diverged and _is_finite(core)
    frames = [_frame(plan, core, 0)] if finite and state.step == 0 else []
    while finite and here.step < end:
        stop = min(end, here.step + _BLOCK, here.step + plan.every - here.step % plan.every)
        run(core, stop - here.step)
        finite = _is_finite(core)
        here = stand(core, stop) if finite else _last_finite(plan, _state(core, here), stop)
        frames += [_frame(plan, core, stop)] if finite and (stop % plan.every == 0 or stop == plan.steps) else []
    return replace(_state(core, here), diverged=not finite), tuple(frames)


def _core(plan: Plan, state: TrainingState) -> Core:
    return build(Task(state.network, plan.inputs, plan.targets, plan.loss, plan.optimizer), state.optimizer_state)


def _state(core: Core, here: Stand) -> TrainingState:
    return TrainingState(network_at(core, here), state_at(core, here), here.step, diverged=False)


def _last_finite(plan: Plan, state: TrainingState, end: int) -> Stand:
    """The last finite stand of a stretch that does not end in one: the same steps again, looked at one by one."""
    core = _core(plan, state)
    here = stand(core, state.step)
    for step in range(state.step + 1, end):
        run(core, 1)
        if not _is_finite(core):
            break
        here = stand(core, step)
    return here


def _is_finite(core: Core) -> bool:
    return bool(np.isfinite(losses(core)) and np.isfinite(core.parameters).all() and np.isfinite(core.memory).all())


def _frame(plan: Plan, core: Core, step: int) -> Frame:
    classifying = plan.loss in _CLASSIFYING
    return Frame(step, float(losses(core)), accuracy(outputs(core), plan.targets) if classifying else None)


def accuracy(outputs: Array, targets: Array) -> float:
    """The share of rows whose largest output is the target's; with a single output, on the same side of one half."""
    if targets.shape[-1] == 1:
        return float(((outputs > 0.5) == (targets > 0.5)).mean())
    return float((outputs.argmax(-1) == targets.argmax(-1)).mean())


def train(plan: Plan) -> Iterator[Frame]:
    """The frames of a whole run, in order."""
    state = start(plan)
    while True:
        state, frames = advance(plan, state, _CHUNK)
        yield from frames
        if state.diverged or state.step >= plan.steps:
            return


def steps_to_target(plan: Plan, target: float) -> Array:
    """How many updates each of K networks (plan.network has an ensemble axis) needs for a loss below `target`: (K,).

    NaN where the plan's steps were not enough or the run diverged. Networks that have arrived are no longer computed.
    """
    keep_freed_memory()
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        return _steps_to_target(plan, target)


def _steps_to_target(plan: Plan, target: float) -> Array:
    core, done = _core(plan, start(plan)), 0
    found = losses(core)[None]  # of a stretch of steps (steps, K)
    running, reached = np.arange(found.size), np.full(found.size, np.nan)
    while found.size:
        arrival, fault = _first(found < target), _first(~np.isfinite(found))
        arrived, going = arrival < fault, (arrival == len(found)) & (fault == len(found))
        reached[running[arrived]] = done + arrival[arrived]
        done += len(found)
        if not going.any():
            break
        if not going.all():
            running, core = running[going], _narrowed(plan, core, done - 1, going)
        found = loss_path(core, min(_BLOCK, plan.steps - done + 1))
    return reached


def _first(true: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The first row in which each column is true, or how many rows there are."""
    return np.where(true.any(0), true.argmax(0), len(true))


def _narrowed(plan: Plan, core: Core, step: int, going: NDArray[np.bool_]) -> Core:
    """The core of some of its networks."""
    state = _state(core, stand(core, step))
    network = unflatten(plan.network, flatten(state.network)[going])
    memory = State(step, tuple(array[going] for array in state.optimizer_state.arrays))
    return _core(plan, TrainingState(network, memory, step, diverged=False))
