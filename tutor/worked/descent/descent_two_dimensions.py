"""Gradient descent beside momentum in a valley: a sum of two squares that curves much more one way than the other."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from tutor.engine.network import Array
from tutor.engine.optimizers import OptimizerSettings
from tutor.worked.descent.path import Path, follow, logarithms, side_by_side
from tutor.worked.descent.surface import Surface, check_surface
from tutor.worked.inputs import Integer, Number, Record
from tutor.worked.receipt import Receipt, Step, step, step_symbols

NAME = "descent-two-dimensions"
WRITTEN = 3  # steps of each path
AXES = (1, 2)
FIELDS = Record({
    "c1": Number(0.1, 1e-3, 1e3), "c2": Number(2.0, 1e-3, 1e3),
    "x1": Number(-5.0, -1e3, 1e3), "x2": Number(-2.0, -1e3, 1e3),
    "learning_rate": Number(0.6, 1e-6, 1e3),
    "momentum": Number(0.5, 0.0, 0.999),
    "steps": Integer(20, 1, 200),
})
SYMBOLS = {"c1": "c_1", "c2": "c_2", "x1": "x_1", "x2": "x_2", "learning_rate": r"\eta", "momentum": r"\beta"}


@dataclass(frozen=True)
class Way:
    """One of the two paths, the prefix of its names and the mark of its symbols."""

    path: Path
    name: str
    mark: str


def compute(inputs: dict[str, Any]) -> Receipt:
    """Both paths from one start with one learning rate."""
    surface, start = _valley(np.array([inputs["c1"], inputs["c2"]])), [inputs["x1"], inputs["x2"]]
    plain, heavy = (Way(follow(surface, settings, start, inputs["steps"]), name, mark)
                    for name, mark, settings in _optimizers(inputs))
    steps = (*_shape_steps(inputs, plain.path), *_plain_steps(plain), *_momentum_steps(heavy))
    check, known = check_surface(surface, start, ["x1", "x2"]), {each.name: each.value for each in steps}
    return Receipt(
        example=NAME, inputs=inputs, steps=steps, gradient_check=check,
        values={name: inputs[name] for name in SYMBOLS}, symbols={**SYMBOLS, **step_symbols(steps)},
        numbers={**_ends(plain), **_ends(heavy), "steps": float(inputs["steps"]),
                 "momentum_lower": float(heavy.path.values[-1] < plain.path.values[-1]),
                 "plain_within": float(inputs["learning_rate"] < known["largest_stable_rate"]),
                 "momentum_within": float(inputs["learning_rate"] < known["largest_momentum_rate"]),
                 "largest_check_error": check.max_relative_error},
        arrays=_arrays(plain.path, heavy.path),
        conventions=("float64", "gradient-check-surface", *(("diverged",) if plain.path.diverged or heavy.path.diverged else ())),
    )


def _valley(coefficients: Array) -> Surface:
    return Surface(lambda points: (coefficients * points**2).sum(-1), lambda points: 2 * coefficients * points)


def _optimizers(inputs: dict[str, Any]) -> tuple[tuple[str, str, OptimizerSettings], ...]:
    rate = inputs["learning_rate"]
    return (("gd", "", OptimizerSettings("sgd", rate)),
            ("momentum", "'", OptimizerSettings("momentum", rate, momentum=inputs["momentum"])))


def _shape_steps(inputs: dict[str, Any], path: Path) -> Iterator[Step]:
    """The curvatures decide which learning rates hold; momentum holds larger ones, and its steps add up."""
    curvatures, beta = (2 * inputs["c1"], 2 * inputs["c2"]), inputs["momentum"]
    steepest, flattest = max(curvatures), min(curvatures)
    yield step("loss_start", "f(x)", "c1*x1**2 + c2*x2**2", path.values[0].item(), "stability")
    yield step("steepest", r"\lambda_{\max}", "2*max(c1, c2)", steepest, "stability")
    yield step("flattest", r"\lambda_{\min}", "2*min(c1, c2)", flattest, "stability")
    yield step("condition_number", r"\kappa", "steepest/flattest", steepest / flattest, "stability")
    yield step("largest_stable_rate", r"\eta_{\max}", "2/steepest", 2 / steepest, "stability")
    yield step("largest_momentum_rate", r"\eta'_{\max}", "2*(1 + momentum)/steepest", 2 * (1 + beta) / steepest, "stability")
    yield step("effective_rate", r"\eta_{\infty}", "learning_rate/(1 - momentum)", inputs["learning_rate"] / (1 - beta),
               "stability")


def _place(way: Way, axis: int, at: int) -> str:
    """The name of a coordinate after so many steps; both paths start at the inputs."""
    return f"{way.name}_x{axis}_{at}" if at else f"x{axis}"


def _symbol(way: Way, letter: str, axis: int, at: int) -> str:
    return f"{letter}_{{{axis}}}^{{({at}){way.mark}}}"


def _slope_step(way: Way, axis: int, at: int) -> Step:
    value = way.path.gradients[at, axis - 1].item()
    return step(f"{way.name}_g{axis}_{at}", _symbol(way, "g", axis, at), f"2*c{axis}*{_place(way, axis, at)}", value, way.name)


def _moved_step(way: Way, axis: int, at: int, along: str) -> Step:
    value = way.path.points[at + 1, axis - 1].item()
    expression = f"{_place(way, axis, at)} - learning_rate*{along}"
    return step(_place(way, axis, at + 1), _symbol(way, "x", axis, at + 1), expression, value, way.name)


def _plain_steps(way: Way) -> Iterator[Step]:
    for at in range(min(WRITTEN, way.path.steps)):
        for axis in AXES:
            yield _slope_step(way, axis, at)
            yield _moved_step(way, axis, at, f"gd_g{axis}_{at}")


def _momentum_steps(way: Way) -> Iterator[Step]:
    for at in range(min(WRITTEN, way.path.steps)):
        for axis in AXES:
            yield _slope_step(way, axis, at)
            kept = f"momentum*momentum_v{axis}_{at} + " if at else ""
            yield step(f"momentum_v{axis}_{at + 1}", _symbol(way, "v", axis, at + 1), f"{kept}momentum_g{axis}_{at}",
                       way.path.memory[at + 1, 0, axis - 1].item(), way.name)
            yield _moved_step(way, axis, at, f"momentum_v{axis}_{at + 1}")


def _ends(way: Way) -> dict[str, float]:
    x1, x2 = way.path.points[-1].tolist()
    return {f"{way.name}_x1": x1, f"{way.name}_x2": x2, f"{way.name}_loss": way.path.values[-1].item(),
            f"{way.name}_steps": float(way.path.steps), f"{way.name}_diverged": float(way.path.diverged)}


def _arrays(plain: Path, heavy: Path) -> dict[str, Any]:
    return {
        "gd": plain.points.tolist(), "momentum": heavy.points.tolist(),
        "x1": side_by_side([plain.points[:, 0], heavy.points[:, 0]]),
        "x2": side_by_side([plain.points[:, 1], heavy.points[:, 1]]),
        "losses": side_by_side([plain.values, heavy.values]),
        "log_losses": side_by_side([logarithms(plain.values), logarithms(heavy.values)]),
    }
