"""A hidden layer of ReLU units built by hand so that the network follows a function from knot to knot."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np

from tutor.engine.activations import ACTIVATIONS
from tutor.engine.network import Array, Layer, Network, forward
from tutor.worked.inputs import Choice, Integer, Number, Record
from tutor.worked.receipt import Receipt, Step, step, step_symbols

NAME = "universal-approximation"
MOST_UNITS = 64
WRITTEN = 8  # units written out
PER_PIECE = 16  # places in each piece where the error is looked at, its middle among them
SEARCHED = 256  # units, at most, in the search for a tolerance
DOUBLED = (1, 2, 4, 8, 16, 32, 64)
BETWEEN = 3  # units, as some functions are followed worse by one unit more
CHART = np.linspace(-0.25, 1.25, 121)
STEEPNESS = 20.0


@dataclass(frozen=True)
class Target:
    """A function on [0, 1], its formula over {x}, and the greatest error of following it in pieces of 1/units.

    By theory that is at most max|f''|/(8 units²), or, where there is a corner, the greatest slope over twice the units;
    `bound` is the formula of it, `greatest` computes it.
    """

    function: Callable[[Array], Array]
    formula: str
    bound: str
    greatest: Callable[[int], float]


def _steep(x: Array) -> Array:
    return ACTIVATIONS["sigmoid"].function(STEEPNESS * (x - 0.5))


TARGETS = {
    "square": Target(lambda x: x * x, "{x}**2", "2/(8*units**2)", lambda units: 2.0 / (8 * units**2)),
    "sine": Target(lambda x: np.sin(2.0 * np.pi * x), "sin(2*pi*{x})", "(2*pi)**2/(8*units**2)",
                   lambda units: (2.0 * np.pi) ** 2 / (8 * units**2)),
    "absolute": Target(lambda x: np.abs(x - 0.5), "abs({x} - 1/2)", "1/(2*units)", lambda units: 1.0 / (2 * units)),
    "step": Target(_steep, "sigmoid(20*({x} - 1/2))", "400/(6*sqrt(3))/(8*units**2)",
                   lambda units: STEEPNESS**2 / (6.0 * sqrt(3.0)) / (8 * units**2)),
}
FIELDS = Record({
    "target": Choice("square", tuple(TARGETS)),
    "units": Integer(4, 1, MOST_UNITS),
    "x": Number(0.3, 0.0, 1.0),
    "outside": Number(2.0, 1.0, 10.0),
    "tolerance": Number(0.001, 1e-4, 1.0),
})
SYMBOLS = {"units": "N", "x": "x", "outside": "u", "tolerance": r"\epsilon"}


@dataclass(frozen=True)
class Built:
    """A network that meets the target at equally spaced knots (N+1,): heights (N+1,), slopes and their changes (N,)."""

    knots: Array
    heights: Array
    slopes: Array
    changes: Array


def compute(inputs: dict[str, Any]) -> Receipt:
    """The network for one number of units, its largest error, the errors of other numbers, and what it says outside."""
    target, built = TARGETS[inputs["target"]], build(TARGETS[inputs["target"]], inputs["units"])
    values = {name: float(inputs[name]) for name in SYMBOLS}
    found = _numbers(target, built, values)
    steps = tuple(_steps(target, built, values, found))
    errors = [[float(units), largest_error(target, build(target, units))[0]] for units in DOUBLED]
    return Receipt(
        NAME, inputs, values, {**SYMBOLS, **step_symbols(steps)}, steps,
        numbers={**found, **{f"error_{units:.0f}": error for units, error in errors},
                 f"error_{BETWEEN}": largest_error(target, build(target, BETWEEN))[0], **_needed(target, inputs["tolerance"])},
        arrays={"errors": errors, "curve": np.stack([CHART, target.function(CHART), outputs(built, CHART)], axis=1).tolist(),
                "units": np.stack([built.knots[:-1], built.slopes, built.changes], axis=1).tolist()},
        conventions=("float64",),
    )


def build(target: Target, units: int) -> Built:
    """The network of so many units: straight pieces between knots, each unit bending the line at its knot."""
    knots = np.arange(units + 1) / units
    heights = target.function(knots)
    slopes = np.diff(heights) * units
    return Built(knots, heights, slopes, np.diff(slopes, prepend=0.0))


def _network(built: Built) -> Network:
    """Unit i is relu(x - knot i); the output adds the changes of slope up, from the height at 0 on."""
    hidden = Layer(np.ones((built.changes.size, 1)), -built.knots[:-1], "relu")
    return Network((hidden, Layer(built.changes[None, :], built.heights[:1], "identity")))


def outputs(built: Built, x: Array) -> Array:
    """What the network answers at x (n,)."""
    answers: Array = forward(_network(built), x[:, None]).a[-1][:, 0]
    return answers


def largest_error(target: Target, built: Built) -> tuple[float, float]:
    """The largest error on [0, 1], and where it was found, on a grid that holds the middle of every piece."""
    places = PER_PIECE * built.changes.size
    grid = np.arange(places + 1) / places
    errors = np.abs(outputs(built, grid) - target.function(grid))
    return float(errors.max()), float(grid[errors.argmax()])


def _numbers(target: Target, built: Built, values: dict[str, float]) -> dict[str, float]:
    at = np.array([values["x"], values["outside"]])
    answers, wanted = outputs(built, at), target.function(at)
    error, place = largest_error(target, built)
    inside, outside = np.abs(answers - wanted).tolist()
    return {"output": answers[0].item(), "target_at_x": wanted[0].item(), "error_at_x": inside,
            "output_outside": answers[1].item(), "target_outside": wanted[1].item(), "error_outside": outside,
            "largest_error": error, "largest_error_at": place, "parameters": 3.0 * values["units"] + 1.0,
            "grid_points": PER_PIECE * values["units"] + 1.0}


def _needed(target: Target, tolerance: float) -> dict[str, float]:
    """The smallest number of units whose largest error is within the tolerance, and that error."""
    for units in range(1, SEARCHED):
        error, _ = largest_error(target, build(target, units))
        if error <= tolerance:
            break
    return {"units_needed": float(units), "error_needed": error}


def _steps(target: Target, built: Built, values: dict[str, float], found: dict[str, float]) -> Iterator[Step]:
    units = built.changes.size
    yield from _knot_steps(target, built, min(WRITTEN, units))
    yield from _unit_steps(built, min(WRITTEN, units))
    if units <= WRITTEN:
        yield from _hidden_steps(built, values["x"])
        yield from _answer_steps(target, found, units)
    yield step("error_bound", r"e_{\max}", target.bound, target.greatest(units), "bound")


def _knot_steps(target: Target, built: Built, shown: int) -> Iterator[Step]:
    for place in range(shown + 1):
        yield step(f"knot_{place}", f"k_{{{place}}}", f"{place}/units", built.knots[place].item(), "knots")
        height = target.formula.format(x=f"knot_{place}")
        yield step(f"height_{place}", f"f(k_{{{place}}})", height, built.heights[place].item(), "knots")


def _unit_steps(built: Built, shown: int) -> Iterator[Step]:
    """Unit i begins at knot i-1, and its weight is the change of slope there."""
    for unit in range(1, shown + 1):
        slope = f"(height_{unit} - height_{unit - 1})*units"
        yield step(f"slope_{unit}", f"m_{{{unit}}}", slope, built.slopes[unit - 1].item(), "built")
        change = f"slope_{unit} - slope_{unit - 1}" if unit > 1 else "slope_1"
        yield step(f"v_{unit}", f"v_{{{unit}}}", change, built.changes[unit - 1].item(), "built")


def _hidden_steps(built: Built, x: float) -> Iterator[Step]:
    for unit, value in enumerate(forward(_network(built), np.array([[x]])).a[0][0].tolist(), 1):
        yield step(f"h_{unit}", f"h_{{{unit}}}", f"relu(x - knot_{unit - 1})", value, "forward")


def _answer_steps(target: Target, found: dict[str, float], units: int) -> Iterator[Step]:
    """What the network and the target say at x, and at the place outside."""
    inside = "".join(f" + v_{unit}*h_{unit}" for unit in range(1, units + 1))
    outside = "".join(f" + v_{unit}*relu(outside - knot_{unit - 1})" for unit in range(1, units + 1))
    for name, symbol, expression, phase in (
        ("output", r"\hat{y}(x)", "height_0" + inside, "forward"),
        ("target_at_x", "f(x)", target.formula.format(x="x"), "forward"),
        ("error_at_x", r"\left|\hat{y}(x) - f(x)\right|", "abs(output - target_at_x)", "forward"),
        ("output_outside", r"\hat{y}(u)", "height_0" + outside, "outside"),
        ("target_outside", "f(u)", target.formula.format(x="outside"), "outside"),
        ("error_outside", r"\left|\hat{y}(u) - f(u)\right|", "abs(output_outside - target_outside)", "outside"),
    ):
        yield step(name, symbol, expression, found[name], phase)
