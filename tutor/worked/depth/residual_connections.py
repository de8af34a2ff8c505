"""Residual connections: a product of slopes f' beside a product of 1 + f', and the same in a small random network."""

from collections.abc import Iterator
from math import log10, sqrt
from typing import Any

import numpy as np

from tutor.engine.activations import ACTIVATIONS, Array
from tutor.worked.gradient_check import H
from tutor.worked.inputs import Integer, Number, Record
from tutor.worked.receipt import GradientCheck, ParameterCheck, Receipt, Step, step, step_symbols

NAME = "residual-connections"
FIELDS = Record({
    "depth": Integer(20, 1, 100), "plain_slope": Number(0.5, -10.0, 10.0), "residual_slope": Number(0.05, -10.0, 10.0),
    "width": Integer(8, 1, 32), "gain": Number(0.5, 0.0, 2.0), "seed": Integer(0, 0, 1_000_000),
})
SHOWN = 5  # layers whose products are written out
SYMBOLS = {"depth": "N", "plain_slope": "s", "residual_slope": "f'", "width": "n", "gain": "g"}


def compute(inputs: dict[str, Any]) -> Receipt:
    """The two products layer by layer, and how a signal's derivative grows or shrinks with and without skips."""
    plain, residual = inputs["plain_slope"], 1.0 + inputs["residual_slope"]
    rows = [[number, _power(plain, number), _power(residual, number)] for number in range(inputs["depth"] + 1)]
    weights, start = _drawn(inputs)
    jacobians = {"plain": _jacobians(weights, start, 0.0), "residual": _jacobians(weights, start, 1.0)}
    sizes = {name: [_size(jacobian) for jacobian in found] for name, found in jacobians.items()}
    check, steps = _check(weights, start, jacobians["residual"][-1]), tuple(_steps(inputs, rows))
    return Receipt(
        NAME, inputs, {name: float(inputs[name]) for name in SYMBOLS}, {**SYMBOLS, **step_symbols(steps)}, steps,
        numbers={**{each.name: each.value for each in steps}, "network_plain": sizes["plain"][-1],
                 "network_residual": sizes["residual"][-1], "largest_check_error": check.max_relative_error,
                 "product_slope_zero": _power(1.0 + 0.0, inputs["depth"]),
                 "product_slope_minus_one": _power(1.0 - 1.0, inputs["depth"])},
        arrays={"products": rows, "log_products": _log_rows(rows), "network": _columns(sizes),
                "log_network": _log_rows(_columns(sizes))},
        gradient_check=check, conventions=("float64", "seeded", "jacobian-size", "skip-every-layer", "difference-h"),
    )


def _power(slope: float, layers: int) -> float:
    return float(np.prod(np.full(layers, slope)))


def _columns(sizes: dict[str, list[float]]) -> list[list[float]]:
    return [[number, *pair] for number, pair in enumerate(zip(sizes["plain"], sizes["residual"], strict=True))]


def _log_rows(rows: list[list[float]]) -> list[list[float]]:
    """Layer and decimal logarithms of the absolute values, up to the first product that is 0."""
    kept = []
    for number, *products in rows:
        if not all(products):
            break
        kept.append([number, *(log10(abs(product)) for product in products)])
    return kept


def _steps(inputs: dict[str, Any], rows: list[list[float]]) -> Iterator[Step]:
    """The slope of a layer with a skip, the first products, and the whole ones."""
    yield step("factor", "(1 + f')", "1 + residual_slope", 1.0 + inputs["residual_slope"], "backward")
    for name, slope, column in (("plain", "plain_slope", 1), ("residual", "factor", 2)):
        yield step(f"{name}_1", f"{name[0]}_1", slope, rows[1][column], "backward")
        for number, *_ in rows[2:SHOWN + 1]:
            symbol = f"{name[0]}_{{{number}}}"
            yield step(f"{name}_{number}", symbol, f"{name}_{number - 1}*{slope}", rows[int(number)][column], "backward")
        yield step(f"{name}_product", f"{name[0]}_N", f"{slope}**depth", rows[-1][column], "chain")


def _drawn(inputs: dict[str, Any]) -> tuple[Array, Array]:
    """Weights (depth, width, width) whose matrices multiply a random vector's length by about `gain`, and a start (width,)."""
    random = np.random.Generator(np.random.PCG64(inputs["seed"]))
    start: Array = random.standard_normal(inputs["width"])
    scale = inputs["gain"] / sqrt(inputs["width"])
    return scale * random.standard_normal((inputs["depth"], inputs["width"], inputs["width"])), start


def _layer(weights: Array, a: Array, skip: float) -> tuple[Array, Array]:
    """skip·a + tanh(W a) for one `a` (width,) or rows of them, and the slopes of tanh."""
    z = a @ weights.T
    f = ACTIVATIONS["tanh"].function(z)
    return skip * a + f, ACTIVATIONS["tanh"].slope(z, f)


def _jacobians(weights: Array, start: Array, skip: float) -> list[Array]:
    """The derivative of the activations by the start, before the first layer and after each: (width, width) each."""
    a = start
    found: list[Array] = [np.eye(len(start))]
    for layer in weights:
        a, slope = _layer(layer, a, skip)
        found.append(skip * found[-1] + slope[:, None] * (layer @ found[-1]))
    return found


def _size(jacobian: Array) -> float:
    """By what factor a small random change grows: the root mean square of its singular values."""
    return float(np.linalg.norm(jacobian) / sqrt(len(jacobian)))


def _check(weights: Array, start: Array, jacobian: Array) -> GradientCheck:
    """The first output of the network with skips by each of its inputs."""
    moves = H * np.eye(len(start))
    numeric = (_first_output(weights, start + moves) - _first_output(weights, start - moves)) / (2 * H)
    errors = np.abs(jacobian[0] - numeric) / (np.abs([jacobian[0], numeric]).max() or 1.0)
    columns = zip(jacobian[0].tolist(), numeric.tolist(), errors.tolist(), strict=True)
    rows = tuple(ParameterCheck(f"x_{number}", *row, kink=False) for number, row in enumerate(columns, 1))
    return GradientCheck(H, float(errors.max()), rows)


def _first_output(weights: Array, rows: Array) -> Array:
    for layer in weights:
        rows, _ = _layer(layer, rows, 1.0)
    return rows[:, 0]
