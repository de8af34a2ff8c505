"""Backpropagation of a batch as matrix products, with the shape of everything, and the same gradient by plain loops."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from tutor.engine.network import Array, Layer, Network, parameter_count
from tutor.worked.conventions import check_conventions, network_conventions
from tutor.worked.gradient_check import check_gradient
from tutor.worked.inputs import Choice, Integer, Record
from tutor.worked.network.problem import Problem
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
from tutor.worked.receipt import Receipt, step_symbols

NAME = "matrix-form"
FIELDS = Record({
    "batch": Integer(4, 1, 16), "hidden": Integer(3, 1, 6), "activation": Choice("tanh", ("tanh", "sigmoid", "relu", "identity")),
    "seed": Integer(0, 0, 1_000_000),
})
INPUTS, OUTPUTS = 2, 1
LOSS = "half_squared_error"


def compute(inputs: dict[str, Any]) -> Receipt:
    """The batch's gradient by matrices, by loops over rows and units, and as the mean of the rows' gradients."""
    problem = _problem(inputs)
    passes = run_passes(problem)
    check = check_gradient(problem, passes.shape, passes.gradient)
    alone = [replace(problem, inputs=problem.inputs[row:row + 1], targets=problem.targets[row:row + 1])
             for row in range(inputs["batch"])]
    rows = [run_passes(one) for one in alone]
    steps, arrays = written_steps(_parts(alone[0], rows[0])), _arrays(problem, passes)
    shapes = {name: np.shape(array) for name, array in arrays.items()}
    conventions = [*network_conventions({"loss": LOSS, "layers": [{"activation": inputs["activation"]}]}), "seeded", "first-row"]
    return Receipt(
        NAME, inputs, given_values(rows[0].shape, alone[0], passes.parameters),
        {**given_symbols(rows[0].shape), **step_symbols(steps)}, steps,
        numbers={**_counts(shapes), "loss_batch": float(passes.found.loss), "largest_check_error": check.max_relative_error,
                 "batch": float(inputs["batch"]), "hidden": float(inputs["hidden"]),
                 "parameters": float(parameter_count((INPUTS, inputs["hidden"], OUTPUTS))),
                 "loop_difference": float(np.abs(passes.gradient - _by_loops(problem, passes)).max()),
                 "mean_difference": float(np.abs(passes.gradient - np.mean([row.gradient for row in rows], axis=0)).max())},
        texts={f"shape_{name}": " × ".join(map(str, shape)) for name, shape in shapes.items()},
        arrays={**arrays, "gradients": [[number, *pair] for number, pair in enumerate(
            zip(rows[0].gradient.tolist(), passes.gradient.tolist(), strict=True), 1)]},
        gradient_check=check, conventions=(*conventions, *check_conventions(check)),
    )


def _problem(inputs: dict[str, Any]) -> Problem:
    """Random weights, biases, inputs and targets."""
    random, hidden = np.random.Generator(np.random.PCG64(inputs["seed"])), inputs["hidden"]
    layers = (Layer(random.standard_normal((hidden, INPUTS)), random.standard_normal(hidden), inputs["activation"]),
              Layer(random.standard_normal((OUTPUTS, hidden)), random.standard_normal(OUTPUTS), "identity"))
    rows = random.standard_normal((inputs["batch"], INPUTS))
    return Problem(Network(layers), rows, random.standard_normal((inputs["batch"], OUTPUTS)), LOSS)


def _parts(problem: Problem, passes: Passes) -> Iterator[Written]:
    yield forward_part(passes.shape, passes.trace)
    yield loss_part(passes.shape, problem, passes.trace)
    for layer in reversed(passes.shape.layers):
        yield backward_part(passes.shape, passes.found, layer)


def _arrays(problem: Problem, passes: Passes) -> dict[str, Any]:
    """Every matrix of the two passes; rows of data are rows, biases are vectors."""
    found, trace = passes.found, passes.trace
    named: dict[str, Array] = {"x": problem.inputs, "t": problem.targets}
    for number, layer in enumerate(problem.network.layers, 1):
        at = number - 1
        named |= {f"w{number}": layer.weights, f"b{number}": layer.biases, f"z{number}": trace.z[at], f"a{number}": trace.a[at],
                  f"delta{number}": found.delta[at], f"dw{number}": found.weights[at], f"db{number}": found.biases[at]}
    return {name: array.tolist() for name, array in named.items()}


def _counts(shapes: dict[str, tuple[int, ...]]) -> dict[str, float]:
    """Rows and columns of every matrix, and the length of every vector."""
    words = ("rows", "columns")
    return {f"{word if len(shape) > 1 else 'length'}_{name}": float(size)
            for name, shape in shapes.items() for word, size in zip(words, shape, strict=False)}


def _by_loops(problem: Problem, passes: Passes) -> Array:
    """The gradient (P,) number by number, without a matrix product: the deltas of each row, times what each weight read."""
    first, second = problem.network.layers
    d_first, d_second = np.zeros((len(first.biases), INPUTS + 1)), np.zeros((OUTPUTS, len(first.biases) + 1))
    for row, x in enumerate(problem.inputs):
        for out in range(OUTPUTS):
            delta = (passes.trace.a[1][row, out] - problem.targets[row, out]) / len(problem.inputs)
            d_second[out, -1] += delta
            for unit in range(len(first.biases)):
                d_second[out, unit] += delta * passes.trace.a[0][row, unit]
                back = delta * second.weights[out, unit] * passes.found.slope[0][row, unit]
                d_first[unit, -1] += back
                for source in range(INPUTS):
                    d_first[unit, source] += back * x[source]
    parts = (d_first[:, :-1], d_first[:, -1], d_second[:, :-1], d_second[:, -1])
    return np.concatenate([part.ravel() for part in parts])
