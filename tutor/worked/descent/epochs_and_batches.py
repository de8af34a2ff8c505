"""Examples, batches, updates and epochs counted, and the same epochs trained with all rows at once or batch by batch."""

from collections.abc import Iterator
from dataclasses import replace
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.engine.backprop import flatten_gradients, gradients
from tutor.engine.network import Array, Layer, Network, flatten, forward, unflatten
from tutor.engine.optimizers import OptimizerSettings, optimizer_state, update
from tutor.worked.conventions import check_conventions
from tutor.worked.gradient_check import check_gradient
from tutor.worked.inputs import Integer, Number, Record
from tutor.worked.network.problem import Problem
from tutor.worked.network.run import look
from tutor.worked.network.values import run_passes
from tutor.worked.receipt import GradientCheck, Receipt, Step, step, step_symbols

NAME = "epochs-and-batches"
LOSS = "mean_squared_error"
MOST_ROWS, MOST_EPOCHS = 200, 20  # of the training run, which is a small one
SLOPE, LIFT, NOISE = 2.0, 1.0, 0.3  # of the line that is learnt
SHOWN = 4  # batches listed from the start, besides the last
FIELDS = Record({
    "examples": Integer(1000, 1, 100_000),
    "batch": Integer(32, 1, 100_000),
    "epochs": Integer(10, 1, 1000),
    "learning_rate": Number(0.1, 0.0, 2.0),
    "seed": Integer(0, 0, 1_000_000),
})
SYMBOLS = {"examples": "N", "batch": "B", "epochs": "E"}

Rows = NDArray[np.integer[Any]]  # numbers of rows


def compute(inputs: dict[str, Any]) -> Receipt:
    """The counts for the numbers given, and a run on at most 200 rows and 20 epochs of the same kind."""
    steps, problem = tuple(_steps(inputs)), _problem(inputs)
    with np.errstate(over="ignore", invalid="ignore"):  # divergence is found and told
        curves = _curves(inputs, problem)
    check, epochs = _check(problem), _run_epochs(inputs)
    diverged = len(curves) <= epochs
    return Receipt(
        NAME, inputs, {name: float(inputs[name]) for name in SYMBOLS}, {**SYMBOLS, **step_symbols(steps)}, steps,
        numbers={**{each.name: each.value for each in steps}, **_outcome(inputs, problem, curves),
                 "diverged": float(diverged), "largest_check_error": check.max_relative_error},
        arrays={"curves": curves, "batches": _listed(inputs), "first_gradients": _first_gradients(inputs, problem)},
        gradient_check=check,
        conventions=("float64", "seeded", "mean-squared-error", *check_conventions(check),
                     *(("diverged",) if diverged else ())),
    )


def _steps(inputs: dict[str, Any]) -> Iterator[Step]:
    examples, batch, epochs = (inputs[name] for name in SYMBOLS)
    each = ceil(examples / batch)
    for name, symbol, expression, value in (
        ("updates_per_epoch", "U", "ceil(examples/batch)", each),
        ("last_batch", r"B_{\mathrm{last}}", "examples - (updates_per_epoch - 1)*batch", examples - (each - 1) * batch),
        ("updates", r"U_{\mathrm{all}}", "updates_per_epoch*epochs", each * epochs),
        ("rows_seen", "R", "examples*epochs", examples * epochs),
        ("updates_full_batch", r"U_{\mathrm{full}}", "1*epochs", epochs),
    ):
        yield step(name, symbol, expression, float(value), "count")


def _listed(inputs: dict[str, Any]) -> list[list[float]]:
    """Number, first row, last row and size of the first few batches of an epoch and of its last."""
    starts = range(0, inputs["examples"], inputs["batch"])
    shown = sorted({*range(min(SHOWN, len(starts))), len(starts) - 1})
    ends = {at: min(starts[at] + inputs["batch"], inputs["examples"]) for at in shown}
    return [[float(number) for number in (at + 1, starts[at] + 1, ends[at], ends[at] - starts[at])] for at in shown]


def _run_epochs(inputs: dict[str, Any]) -> int:
    return min(int(inputs["epochs"]), MOST_EPOCHS)


def _problem(inputs: dict[str, Any]) -> Problem:
    """Rows around a straight line, and a line at 0 to be trained."""
    random = np.random.Generator(np.random.PCG64(inputs["seed"]))
    rows = min(inputs["examples"], MOST_ROWS)
    x = random.uniform(-1.0, 1.0, (rows, 1))
    y = SLOPE * x + LIFT + NOISE * random.standard_normal((rows, 1))
    return Problem(Network((Layer(np.zeros((1, 1)), np.zeros(1), "identity"),)), x, y, LOSS)


def _curves(inputs: dict[str, Any], problem: Problem) -> list[list[float]]:
    """Epoch, loss over all rows after full-batch updates, loss over all rows after minibatch updates; finite."""
    runs = (_losses(inputs, problem, size) for size in (len(problem.inputs), inputs["batch"]))
    rows = [[float(epoch), *pair] for epoch, pair in enumerate(zip(*runs, strict=True))]
    last = next((place for place, row in enumerate(rows) if not np.isfinite(row).all()), len(rows))
    return rows[:last]


def _losses(inputs: dict[str, Any], problem: Problem, size: int) -> Iterator[float]:
    """The loss over all rows before training and after each epoch of batches of this size, in a new order every epoch."""
    random = np.random.Generator(np.random.PCG64([inputs["seed"], 1]))
    parameters = flatten(problem.network)
    yield look(problem, problem.network).loss
    for _ in range(_run_epochs(inputs)):
        for rows in _batches(random.permutation(len(problem.inputs)), size):
            parameters = _updated(inputs["learning_rate"], _rows_of(problem, rows, parameters))
        yield look(problem, unflatten(problem.network, parameters)).loss


def _batches(order: Rows, size: int) -> list[Rows]:
    return [order[start:start + size] for start in range(0, order.size, size)]


def _rows_of(problem: Problem, rows: Rows, parameters: Array) -> Problem:
    network = unflatten(problem.network, parameters)
    return replace(problem, network=network, inputs=problem.inputs[rows], targets=problem.targets[rows])


def _updated(learning_rate: float, batch: Problem) -> Array:
    """The parameters after one update by the gradient of these rows."""
    settings, parameters = OptimizerSettings("sgd", learning_rate), flatten(batch.network)
    return update(settings, parameters, _gradient(batch), optimizer_state("sgd", parameters))[0]


def _gradient(batch: Problem) -> Array:
    trace = forward(batch.network, batch.inputs)
    return flatten_gradients(gradients(batch.network, trace, batch.targets, batch.loss))


def _first_gradients(inputs: dict[str, Any], problem: Problem) -> list[list[float]]:
    """At the start, for the first few batches: number, size, dL/dw, dL/db; then the same for all rows (number 0)."""
    everything = np.arange(len(problem.inputs))
    start = flatten(problem.network)
    listed = [(number, rows) for number, rows in enumerate(_batches(everything, inputs["batch"])[:SHOWN], 1)]
    return [[float(number), float(rows.size), *_gradient(_rows_of(problem, rows, start)).tolist()]
            for number, rows in [*listed, (0, everything)]]


def _outcome(inputs: dict[str, Any], problem: Problem, curves: list[list[float]]) -> dict[str, float]:
    rows, epochs = len(problem.inputs), len(curves) - 1
    _, full, mini = curves[-1]
    return {"run_rows": float(rows), "run_batch": float(min(inputs["batch"], rows)), "run_epochs": float(epochs),
            "run_updates_full": float(epochs), "run_updates_batches": float(epochs * ceil(rows / inputs["batch"])),
            "loss_start": curves[0][1], "loss_full_batch": full, "loss_minibatch": mini,
            "gradient_difference": _mean_difference(inputs, problem)}


def _mean_difference(inputs: dict[str, Any], problem: Problem) -> float:
    """How far the mean of the batches' gradients, weighted by their sizes, is from the gradient of all rows."""
    everything, start = np.arange(len(problem.inputs)), flatten(problem.network)
    parts = [rows.size * _gradient(_rows_of(problem, rows, start)) for rows in _batches(everything, inputs["batch"])]
    return float(np.abs(np.sum(parts, axis=0) / everything.size - _gradient(problem)).max())


def _check(problem: Problem) -> GradientCheck:
    passes = run_passes(problem)
    return check_gradient(problem, passes.shape, passes.gradient)
