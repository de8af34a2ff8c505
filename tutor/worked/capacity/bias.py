"""A line without a bias against a line with one: by a closed form, and by training both."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from tutor.engine.losses import LOSSES
from tutor.engine.network import Array, Layer, Network, forward
from tutor.engine.optimizers import OptimizerSettings
from tutor.worked.conventions import check_conventions
from tutor.worked.gradient_check import check_gradient
from tutor.worked.inputs import Integer, InvalidInput, Number, Numbers, Record
from tutor.worked.network.problem import Problem
from tutor.worked.network.run import Run, Schedule, first_update, train, weights_only
from tutor.worked.network.values import Passes, run_passes
from tutor.worked.receipt import GradientCheck, Receipt, Step, step, step_symbols
from tutor.worked.scatter import points_over
from tutor.worked.written_sum import added, numbered, numbered_symbols, written_sum

NAME = "bias"
LOSS = "mean_squared_error"
MOST_POINTS = 7  # all written out
LARGEST = 100.0
GRID = 40  # points of the lines in the chart
ROUNDING = 1e-12  # a squared error lower by less than this share of the mean squared target is not lower
FIELDS = Record({
    "x": Numbers([0.0, 1.0, 2.0], -LARGEST, LARGEST, (MOST_POINTS,)),
    "y": Numbers([1.0, 3.0, 5.0], -LARGEST, LARGEST, (MOST_POINTS,)),
    "learning_rate": Number(0.1, 0.0, 10.0),
    "steps": Integer(200, 1, 2000),
})


@dataclass(frozen=True)
class Line:
    """Weight and bias of a line, what it answers at the points (n,), and the mean of its squared errors."""

    weight: float
    bias: float
    outputs: Array
    squared_error: float


@dataclass(frozen=True)
class Sums:
    """What the best line with a bias is made of: means of x and y, sums of products and squares around them.

    `spread` says that the x are not all the same; rounding may leave a little in `squares` where they are.
    """

    mean_x: float
    mean_y: float
    products: float
    squares: float
    spread: bool


def compute(inputs: dict[str, Any]) -> Receipt:
    """Both best lines, the gradient of the bias at the start, and both lines trained."""
    if len(inputs["y"]) != len(inputs["x"]):
        raise InvalidInput("/y", "wrong-shape", {"expected": len(inputs["x"]), "found": len(inputs["y"])})
    problem = _problem(inputs)
    passes = run_passes(problem)
    with np.errstate(over="ignore", invalid="ignore"):  # divergence is found and told
        runs = _runs(inputs, problem, passes)
    return _receipt(inputs, problem, passes, runs)


def _problem(inputs: dict[str, Any]) -> Problem:
    network = Network((Layer(np.zeros((1, 1)), np.zeros(1), "identity"),))
    return Problem(network, np.array(inputs["x"])[:, None], np.array(inputs["y"])[:, None], LOSS)


def _runs(inputs: dict[str, Any], problem: Problem, passes: Passes) -> tuple[Run, Run]:
    """Training with the bias held at 0, and training all."""
    settings = OptimizerSettings("sgd", inputs["learning_rate"])
    schedules = (Schedule(settings, trained, sequential=False) for trained in (weights_only(problem.network), None))
    without, with_bias = (train(problem, each, passes, first_update(problem, each, passes), inputs["steps"])
                          for each in schedules)
    return without, with_bias


def _receipt(inputs: dict[str, Any], problem: Problem, passes: Passes, runs: tuple[Run, Run]) -> Receipt:
    x, y, count = problem.inputs[:, 0], problem.targets[:, 0], len(inputs["x"])
    plain, sums = _through_zero(x, y), _sums(x, y)
    line = _with_bias(x, y, sums)
    steps = (*_plain_steps(plain, x, y), *_line_steps(line, sums, count), *_gradient_steps(passes, count))
    check = _check(problem, passes)
    return Receipt(
        NAME, inputs, {**numbered("x", x), **numbered("y", y), "n": float(count)},
        {**numbered_symbols("x", "x", count), **numbered_symbols("y", "y", count), "n": "n", **step_symbols(steps)}, steps,
        numbers={"w_without": plain.weight, "mse_without": plain.squared_error, "w_with": line.weight,
                 "b_with": line.bias, "mse_with": line.squared_error, "bias_helps": _helps(plain, line, y), **_trained(runs),
                 "largest_check_error": check.max_relative_error},
        arrays={"lines": _chart(x, y, plain, line), "losses": _losses(runs)}, gradient_check=check,
        conventions=("float64", "mean-squared-error", *check_conventions(check), *_divergence(runs)),
    )


def _through_zero(x: Array, y: Array) -> Line:
    squares = added(x * x)
    return _line(x, y, added(x * y) / squares if squares else 0.0, 0.0)


def _sums(x: Array, y: Array) -> Sums:
    mean_x, mean_y = added(x) / x.size, added(y) / y.size
    return Sums(mean_x, mean_y, added((x - mean_x) * (y - mean_y)), added((x - mean_x) * (x - mean_x)), bool(np.ptp(x)))


def _with_bias(x: Array, y: Array, sums: Sums) -> Line:
    weight = sums.products / sums.squares if sums.spread else 0.0
    return _line(x, y, weight, sums.mean_y - weight * sums.mean_x)


def _line(x: Array, y: Array, weight: float, bias: float) -> Line:
    network = Network((Layer(np.array([[weight]]), np.array([bias]), "identity"),))
    outputs = forward(network, x[:, None]).a[-1]
    return Line(weight, bias, outputs[:, 0], float(LOSSES[LOSS].value(outputs, y[:, None])))


def _helps(plain: Line, line: Line, y: Array) -> float:
    """Whether the bias lowers the squared error by more than rounding."""
    return float(plain.squared_error - line.squared_error > ROUNDING * float((y * y).mean()))


def _plain_steps(line: Line, x: Array, y: Array) -> Iterator[Step]:
    """Without a bias; where every x is 0 any weight is as good, and it is left at 0."""
    count, squares = x.size, added(x * x)
    yield step("sum_xy", r"\sum x_i y_i", written_sum("x_{0}*y_{0}", count), added(x * y), "without-bias")
    yield step("sum_xx", r"\sum x_i^2", written_sum("x_{0}*x_{0}", count), squares, "without-bias")
    yield step("w_without", "w_0", "sum_xy/sum_xx" if squares else "0*sum_xx", line.weight, "without-bias")
    yield from _error_steps("without", "w_without*x_{0}", line, "without-bias")


def _line_steps(line: Line, sums: Sums, count: int) -> Iterator[Step]:
    """With a bias; where all x are the same the line is level."""
    yield step("mean_x", r"\bar{x}", f"({written_sum('x_{0}', count)})/n", sums.mean_x, "with-bias")
    yield step("mean_y", r"\bar{y}", f"({written_sum('y_{0}', count)})/n", sums.mean_y, "with-bias")
    products = written_sum("(x_{0} - mean_x)*(y_{0} - mean_y)", count)
    yield step("sum_products", "S_{xy}", products, sums.products, "with-bias")
    yield step("sum_squares", "S_{xx}", written_sum("(x_{0} - mean_x)*(x_{0} - mean_x)", count), sums.squares, "with-bias")
    weight = "sum_products/sum_squares" if sums.spread else "0*sum_squares"
    yield step("w_with", "w_1", weight, line.weight, "with-bias")
    yield step("b_with", "b_1", "mean_y - w_with*mean_x", line.bias, "with-bias")
    yield from _error_steps("with", "w_with*x_{0} + b_with", line, "with-bias")


def _error_steps(name: str, formula: str, line: Line, phase: str) -> Iterator[Step]:
    """What the line answers at every point, and its mean squared error."""
    index = int(name == "with")
    for place, value in enumerate(line.outputs.tolist(), 1):
        yield step(f"{name}_{place}", rf"\hat{{y}}^{{({index})}}_{{{place}}}", formula.format(place), value, phase)
    squares = written_sum(f"({name}_{{0}} - y_{{0}})**2", line.outputs.size)
    yield step(f"mse_{name}", rf"\mathrm{{MSE}}_{index}", f"({squares})/n", line.squared_error, phase)


def _gradient_steps(passes: Passes, count: int) -> Iterator[Step]:
    """Before the first step, weight and bias both 0: each row's delta, and what each parameter gets of it."""
    for place, delta in enumerate(passes.found.delta[0][:, 0].tolist(), 1):
        yield step(f"delta_{place}", rf"\delta_{{{place}}}", f"2*(0 - y_{place})/n", delta, "backward")
    yield step("dw", r"\frac{\partial L}{\partial w}", written_sum("delta_{0}*x_{0}", count),
               passes.found.weights[0].item(), "backward")
    yield step("db", r"\frac{\partial L}{\partial b}", written_sum("delta_{0}", count),
               passes.found.biases[0].item(), "backward")


def _check(problem: Problem, passes: Passes) -> GradientCheck:
    check = check_gradient(problem, passes.shape, passes.gradient)
    return replace(check, parameters=tuple(each._replace(name=each.name[0]) for each in check.parameters))


def _trained(runs: tuple[Run, Run]) -> dict[str, float]:
    without, with_bias = runs
    weight, bias = with_bias.parameters.tolist()
    return {"trained_w_without": float(without.parameters[0]), "trained_mse_without": without.losses[-1],
            "trained_w": weight, "trained_b": bias, "trained_mse": with_bias.losses[-1],
            "loss_start": without.losses[0], "steps_run": float(len(_losses(runs)) - 1),
            "diverged": float(bool(_divergence(runs)))}


def _divergence(runs: tuple[Run, Run]) -> tuple[str, ...]:
    return () if all(run.diverged_at is None for run in runs) else ("diverged",)


def _losses(runs: tuple[Run, Run]) -> list[list[float]]:
    """Step, loss without a bias, loss with one, as long as both are finite."""
    return [[float(step), *pair] for step, pair in enumerate(zip(*(run.losses for run in runs), strict=False))]


def _chart(x: Array, y: Array, plain: Line, line: Line) -> list[list[Any]]:
    """The points and both lines, from 0 on, where only a bias can lift a line."""
    ends = np.append(x, 0.0)
    low, high = float(ends.min()), float(ends.max())
    across = np.linspace(low, high if high > low else low + 1.0, GRID)
    return points_over(x, y, across, lambda at: np.stack([plain.weight * at, line.weight * at + line.bias], axis=1))
