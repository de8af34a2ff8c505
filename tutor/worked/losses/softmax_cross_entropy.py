"""Softmax and cross-entropy on one row of scores: probabilities, loss and gradient, and what leaves them unchanged."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import log
from typing import Any

import numpy as np

from tutor.engine.activations import ACTIVATIONS
from tutor.engine.losses import FUSED, LOSSES, fused_delta
from tutor.engine.network import Array
from tutor.worked.inputs import Integer, InvalidInput, Number, Numbers, Record
from tutor.worked.listed import largest, listed, listed_steps, listed_symbols, total
from tutor.worked.receipt import GradientCheck, Receipt, Step, step, step_symbols
from tutor.worked.slope_check import CONVENTION, check_slopes

NAME = "softmax-cross-entropy"
LARGEST = 1e3
MOST = 8
FIELDS = Record({
    "scores": Numbers([1.0, -2.0, 0.0], -LARGEST, LARGEST, (MOST,)), "true_class": Integer(1, 1, MOST),
    "temperature": Number(1.0, 0.05, 100.0), "shift": Number(5.0, -LARGEST, LARGEST),
})
H = 1e-5
SYMBOLS = {"temperature": "T", "classes": "K"}
LARGE = np.array([123.0, 456.0, 789.0])
LARGEST_EXPONENT = log(float(np.finfo(np.float64).max))  # beyond it, e to the power is no longer a finite number
TEMPERATURES = np.geomspace(0.1, 10.0, 41)
RAISED = np.linspace(-8.0, 8.0, 65)


@dataclass(frozen=True)
class Row:
    """Scores (K,), the one-hot target (K,), and the scores divided by the temperature (K,)."""

    scores: Array
    target: Array
    temperature: float
    scaled: Array


def compute(inputs: dict[str, Any]) -> Receipt:
    """Probabilities, loss and gradient of the scores, then a shift, a second softmax and the loss at chance."""
    row = _row(inputs)
    check, steps = _check(row), tuple(_steps(row))
    classes = row.scores.size
    return Receipt(
        example=NAME, inputs=inputs, steps=steps, gradient_check=check,
        values={**listed("s_#", row.scores.tolist()), **listed("t_#", row.target.tolist()),
                "temperature": row.temperature, "classes": float(classes)},
        symbols={**listed_symbols("s_#", "s_{#}", classes), **listed_symbols("t_#", "t_{#}", classes), **SYMBOLS,
                 **step_symbols(steps)},
        numbers={**_numbers(inputs, row), "largest_check_error": check.max_relative_error},
        arrays=_arrays(row), conventions=("float64", "classes-from-one", CONVENTION),
    )


def _row(inputs: dict[str, Any]) -> Row:
    scores, right = np.array(inputs["scores"]), inputs["true_class"]
    if right > scores.size:
        raise InvalidInput("/true_class", "too-large", {"high": scores.size})
    return Row(scores, np.eye(scores.size)[right - 1], inputs["temperature"], scores / inputs["temperature"])


def _softmax(z: Array) -> Array:
    return ACTIVATIONS["softmax"].function(z)


def _losses(z: Array, target: Array) -> Array:
    """The loss of each row of scores (..., K): (...,)."""
    terms: Array = FUSED["softmax", "cross_entropy"](z, target)
    summed: Array = terms.sum(-1)
    return summed


def _gradient(row: Row) -> Array:
    """The derivative by each score: softmax and loss together, then the division by the temperature."""
    slope: Array = fused_delta(_softmax(row.scaled)[None], row.target[None])[0] / row.temperature
    return slope


def _check(row: Row) -> GradientCheck:
    found = listed("g_#", _gradient(row).tolist())
    return check_slopes(lambda points: _losses(points / row.temperature, row.target), row.scores, found, H)


def _steps(row: Row) -> Iterator[Step]:
    z, k, right = row.scaled, row.scores.size, int(row.target.argmax()) + 1
    powers = np.exp(z - z.max())
    yield from listed_steps(("z_#", "z_{#}", "s_#/temperature"), z.tolist(), "softmax")
    yield step("top", "m", largest("z_#", k), float(z.max()), "softmax")
    yield from listed_steps(("e_#", "e_{#}", "exp(z_# - top)"), powers.tolist(), "softmax")
    yield step("total", "S", total("e_#", k), float(powers.sum()), "softmax")
    yield from listed_steps(("p_#", "p_{#}", "e_#/total"), _softmax(z).tolist(), "softmax")
    yield step("loss", "L", f"log(total) - (z_{right} - top)", float(_losses(z, row.target)), "loss")
    yield from listed_steps(("g_#", r"\frac{\partial L}{\partial s_{#}}", "(p_# - t_#)/temperature"),
                            _gradient(row).tolist(), "backward")
    yield from _twice_steps(_softmax(z), row.target)
    yield step("chance", "L_{0}", "log(classes)", float(_losses(np.zeros(k), row.target)), "chance")


def _twice_steps(p: Array, target: Array) -> Iterator[Step]:
    """Softmax of probabilities, as if they were scores: even a sure answer keeps a loss."""
    k, right = p.size, int(target.argmax()) + 1
    powers = total("exp(p_#)", k)
    yield from listed_steps(("twice_#", "p'_{#}", f"exp(p_#)/({powers})"), _softmax(p).tolist(), "twice")
    yield step("twice_loss", "L'", f"log({powers}) - p_{right}", float(_losses(p, target)), "twice")
    yield step("twice_floor", r"L'_{\min}", "log(1 + (classes - 1)*exp(-1))", float(_losses(target, target)), "twice")


def _numbers(inputs: dict[str, Any], row: Row) -> dict[str, float]:
    p, shifted = _softmax(row.scaled), (row.scores + inputs["shift"]) / row.temperature
    loss = _losses(row.scaled, row.target)
    return {
        "p_true": float(p @ row.target), "p_sum": float(p.sum()), "g_sum": float(_gradient(row).sum()),
        "likeliest_class": float(p.argmax() + 1), "loss_from_p": float(LOSSES["cross_entropy"].value(p[None], row.target[None])),
        "shift_difference": float(np.abs(_softmax(shifted) - p).max()),
        "shift_loss_difference": float(abs(_losses(shifted, row.target) - loss)),
        "overflows": float(row.scaled.max() > LARGEST_EXPONENT), "largest_exponent": LARGEST_EXPONENT,
        **listed("large_p_#", _softmax(LARGE).tolist()), "large_overflows": float(LARGE.max() > LARGEST_EXPONENT),
        "chance_10": float(_losses(np.zeros(10), np.eye(10)[0])),
    }


def _arrays(row: Row) -> dict[str, Any]:
    """The row as a table; the likeliest and the true class over the temperature; the loss as the true score is moved."""
    p, right = _softmax(row.scaled), int(row.target.argmax())
    hotter = _softmax(row.scores / TEMPERATURES[:, None])
    raised = (row.scores + RAISED[:, None] * row.target) / row.temperature
    return {
        "classes": np.column_stack([np.arange(1, p.size + 1), row.scores, p, row.target, _gradient(row)]).tolist(),
        "temperatures": np.column_stack([TEMPERATURES, hotter.max(-1), hotter[:, right]]).tolist(),
        "raised": np.column_stack([RAISED, _losses(raised, row.target)]).tolist(),
    }
