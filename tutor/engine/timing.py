"""How long one training step takes at several depths, measured so that a busy machine can be told from a slow one."""

import gc
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from tutor.engine.core import Task, build, run
from tutor.engine.datasets import one_hot
from tutor.engine.memory import keep_freed_memory
from tutor.engine.network import Array, initial_network
from tutor.engine.optimizers import OptimizerSettings, State

_WARM_UP = 10  # steps per depth before the clock starts
_TRIES = 8  # single steps per visit; the shortest is kept, because interruptions only ever add time
_LONGEST = 3.0  # seconds after which no new round begins
_SETTINGS = OptimizerSettings("sgd", 1e-3)


@dataclass(frozen=True)
class DepthTiming:
    """Seconds per training step (rounds, depths), and how undisturbed the measurement was.

    `cpu_over_wall` is this thread's share of a core meanwhile; `load` the machine's load average, where it has one.
    """

    depths: tuple[int, ...]
    seconds: Array
    cpu_over_wall: float
    load: float | None
    wall: float


def time_by_depth(
    width: int, batch: int, depths: Sequence[int], activation: str = "relu", rounds: int = 40
) -> DepthTiming:
    """Time an SGD step of dense networks 2-width-…-width-2 with each number of hidden layers in `depths`.

    Every round visits every depth once in random order, so that ratios inside a round compare like with like.
    Set OPENBLAS_NUM_THREADS=1 before NumPy is imported: with more threads the figures mean nothing.
    """
    keep_freed_memory()
    random = np.random.Generator(np.random.PCG64(0))
    steps = [_step_of(width, batch, depth, activation) for depth in depths]
    with _no_collection():
        for step in steps:
            _shortest(step, _WARM_UP)
        wall, cpu = time.perf_counter(), time.thread_time()
        found = list(_rounds(steps, [random.permutation(len(steps)) for _ in range(rounds)]))
        wall, cpu = time.perf_counter() - wall, time.thread_time() - cpu
    return DepthTiming(tuple(depths), np.array(found), min(1.0, cpu / wall), _load(), wall)


def _step_of(width: int, batch: int, depth: int, activation: str) -> Callable[[], None]:
    """One whole training step (forward, backward, update) as a function without arguments."""
    random = np.random.Generator(np.random.PCG64(depth))
    network = initial_network((2, *[width] * depth, 2), activation, "identity", seed=depth)
    inputs, targets = random.normal(size=(batch, 2)), one_hot(random.integers(0, 2, batch), 2)
    return partial(run, build(Task(network, inputs, targets, "half_squared_error", _SETTINGS), State(0, ())), 1)


def _rounds(steps: Sequence[Callable[[], None]], orders: Sequence[NDArray[np.int64]]) -> Iterator[list[float]]:
    began = time.perf_counter()
    for order in orders:
        if time.perf_counter() - began > _LONGEST:
            return
        seconds = [0.0] * len(steps)
        for place in order:
            seconds[place] = _shortest(steps[place], _TRIES)
        yield seconds


def _shortest(step: Callable[[], None], tries: int) -> float:
    shortest = float("inf")
    for _ in range(tries):
        began = time.perf_counter()
        step()
        shortest = min(shortest, time.perf_counter() - began)
    return shortest


@contextmanager
def _no_collection() -> Iterator[None]:
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _load() -> float | None:
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else None
