"""A small two-class task, a network that learns it, and what people do wrong to it without seeing an error."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from tutor.engine.network import Array, Layer, Network, flatten, initial_network, unflatten
from tutor.engine.optimizers import OptimizerSettings
from tutor.engine.training import Plan

LOSS = "binary_cross_entropy"
ROWS, VALIDATION_ROWS = 40, 200
RADII, SPREAD = (0.5, 1.5), 0.2  # a disc inside a ring
CURVE = 60  # points of a curve, at most
SLOWER, FASTER = 1e-3, 200.0
UNSCALED = 30.0
DEAD_BIAS = -100.0


@dataclass(frozen=True)
class Setup:
    """A training run, and rows it never sees: inputs (rows, 2) and targets (rows, 1)."""

    plan: Plan
    points: Array
    targets: Array


def healthy(hidden: int, learning_rate: float, steps: int, seed: int) -> Setup:
    """A ReLU network with a sigmoid output on a disc and a ring, by plain gradient descent."""
    inputs, targets = _rings(ROWS, 2 * seed + 1)
    network = initial_network((2, hidden, 1), "relu", "sigmoid", seed)
    plan = Plan(network, inputs, targets, LOSS, OptimizerSettings("sgd", learning_rate), steps, max(1, steps // CURVE))
    return Setup(plan, *_rings(VALIDATION_ROWS, 2 * seed + 2))


def _rings(rows: int, seed: int) -> tuple[Array, Array]:
    """As many points in the disc (0) as in the ring (1)."""
    random = np.random.Generator(np.random.PCG64(seed))
    classes = np.repeat([0, 1], rows // 2)
    radius, angle = random.normal(np.array(RADII)[classes], SPREAD), random.uniform(0.0, 2 * np.pi, rows)
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle)]), classes[:, None].astype(np.float64)


def _none(setup: Setup, _: int) -> Setup:
    return setup


def _with_rate(setup: Setup, factor: float) -> Setup:
    settings = setup.plan.optimizer
    return replace(setup, plan=replace(setup.plan, optimizer=replace(settings, learning_rate=factor * settings.learning_rate)))


def _with_network(setup: Setup, network: Network) -> Setup:
    return replace(setup, plan=replace(setup.plan, network=network))


def _zero_weights(setup: Setup, _: int) -> Setup:
    """All units are alike and silent: nothing ever tells them apart."""
    network = setup.plan.network
    return _with_network(setup, unflatten(network, np.zeros_like(flatten(network))))


def _shuffled_labels(setup: Setup, seed: int) -> Setup:
    """Labels no longer belong to their inputs; those of the validation rows do."""
    order = np.random.Generator(np.random.PCG64(seed)).permutation(len(setup.plan.targets))
    return replace(setup, plan=replace(setup.plan, targets=setup.plan.targets[order]))


def _unscaled_inputs(setup: Setup, _: int) -> Setup:
    """The same points in another unit, thirty times as large."""
    return replace(setup, plan=replace(setup.plan, inputs=UNSCALED * setup.plan.inputs), points=UNSCALED * setup.points)


def _dead_units(setup: Setup, _: int) -> Setup:
    """Biases so low that no point brings a hidden unit above 0."""
    first, last = setup.plan.network.layers
    return _with_network(setup, Network((Layer(first.weights, np.full_like(first.biases, DEAD_BIAS), first.activation), last)))


# Each takes the healthy setup and the seed.
FAULTS: dict[str, Callable[[Setup, int], Setup]] = {
    "none": _none,
    "rate_too_small": lambda setup, _: _with_rate(setup, SLOWER),
    "rate_too_large": lambda setup, _: _with_rate(setup, FASTER),
    "zero_weights": _zero_weights,
    "wrong_sign": lambda setup, _: _with_rate(setup, -1.0),
    "shuffled_labels": _shuffled_labels,
    "unscaled_inputs": _unscaled_inputs,
    "dead_units": _dead_units,
}
