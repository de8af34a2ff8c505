"""The training core: one training step of a network, or of K at once, as a list of NumPy calls on buffers made once.

Each layer is a matrix (out, in + 1) whose last column is the bias, and data stand features by rows, below them a row of
ones, so that a layer is one product. All parameters are one flat vector: layer by layer, each unit's weights and its bias.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import pairwise, repeat

import numpy as np
from numpy.typing import NDArray

from tutor.engine.in_place import in_place
from tutor.engine.losses import FUSED, LOSSES, terms_of
from tutor.engine.network import Array, Network, flatten, sizes, unflatten
from tutor.engine.optimizers import OPTIMIZERS, Buffers, Calls, OptimizerSettings, State, recorded_update

FACTORS = {"half_squared_error": 1.0, "squared_error": 2.0, "mean_squared_error": 2.0}  # of outputs - targets in dL/da


@dataclass(frozen=True)
class Task:
    """What a core is to train: data (rows, in), targets (rows, out), the loss and the optimizer.

    `rates` replaces the learning rate: one for each of K networks (K, 1), or one for each parameter (P,). `sequential`
    updates the output layer first, and the others from derivatives that already see its new weights.
    """

    network: Network
    inputs: Array
    targets: Array
    loss: str
    optimizer: OptimizerSettings
    rates: Array | None = None
    sequential: bool = False


@dataclass(frozen=True)
class Level:
    """The buffers of a layer: matrix (..., out, in + 1) and its gradient, what it reads (..., in + 1, rows), z, a, delta."""

    name: str
    span: slice
    matrix: Array
    gradient: Array
    before: Array
    z: Array
    a: Array
    delta: Array
    spare: Array


@dataclass(frozen=True)
class Core:
    """Live buffers and the calls that work on them: `forward` fills z and a, `step` updates and goes forward again."""

    task: Task
    parameters: Array
    memory: Array
    levels: tuple[Level, ...]
    forward: tuple[Callable[[], object], ...]
    step: tuple[Callable[[], object], ...]


@dataclass(frozen=True)
class Stand:
    """Where a core stood after `step` steps: copies of its parameters and of what its optimizer remembered."""

    step: int
    parameters: Array
    memory: Array


def build(task: Task, state: State) -> Core:
    """A core that stands at the task's network and at what its optimizer remembers; its forward pass has run."""
    order = core_order(sizes(task.network))
    parameters = flatten(task.network)[..., order]
    buffers = _buffers(task, parameters, state, order)
    levels = tuple(_levels(task, buffers))
    forward, backward = tuple(_forward(levels)), tuple(_backward(task, buffers, levels))
    core = Core(task, parameters, buffers.memory, levels, forward, (*backward, *forward))
    for call in forward:
        call()
    return core


def run(core: Core, steps: int) -> None:
    """So many steps."""
    for _ in repeat(None, steps):
        for call in core.step:
            call()


def losses(core: Core) -> Array:
    """The loss of each network (...,) where the core stands."""
    last, loss = core.levels[-1], core.task.loss
    terms = terms_of(last.name, loss, _rows(last.z), _rows(last.a), core.task.targets)
    return LOSSES[loss].mean(terms)


def outputs(core: Core) -> Array:
    """The outputs (..., rows, out) where the core stands; a view."""
    return _rows(core.levels[-1].a)


def stand(core: Core, step: int) -> Stand:
    """Where the core stands now, after `step` steps in all."""
    return Stand(step, core.parameters.copy(), core.memory.copy())


def network_at(core: Core, here: Stand) -> Network:
    """The network where a core stood."""
    return unflatten(core.task.network, here.parameters[..., flat_order(sizes(core.task.network))])


def state_at(core: Core, here: Stand) -> State:
    """What the optimizer remembered there."""
    return State(here.step, tuple(here.memory[..., flat_order(sizes(core.task.network))]))


def path(core: Core, steps: int) -> Array:
    """The parameters after each of so many steps (steps, ..., P), in the order of `flatten`."""
    kept = np.empty((steps, *core.parameters.shape), core.parameters.dtype)
    for place in kept:
        run(core, 1)
        place[...] = core.parameters
    return kept[..., flat_order(sizes(core.task.network))]


@lru_cache(maxsize=64)
def core_order(sizes: tuple[int, ...]) -> NDArray[np.int64]:
    """Where each parameter of the core stands in the order of `flatten` (P,); to be read only."""
    found, start = [], 0
    for before, units in pairwise(sizes):
        weights = start + np.arange(units * before).reshape(units, before)
        start += units * (before + 1)
        found.append(np.hstack([weights, start - units + np.arange(units)[:, None]]).ravel())
    return np.concatenate(found)


@lru_cache(maxsize=64)
def flat_order(sizes: tuple[int, ...]) -> NDArray[np.int64]:
    """Where each parameter of `flatten` stands in the core (P,); to be read only."""
    return np.argsort(core_order(sizes))


def _rows(array: Array) -> Array:
    return array.swapaxes(-1, -2)


def _buffers(task: Task, parameters: Array, state: State, order: NDArray[np.int64]) -> Buffers:
    memory = np.empty((OPTIMIZERS[task.optimizer.name].arrays, *parameters.shape), parameters.dtype)
    for place, array in zip(memory, state.arrays, strict=True):
        place[...] = array[..., order]
    rate = np.asarray(task.optimizer.learning_rate if task.rates is None else task.rates, parameters.dtype)
    rate = rate[order] if rate.ndim == 1 else rate
    return Buffers(parameters, np.empty_like(parameters), memory, np.empty((2, *parameters.shape), parameters.dtype), rate,
                   state.step)


def _levels(task: Task, buffers: Buffers) -> Iterator[Level]:
    lead, rows, start = buffers.parameters.shape[:-1], len(task.inputs), 0
    before = np.concatenate([task.inputs, np.ones((rows, 1), task.inputs.dtype)], axis=1).astype(buffers.parameters.dtype).T
    for layer in task.network.layers:
        units, read = layer.biases.shape[-1], layer.weights.shape[-1]
        span = slice(start, start + units * (read + 1))
        matrix, gradient = (array[..., span].reshape(*lead, units, read + 1) for array in (buffers.parameters, buffers.gradient))
        after = np.ones((*lead, units + 1, rows), buffers.parameters.dtype)
        a, start = after[..., :units, :], span.stop
        z = np.empty_like(a, order="C") if layer is task.network.layers[-1] or in_place(layer.activation).keeps_z else a
        delta, spare = np.empty((2, *lead, units, rows), buffers.parameters.dtype)
        yield Level(layer.activation, span, matrix, gradient, before, z, a, delta, spare)
        before = after


def _product(one: Array, other: Array, out: Array) -> Callable[[], object]:
    """One matrix product, or one for each network; for a single one `dot` takes half the time of `matmul`."""
    if out.ndim == 2:
        return partial(np.dot, one, other, out)
    return partial(np.matmul, one, other, out)


def _forward(levels: Sequence[Level]) -> Calls:
    for level in levels:
        yield _product(level.matrix, level.before, level.z)
        yield from in_place(level.name).forward(level.z, level.a)


def _backward(task: Task, buffers: Buffers, levels: Sequence[Level]) -> Calls:
    """From the output layer back, each layer's gradient; the update follows each layer, or all of them."""
    yield from _first_delta(task, levels[-1])
    for at in reversed(range(len(levels))):
        level = levels[at]
        yield _product(level.delta, _rows(level.before), level.gradient)
        if task.sequential:
            yield from recorded_update(task.optimizer, _part(buffers, level.span))
        if at:
            below = levels[at - 1]
            yield _product(_rows(level.matrix[..., :-1]), level.delta, below.delta)
            yield from in_place(below.name).backward(below.z, below.a, below.delta, below.spare)
    if not task.sequential:
        yield from recorded_update(task.optimizer, buffers)


def _part(buffers: Buffers, span: slice) -> Buffers:
    """The buffers of one layer."""
    rate = buffers.rate[span] if buffers.rate.ndim == 1 else buffers.rate
    parameters, gradient, memory, spare = (
        array[..., span] for array in (buffers.parameters, buffers.gradient, buffers.memory, buffers.spare))
    return Buffers(parameters, gradient, memory, spare, rate, buffers.step)


def _first_delta(task: Task, level: Level) -> Calls:
    """dL/dz of the output layer: outputs minus targets times a number, or what the loss itself says."""
    fused = (level.name, task.loss) in FUSED
    targets = np.ascontiguousarray(task.targets.T, level.a.dtype)
    count = LOSSES[task.loss].count(_rows(level.a))
    if fused or task.loss in FACTORS:
        factor = 1.0 if fused else FACTORS[task.loss]
        yield partial(np.subtract, level.a, targets, level.delta)
        if factor != count:
            yield partial(np.multiply, level.delta, np.asarray(factor / count, level.a.dtype), level.delta)
    else:
        yield lambda: np.copyto(level.delta, _rows(LOSSES[task.loss].gradient(_rows(level.a), task.targets)))
    if not fused:
        yield from in_place(level.name).backward(level.z, level.a, level.delta, level.spare)
