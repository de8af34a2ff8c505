"""XOR without any training: the best straight line, a ReLU network built by hand, and two linear layers made into one."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np

from tutor.engine.datasets import xor
from tutor.engine.losses import LOSSES
from tutor.engine.network import Array, Layer, Network, forward
from tutor.worked.receipt import Step, step

ROWS = range(1, 5)

BUILT = Network((
    Layer(np.array([[1.0, 1.0], [1.0, 1.0]]), np.array([0.0, -1.0]), "relu"),
    Layer(np.array([[1.0, -2.0]]), np.array([0.0]), "identity"),
))
WEIGHTS = ("w1_1_1", "w1_1_2", "w1_2_1", "w1_2_2", "w2_1_1", "w2_1_2")
FIRST_MAP = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
SECOND_MAP = np.array([[1.0, 0.0, -1.0], [2.0, 1.0, 0.0]])


@dataclass(frozen=True)
class Line:
    """Least squares on the four points: means of x1, x2 and t, (w1, w2, b), what it predicts (4,), its squared error."""

    means: tuple[float, ...]
    coefficients: tuple[float, ...]
    predictions: Array
    squared_error: float


def best_line() -> Line:
    """The inputs of XOR are uncorrelated, so that each weight is its own covariance over its variance."""
    points, targets = xor()
    means = np.append(points.mean(axis=0), targets.mean())
    centred = points - means[:2]
    weights = centred.T @ targets[:, 0] / (centred**2).sum(axis=0)
    bias = means[2] - weights @ means[:2]
    predictions: Array = points @ weights + bias
    squared_error = float(LOSSES["mean_squared_error"].value(predictions[:, None], targets))
    return Line(tuple(means.tolist()), (*weights.tolist(), float(bias)), predictions, squared_error)


def built_outputs() -> Array:
    """What the network built by hand answers on the four points, (4,)."""
    outputs: Array = forward(BUILT, xor()[0]).a[-1][:, 0]
    return outputs


def given_values() -> dict[str, float]:
    """The four points, the weights of the network built by hand, and the two matrices that are multiplied."""
    points, targets = xor()
    hidden, output = BUILT.layers
    data = {f"x{place + 1}_r{row}": points[row - 1, place] for row, place in product(ROWS, range(2))}
    data |= {f"t_r{row}": targets[row - 1, 0] for row in ROWS}
    data |= dict(zip(WEIGHTS, (*hidden.weights.ravel(), *output.weights.ravel()), strict=True))
    data |= {"b1_1": hidden.biases[0], "b1_2": hidden.biases[1], "b2_1": output.biases[0]}
    data |= _entries("first", FIRST_MAP) | _entries("second", SECOND_MAP)
    return {name: float(value) for name, value in data.items()}


def _entries(name: str, matrix: Array) -> dict[str, float]:
    return {f"{name}_{row + 1}_{column + 1}": float(value) for (row, column), value in np.ndenumerate(matrix)}


def given_symbols() -> dict[str, str]:
    """The LaTeX of `given_values`."""
    return {name: _symbol(name) for name in given_values()}


def _symbol(name: str) -> str:
    letter, *numbers = name.split("_")
    if numbers[0].startswith("r"):  # x1_r2: a datum in a row
        return f"{letter[0]}^{{[{numbers[0][1:]}]}}" + (f"_{letter[1:]}" if letter[1:] else "")
    if letter in ("first", "second"):
        return rf"{'A' if letter == 'first' else 'B'}_{{{''.join(numbers)}}}"
    return f"{letter[0]}^{{({letter[1]})}}_{{{''.join(numbers)}}}"


def hand_steps() -> tuple[Step, ...]:
    """The line, the network built by hand row by row, and the product of two linear layers."""
    return (*_line_steps(best_line()), *_built_steps(), *_collapse_steps())


def _line_steps(line: Line) -> Iterator[Step]:
    for name, mean in zip(("x1", "x2", "t"), line.means, strict=True):
        symbol = rf"\bar{{{name[0]}}}" + (f"_{name[1:]}" if name[1:] else "")
        yield step(f"mean_{name}", symbol, f"({_total(name + '_r{0}')})/4", mean, "linear")
    for name, weight in zip(("x1", "x2"), line.coefficients, strict=False):
        along = _total(f"({name}_r{{0}} - mean_{name})*(t_r{{0}} - mean_t)")
        spread = _total(f"({name}_r{{0}} - mean_{name})**2")
        yield step(f"linear_w{name[1]}", rf"\hat{{w}}_{name[1]}", f"({along})/({spread})", weight, "linear")
    yield step("linear_b", r"\hat{b}", "mean_t - linear_w1*mean_x1 - linear_w2*mean_x2", line.coefficients[2], "linear")
    for row, value in zip(ROWS, line.predictions.tolist(), strict=True):
        expression = f"linear_w1*x1_r{row} + linear_w2*x2_r{row} + linear_b"
        yield step(f"linear_{row}", rf"\hat{{y}}^{{[{row}]}}", expression, value, "linear")
    squares = _total("(linear_{0} - t_r{0})**2")
    yield step("linear_mse", r"\mathrm{MSE}", f"({squares})/4", line.squared_error, "linear")


def _total(term: str) -> str:
    return " + ".join(term.format(row) for row in ROWS)


def _built_steps() -> Iterator[Step]:
    trace = forward(BUILT, xor()[0])
    for row, units, output in zip(ROWS, trace.a[0].tolist(), trace.a[1][:, 0].tolist(), strict=True):
        for unit, value in enumerate(units, 1):
            inside = f"w1_{unit}_1*x1_r{row} + w1_{unit}_2*x2_r{row} + b1_{unit}"
            yield step(f"h{unit}_r{row}", f"h^{{[{row}]}}_{unit}", f"relu({inside})", value, "built")
        expression = f"w2_1_1*h1_r{row} + w2_1_2*h2_r{row} + b2_1"
        yield step(f"built_r{row}", f"y^{{[{row}]}}", expression, output, "built")


def _collapse_steps() -> Iterator[Step]:
    for (row, column), value in np.ndenumerate(SECOND_MAP @ FIRST_MAP):
        at = f"{row + 1}_{column + 1}"
        terms = (f"second_{row + 1}_{inner}*first_{inner}_{column + 1}" for inner in range(1, len(FIRST_MAP) + 1))
        yield step(f"product_{at}", f"(BA)_{{{row + 1}{column + 1}}}", " + ".join(terms), float(value), "collapse")
