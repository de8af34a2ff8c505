"""One derivative of a sigmoid neuron checked by finite differences of many widths, and a planted bug that a check finds."""

from collections.abc import Iterator
from dataclasses import replace
from math import log10
from typing import Any

import numpy as np

from tutor.engine.backprop import loss_of
from tutor.engine.network import Array, Layer, Network, forward, unflatten
from tutor.worked.conventions import check_conventions
from tutor.worked.gradient_check import check_gradient
from tutor.worked.inputs import Number, Record
from tutor.worked.network.problem import Problem
from tutor.worked.network.values import Passes, run_passes
from tutor.worked.receipt import GradientCheck, Receipt, Step, step, step_symbols

NAME = "gradient-check"
LOSS = "half_squared_error"
LARGEST = 10.0  # so that the narrowest width still moves the weight
EXPONENTS = range(1, 15)  # the widths tried are 10 to minus these
GOOD, WRONG = 1e-7, 1e-2  # relative errors below and above which a gradient is trusted or called wrong


def _number(default: float) -> Number:
    return Number(default, -LARGEST, LARGEST)


FIELDS = Record({"w": _number(0.5), "x": _number(2.0), "b": _number(-0.5), "t": _number(1.0), "h": Number(1e-5, 1e-14, 0.5)})
SYMBOLS = {name: name for name in ("w", "x", "b", "t", "h")}


def compute(inputs: dict[str, Any]) -> Receipt:
    """The derivative of the loss by w, and its relative error for the width asked for and for 14 others."""
    layer = Layer(np.array([[inputs["w"]]]), np.array([inputs["b"]]), "sigmoid")
    problem = Problem(Network((layer,)), np.array([[inputs["x"]]]), np.array([[inputs["t"]]]), LOSS)
    passes = run_passes(problem)
    check, steps = _check(problem, passes, inputs["h"]), tuple(_steps(problem, passes, inputs["h"]))
    table = [_row(problem, passes, 10.0**-exponent) for exponent in EXPONENTS]
    return Receipt(
        NAME, inputs, dict(inputs), {**SYMBOLS, **step_symbols(steps)}, steps,
        numbers={**{each.name: each.value for each in steps}, **_numbers(table),
                 "good_below": GOOD, "wrong_above": WRONG, "largest_check_error": check.max_relative_error},
        arrays={"rows": table, "errors": [*_log_rows(table)]}, gradient_check=check,
        conventions=("float64", "half-squared-error", "symmetric-error", *check_conventions(check)),
    )


def _check(problem: Problem, passes: Passes, h: float) -> GradientCheck:
    """The neuron's parameters are called w and b here."""
    check = check_gradient(problem, passes.shape, passes.gradient, h)
    return replace(check, parameters=tuple(each._replace(name=each.name[0]) for each in check.parameters))


def _losses(problem: Problem, passes: Passes, h: float) -> tuple[float, float]:
    """The loss with the weight moved by h to the right and to the left."""
    moved: Array = passes.parameters + np.array([[h, 0.0], [-h, 0.0]])
    network = unflatten(problem.network, moved)
    plus, minus = loss_of(network, forward(network, problem.inputs), problem.targets, LOSS).tolist()
    return plus, minus


def _relative(analytic: float, other: float) -> float:
    size = abs(analytic) + abs(other)
    return abs(analytic - other) / size if size else 0.0


def _steps(problem: Problem, passes: Passes, h: float) -> Iterator[Step]:
    found, slope = passes.found, passes.gradient[0].item()
    loss = found.loss.item()
    yield step("z", "z", "w*x + b", passes.trace.z[0].item(), "forward")
    yield step("a", "a", "sigmoid(z)", passes.trace.a[0].item(), "forward")
    yield step("loss", "L", "(a - t)**2/2", loss, "loss")
    yield step("analytic", r"\frac{\partial L}{\partial w}", "(a - t)*(a*(1 - a))*x", slope, "backward")
    plus, minus = _losses(problem, passes, h)
    yield step("loss_plus", "L(w + h)", "(sigmoid((w + h)*x + b) - t)**2/2", plus, "difference")
    yield step("loss_minus", "L(w - h)", "(sigmoid((w - h)*x + b) - t)**2/2", minus, "difference")
    yield step("central", r"d_{\pm}", "(loss_plus - loss_minus)/(2*h)", (plus - minus) / (2 * h), "difference")
    yield step("one_sided", "d_{+}", "(loss_plus - loss)/h", (plus - loss) / h, "difference")
    yield _error("error_central", r"r_{\pm}", ("analytic", slope), ("central", (plus - minus) / (2 * h)))
    yield _error("error_one_sided", "r_{+}", ("analytic", slope), ("one_sided", (plus - loss) / h))
    buggy = (found.upstream[0] * problem.inputs).item()  # the slope of the sigmoid is forgotten
    yield step("buggy", "g", "(a - t)*x", buggy, "bug")
    yield _error("buggy_error", "r_{g}", ("buggy", buggy), ("central", (plus - minus) / (2 * h)))


def _error(name: str, symbol: str, derivative: tuple[str, float], difference: tuple[str, float]) -> Step:
    """The relative error between two named derivatives; 0 where both are 0."""
    (left, analytic), (right, numeric) = derivative, difference
    expression = f"abs({left} - {right})/(abs({left}) + abs({right}))" if analytic or numeric else "0"
    return step(name, symbol, expression, _relative(analytic, numeric), "bug" if left == "buggy" else "relative")


def _row(problem: Problem, passes: Passes, h: float) -> list[float]:
    """h, the central difference, its relative error, and the relative error of the one-sided difference."""
    plus, minus = _losses(problem, passes, h)
    slope, central = passes.gradient[0].item(), (plus - minus) / (2 * h)
    return [h, central, _relative(slope, central), _relative(slope, (plus - passes.found.loss.item()) / h)]


def _log_rows(table: list[list[float]]) -> Iterator[list[float]]:
    """Decimal logarithms of h, narrowest first, and of both errors; a width at which an error is exactly 0 has none."""
    for h, _, central, one_sided in reversed(table):
        if central and one_sided:
            yield [round(log10(h)), log10(central), log10(one_sided)]


def _numbers(table: list[list[float]]) -> dict[str, float]:
    """The errors by width (`error_5` is at h = 1e-5), and where the central difference errs least."""
    best = min(table, key=lambda row: row[2])
    errors = {f"error_{exponent}": row[2] for exponent, row in zip(EXPONENTS, table, strict=True)}
    one_sided = {f"one_sided_error_{exponent}": row[3] for exponent, row in zip(EXPONENTS, table, strict=True)}
    return {**errors, **one_sided, "best_h": best[0], "error_best": best[2]}
