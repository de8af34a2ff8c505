"""A line's first training step written out example by example, its minibatch, and the line of least squares."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np

from tutor.engine.network import Array
from tutor.worked.descent.cars import Best
from tutor.worked.descent.path import Path
from tutor.worked.receipt import Step, step

SYMBOLS = {"w": "w", "b": "b", "learning_rate": r"\eta", "batch": "B", "points": "N"}
SLOPES = {"w": r"\frac{\partial L}{\partial w}", "b": r"\frac{\partial L}{\partial b}"}


@dataclass(frozen=True)
class Line:
    """Inputs, the gradient of each example (N, 2), the path of training, the examples drawn, the best line."""

    inputs: dict[str, Any]
    each: Array
    path: Path
    drawn: tuple[int, ...]
    best: Best

    @property
    def numbers(self) -> range:
        """The examples' numbers, from 1."""
        return range(1, len(self.each) + 1)


def point_values(inputs: dict[str, Any]) -> dict[str, float]:
    """The points and settings by name."""
    points = {f"{letter}_{number}": value for letter in ("x", "y") for number, value in enumerate(inputs[letter], 1)}
    return {**points, "w": inputs["w"], "b": inputs["b"], "learning_rate": inputs["learning_rate"],
            "batch": float(inputs["batch"]), "points": float(len(inputs["x"]))}


def point_symbols(points: int) -> dict[str, str]:
    """The LaTeX of the points."""
    return {f"{letter}_{number}": f"{letter}_{{{number}}}" for letter in ("x", "y") for number in range(1, points + 1)}


def line_steps(line: Line) -> Iterator[Step]:
    """Predictions, loss, gradients, the update, the minibatch, the best line."""
    yield from _forward_steps(line)
    yield from _backward_steps(line)
    yield from _update_steps(line)
    yield from _minibatch_steps(line)
    yield from _best_steps(line)


def _trained(line: Line) -> tuple[str, ...]:
    return ("w", "b") if line.inputs["train_bias"] else ("w",)


def _total(terms: Iterable[str]) -> str:
    return " + ".join(terms)


def _forward_steps(line: Line) -> Iterator[Step]:
    outputs = line.inputs["w"] * np.array(line.inputs["x"]) + line.inputs["b"]
    for number, output in zip(line.numbers, outputs.tolist(), strict=True):
        yield step(f"p_{number}", rf"\hat{{y}}_{{{number}}}", f"w*x_{number} + b", output, "forward")
    squares = _total(f"(p_{number} - y_{number})**2" for number in line.numbers)
    yield step("loss", "L", f"({squares})/points", line.path.values[0].item(), "loss")


def _backward_steps(line: Line) -> Iterator[Step]:
    for column, letter in enumerate(_trained(line)):
        along = "*x_{0}" if letter == "w" else ""
        for number in line.numbers:
            expression = f"2*(p_{number} - y_{number})" + along.format(number)
            yield step(f"d{letter}_{number}", f"{SLOPES[letter]}\\Big|_{{{number}}}", expression,
                       line.each[number - 1, column].item(), "backward")
        mean = _total(f"d{letter}_{number}" for number in line.numbers)
        yield step(f"d{letter}", SLOPES[letter], f"({mean})/points", line.path.gradients[0, column].item(), "backward")


def _update_steps(line: Line) -> Iterator[Step]:
    if line.path.steps:
        for column, letter in enumerate(_trained(line)):
            yield step(f"new_{letter}", f"{letter}^{{+}}", f"{letter} - learning_rate*d{letter}",
                       line.path.points[1, column].item(), "update")


def _minibatch_steps(line: Line) -> Iterator[Step]:
    """How much the examples' derivatives differ, and what a minibatch makes of it."""
    each, mean = line.each[:, 0], line.path.gradients[0, 0]
    spread = sqrt(((each - mean) ** 2).mean())
    squares = _total(f"(dw_{number} - dw)**2" for number in line.numbers)
    chosen = _total(f"dw_{place + 1}" for place in line.drawn)
    yield step("dw_std", r"\sigma", f"sqrt(({squares})/points)", spread, "minibatch")
    yield step("batch_dw", rf"{SLOPES['w']}\Big|_{{B}}", f"({chosen})/batch", each[list(line.drawn)].mean().item(), "minibatch")
    yield step("standard_error", r"\sigma_B", "dw_std/sqrt(batch)", spread / sqrt(line.inputs["batch"]), "minibatch")


def _best_steps(line: Line) -> Iterator[Step]:
    """Covariance over variance; with a given bias, without taking the means away."""
    best, bias = line.best, "best_b" if line.inputs["train_bias"] else "b"
    if line.inputs["train_bias"]:
        for letter, mean in zip(("x", "y"), best.centre, strict=True):
            total = _total(f"{letter}_{number}" for number in line.numbers)
            yield step(f"mean_{letter}", rf"\bar{{{letter}}}", f"({total})/points", mean, "linear")
    yield step("best_w", r"\hat{w}", _covariance(line) if best.spread else "0", best.weight, "linear")
    if line.inputs["train_bias"]:
        yield step("best_b", r"\hat{b}", "mean_y - best_w*mean_x", best.bias, "linear")
    errors = _total(f"(best_w*x_{number} + {bias} - y_{number})**2" for number in line.numbers)
    yield step("best_loss", r"\hat{L}", f"({errors})/points", best.loss, "linear")


def _covariance(line: Line) -> str:
    x, y = ("(x_{0} - mean_x)", "(y_{0} - mean_y)") if line.inputs["train_bias"] else ("x_{0}", "(y_{0} - b)")
    along = _total(f"{x}*{y}".format(number) for number in line.numbers)
    squares = _total(f"{x}**2".format(number) for number in line.numbers)
    return f"({along})/({squares})"
