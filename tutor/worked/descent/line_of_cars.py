"""A line fitted to a few cars by gradient descent: the first step car by car, a minibatch, and the best line there is."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from tutor.engine.backprop import flatten_gradients, gradients
from tutor.engine.network import Array, forward
from tutor.engine.optimizers import OptimizerSettings
from tutor.worked.descent.cars import (
    MILES_PER_GALLON,
    POUNDS,
    Best,
    best_line,
    gradients_of_each,
    line_problem,
    loss_surface,
    steepest_curvature,
)
from tutor.worked.descent.line_steps import SYMBOLS, Line, line_steps, point_symbols, point_values
from tutor.worked.descent.path import Path, follow, logarithms, side_by_side
from tutor.worked.gradient_check import check_gradient
from tutor.worked.inputs import Flag, Integer, InvalidInput, Number, Numbers, Record
from tutor.worked.network.problem import Problem
from tutor.worked.network.values import run_passes
from tutor.worked.receipt import GradientCheck, Receipt, step_symbols

NAME = "line-of-cars"
MOST = 20  # points
LARGEST = 1e3
FACTORS = {"tenth": 0.1, "half": 0.5, "double": 2.0, "eightfold": 8.0}  # of the learner's own rate, for other runs
NAMED = 6  # losses, weights and biases that a sentence may name
FIELDS = Record({
    "x": Numbers(list(POUNDS), -LARGEST, LARGEST, most=(MOST,)),
    "y": Numbers(list(MILES_PER_GALLON), -LARGEST, LARGEST, most=(MOST,)),
    "w": Number(0.0, -LARGEST, LARGEST), "b": Number(0.0, -LARGEST, LARGEST),
    "train_bias": Flag(True),
    "learning_rate": Number(0.01, 1e-6, LARGEST),
    "steps": Integer(20, 1, 1000),
    "batch": Integer(2, 1, MOST), "seed": Integer(1, 0, 1_000_000),
})


@dataclass(frozen=True)
class _Fit:
    """Everything computed for one receipt."""

    problem: Problem
    own: Path
    others: tuple[Path, ...]
    line: Line
    check: GradientCheck


def compute(inputs: dict[str, Any]) -> Receipt:
    """The first step written out; the losses, weights and biases of all steps; other learning rates beside them."""
    _check_sizes(inputs)
    fit = _fit(inputs)
    steps = tuple(line_steps(fit.line))
    return Receipt(
        example=NAME, inputs=inputs, steps=steps, gradient_check=fit.check,
        values=point_values(inputs), symbols={**SYMBOLS, **point_symbols(len(inputs["x"])), **step_symbols(steps)},
        numbers=_numbers(inputs, fit), arrays=_arrays(inputs, fit), conventions=tuple(_conventions(inputs, fit)),
    )


def _check_sizes(inputs: dict[str, Any]) -> None:
    points = len(inputs["x"])
    if len(inputs["y"]) != points:
        raise InvalidInput("/y", "wrong-shape", {"expected": points, "found": len(inputs["y"])})
    if inputs["batch"] > points:
        raise InvalidInput("/batch", "too-large", {"high": points})


def _fit(inputs: dict[str, Any]) -> _Fit:
    problem, trained = line_problem(*(inputs[name] for name in ("x", "y", "w", "b"))), (True, inputs["train_bias"])
    rate, start = inputs["learning_rate"], [inputs["w"], inputs["b"]]
    own, *others = (follow(loss_surface(problem, trained), OptimizerSettings("sgd", factor * rate), start, inputs["steps"])
                    for factor in (1.0, *FACTORS.values()))
    line = Line(inputs, np.where(trained, gradients_of_each(problem), 0.0), own, _drawn(inputs), _best(inputs))
    return _Fit(problem, own, tuple(others), line, _check(problem, inputs["train_bias"]))


def _best(inputs: dict[str, Any]) -> Best:
    return best_line(np.array(inputs["x"]), np.array(inputs["y"]), None if inputs["train_bias"] else inputs["b"])


def _drawn(inputs: dict[str, Any]) -> tuple[int, ...]:
    """The places of the examples in the minibatch, drawn without replacement."""
    random = np.random.Generator(np.random.PCG64(inputs["seed"]))
    return tuple(sorted(random.permutation(len(inputs["x"]))[:inputs["batch"]].tolist()))


def _check(problem: Problem, with_bias: bool) -> GradientCheck:
    """The line's parameters are called w and b here; a bias that is not there is left out."""
    check = check_gradient(problem, run_passes(problem).shape, _full_gradient(problem))
    kept = [each._replace(name=each.name[0]) for each in check.parameters[:1 + with_bias]]
    return replace(check, parameters=tuple(kept), max_relative_error=max(each.relative_error for each in kept))


def _full_gradient(problem: Problem) -> Array:
    return flatten_gradients(gradients(problem.network, forward(problem.network, problem.inputs), problem.targets, problem.loss))


def _numbers(inputs: dict[str, Any], fit: _Fit) -> dict[str, float]:
    own, best = fit.own, fit.line.best
    curvature = steepest_curvature(np.array(inputs["x"]), inputs["train_bias"])
    first = fit.line.each[:inputs["batch"], 0].mean()
    return {
        "points": float(len(inputs["x"])), "steps_run": float(own.steps), "learning_rate": inputs["learning_rate"],
        "loss_start": own.values[0].item(), "loss_end": own.values[-1].item(),
        "w_end": own.points[-1, 0].item(), "b_end": own.points[-1, 1].item(),
        "loss_gap": own.values[-1].item() - best.loss,
        **_first_rows(own), "first_batch_dw": float(first),
        **({"largest_stable_rate": 2 / curvature} if curvature > 0 else {}),
        **{f"loss_end_{name}": path.values[-1].item() for name, path in zip(FACTORS, fit.others, strict=True)},
        "diverged": float(own.diverged), "diverged_rates": float(sum(path.diverged for path in fit.others)),
        "largest_check_error": fit.check.max_relative_error,
    }


def _first_rows(path: Path) -> dict[str, float]:
    columns = {"loss": path.values, "w": path.points[:, 0], "b": path.points[:, 1]}
    return {f"{name}_{at}": number for name, column in columns.items() for at, number in enumerate(column[:NAMED].tolist())}


def _arrays(inputs: dict[str, Any], fit: _Fit) -> dict[str, Any]:
    own, best = fit.own, fit.line.best
    table = np.column_stack([np.arange(own.steps + 1.0), own.values, own.points])
    x = np.array(inputs["x"])
    lines = np.column_stack([x, inputs["y"], own.points[-1, 0] * x + own.points[-1, 1], best.weight * x + best.bias])
    paths = (own, *fit.others)
    return {
        "losses": table.tolist(),
        "examples": [[float(number), *row] for number, row in enumerate(fit.line.each.tolist(), 1)],
        "drawn": [place + 1 for place in fit.line.drawn],
        "points": lines[np.argsort(x, kind="stable")].tolist(),
        "rates": [[factor * inputs["learning_rate"], path.values[-1].item(), float(path.steps)]
                  for factor, path in zip((1.0, *FACTORS.values()), paths, strict=True)],
        "curves": side_by_side([path.values for path in paths]),
        "log_curves": side_by_side([logarithms(path.values) for path in paths]),
    }


def _conventions(inputs: dict[str, Any], fit: _Fit) -> Iterator[str]:
    yield from ("float64", "mean-squared-error", "seeded", "minibatch-without-replacement", "gradient-check-h")
    if not inputs["train_bias"]:
        yield "biases-fixed"
    if fit.own.diverged:
        yield "diverged"
    if any(path.diverged for path in fit.others):
        yield "some-runs-diverged"
