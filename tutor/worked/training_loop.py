"""The training loop on the smallest network with a hidden layer: one input, one tanh unit, one linear output."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

import numpy as np

from tutor.engine.network import Layer, Network
from tutor.engine.optimizers import OptimizerSettings
from tutor.engine.training import Plan, TrainingState, advance, start
from tutor.worked.conventions import check_conventions
from tutor.worked.gradient_check import check_gradient
from tutor.worked.inputs import Integer, Number, Record
from tutor.worked.network_problem import LARGEST, Problem
from tutor.worked.network_receipt import Written, given_symbols, given_values, written_steps
from tutor.worked.network_training import Schedule, look
from tutor.worked.network_updates import SETTING_SYMBOLS
from tutor.worked.receipt import Receipt, step_symbols
from tutor.worked.written_step import Work, after_parts, step_parts, take_step

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
    problem, settings = _problem(inputs), OptimizerSettings("sgd", inputs["learning_rate"])
    plan = Plan(problem.network, problem.inputs, problem.targets, LOSS, settings, inputs["steps"])
    with np.errstate(over="ignore", invalid="ignore"):  # divergence is found and told
        return _receipt(inputs, take_step(problem, Schedule(settings, None, sequential=False), 1), plan)


def _problem(inputs: dict[str, Any]) -> Problem:
    layers = (_layer(inputs["w1"], inputs["b1"], "tanh"), _layer(inputs["w2"], inputs["b2"], "identity"))
    return Problem(Network(layers), np.array([[inputs["x"]]]), np.array([[inputs["t"]]]), LOSS)


def _layer(weight: float, bias: float, activation: str) -> Layer:
    return Layer(np.array([[weight]]), np.array([bias]), activation)


def _receipt(inputs: dict[str, Any], work: Work, plan: Plan) -> Receipt:
    shape = work.passes.shape
    check = check_gradient(work.problem, shape, work.passes.gradient)
    steps = written_steps(_parts(work))
    state, frames = advance(plan, start(plan), plan.steps)
    losses = [frame.loss for frame in frames]
    return Receipt(
        example=NAME, inputs=inputs, steps=steps, gradient_check=check,
        values={**given_values(shape, work.problem, work.passes.parameters), "learning_rate": inputs["learning_rate"]},
        symbols={**given_symbols(shape), "learning_rate": SETTING_SYMBOLS["learning_rate"], **step_symbols(steps)},
        numbers={"loss": work.run.losses[0], "loss_after": work.run.losses[-1], "loss_last": losses[-1],
                 "steps_run": float(state.step), "diverged": float(state.diverged),
                 "largest_check_error": check.max_relative_error},
        arrays={"losses": losses, "loop": list(islice(_rows(work.problem, plan), ROWS_SHOWN))},
        measured={"diverged_at": state.step + 1} if state.diverged else None,
        conventions=("float64", "half-squared-error", "simultaneous", *check_conventions(check),
                     *(("diverged",) if state.diverged else ())),
    )


def _parts(work: Work) -> Iterator[Written]:
    yield from step_parts(work)
    if work.run.diverged_at is None:
        yield from after_parts(work)


def _rows(problem: Problem, plan: Plan) -> Iterator[list[float]]:
    """Step, loss, output and both weights, from before the first step on."""
    state = start(plan)
    yield _row(problem, state)
    while state.step < plan.steps:
        state, _ = advance(plan, state, 1)
        if state.diverged:
            return
        yield _row(problem, state)


def _row(problem: Problem, state: TrainingState) -> list[float]:
    view = look(problem, state.network)
    first, second = state.network.layers
    return [float(state.step), view.loss, float(view.trace.a[-1].item()), first.weights.item(), second.weights.item()]
