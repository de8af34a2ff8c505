"""Every activation function at a point: its value, its slope and a central difference, and curves of all of them."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from tutor.engine.activations import ACTIVATIONS, LEAK
from tutor.engine.network import Array
from tutor.worked.inputs import Number, Numbers, Record
from tutor.worked.network.formulas import ACTIVATION_FORMULAS, SLOPE_FORMULAS
from tutor.worked.receipt import GradientCheck, Receipt, Step, step, step_symbols
from tutor.worked.slope_check import CONVENTION, compare_slopes

NAME = "activation-functions"
LARGEST = 1e3
FIELDS = Record({
    "z": Number(2.0, -LARGEST, LARGEST), "points": Numbers([-2.0, 0.0, 2.0], -LARGEST, LARGEST, (9,)),
})
H = 1e-5
GRID = np.arange(-50, 51) / 10.0  # 0 is one of its points
TITLES = {
    "identity": r"\mathrm{id}", "sigmoid": r"\sigma", "tanh": r"\tanh", "relu": r"\mathrm{ReLU}",
    "leaky_relu": r"\mathrm{LeakyReLU}", "elu": r"\mathrm{ELU}", "gelu": r"\mathrm{GELU}", "softplus": r"\mathrm{softplus}",
}
DRAWN = tuple(name for name in TITLES if name != "identity")
SYMBOLS = {"z": "z", "h": "h", "negative_slope": "c"}


def compute(inputs: dict[str, Any]) -> Receipt:
    """Value and slope of each function at z, a central difference beside each, and the steepest point of two of them."""
    z = inputs["z"]
    steps = (*(each for name in TITLES for each in _function_steps(name, z)), *_peak_steps())
    check = _check(z, {each.name: each.value for each in steps})
    points = np.array(inputs["points"])
    return Receipt(
        example=NAME, inputs=inputs, steps=steps, gradient_check=check,
        values={"z": z, "h": H, "negative_slope": LEAK}, symbols={**SYMBOLS, **step_symbols(steps)},
        numbers={**_steepest("sigmoid"), **_steepest("tanh"), **_at_points(points),
                 "largest_check_error": check.max_relative_error},
        arrays={"values": _table(_value, GRID), "slopes": _table(_slope, GRID),
                "point_values": _table(_value, points), "point_slopes": _table(_slope, points)},
        conventions=("float64", "relu-at-zero", CONVENTION, *(("near-kink",) if _kinks(z) else ())),
    )


def _value(name: str, z: Array) -> Array:
    return ACTIVATIONS[name].function(z)


def _slope(name: str, z: Array) -> Array:
    return ACTIVATIONS[name].slope(z, _value(name, z))


def _function_steps(name: str, z: float) -> Iterator[Step]:
    """Value and slope, then the values a little to the right and to the left and the slope between them."""
    here, title, formula = np.array([z]), TITLES[name], ACTIVATION_FORMULAS[name]
    plus, minus = _value(name, np.array([z + H, z - H])).tolist()
    yield step(f"a_{name}", f"a_{{{title}}}", formula.format(z="z"), _value(name, here).item(), "values")
    yield step(f"slope_{name}", f"a'_{{{title}}}", SLOPE_FORMULAS[name].format(z="z", a=f"a_{name}"),
               _slope(name, here).item(), "slopes")
    yield step(f"plus_{name}", f"a_{{{title}}}^{{+}}", formula.format(z="(z + h)"), plus, "difference")
    yield step(f"minus_{name}", f"a_{{{title}}}^{{-}}", formula.format(z="(z - h)"), minus, "difference")
    yield step(f"numeric_{name}", rf"\frac{{\Delta a_{{{title}}}}}{{\Delta z}}", f"(plus_{name} - minus_{name})/(2*h)",
               (plus - minus) / (2 * H), "difference")


def _peak_steps() -> tuple[Step, ...]:
    """The slopes of sigmoid and tanh at 0."""
    origin = np.zeros(1)
    return (
        step("sigmoid_middle", r"\sigma(0)", "1/(1 + exp(0))", _value("sigmoid", origin).item(), "peaks"),
        step("sigmoid_peak", r"\sigma'(0)", "sigmoid_middle*(1 - sigmoid_middle)", _slope("sigmoid", origin).item(), "peaks"),
        step("tanh_middle", r"\tanh(0)", "(1 - exp(0))/(1 + exp(0))", _value("tanh", origin).item(), "peaks"),
        step("tanh_peak", r"\tanh'(0)", "1 - tanh_middle**2", _slope("tanh", origin).item(), "peaks"),
    )


def _check(z: float, known: dict[str, float]) -> GradientCheck:
    slopes = {f"slope_{name}": known[f"slope_{name}"] for name in TITLES}
    return compare_slopes(slopes, [known[f"numeric_{name}"] for name in TITLES], H, _kinks(z))


def _kinks(z: float) -> list[str]:
    """The slopes whose central difference reaches across a kink."""
    return [f"slope_{name}" for name in TITLES if ACTIVATIONS[name].kink and abs(z) < H]


def _steepest(name: str) -> dict[str, float]:
    """The largest slope on the grid, and where it is."""
    slopes = _slope(name, GRID)
    return {f"{name}_largest_slope": float(slopes.max()), f"{name}_steepest_at": float(GRID[slopes.argmax()])}


def _at_points(points: Array) -> dict[str, float]:
    """By function, kind and number of the point: sigmoid_value_1, sigmoid_slope_1, …"""
    return {f"{name}_{kind}_{place}": found for name in DRAWN for kind, of in (("value", _value), ("slope", _slope))
            for place, found in enumerate(of(name, points).tolist(), 1)}


def _table(of: Callable[[str, Array], Array], z: Array) -> list[list[float]]:
    """A point and what each drawn function has there, a row each."""
    rows: list[list[float]] = np.column_stack([z, *(of(name, z) for name in DRAWN)]).tolist()
    return rows
