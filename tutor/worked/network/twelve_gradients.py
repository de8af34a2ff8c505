"""The same derivatives three ways: layer by layer with matrices, number by number on a tape, by finite differences."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from tutor.worked.conventions import check_conventions, network_conventions
from tutor.worked.gradient_check import check_gradient
from tutor.worked.inputs import Number, Record
from tutor.worked.network.names import Shape, parameters, slope_of_loss
from tutor.worked.network.on_tape import tape_gradient
from tutor.worked.network.problem import Problem, problem_fields, read_problem
from tutor.worked.network.values import (
    Passes,
    Written,
    backward_part,
    forward_part,
    given_symbols,
    given_values,
    loss_part,
    run_passes,
    written_steps,
)
from tutor.worked.receipt import GradientCheck, Receipt, step_symbols

NAME = "twelve-gradients"
MILLION = 1_000_000
FIELDS = Record({**problem_fields(layers=4, units=8, rows=4), "h": Number(1e-5, 1e-12, 0.1)})


def compute(inputs: dict[str, Any]) -> Receipt:
    """Forward, loss and backward written out, and every derivative computed three times."""
    problem = read_problem(inputs)
    passes = run_passes(problem)
    tape, nodes = tape_gradient(problem)
    check = check_gradient(problem, passes.shape, passes.gradient, inputs["h"])
    steps = written_steps(_parts(problem, passes))
    return Receipt(
        example=NAME, inputs=inputs, steps=steps, gradient_check=check,
        values={**given_values(passes.shape, problem, passes.parameters), "h": inputs["h"]},
        symbols={**given_symbols(passes.shape), "h": "h", **step_symbols(steps)},
        numbers={**_numbers(passes, check, tape), "tape_nodes": float(nodes)},
        arrays={"gradients": _rows(passes.shape, check, tape)},
        conventions=(*network_conventions(inputs), *check_conventions(check)),
    )


def _parts(problem: Problem, passes: Passes) -> Iterator[Written]:
    yield forward_part(passes.shape, passes.trace)
    yield loss_part(passes.shape, problem, passes.trace)
    for layer in reversed(passes.shape.layers):
        yield backward_part(passes.shape, passes.found, layer)


def _numbers(passes: Passes, check: GradientCheck, tape: list[float]) -> dict[str, float]:
    count = len(check.parameters)
    return {
        "loss": float(passes.found.loss),
        "parameters": float(count),
        "passes_backprop": 2.0,  # one forward, one backward
        "passes_numeric": 2.0 * count,  # one forward on either side of every parameter
        "tape_difference": float(np.abs(passes.gradient - np.array(tape)).max()),
        "numeric_difference": max(abs(each.analytic - each.numeric) for each in check.parameters),
        "largest_check_error": check.max_relative_error,
        "million_parameters": float(MILLION),
        "million_passes": 2.0 * MILLION,
    }


def _rows(shape: Shape, check: GradientCheck, tape: list[float]) -> list[list[Any]]:
    """Per parameter the symbol of its derivative, and what matrices, tape and differences give."""
    symbols = [slope_of_loss(each, "").symbol for layer in shape.layers for each in parameters(shape, layer)]
    return [[symbol, each.analytic, on_tape, each.numeric]
            for symbol, each, on_tape in zip(symbols, check.parameters, tape, strict=True)]
