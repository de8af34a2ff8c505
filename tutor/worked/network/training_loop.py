"""The training loop on the smallest network with a hidden layer: one input, one tanh unit, one linear output."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from tutor.engine.core import build, path
from tutor.engine.network import Array, Layer, Network, forward, unflatten
from tutor.engine.optimizers import OptimizerSettings, State
from tutor.worked.conventions import check_conventions
from tutor.worked.gradient_check import check_gradient
from tutor.worked.inputs import Integer, Number, Record
from tutor.worked.network.problem import LARGEST, Problem
from tutor.worked.network.run import Schedule, finite_losses, task_of
from tutor.worked.network.updates import SETTING_SYMBOLS
from tutor.worked.network.values import Written, given_symbols, given_values, written_steps
from tutor.worked.network.written_step import Work, after_parts, step_parts, take_step
from tutor.worked.receipt import Receipt, step_symbols

NAME = "training-loop"
LOSS = "half_squared_error"
ROWS_SHOWN = 6  # of the loop, the start included


def _number(default: float) -> Number:
    return Number(default, -LARGEST, LARGEST)


FIELDS = Record({
    "x": _number(1.0), "t": _number(0.5),
    "w1": _number(0.8), "b1": _number(0.0), "w2": _number(-0.4), "b2": _number(0.1),
    "learning_rate": Number(0.1, 0.0, LARGEST), "steps": Integer(20, 1, 10_000),
})


def compute(inputs: dict[str, Any]) -> Receipt:
    """The first step written out, and the losses of all steps; a run that diverges ends at its last finite loss."""
    problem = _problem(inputs)
    schedule = Schedule(OptimizerSettings("sgd", inputs["learning_rate"]), None, sequential=False)
    with np.errstate(over="ignore", invalid="ignore"):  # divergence is found and told
        work, moved = take_step(problem, schedule, 1), path(build(task_of(problem, schedule), State(0, ())), inputs["steps"])
        return _receipt(inputs, work, np.vstack([work.passes.parameters, moved]))


def _problem(inputs: dict[str, Any]) -> Problem:
    layers = (_layer(inputs["w1"], inputs["b1"], "tanh"), _layer(inputs["w2"], inputs["b2"], "identity"))
    return Problem(Network(layers), np.array([[inputs["x"]]]), np.array([[inputs["t"]]]), LOSS)


def _layer(weight: float, bias: float, activation: str) -> Layer:
    return Layer(np.array([[weight]]), np.array([bias]), activation)


def _receipt(inputs: dict[str, Any], work: Work, reached: Array) -> Receipt:
    shape, losses = work.passes.shape, finite_losses(work.problem, reached).tolist()
    check = check_gradient(work.problem, shape, work.passes.gradient)
    steps, diverged = written_steps(_parts(work)), len(losses) < len(reached)
    return Receipt(
        example=NAME, inputs=inputs, steps=steps, gradient_check=check,
        values={**given_values(shape, work.problem, work.passes.parameters), "learning_rate": inputs["learning_rate"]},
        symbols={**given_symbols(shape), "learning_rate": SETTING_SYMBOLS["learning_rate"], **step_symbols(steps)},
        numbers={"loss": work.run.losses[0], "loss_after": work.run.losses[-1], "loss_last": losses[-1],
                 "steps_run": len(losses) - 1.0, "diverged": float(diverged),
                 "largest_check_error": check.max_relative_error},
        arrays={"losses": losses, "loop": _rows(work.problem, reached[:ROWS_SHOWN], losses)},
        measured={"diverged_at": len(losses)} if diverged else None,
        conventions=("float64", "half-squared-error", "simultaneous", *check_conventions(check),
                     *(("diverged",) if diverged else ())),
    )


def _parts(work: Work) -> Iterator[Written]:
    yield from step_parts(work)
    if work.run.diverged_at is None:
        yield from after_parts(work)


def _rows(problem: Problem, reached: Array, losses: list[float]) -> list[list[float]]:
    """Step, loss, output and both weights, from before the first step on, as far as the numbers are finite."""
    network = unflatten(problem.network, reached)
    outputs = forward(network, problem.inputs).a[-1].ravel().tolist()
    weights = (layer.weights.ravel().tolist() for layer in network.layers)
    return [[float(step), *row] for step, row in enumerate(zip(losses, outputs, *weights, strict=False))]
