"""The mean squared error item by item: its three conventions, a doubled error, and what one outlier does to it."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from tutor.engine.losses import LOSSES
from tutor.engine.network import Array
from tutor.engine.optimizers import OptimizerSettings, optimizer_state, update
from tutor.worked.inputs import Choice, InvalidInput, Number, Numbers, Record
from tutor.worked.listed import listed, listed_steps, listed_symbols, total
from tutor.worked.receipt import GradientCheck, Receipt, Step, step, step_symbols
from tutor.worked.slope_check import CONVENTION, check_slopes

NAME = "mean-squared-error"
LARGEST = 1e3
MOST = 8
# With all items in one row, the engine's three squared losses are the mean, the sum and half the sum.
LOSS_OF = {"mean": "mean_squared_error", "sum": "squared_error", "half": "half_squared_error"}
FIELDS = Record({
    "targets": Numbers([3.0, -0.5, 2.0, 7.0], -LARGEST, LARGEST, (MOST,)),
    "predictions": Numbers([2.5, 0.0, 2.0, 8.0], -LARGEST, LARGEST, (MOST,)),
    "convention": Choice("mean", tuple(LOSS_OF)), "learning_rate": Number(0.1, 0.0, 10.0),
    "outlier": Number(10.0, -LARGEST, LARGEST),
})
H = 1e-3  # a parabola's central difference is exact at any width, so only rounding matters
SHARES = {"mean": "({})/items", "sum": "{}", "half": "({})/2"}  # of the sum of squares
SIGNS = {"mean": "1/n", "sum": "1", "half": "1/2"}  # what stands before the sum of squares
MULTIPLES = {"mean": "2/items", "sum": "2", "half": "1"}  # of the error, in the gradient
OUTLIERS = np.linspace(0.0, 20.0, 41)
AROUND = np.linspace(-3.0, 3.0, 61)


def compute(inputs: dict[str, Any]) -> Receipt:
    """Errors, squares, loss and gradient, then the same step under each convention, and both kinds of error beside."""
    _check_fit(inputs)
    y, yhat = np.array(inputs["targets"]), np.array(inputs["predictions"])
    check = _check(inputs, y, yhat)
    steps = tuple(_steps(inputs, y, yhat))
    return Receipt(
        example=NAME, inputs=inputs, steps=steps, gradient_check=check,
        values={**listed("y_#", y.tolist()), **listed("yhat_#", yhat.tolist()), "items": float(y.size),
                "learning_rate": inputs["learning_rate"], "outlier": inputs["outlier"]},
        symbols={**listed_symbols("y_#", "y_{#}", y.size), **listed_symbols("yhat_#", r"\hat{y}_{#}", y.size),
                 "items": "n", "learning_rate": r"\eta", "outlier": "o", **step_symbols(steps)},
        numbers={**_numbers(inputs, y, yhat), "largest_check_error": check.max_relative_error},
        arrays=_arrays(inputs, y, yhat), conventions=("float64", f"squares-{inputs['convention']}", CONVENTION),
    )


def _check_fit(inputs: dict[str, Any]) -> None:
    expected, found = len(inputs["targets"]), len(inputs["predictions"])
    if found != expected:
        raise InvalidInput("/predictions", "wrong-shape", {"expected": expected, "found": found})


def _loss(convention: str, yhat: Array, y: Array) -> Array:
    """The loss of predictions (..., n)."""
    return LOSSES[LOSS_OF[convention]].value(yhat[..., None, :], y[None])


def _gradient(convention: str, yhat: Array, y: Array) -> Array:
    """dL/dŷ (n,)."""
    found: Array = LOSSES[LOSS_OF[convention]].gradient(yhat[None], y[None])[0]
    return found


def _absolute(yhat: Array, y: Array) -> float:
    return float(np.abs(yhat - y).mean())


def _check(inputs: dict[str, Any], y: Array, yhat: Array) -> GradientCheck:
    found = listed("g_#", _gradient(inputs["convention"], yhat, y).tolist())
    return check_slopes(lambda points: _loss(inputs["convention"], points, y), yhat, found, H)


def _steps(inputs: dict[str, Any], y: Array, yhat: Array) -> Iterator[Step]:
    error = yhat - y
    squares = LOSSES["squared_error"].terms(yhat, y)
    yield from listed_steps(("e_#", "e_{#}", "yhat_# - y_#"), error.tolist(), "forward")
    yield from listed_steps(("square_#", "q_{#}", "e_#**2"), squares.tolist(), "loss")
    yield from _loss_steps(inputs["convention"], y, yhat)
    yield from _mean_steps(y, yhat)
    yield from _doubling_steps(squares, error)
    yield from _convention_steps(inputs, y, yhat)
    yield from _outlier_steps(inputs["outlier"], y, yhat)


def _loss_steps(convention: str, y: Array, yhat: Array) -> Iterator[Step]:
    share = SHARES[convention].format(total("square_#", y.size))
    multiple = {"mean": "2*e_#/items", "sum": "2*e_#", "half": "e_#"}[convention]
    slopes = _gradient(convention, yhat, y).tolist()
    yield step("loss", "L", share, float(_loss(convention, yhat, y)), "loss")
    yield from listed_steps(("g_#", r"\frac{\partial L}{\partial \hat{y}_{#}}", multiple), slopes, "backward")


def _mean_steps(y: Array, yhat: Array) -> Iterator[Step]:
    """The mean squared error, its root, and the two means it is taken for."""
    mse = float(_loss("mean", yhat, y))
    yield step("mse", r"\overline{q}", f"({total('square_#', y.size)})/items", mse, "compare-errors")
    yield step("rmse", r"\sqrt{\overline{q}}", "sqrt(mse)", mse**0.5, "compare-errors")
    yield step("mae", r"\overline{|e|}", f"({total('abs(e_#)', y.size)})/items", _absolute(yhat, y), "compare-errors")
    yield step("mean_error", r"\bar{e}", f"({total('e_#', y.size)})/items", float((yhat - y).mean()), "compare-errors")


def _doubling_steps(squares: Array, error: Array) -> Iterator[Step]:
    """The largest error, doubled; without a ratio where there is no error to compare with."""
    place = _worst(error)
    doubled = 2.0 * float(error[place - 1])
    yield step("doubled_error", "e'", f"2*e_{place}", doubled, "compare-errors")
    yield step("doubled_square", "q'", "doubled_error**2", doubled**2, "compare-errors")
    if squares[place - 1] > 0:
        ratio = doubled**2 / float(squares[place - 1])
        yield step("doubled_ratio", r"\frac{q'}{q}", f"doubled_square/square_{place}", ratio, "compare-errors")


def _worst(error: Array) -> int:
    """Which item, from 1, has the largest error."""
    return int(np.abs(error).argmax()) + 1


def _multiples(n: int) -> dict[str, float]:
    """By convention, what the error of an item is multiplied by in the gradient."""
    return {name: float(_gradient(name, np.ones(n), np.zeros(n))[0]) for name in LOSS_OF}


def _convention_steps(inputs: dict[str, Any], y: Array, yhat: Array) -> Iterator[Step]:
    """Where one step takes the first prediction, and the rates that make the three steps one."""
    rate, chosen, multiples = inputs["learning_rate"], inputs["convention"], _multiples(y.size)
    moved = {name: float(_moved(name, rate, yhat, y)[0]) for name in LOSS_OF}
    for name in LOSS_OF:
        yield step(f"k_{name}", f"k_{{{SIGNS[name]}}}", MULTIPLES[name], multiples[name], "conventions")
    for name in LOSS_OF:
        yield step(f"moved_{name}", rf"\hat{{y}}_{{1}}^{{({SIGNS[name]})}}",
                   f"yhat_1 - learning_rate*k_{name}*e_1", moved[name], "conventions")
    for name, equal in _equal_rates(inputs, y.size).items():
        yield step(f"rate_{name}", rf"\eta_{{{SIGNS[name]}}}", f"learning_rate*k_{chosen}/k_{name}", equal, "conventions")


def _equal_rates(inputs: dict[str, Any], n: int) -> dict[str, float]:
    """By convention, the learning rate that moves as far as the chosen convention does at the rate given."""
    multiples = _multiples(n)
    return {name: inputs["learning_rate"] * multiples[inputs["convention"]] / multiples[name] for name in LOSS_OF}


def _moved(convention: str, rate: float, yhat: Array, y: Array) -> Array:
    """The predictions after one step of gradient descent on themselves."""
    settings = OptimizerSettings("sgd", rate)
    return update(settings, yhat, _gradient(convention, yhat, y), optimizer_state("sgd", yhat))[0]


def _with_outlier(y: Array, outlier: float) -> Array:
    """The targets with something added to the last."""
    return np.append(y[:-1], y[-1] + outlier)


def _outlier_steps(outlier: float, y: Array, yhat: Array) -> Iterator[Step]:
    moved, n = _with_outlier(y, outlier), y.size
    others = [f"{total(term, n - 1)} + " if n > 1 else "" for term in ("square_#", "abs(e_#)")]
    yield step("outlier_error", "e_{o}", f"yhat_{n} - (y_{n} + outlier)", float((yhat - moved)[-1]), "outlier")
    yield step("outlier_mse", r"\overline{q}_{o}", f"({others[0]}outlier_error**2)/items",
               float(_loss("mean", yhat, moved)), "outlier")
    yield step("outlier_mae", r"\overline{|e|}_{o}", f"({others[1]}abs(outlier_error))/items", _absolute(yhat, moved), "outlier")


def _numbers(inputs: dict[str, Any], y: Array, yhat: Array) -> dict[str, float]:
    """The mean squared error after each step, how far equal rates leave the steps apart, and the best constants."""
    rates, moved = _equal_rates(inputs, y.size), _with_outlier(y, inputs["outlier"])
    equal = np.stack([_moved(name, rate, yhat, y) for name, rate in rates.items()])
    after = {f"mse_after_{name}": float(_loss("mean", _moved(name, inputs["learning_rate"], yhat, y), y)) for name in LOSS_OF}
    best = {"mean_target": y.mean(), "median_target": np.median(y),
            "outlier_mean_target": moved.mean(), "outlier_median_target": np.median(moved)}
    return {**after, "equal_rates_difference": float(np.ptp(equal, axis=0).max()), "doubled_item": float(_worst(yhat - y)),
            **{name: float(value) for name, value in best.items()}}


def _arrays(inputs: dict[str, Any], y: Array, yhat: Array) -> dict[str, Any]:
    """The items; both errors as the last target moves away; both errors of the first item around its target."""
    gradient = _gradient(inputs["convention"], yhat, y)
    moved = [_with_outlier(y, outlier) for outlier in OUTLIERS]
    return {
        "items": np.column_stack([y, yhat, yhat - y, (yhat - y) ** 2, gradient]).tolist(),
        "outliers": [[float(outlier), float(_loss("mean", yhat, targets)), _absolute(yhat, targets)]
                     for outlier, targets in zip(OUTLIERS, moved, strict=True)],
        "around": np.column_stack([AROUND, LOSSES["squared_error"].terms(AROUND, np.zeros(())), np.abs(AROUND)]).tolist(),
    }
