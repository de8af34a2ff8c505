"""What one more hidden layer costs: time per training step measured here and now, and steps until a task is learnt."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np

from tutor.engine.backprop import flatten_gradients
from tutor.engine.datasets import one_hot, spirals
from tutor.engine.network import Array, Network, flatten, initial_network, parameter_count, step_flops, unflatten
from tutor.engine.optimizers import OptimizerSettings
from tutor.engine.timing import DepthTiming, time_by_depth
from tutor.engine.training import Plan, steps_to_target
from tutor.worked.conventions import check_conventions
from tutor.worked.gradient_check import check_gradient
from tutor.worked.inputs import Choice, Integer, Record
from tutor.worked.network.problem import Problem
from tutor.worked.network.values import run_passes
from tutor.worked.receipt import GradientCheck, Receipt, Step, step, step_symbols

NAME = "depth-cost"
FIELDS = Record({
    "width": Integer(64, 4, 128),
    "batch": Integer(32, 1, 256),
    "activation": Choice("relu", ("relu", "tanh", "sigmoid")),
    "seeds": Integer(3, 1, 5),
})

INPUTS, OUTPUTS = 2, 2
TIMED_DEPTHS = (1, 2, 3, 4, 5, 6, 8)
LEARNING_DEPTHS = (1, 2, 3, 4, 6, 8)
SPIRAL_WIDTH, SPIRAL_POINTS, SPIRAL_NOISE, SPIRAL_ROUNDS = 16, 100, 0.1, 8  # points per class; rounds of the clock
LOSS = "cross_entropy"
OPTIMIZER = OptimizerSettings("adam", 0.01)
TARGET, CAP = 0.1, 3000
CHECKED_DEPTH, CHECKED_ROWS = 2, 20  # the network whose gradient is checked has one layer of each kind
MICROSECONDS = 1e6
LOW, HIGH = 5, 95  # percentiles
LEAST_CPU, LARGEST_SPREAD = 0.85, 2.0  # beyond these the machine was busy
SYMBOLS = {
    "width": "n", "batch": "B", "seeds": "K", "inputs": "d", "outputs": "k", "spiral_width": "m", "spiral_rows": "N",
}


@dataclass(frozen=True)
class Learning:
    """Steps each seed needed until the loss was below the target, for one depth; NaN where it was not reached."""

    depth: int
    steps: Array

    @property
    def reached(self) -> int:
        """How many seeds got there."""
        return int(np.isfinite(self.steps).sum())

    @property
    def median(self) -> float | None:
        """The median over the seeds that got there."""
        return float(np.nanmedian(self.steps)) if self.reached else None


def compute(inputs: dict[str, Any]) -> Receipt:
    """Measure first, then learn: about a second. Set OPENBLAS_NUM_THREADS=1 before NumPy is imported."""
    width, batch, activation = inputs["width"], inputs["batch"], inputs["activation"]
    at = time.time()
    timing = time_by_depth(width, batch, TIMED_DEPTHS, activation)
    spiral_timing = time_by_depth(SPIRAL_WIDTH, 2 * SPIRAL_POINTS, LEARNING_DEPTHS, activation, SPIRAL_ROUNDS)
    learning = [Learning(depth, _steps_to_target(depth, inputs)) for depth in LEARNING_DEPTHS]
    steps, check = tuple(_steps(width, batch)), _check(activation)
    measured = _measured(timing, at)
    return Receipt(
        NAME, inputs, _values(inputs), {**SYMBOLS, **step_symbols(steps)}, steps,
        numbers={**{each.name: each.value for each in steps}, **_times(timing), **_ratios(timing), **_learnt(learning),
                 "cpu_over_wall": timing.cpu_over_wall, "spread": measured["spread"],
                 "reliable": float(measured["reliable"]), "measured_at": float(int(at)), "target": TARGET, "cap": float(CAP)},
        arrays={"times": _time_rows(timing, width, batch), "runs": _run_rows(learning, spiral_timing)},
        gradient_check=check, measured=measured, conventions=tuple(_conventions(inputs, measured, check)),
    )


def _values(inputs: dict[str, Any]) -> dict[str, float]:
    given = {name: float(inputs[name]) for name in ("width", "batch", "seeds")}
    sizes = {"inputs": INPUTS, "outputs": OUTPUTS, "spiral_width": SPIRAL_WIDTH, "spiral_rows": 2 * SPIRAL_POINTS}
    return {**given, **{name: float(value) for name, value in sizes.items()}}


# Counted: operations, parameters and memory.


def _steps(width: int, batch: int) -> Iterator[Step]:
    """One more inner layer, by the difference between two layers and one; and whole steps at 1, 2, 4 and 8 layers."""
    flops = {depth: step_flops(_sizes(depth, width), batch) for depth in TIMED_DEPTHS}
    parameters = parameter_count(_sizes(2, width)) - parameter_count(_sizes(1, width))
    yield _count("flops_layer", r"\Delta F", "6*batch*width**2", flops[2] - flops[1])
    yield _count("parameters_layer", r"\Delta P", "width**2 + width", parameters)
    stored = 2 * parameters + batch * width  # weights, their gradients, and the outputs kept for the backward pass
    yield _count("bytes_layer", r"\Delta M", "8*(2*parameters_layer + batch*width)", 8 * stored)
    yield _count("flops_1", "F_1", "6*batch*(inputs*width + width*outputs) - 2*batch*inputs*width", flops[1])
    for depth, more in ((2, ""), (4, "3*"), (8, "7*")):
        yield _count(f"flops_{depth}", f"F_{depth}", f"flops_1 + {more}flops_layer", flops[depth])
    for deep, shallow in ((2, 1), (8, 4)):
        symbol, expression = f"F_{deep} / F_{shallow}", f"flops_{deep}/flops_{shallow}"
        yield _count(f"flops_ratio_{deep}_{shallow}", symbol, expression, flops[deep] / flops[shallow])


def _count(name: str, symbol: str, expression: str, value: float) -> Step:
    return step(name, symbol, expression, float(value), "count")


def _sizes(depth: int, width: int) -> tuple[int, ...]:
    return (INPUTS, *[width] * depth, OUTPUTS)


# Measured: time per training step.


def _times(timing: DepthTiming) -> dict[str, float]:
    """Microseconds per step by depth, and per extra layer (least squares from two layers on)."""
    medians = np.median(timing.seconds, axis=0) * MICROSECONDS
    inner = [place for place, depth in enumerate(timing.depths) if depth > 1]
    slope = np.polyfit(np.array(timing.depths)[inner], medians[inner], 1)[0]
    times = {f"time_{depth}": value for depth, value in zip(timing.depths, medians.tolist(), strict=True)}
    return {**times, "slope": float(slope)}


def _ratios(timing: DepthTiming) -> dict[str, float]:
    """Formed inside a round, where both times were taken under the same conditions."""
    column = dict(zip(timing.depths, timing.seconds.T, strict=True))
    low, middle, high = np.percentile(column[8] / column[4], (LOW, 50, HIGH)).tolist()
    return {"ratio_2_1": float(np.median(column[2] / column[1])),
            "ratio_8_4": middle, "ratio_8_4_low": low, "ratio_8_4_high": high}


def _measured(timing: DepthTiming, at: float) -> dict[str, Any]:
    low, high = np.percentile(timing.seconds, (LOW, HIGH), axis=0)
    spread = float((high / low).max())
    return {
        "at": datetime.fromtimestamp(int(at), UTC).isoformat().replace("+00:00", "Z"),
        "cpu_over_wall": timing.cpu_over_wall, "load": timing.load, "spread": spread,
        "reliable": timing.cpu_over_wall >= LEAST_CPU and spread <= LARGEST_SPREAD,
    }


def _time_rows(timing: DepthTiming, width: int, batch: int) -> list[list[float]]:
    low, middle, high = (np.percentile(timing.seconds, (LOW, 50, HIGH), axis=0) * MICROSECONDS).tolist()
    counts = [(step_flops(_sizes(depth, width), batch), parameter_count(_sizes(depth, width))) for depth in timing.depths]
    return [[depth, *times, *count] for depth, *times, count in
            zip(timing.depths, middle, low, high, counts, strict=True)]


# Computed: steps until two spirals are learnt.


def _steps_to_target(depth: int, inputs: dict[str, Any]) -> Array:
    points, targets = _spiral()
    networks = _networks(depth, inputs["activation"], inputs["seeds"])
    return steps_to_target(Plan(networks, points, targets, LOSS, OPTIMIZER, CAP), TARGET)


def _spiral() -> tuple[Array, Array]:
    points, labels = spirals(SPIRAL_POINTS, OUTPUTS, SPIRAL_NOISE, seed=0)
    return points, one_hot(labels, OUTPUTS)


def _networks(depth: int, activation: str, seeds: int) -> Network:
    """One network for each seed from 0, together on the ensemble axis."""
    alone = [_network(depth, activation, seed) for seed in range(seeds)]
    return unflatten(alone[0], np.stack([flatten(network) for network in alone]))


def _network(depth: int, activation: str, seed: int) -> Network:
    return initial_network(_sizes(depth, SPIRAL_WIDTH), activation, "softmax", seed)


def _learnt(learning: list[Learning]) -> dict[str, float]:
    reached = {f"reached_{each.depth}": float(each.reached) for each in learning}
    return reached | {f"steps_{each.depth}": each.median for each in learning if each.median is not None}


def _run_rows(learning: list[Learning], timing: DepthTiming) -> list[list[float | None]]:
    """Depth, seeds that got there, their median steps, microseconds a step, and the product in milliseconds."""
    times = (np.median(timing.seconds, axis=0) * MICROSECONDS).tolist()
    return [[each.depth, each.reached, each.median, time, each.median and each.median * time / 1000]
            for each, time in zip(learning, times, strict=True)]


def _check(activation: str) -> GradientCheck:
    points, targets = _spiral()
    rows = np.linspace(0, len(points) - 1, CHECKED_ROWS).astype(int)
    problem = Problem(_network(CHECKED_DEPTH, activation, 0), points[rows], targets[rows], LOSS)
    passes = run_passes(problem)
    return check_gradient(problem, passes.shape, flatten_gradients(passes.found))


def _conventions(inputs: dict[str, Any], measured: dict[str, Any], check: GradientCheck) -> Iterator[str]:
    yield from ("float64", "measured-here", "seeded", "cross-entropy", "adam-defaults", "flops-products")
    if not measured["reliable"]:
        yield "busy-machine"
    if inputs["activation"] == "relu":
        yield "relu-at-zero"
    yield "checked-two-layers"
    yield from check_conventions(check)
