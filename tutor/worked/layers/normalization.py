"""Batch and layer normalisation: one feature over its batch step by step, and both directions on a small matrix."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from tutor.engine.network import Array
from tutor.worked.conventions import check_conventions
from tutor.worked.inputs import InvalidInput, Number, Numbers, Record
from tutor.worked.layers.batch_norm import (
    Batch,
    Forward,
    Running,
    backward_pass,
    backward_steps,
    check,
    forward_pass,
    forward_steps,
    moved,
    running_steps,
)
from tutor.worked.network.problem import LARGEST
from tutor.worked.receipt import Receipt, Step, step, step_symbols
from tutor.worked.written_sum import added, numbered, numbered_symbols, written_sum

NAME = "normalization"
MOST_ROWS = 6
FIELDS = Record({
    "x": Numbers([1.0, 2.0, 3.0, 4.0], -LARGEST, LARGEST, (MOST_ROWS,)),
    "gamma": Number(2.0, -100.0, 100.0),
    "beta": Number(1.0, -LARGEST, LARGEST),
    "epsilon": Number(1e-5, 1e-6, 1.0),
    "upstream": Numbers([0.1, -0.2, 0.3, 0.4], -100.0, 100.0, (MOST_ROWS,)),
    "momentum": Number(0.1, 0.0, 1.0),
    "running_mean": Number(0.0, -LARGEST, LARGEST),
    "running_variance": Number(1.0, 0.0, LARGEST),
    "matrix": Numbers([[1.0, 200.0, -3.0], [2.0, 100.0, 0.0], [6.0, 300.0, 6.0]], -LARGEST, LARGEST, (4, 4)),
})
SYMBOLS = {"gamma": r"\gamma", "beta": r"\beta", "epsilon": r"\epsilon", "momentum": r"\alpha",
           "running_mean": r"\mu_{\mathrm{run}}", "running_variance": r"\sigma^2_{\mathrm{run}}"}


def compute(inputs: dict[str, Any]) -> Receipt:
    """One feature normalised over its batch, forward and backward, and a matrix normalised by columns and by rows."""
    batch, matrix = _read(inputs), np.array(inputs["matrix"])
    ahead, count = forward_pass(batch), batch.x.size
    back, after = backward_pass(batch, ahead), _after(inputs, batch, ahead)
    checked = check(batch, back)
    steps = (*forward_steps(batch, ahead), *running_steps(batch, after), *backward_steps(batch, back),
             *_matrix_steps(matrix, batch.epsilon))
    return Receipt(
        NAME, inputs,
        {**numbered("x", batch.x), **numbered("g", batch.upstream), "m": float(count),
         **{name: float(inputs[name]) for name in SYMBOLS}, **_entries(matrix)},
        {**numbered_symbols("x", "x", count), **numbered_symbols("g", "g", count), "m": "m", **SYMBOLS,
         **_entry_symbols(matrix), **step_symbols(steps)},
        steps, numbers={**_numbers(batch, ahead), "largest_check_error": checked.max_relative_error},
        arrays={"values": _rows(batch, ahead), "batch_norm": by_columns(matrix, batch.epsilon).tolist(),
                "layer_norm": by_columns(matrix.T, batch.epsilon).T.tolist()},
        gradient_check=checked,
        conventions=("float64", "biased-variance", *(("batch-of-one",) if count == 1 else ()), *check_conventions(checked)),
    )


def _read(inputs: dict[str, Any]) -> Batch:
    x, upstream = np.array(inputs["x"]), np.array(inputs["upstream"])
    if upstream.size != x.size:
        raise InvalidInput("/upstream", "wrong-shape", {"expected": x.size, "found": upstream.size})
    return Batch(x, upstream, inputs["gamma"], inputs["beta"], inputs["epsilon"])


def _after(inputs: dict[str, Any], batch: Batch, ahead: Forward) -> Running:
    return moved(Running(inputs["running_mean"], inputs["running_variance"]), batch, ahead, inputs["momentum"])


def by_columns(matrix: Array, epsilon: float) -> Array:
    """Each column of a matrix with mean 0 and variance 1, save for epsilon; the transpose does it for the rows."""
    columns = (_plain(column, epsilon).normalised for column in matrix.T)
    return np.stack(list(columns), axis=1)


def _plain(values: Array, epsilon: float) -> Forward:
    return forward_pass(Batch(values, values, 1.0, 0.0, epsilon))


def _entries(matrix: Array) -> dict[str, float]:
    return {f"m_{row + 1}_{column + 1}": float(value) for (row, column), value in np.ndenumerate(matrix)}


def _entry_symbols(matrix: Array) -> dict[str, str]:
    return {name: f"M_{{{name[2]},{name[4]}}}" for name in _entries(matrix)}


def _matrix_steps(matrix: Array, epsilon: float) -> Iterator[Step]:
    """The first entry: normalised over its column, as batch normalisation does, and over its row, as layers do."""
    yield from _entry_steps("batch", "m_{0}_1", _plain(matrix[:, 0], epsilon))
    yield from _entry_steps("layer", "m_1_{0}", _plain(matrix[0], epsilon))


def _entry_steps(name: str, entry: str, ahead: Forward) -> Iterator[Step]:
    count, mark = ahead.y.size, rf"\mathrm{{{name}}}"
    squares = written_sum(f"({entry} - {name}_mean)**2", count)
    yield step(f"{name}_mean", rf"\mu_{{{mark}}}", f"({written_sum(entry, count)})/{count}", ahead.mean, name)
    yield step(f"{name}_variance", rf"\sigma^2_{{{mark}}}", f"({squares})/{count}", ahead.variance, name)
    expression = f"(m_1_1 - {name}_mean)/sqrt({name}_variance + epsilon)"
    yield step(f"{name}_1_1", rf"\hat{{M}}^{{{mark}}}_{{1,1}}", expression, ahead.normalised[0].item(), name)


def _numbers(batch: Batch, ahead: Forward) -> dict[str, float]:
    """The mean and variance that come out, and what a batch of the first row alone gives."""
    count = batch.x.size
    mean = added(ahead.y) / count
    alone = forward_pass(Batch(batch.x[:1], batch.upstream[:1], batch.gamma, batch.beta, batch.epsilon))
    return {"output_mean": mean, "output_variance": added((ahead.y - mean) ** 2) / count, "alone_variance": alone.variance,
            "alone_output": alone.y[0].item(), "normalised_mean": added(ahead.normalised) / count,
            "normalised_variance": added(ahead.normalised**2) / count}


def _rows(batch: Batch, ahead: Forward) -> list[list[float]]:
    """Row, x, normalised value, output."""
    return [[float(row), *values] for row, values in
            enumerate(np.stack([batch.x, ahead.normalised, ahead.y], axis=1).tolist(), 1)]
