"""Gradient descent on a curve: the first steps written out, and the same start with several learning rates."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np

from tutor.engine.network import Array
from tutor.engine.optimizers import OptimizerSettings
from tutor.worked.descent.path import Path, follow, side_by_side
from tutor.worked.descent.surface import Surface, check_surface
from tutor.worked.inputs import Choice, Integer, Number, Record
from tutor.worked.receipt import GradientCheck, Receipt, Step, step, step_symbols

NAME = "gradient-descent"
WRITTEN = 3  # steps
RATES = {"0_05": 0.05, "0_2": 0.2, "0_5": 0.5, "0_9": 0.9, "1": 1.0, "1_1": 1.1}  # beside the learner's own
LEVEL = 1e-9  # a relative change of the value below this is none
# How a run ends, by what was computed: lower without turning round, lower after turning, level, or higher.
STRAIGHT, ZIGZAG, STAYS_LEVEL, CLIMBS = 1, 2, 3, 4
OUTCOMES = {STRAIGHT: "descent-straight", ZIGZAG: "descent-zigzag", STAYS_LEVEL: "descent-level", CLIMBS: "descent-climbs"}


@dataclass(frozen=True)
class Curve:
    """A function of x, its slope and its curvature, each as NumPy and as the formula of a step; x is (...,)."""

    value: Callable[[Array], Array]
    slope: Callable[[Array], Array]
    curvature: Callable[[Array], Array]
    formulas: tuple[str, str, str]
    quadratic: bool = False

    def surface(self) -> Surface:
        """The curve as a surface over one variable."""
        return Surface(lambda points: self.value(points[..., 0]), self.slope)


def _parabola(factor: int) -> Curve:
    written = "" if factor == 1 else f"{factor}*"
    return Curve(lambda x: factor * x**2, lambda x: 2 * factor * x, lambda x: np.full_like(x, 2 * factor),
                 (written + "{x}**2", f"{2 * factor}*{{x}}", str(2 * factor)), quadratic=True)


CURVES = {
    "square": _parabola(1),
    "three_squares": _parabola(3),
    "quartic": Curve(lambda x: x**4, lambda x: 4 * x**3, lambda x: 12 * x**2, ("{x}**4", "4*{x}**3", "12*{x}**2")),
    "double_well": Curve(lambda x: x**4 / 4 - x**2 / 2, lambda x: x**3 - x, lambda x: 3 * x**2 - 1,
                         ("{x}**4/4 - {x}**2/2", "{x}**3 - {x}", "3*{x}**2 - 1")),
    "cosine": Curve(np.cos, lambda x: -np.sin(x), lambda x: -np.cos(x), ("cos({x})", "-sin({x})", "-cos({x})")),
}
FIELDS = Record({
    "function": Choice("square", tuple(CURVES)),
    "x0": Number(10.0, -1e3, 1e3),
    "learning_rate": Number(0.2, 1e-6, 1e3),
    "steps": Integer(10, 1, 200),
})


def compute(inputs: dict[str, Any]) -> Receipt:
    """One path written out and drawn; the ends of the others."""
    curve = CURVES[inputs["function"]]
    own, *others = (_path(curve, inputs, rate) for rate in (inputs["learning_rate"], *RATES.values()))
    steps = (*_descent_steps(curve, own, inputs["learning_rate"]), *_stability_steps(curve, inputs))
    check = check_surface(curve.surface(), [inputs["x0"]], ["x0"])
    return Receipt(
        example=NAME, inputs=inputs, steps=steps, gradient_check=check,
        values={"x0": inputs["x0"], "learning_rate": inputs["learning_rate"], "steps": float(inputs["steps"])},
        symbols={"x0": "x_0", "learning_rate": r"\eta", "steps": "T", **step_symbols(steps)},
        numbers={**_numbers(own, check), **_closed_form(steps, inputs, own), **_ends(others)},
        arrays={"path": np.column_stack([np.arange(own.steps + 1.0), own.points[:, 0], own.values]).tolist(),
                "curves": side_by_side([path.points[:, 0] for path in (own, *others)]),
                "rates": [_rate_row(rate, path) for rate, path in
                          zip((inputs["learning_rate"], *RATES.values()), (own, *others), strict=True)]},
        conventions=tuple(_conventions(own, others)),
    )


def _path(curve: Curve, inputs: dict[str, Any], rate: float) -> Path:
    return follow(curve.surface(), OptimizerSettings("sgd", rate), [inputs["x0"]], inputs["steps"])


def _descent_steps(curve: Curve, path: Path, rate: float) -> Iterator[Step]:
    value, slope, _ = curve.formulas
    for at in range(min(WRITTEN, path.steps)):
        x, gradient = f"x{at}", path.gradients[at, 0].item()
        yield step(f"f{at}", f"f(x_{at})", value.format(x=x), path.values[at].item(), "descent")
        yield step(f"slope{at}", f"f'(x_{at})", slope.format(x=x), gradient, "descent")
        yield step(f"move{at}", rf"\Delta x_{at}", f"learning_rate*slope{at}", rate * gradient, "descent")
        yield step(f"x{at + 1}", f"x_{at + 1}", f"{x} - move{at}", path.points[at + 1, 0].item(), "descent")


def _stability_steps(curve: Curve, inputs: dict[str, Any]) -> Iterator[Step]:
    """The curvature at the start; where it is the same everywhere, what it allows and what it does to the distance."""
    curvature = curve.curvature(np.array(inputs["x0"])).item()
    yield step("curvature", "f''(x_0)", curve.formulas[2].format(x="x0"), curvature, "stability")
    if curve.quadratic:
        yield step("largest_stable_rate", r"\eta_{\max}", "2/curvature", 2 / curvature, "stability")
        factor = 1 - inputs["learning_rate"] * curvature
        yield step("factor", "r", "1 - learning_rate*curvature", factor, "stability")


def _closed_form(steps: tuple[Step, ...], inputs: dict[str, Any], path: Path) -> dict[str, float]:
    """On a quadratic every step multiplies x by the same factor: the end without walking there, as a check."""
    factor = next((each.value for each in steps if each.name == "factor"), None)
    if factor is None or path.diverged:
        return {}
    with np.errstate(over="ignore"):
        end = float(inputs["x0"] * np.float64(factor) ** inputs["steps"])
    return {"closed_form": end, "closed_form_difference": abs(end - path.points[-1, 0].item())} if isfinite(end) else {}


def _numbers(path: Path, check: GradientCheck) -> dict[str, float]:
    return {
        "x_start": path.points[0, 0].item(), "x_end": path.points[-1, 0].item(),
        "f_start": path.values[0].item(), "f_end": path.values[-1].item(), "slope_end": path.gradients[-1, 0].item(),
        "steps_run": float(path.steps), "diverged": float(path.diverged),
        "outcome": float(_outcome(path)), "turns": float(_turns(path)), "largest_check_error": check.max_relative_error,
    }


def _turns(path: Path) -> int:
    """How often x turns round."""
    directions = np.sign(np.diff(path.points[:, 0]))
    directions = directions[directions != 0]
    return int((directions[1:] != directions[:-1]).sum())


def _outcome(path: Path) -> int:
    first, last = path.values[[0, -1]].tolist()
    if path.diverged or last - first > LEVEL * max(abs(first), abs(last)):
        return CLIMBS
    if first - last <= LEVEL * max(abs(first), abs(last)):
        return STAYS_LEVEL
    return ZIGZAG if _turns(path) else STRAIGHT


def _rate_row(rate: float, path: Path) -> list[float]:
    """The learning rate, where it ends, the value there, its steps, how often x turned round, and how it ended."""
    return [rate, path.points[-1, 0].item(), path.values[-1].item(), float(path.steps), float(_turns(path)),
            float(_outcome(path))]


def _ends(others: list[Path]) -> dict[str, float]:
    ends = {f"end_{name}": path.points[-1, 0].item() for name, path in zip(RATES, others, strict=True)}
    outcomes = {f"outcome_{name}": float(_outcome(path)) for name, path in zip(RATES, others, strict=True)}
    return {**ends, **outcomes, "diverged_rates": float(sum(path.diverged for path in others))}


def _conventions(own: Path, others: list[Path]) -> Iterator[str]:
    yield from ("float64", OUTCOMES[_outcome(own)], "gradient-check-surface")
    if own.diverged:
        yield "diverged"
    if any(path.diverged for path in others):
        yield "some-runs-diverged"
