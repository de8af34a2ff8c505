"""The training core: one training step of a network, or of K at once, as a list of NumPy calls on buffers made once.

Data stand units first and rows last, networks between them if there are several, so that what is done to each number is
done to one piece of memory. A layer is a matrix whose last column is the bias, which a row of ones below the data
multiplies, so that a layer is one product; all matrices are one flat vector.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import pairwise, repeat
from math import prod

import numpy as np
from numpy.typing import NDArray

from tutor.engine.in_place import in_place
from tutor.engine.losses import FUSED, LOSSES, terms_of
from tutor.engine.network import Array, Network, flatten, parameter_count, sizes, unflatten
from tutor.engine.optimizers import OPTIMIZERS, Buffers, Calls, OptimizerSettings, State, recorded_update

BLOCK = 1 << 14  # parameters updated together: what their update reads and writes stays in the processor's cache
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
    """The buffers of a layer: matrix (out, …, in + 1) and its gradient, what it reads (in + 1, …, rows), z, a, delta.

    The dots are nothing for one network and K for several, save that all networks read the same inputs (in + 1, rows).
    """

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
    """Live buffers and the calls that work on them: `step` goes backward, updates, and goes forward again."""

    task: Task
    parameters: Array
    memory: Array
    rate: Array
    levels: tuple[Level, ...]
    step: tuple[Callable[[], object], ...]


@dataclass(frozen=True)
class Stand:
    """Where a core stood after `step` steps: copies of its parameters and of what its optimizer remembered."""

    step: int
    parameters: Array
    memory: Array


def build(task: Task, state: State) -> Core:
    """A core that stands at the task's network and at what its optimizer remembers; its forward pass has run."""
    buffers = _buffers(task, state)
    levels = tuple(_levels(task, buffers))
    forward, backward = tuple(_forward(levels)), tuple(_backward(task, buffers, levels))
    for call in forward:
        call()
    return Core(task, buffers.parameters, buffers.memory, buffers.rate, levels, (*backward, *forward))


def run(core: Core, steps: int) -> None:
    """So many steps."""
    for _ in repeat(None, steps):
        for call in core.step:
            call()


def set_rates(core: Core, rates: Array) -> None:
    """Other learning rates from the next step on, one for each network (K, 1); the core was built with rates."""
    core.rate[...] = _spread(core.task.network, rates)


def losses(core: Core) -> Array:
    """The loss of each network (...,) where the core stands."""
    last = core.levels[-1]
    return _mean_loss(core, _rows(last.z), _rows(last.a))


def loss_path(core: Core, steps: int) -> Array:
    """The loss after each of so many steps (steps, ...): outputs are kept, and their losses taken all at once."""
    last = core.levels[-1]
    kept = np.empty((2, steps, *last.a.shape), last.a.dtype)
    for z, a in zip(*kept, strict=True):
        run(core, 1)
        z[...], a[...] = last.z, last.a
    return _mean_loss(core, *np.moveaxis(kept, 2, -1))


def _mean_loss(core: Core, z: Array, a: Array) -> Array:
    """The loss of outputs (..., rows, out) of the core's network."""
    task = core.task
    return LOSSES[task.loss].mean(terms_of(core.levels[-1].name, task.loss, z, a, task.targets))


def outputs(core: Core) -> Array:
    """The outputs (..., rows, out) where the core stands; a view."""
    return _rows(core.levels[-1].a)


def stand(core: Core, step: int) -> Stand:
    """Where the core stands now, after `step` steps in all."""
    return Stand(step, core.parameters.copy(), core.memory.copy())


def network_at(core: Core, here: Stand) -> Network:
    """The network where a core stood."""
    return unflatten(core.task.network, _flat(core, here.parameters))


def state_at(core: Core, here: Stand) -> State:
    """What the optimizer remembered there."""
    return State(here.step, tuple(_flat(core, here.memory)))


def path(core: Core, steps: int) -> Array:
    """The parameters after each of so many steps (steps, ..., P), in the order of `flatten`."""
    kept = np.empty((steps, core.parameters.size), core.parameters.dtype)
    for place in kept:
        run(core, 1)
        place[...] = core.parameters
    return _flat(core, kept)


def _flat(core: Core, array: Array) -> Array:
    """Numbers (..., size) in the core's order as (..., P), or (..., K, P), in the order of `flatten`."""
    wide, lead = sizes(core.task.network), _lead(core.task.network)
    return array[..., flat_order(wide, lead)].reshape(*array.shape[:-1], *lead, parameter_count(wide))


def _lead(network: Network) -> tuple[int, ...]:
    """() for one network, (K,) for several."""
    return network.layers[0].biases.shape[:-1]


@lru_cache(maxsize=64)
def core_order(sizes: tuple[int, ...], lead: tuple[int, ...] = ()) -> NDArray[np.int64]:
    """Where each parameter of the core stands in the flattened array of `flatten`; to be read only."""
    found, start, count = [], 0, parameter_count(sizes)
    numbers = np.arange(prod(lead) * count).reshape(*lead, count)
    for before, units in pairwise(sizes):
        end = start + units * before
        weights = numbers[..., start:end].reshape(*lead, units, before)
        start = end + units
        matrix = np.concatenate([weights, numbers[..., end:start, None]], axis=-1)
        found.append(np.moveaxis(matrix, -2, 0).ravel())
    return np.concatenate(found)


@lru_cache(maxsize=64)
def flat_order(sizes: tuple[int, ...], lead: tuple[int, ...] = ()) -> NDArray[np.int64]:
    """Where each parameter of `flatten` stands in the core; to be read only."""
    return np.argsort(core_order(sizes, lead))


def _rows(array: Array) -> Array:
    """(units, …, rows) as (…, rows, units); a view."""
    return np.moveaxis(array, 0, -1)


def _buffers(task: Task, state: State) -> Buffers:
    parameters = flatten(task.network)
    order = core_order(sizes(task.network), parameters.shape[:-1])
    memory = np.empty((OPTIMIZERS[task.optimizer.name].arrays, parameters.size), parameters.dtype)
    for place, array in zip(memory, state.arrays, strict=True):
        place[...] = array.ravel()[order]
    rate = np.asarray(task.optimizer.learning_rate, parameters.dtype)
    if task.rates is not None:
        rate = _spread(task.network, task.rates).astype(parameters.dtype)
    parameters = parameters.ravel()[order]
    gradient, *spare = np.empty((3, parameters.size), parameters.dtype)
    return Buffers(parameters, gradient, memory, np.array(spare), rate, state.step)


def _spread(network: Network, rates: Array) -> Array:
    """A rate for each parameter, in the core's order."""
    wide, lead = sizes(network), _lead(network)
    return np.broadcast_to(rates, (*lead, parameter_count(wide))).ravel()[core_order(wide, lead)]


def _levels(task: Task, buffers: Buffers) -> Iterator[Level]:
    lead, rows, start, dtype = _lead(task.network), len(task.inputs), 0, buffers.parameters.dtype
    before = np.ones((task.inputs.shape[1] + 1, rows), dtype)
    before[:-1] = task.inputs.T
    for layer in task.network.layers:
        units, read = layer.weights.shape[-2:]
        span = slice(start, start + prod(lead) * units * (read + 1))
        matrix, gradient = (array[span].reshape(units, *lead, read + 1) for array in (buffers.parameters, buffers.gradient))
        after = np.ones((units + 1, *lead, rows), dtype)
        a, start = after[:-1], span.stop
        z = np.empty_like(a) if layer is task.network.layers[-1] or in_place(layer.activation).keeps_z else a
        delta, spare = np.empty((2, *a.shape), dtype)
        yield Level(layer.activation, span, matrix, gradient, before, z, a, delta, spare)
        before = after


def _by_network(array: Array) -> Array:
    """(units, K, …) as K matrices; a view."""
    return array if array.ndim == 2 else array.swapaxes(0, 1)


def _product(one: Array, other: Array, out: Array) -> Callable[[], object]:
    """One matrix product, or one for each network; for a single one `dot` takes half the time of `matmul`."""
    if other.ndim == 2:  # several networks that read the same numbers are one tall matrix
        return partial(np.dot, one.reshape(-1, one.shape[-1]), other, out.reshape(-1, out.shape[-1]))
    return partial(np.matmul, _by_network(one), other, _by_network(out))


def _forward(levels: Sequence[Level]) -> Calls:
    for level in levels:
        yield _product(level.matrix, _by_network(level.before), level.z)
        yield from in_place(level.name).forward(level.z, level.a)


def _backward(task: Task, buffers: Buffers, levels: Sequence[Level]) -> Calls:
    """From the output layer back, each layer's gradient; the update follows each layer, or all of them."""
    yield from _first_delta(task, levels[-1])
    for at in reversed(range(len(levels))):
        level = levels[at]
        yield _product(level.delta, _by_network(level.before).swapaxes(-1, -2), level.gradient)
        if task.sequential:
            yield from recorded_update(task.optimizer, _part(buffers, level.span))
        if at:
            below = levels[at - 1]
            back = _by_network(level.matrix)[..., :-1].swapaxes(-1, -2)
            yield partial(np.dot if back.ndim == 2 else np.matmul, back, _by_network(level.delta), _by_network(below.delta))
            yield from in_place(below.name).backward(below.z, below.a, below.delta, below.spare)
    if not task.sequential:
        for start in range(0, buffers.parameters.size, BLOCK):
            yield from recorded_update(task.optimizer, _part(buffers, slice(start, start + BLOCK)))


def _part(buffers: Buffers, span: slice) -> Buffers:
    """The buffers of some of the parameters."""
    rate = buffers.rate[span] if buffers.rate.ndim else buffers.rate
    return Buffers(buffers.parameters[span], buffers.gradient[span], buffers.memory[:, span], buffers.spare[:, span], rate,
                   buffers.step)


def _first_delta(task: Task, level: Level) -> Calls:
    """dL/dz of the output layer: outputs minus targets times a number, or what the loss itself says."""
    fused = (level.name, task.loss) in FUSED
    targets = np.ascontiguousarray(np.broadcast_to(task.targets.T[:, None] if level.a.ndim == 3 else task.targets.T,
                                                   level.a.shape), level.a.dtype)
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
