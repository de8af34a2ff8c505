"""Slopes at a kink: ReLU, |x| and the larger of two numbers from both sides, and a step function, which teaches nothing."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from tutor.engine.activations import ACTIVATIONS
from tutor.engine.losses import LOSSES
from tutor.engine.network import Array
from tutor.worked.inputs import Number, Record
from tutor.worked.receipt import GradientCheck, Receipt, Step, step, step_symbols
from tutor.worked.slope_check import CONVENTION, compare_slopes

NAME = "relu-at-zero"
LARGEST = 100.0
FIELDS = Record({
    "z": Number(0.0, -LARGEST, LARGEST), "h": Number(0.001, 1e-6, 1.0), "y": Number(0.0, -LARGEST, LARGEST),
})
SYMBOLS = {"z": "z", "h": "h", "y": "y"}
SIDES = {  # what is measured of a function f around z, and its symbol
    "left": ("({here} - {below})/h", r"{f}'_{{-}}"),
    "right": ("({above} - {here})/h", r"{f}'_{{+}}"),
    "central": ("({above} - {below})/(2*h)", r"\frac{{\Delta {f}}}{{\Delta z}}"),
}
FORMULAS = {"relu": "relu({})", "abs": "abs({})", "max": "max({}, y)", "step": "step_function({})"}
LETTERS = {"relu": "r", "abs": "v", "max": "m", "step": "s"}
GRID = np.arange(-80, 81) / 40.0
WIDTHS = 10.0 ** -np.arange(1.0, 7.0)
NEAR = np.arange(-30, 31) / 10.0  # in multiples of h
# Two points on either side of 0, which a unit is to tell apart by a bias of its own.
POINTS, LABELS = np.array([-2.0, -1.0, 1.0, 2.0]), np.array([0.0, 0.0, 1.0, 1.0])
BIASES = np.arange(-120, 121) / 40.0
NUDGE = 1e-4  # for the slopes of the losses over the bias


def compute(inputs: dict[str, Any]) -> Receipt:
    """Left, right and central slope of three kinks and of a step at z, beside the slope that the engine takes."""
    functions, z, h = _functions(inputs["y"]), inputs["z"], inputs["h"]
    steps = tuple(_steps(functions, z, h))
    known = {each.name: each.value for each in steps}
    check = _check(z, h, known)
    return Receipt(
        example=NAME, inputs=inputs, steps=steps, gradient_check=check,
        values={name: inputs[name] for name in SYMBOLS}, symbols={**SYMBOLS, **step_symbols(steps)},
        numbers={**_numbers(z, h, inputs["y"]), **_flatness(), "largest_check_error": check.max_relative_error},
        arrays=_arrays(functions, h),
        conventions=("float64", "relu-at-zero", CONVENTION, *(("near-kink",) if abs(z) < h else ())),
    )


def _step_function(z: Array) -> Array:
    """1 above 0 and 0 elsewhere, which is also the slope that the engine gives ReLU."""
    return ACTIVATIONS["relu"].slope(z, z)


def _functions(y: float) -> dict[str, Callable[[Array], Array]]:
    return {"relu": ACTIVATIONS["relu"].function, "abs": np.abs, "max": lambda z: np.maximum(z, y), "step": _step_function}


def _slopes(function: Callable[[Array], Array], z: Array, h: float) -> tuple[Array, Array, Array]:
    """From the left, from the right and across."""
    below, here, above = function(z - h), function(z), function(z + h)
    return (here - below) / h, (above - here) / h, (above - below) / (2 * h)


def _steps(functions: dict[str, Callable[[Array], Array]], z: float, h: float) -> Iterator[Step]:
    here = np.array([z])
    for name, function in functions.items():
        yield step(f"{name}_value", LETTERS[name], FORMULAS[name].format("z"), function(here).item(), "values")
        yield from _side_steps(name, [found.item() for found in _slopes(function, here, h)])
    slope = _step_function(here).item()
    central = _slopes(functions["relu"], here, h)[2].item()
    yield step("engine_slope", r"\mathrm{ReLU}'(z)", "step_function(z)", slope, "engine")
    yield step("disagreement", "d", "relu_central - engine_slope", central - slope, "engine")
    yield step("jump_over_width", r"\frac{1}{2h}", "1/(2*h)", 1 / (2 * h), "engine")


def _side_steps(name: str, slopes: list[float]) -> Iterator[Step]:
    formula = FORMULAS[name]
    points = {"here": formula.format("z"), "below": formula.format("z - h"), "above": formula.format("z + h")}
    for (side, (expression, symbol)), slope in zip(SIDES.items(), slopes, strict=True):
        yield step(f"{name}_{side}", symbol.format(f=LETTERS[name]), expression.format(**points), slope, f"kink-{name}")


def _check(z: float, h: float, known: dict[str, float]) -> GradientCheck:
    kinks = ["engine_slope"] if abs(z) < h else []
    return compare_slopes({"engine_slope": known["engine_slope"]}, [known["relu_central"]], h, kinks)


def _numbers(z: float, h: float, y: float) -> dict[str, float]:
    """Whether a difference of this width reaches across the kink of ReLU and of |x|, and of max(x, y)."""
    return {"crosses": float(abs(z) < h), "crosses_max": float(abs(z - y) < h)}


def _unit_losses(unit: Callable[[Array], Array], biases: Array) -> Array:
    """Half the squared error, averaged over the points, of a unit with each bias."""
    a = unit(POINTS + biases[:, None])
    losses: Array = LOSSES["half_squared_error"].value(a[..., None], LABELS[:, None])
    return losses


def _flatness() -> dict[str, float]:
    """On what share of the biases the loss has a slope of exactly 0, for a step and for a sigmoid unit.

    Where a bias puts a point exactly at 0, the staircase of the step unit jumps, and the difference is not 0.
    """
    units = {"step": _step_function, "sigmoid": ACTIVATIONS["sigmoid"].function}
    flat = {name: _unit_losses(unit, BIASES + NUDGE) == _unit_losses(unit, BIASES - NUDGE) for name, unit in units.items()}
    return {**{f"{name}_flat_share": float(found.mean()) for name, found in flat.items()},
            "biases_tried": float(BIASES.size), "step_jumps": float((~flat["step"]).sum())}


def _arrays(functions: dict[str, Callable[[Array], Array]], h: float) -> dict[str, Any]:
    """The functions; both slopes of ReLU near its kink; a step's central difference at 0; the loss over the bias."""
    near = NEAR * h
    sigmoid = ACTIVATIONS["sigmoid"].function
    jumps = [_slopes(_step_function, np.zeros(1), width)[2].item() for width in WIDTHS.tolist()]
    return {
        "functions": np.column_stack([GRID, *(function(GRID) for function in functions.values())]).tolist(),
        "differences": np.column_stack([near, _step_function(near), _slopes(functions["relu"], near, h)[2]]).tolist(),
        "step_widths": np.column_stack([WIDTHS, jumps]).tolist(),
        "staircase": np.column_stack([BIASES, _unit_losses(_step_function, BIASES), _unit_losses(sigmoid, BIASES)]).tolist(),
    }
