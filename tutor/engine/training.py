"""Training runs as pure chunks: a plan, a state that can be pickled, and frames that are always finite."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from tutor.engine.backprop import flatten_gradients, gradients
from tutor.engine.memory import keep_freed_memory
from tutor.engine.network import Array, Network, flatten, forward, unflatten
from tutor.engine.optimizers import OptimizerSettings, State, optimizer_state, update

_CHUNK = 256  # steps that `train` advances at a time
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


@dataclass(frozen=True)
class _Point:
    """Parameters, and what one forward and backward pass found there."""

    parameters: Array
    optimizer_state: State
    loss: float
    gradient: Array
    outputs: Array


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
    step, point = state.step, _look(plan, flatten(state.network), state.optimizer_state)
    finite = not state.diverged and _is_finite(point)
    frames = [_frame(plan, 0, point)] if finite and step == 0 else []
    while finite and step < end:
        following = _look(plan, *update(plan.optimizer, point.parameters, point.gradient, point.optimizer_state))
        finite = _is_finite(following)
        if finite:
            step, point = step + 1, following
            frames += [_frame(plan, step, point)] if step % plan.every == 0 or step == plan.steps else []
    network = unflatten(plan.network, point.parameters)
    return TrainingState(network, point.optimizer_state, step, diverged=not finite), tuple(frames)


def _look(plan: Plan, parameters: Array, optimizer_state: State) -> _Point:
    network = unflatten(plan.network, parameters)
    trace = forward(network, plan.inputs)
    found = gradients(network, trace, plan.targets, plan.loss)
    return _Point(parameters, optimizer_state, float(found.loss), flatten_gradients(found), trace.a[-1])


def _is_finite(point: _Point) -> bool:
    return bool(np.isfinite(point.loss) and np.isfinite(point.parameters).all() and np.isfinite(point.gradient).all())


def _frame(plan: Plan, step: int, point: _Point) -> Frame:
    classifying = plan.loss in _CLASSIFYING
    return Frame(step, point.loss, accuracy(point.outputs, plan.targets) if classifying else None)


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
    parameters = flatten(plan.network)
    memory = optimizer_state(plan.optimizer.name, parameters)
    running = np.arange(len(parameters))
    reached = np.full(len(parameters), np.nan)
    for step in range(plan.steps + 1):
        losses, gradient = _slopes(plan, parameters)
        reached[running[losses < target]] = step
        going = np.isfinite(losses) & (losses >= target)
        if not going.any():
            break
        if not going.all():
            running, parameters, gradient = running[going], parameters[going], gradient[going]
            memory = State(memory.step, tuple(array[going] for array in memory.arrays))
        parameters, memory = update(plan.optimizer, parameters, gradient, memory)
    return reached


def _slopes(plan: Plan, parameters: Array) -> tuple[Array, Array]:
    """Losses (K,) and gradients (K, P) of K networks at once."""
    network = unflatten(plan.network, parameters)
    found = gradients(network, forward(network, plan.inputs), plan.targets, plan.loss)
    return found.loss, flatten_gradients(found)
