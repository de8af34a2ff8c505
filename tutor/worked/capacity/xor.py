"""XOR three ways: one straight line, two ReLU units set by hand, and a network that learns it."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from tutor.engine.backprop import flatten_gradients
from tutor.engine.datasets import xor
from tutor.engine.network import Array, Network, flatten, forward, initial_network, parameter_count, sizes, unflatten
from tutor.engine.optimizers import OptimizerSettings
from tutor.engine.training import Frame, Plan, TrainingState, advance, start, steps_to_target
from tutor.worked.capacity.xor_by_hand import (
    BUILT,
    FIRST_MAP,
    SECOND_MAP,
    best_line,
    built_outputs,
    given_symbols,
    given_values,
    hand_steps,
)
from tutor.worked.conventions import check_conventions
from tutor.worked.gradient_check import check_gradient
from tutor.worked.inputs import Choice, Integer, Number, Record
from tutor.worked.network.problem import Problem
from tutor.worked.network.values import run_passes
from tutor.worked.receipt import GradientCheck, Receipt, step_symbols

NAME = "xor"
FIELDS = Record({
    "hidden": Integer(2, 0, 8),
    "activation": Choice("relu", ("relu", "tanh", "sigmoid", "identity")),
    "seed": Integer(1, 0, 1_000_000),
    "epochs": Integer(500, 1, 5000),
    "learning_rate": Number(0.05, 1e-6, 10.0),
})

LOSS = "binary_cross_entropy"
CURVE = 50  # points of the curve of losses, at most
GRID = np.linspace(-0.5, 1.5, 25)
PICTURE_DIGITS = 4
SEEDS = 20  # starting points tried, to see how often training succeeds
LEARNT = 0.1  # a loss below this is a success
SYMBOLS = {"hidden": "n", "seed": "s", "epochs": "T", "learning_rate": r"\eta"}


def compute(inputs: dict[str, Any]) -> Receipt:
    """The three answers to XOR side by side, and two linear layers multiplied into one."""
    plan, steps = _plan(inputs), hand_steps()
    state, frames = advance(plan, start(plan), plan.steps)
    columns, check = _columns(state.network), _check(plan)
    given = {name: float(inputs[name]) for name in SYMBOLS}
    return Receipt(
        NAME, inputs, {**given, **given_values()}, {**SYMBOLS, **given_symbols(), **step_symbols(steps)}, steps,
        numbers={**given, **_named(columns), **_outcome(plan, frames, columns["prediction"]), **_tried(plan, inputs)},
        arrays=_arrays(state, frames, columns), gradient_check=check,
        conventions=tuple(_conventions(inputs, state, check)),
    )


def _plan(inputs: dict[str, Any]) -> Plan:
    points, targets = xor()
    settings, every = OptimizerSettings("adam", inputs["learning_rate"]), max(1, inputs["epochs"] // CURVE)
    return Plan(_network(inputs, inputs["seed"]), points, targets, LOSS, settings, inputs["epochs"], every)


def _network(inputs: dict[str, Any], seed: int) -> Network:
    widths = (2, inputs["hidden"], 1) if inputs["hidden"] else (2, 1)
    return initial_network(widths, inputs["activation"], "sigmoid", seed)


def _columns(network: Network) -> dict[str, Array]:
    """What the line, the network built by hand and the trained network answer on the four points, (4,) each."""
    trained: Array = forward(network, xor()[0]).a[-1][:, 0]
    return {"linear": best_line().predictions, "built": built_outputs(), "prediction": trained}


def _named(columns: dict[str, Array]) -> dict[str, float]:
    answers = {f"{name}_{row}": value for name, column in columns.items() for row, value in enumerate(column.tolist(), 1)}
    return {**answers, "linear_mse": best_line().squared_error}


def _outcome(plan: Plan, frames: tuple[Frame, ...], predictions: Array) -> dict[str, float]:
    right = (predictions > 0.5) == (plan.targets[:, 0] > 0.5)
    return {"loss_start": frames[0].loss, "loss_end": frames[-1].loss, "correct": float(right.sum()),
            "epochs_run": float(frames[-1].step), "parameters": float(parameter_count(sizes(plan.network)))}


def _tried(plan: Plan, inputs: dict[str, Any]) -> dict[str, float]:
    """How many of the seeds from 0 bring the same network to a loss that counts as learnt."""
    starts = np.stack([flatten(_network(inputs, seed)) for seed in range(SEEDS)])
    every = Plan(unflatten(plan.network, starts), plan.inputs, plan.targets, plan.loss, plan.optimizer, plan.steps)
    learnt = np.isfinite(steps_to_target(every, LEARNT)).sum()
    return {"seeds_tried": float(SEEDS), "seeds_learnt": float(learnt), "target": LEARNT}


def _arrays(state: TrainingState, frames: tuple[Frame, ...], columns: dict[str, Array]) -> dict[str, Any]:
    points, targets = xor()
    data = np.hstack([points, targets])
    return {
        "losses": [[frame.step, frame.loss] for frame in frames],
        "boundary": _boundary(state.network),
        "points": data.tolist(),
        "rows": np.column_stack([data, *columns.values()]).tolist(),
        "hidden": forward(BUILT, points).a[0].tolist(),
        "collapse": {"first": FIRST_MAP.tolist(), "second": SECOND_MAP.tolist(),
                     "product": (SECOND_MAP @ FIRST_MAP).tolist()},
        "trained": [{"weights": layer.weights.tolist(), "biases": layer.biases.tolist()} for layer in state.network.layers],
    }


def _boundary(network: Network) -> list[list[float]]:
    """Outputs over the square [-0.5, 1.5]²: a row for each x2, lowest first, and x1 from left to right in it."""
    x1, x2 = np.meshgrid(GRID, GRID)
    outputs = forward(network, np.column_stack([x1.ravel(), x2.ravel()])).a[-1]
    picture: list[list[float]] = outputs.reshape(x1.shape).round(PICTURE_DIGITS).tolist()
    return picture


def _check(plan: Plan) -> GradientCheck:
    """The gradient of the first training step."""
    problem = Problem(plan.network, plan.inputs, plan.targets, plan.loss)
    passes = run_passes(problem)
    return check_gradient(problem, passes.shape, flatten_gradients(passes.found))


def _conventions(inputs: dict[str, Any], state: TrainingState, check: GradientCheck) -> Iterator[str]:
    yield from ("float64", "seeded", "binary-cross-entropy", "adam-defaults")
    yield from check_conventions(check)
    if inputs["hidden"] == 0 or inputs["activation"] == "identity":
        yield "still-linear"
    elif inputs["activation"] == "relu":
        yield "relu-at-zero"
    if state.diverged:
        yield "diverged"
