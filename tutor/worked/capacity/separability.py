"""Which functions of two bits a straight line separates: the perceptron rule, a product feature, and one hidden unit."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from tutor.engine.activations import ACTIVATIONS
from tutor.engine.network import Array
from tutor.worked.capacity.perceptron import Points, Run, learn, sums
from tutor.worked.inputs import Choice, Integer, Number, Record
from tutor.worked.network.problem import LARGEST
from tutor.worked.receipt import Receipt, Step, step, step_symbols

NAME = "separability"
CORNERS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
FUNCTIONS = {"and": (0.0, 0.0, 0.0, 1.0), "or": (0.0, 1.0, 1.0, 1.0), "xor": (0.0, 1.0, 1.0, 0.0), "nand": (1.0, 1.0, 1.0, 0.0)}
FIELDS = Record({
    "function": Choice("xor", tuple(FUNCTIONS)),
    "w1": Number(0.0, -LARGEST, LARGEST), "w2": Number(0.0, -LARGEST, LARGEST), "b": Number(0.5, -LARGEST, LARGEST),
    "rate": Number(1.0, 0.01, 100.0),
    "limit": Integer(50, 1, 1000),
})
ROWS = range(1, 5)
SHOWN = 5  # points looked at that are written out
PRODUCT_LIMIT = 100  # rounds: more than the rule needs for any of the functions from this start
PRODUCT_START = (0.0, 0.0, 0.0, 0.5)
GRID = np.linspace(-0.5, 1.5, 25)
PICTURE_DIGITS = 4
# Rumelhart, Hinton and Williams 1986: one hidden unit, and inputs that also reach the output directly.
DIRECT = {"u1": -6.4, "u2": -6.4, "c": 2.2, "v1": -4.2, "v2": -4.2, "v3": -9.4, "d": 6.3}
SIGMOID = ACTIVATIONS["sigmoid"].function


@dataclass(frozen=True)
class Work:
    """The points, the rule on their two inputs, and the rule with the product as a third."""

    points: Points
    line: Run
    product: Run
    rate: float


def compute(inputs: dict[str, Any]) -> Receipt:
    """The rule's first looks, the line it ends with, why there may be none, and two ways around."""
    work = _work(inputs)
    steps = tuple(_steps(work))
    found = {each.name: each.value for each in steps}
    return Receipt(
        NAME, inputs, _values(inputs, work), {**_symbols(), **step_symbols(steps)}, steps,
        numbers={**found, **_outcome(work, found["mean_distance"])}, arrays=_arrays(work),
        conventions=("float64", "step-at-zero", "perceptron-rule", *(() if work.line.separated else ("no-line-found",))),
    )


def _work(inputs: dict[str, Any]) -> Work:
    targets = np.array(FUNCTIONS[inputs["function"]])
    points, start = Points(CORNERS, targets), (inputs["w1"], inputs["w2"], inputs["b"])
    line = learn(points, start, inputs["rate"], inputs["limit"])
    product = learn(Points(_with_product(CORNERS), targets), PRODUCT_START, 1.0, PRODUCT_LIMIT)
    return Work(points, line, product, inputs["rate"])


def _with_product(features: Array) -> Array:
    return np.column_stack([features, features[:, 0] * features[:, 1]])


def _values(inputs: dict[str, Any], work: Work) -> dict[str, float]:
    data = np.column_stack([CORNERS, work.points.targets])
    given = {f"{letter}_r{row}": value for row, values in zip(ROWS, data.tolist(), strict=True)
             for letter, value in zip(("x1", "x2", "t"), values, strict=True)}
    line = dict(zip(("line_w1", "line_w2", "line_b"), work.line.weights, strict=True))
    product = dict(zip(("product_w1", "product_w2", "product_w3", "product_b"), work.product.weights, strict=True))
    start = {f"{name}_0": inputs[name] for name in ("w1", "w2", "b")} | {"rate": work.rate}
    return {**given, **start, **line, **product, **DIRECT}


def _symbols() -> dict[str, str]:
    data = {f"{letter}_r{row}": symbol.format(row) for row in ROWS
            for letter, symbol in (("x1", "x^{{[{0}]}}_1"), ("x2", "x^{{[{0}]}}_2"), ("t", "t^{{[{0}]}}"))}
    start = {"w1_0": "w_{1,0}", "w2_0": "w_{2,0}", "b_0": "b_0", "rate": r"\eta"}
    line = {"line_w1": r"\hat{w}_1", "line_w2": r"\hat{w}_2", "line_b": r"\hat{b}"}
    product = {f"product_w{place}": rf"\tilde{{w}}_{place}" for place in (1, 2, 3)} | {"product_b": r"\tilde{b}"}
    return {**data, **start, **line, **product, **{name: _indexed(name) for name in DIRECT}}


def _indexed(name: str) -> str:
    return "_".join(name)


# The steps, in the order in which they are read.


def _steps(work: Work) -> Iterator[Step]:
    yield from _looks(work)
    yield from _line_steps(work)
    yield from _mean_steps(work)
    yield from _product_steps(work)
    yield from _direct_steps()


def _looks(work: Work) -> Iterator[Step]:
    """The first points looked at: sum, answer, and the weights after them."""
    for place, look in enumerate(work.line.looks[:SHOWN], 1):
        row, before = look.row + 1, place - 1
        total = f"w1_{before}*x1_r{row} + w2_{before}*x2_r{row} + b_{before}"
        yield step(f"s_{place}", f"s_{place}", total, look.total, "perceptron")
        yield step(f"y_{place}", f"y_{place}", f"step_function(s_{place})", look.answer, "perceptron")
        change = f"rate*(t_r{row} - y_{place})"
        w1, w2, b = look.weights
        yield step(f"w1_{place}", f"w_{{1,{place}}}", f"w1_{before} + {change}*x1_r{row}", w1, "perceptron")
        yield step(f"w2_{place}", f"w_{{2,{place}}}", f"w2_{before} + {change}*x2_r{row}", w2, "perceptron")
        yield step(f"b_{place}", f"b_{place}", f"b_{before} + {change}", b, "perceptron")


def _line_steps(work: Work) -> Iterator[Step]:
    """The four sums under the last weights, and how far the nearest point is from the line."""
    totals = sums(CORNERS, work.line.weights)
    for row, total in zip(ROWS, totals.tolist(), strict=True):
        expression = f"line_w1*x1_r{row} + line_w2*x2_r{row} + line_b"
        yield step(f"line_{row}", rf"\hat{{s}}^{{[{row}]}}", expression, total, "found-line")
    if work.line.separated:
        length = float(np.linalg.norm(work.line.weights[:2]))
        nearest = ", ".join(f"abs(line_{row})" for row in ROWS)
        yield step("margin", "m", f"min({nearest})/sqrt(line_w1**2 + line_w2**2)", float(np.abs(totals).min()) / length,
                   "found-line")


def _mean_steps(work: Work) -> Iterator[Step]:
    """If both classes have the same mean point, any linear unit gives both means one and the same sum."""
    middles = {}
    for name, target in (("ones", 1.0), ("zeros", 0.0)):
        rows = [row for row in ROWS if work.points.targets[row - 1] == target]
        middles[name] = CORNERS[[row - 1 for row in rows]].mean(axis=0)
        for place, value in enumerate(middles[name].tolist(), 1):
            total = " + ".join(f"x{place}_r{row}" for row in rows)
            symbol, mean = rf"\bar{{x}}_{{{place},t={int(target)}}}", f"({total})/{len(rows)}" if len(rows) > 1 else total
            yield step(f"mean_{name}_x{place}", symbol, mean, value, "class-means")
    distance = float(np.linalg.norm(middles["ones"] - middles["zeros"]))
    squares = " + ".join(f"(mean_ones_x{place} - mean_zeros_x{place})**2" for place in (1, 2))
    yield step("mean_distance", r"\Delta", f"sqrt({squares})", distance, "class-means")


def _product_steps(work: Work) -> Iterator[Step]:
    for row, total in zip(ROWS, sums(_with_product(CORNERS), work.product.weights).tolist(), strict=True):
        expression = f"product_w1*x1_r{row} + product_w2*x2_r{row} + product_w3*(x1_r{row}*x2_r{row}) + product_b"
        yield step(f"product_{row}", rf"\tilde{{s}}^{{[{row}]}}", expression, total, "product-feature")


def _direct_steps() -> Iterator[Step]:
    """The network of 1986, row by row: the hidden unit, then the output that reads it and both inputs."""
    hidden, outputs = direct(CORNERS)
    for row, (unit, output) in enumerate(zip(hidden.tolist(), outputs.tolist(), strict=True), 1):
        inside = f"u1*x1_r{row} + u2*x2_r{row} + c"
        yield step(f"direct_h_{row}", f"h^{{[{row}]}}", f"sigmoid({inside})", unit, "direct-links")
        yield step(f"direct_{row}", f"y^{{[{row}]}}", f"sigmoid(v1*x1_r{row} + v2*x2_r{row} + v3*direct_h_{row} + d)",
                   output, "direct-links")


def direct(points: Array) -> tuple[Array, Array]:
    """Hidden unit and output (rows,) of the network of 1986."""
    hidden = SIGMOID(sums(points, (DIRECT["u1"], DIRECT["u2"], DIRECT["c"])))
    outputs = SIGMOID(sums(np.column_stack([points, hidden]), (DIRECT["v1"], DIRECT["v2"], DIRECT["v3"], DIRECT["d"])))
    return hidden, outputs


# What is not a step.


def _outcome(work: Work, mean_distance: float) -> dict[str, float]:
    """1 for yes, 0 for no; `undecided` says that the limit of rounds came before a line or a proof."""
    absent = mean_distance == 0
    return {"separated": float(work.line.separated), "proven_absent": float(absent), "circle": float(work.line.circle),
            "undecided": float(not work.line.separated and not absent), "rounds": float(work.line.rounds),
            "looks": float(len(work.line.looks)), "updates": float(_updates(work.line, work.points)),
            "correct": _correct(sums(CORNERS, work.line.weights), work.points),
            "product_correct": _correct(sums(_with_product(CORNERS), work.product.weights), work.points),
            "product_rounds": float(work.product.rounds), "product_separated": float(work.product.separated)}


def _updates(run: Run, points: Points) -> int:
    return sum(look.answer != points.targets[look.row] for look in run.looks)


def _correct(totals: Array, points: Points) -> float:
    return float(((totals > 0) == (points.targets > 0)).sum())


def _arrays(work: Work) -> dict[str, Any]:
    """Pictures over the square [-0.5, 1.5]², and the mistakes of every round."""
    plane = np.stack(np.meshgrid(GRID, GRID), axis=-1).reshape(-1, 2)
    pictures = {"line_map": SIGMOID(sums(plane, work.line.weights)), "direct_map": direct(plane)[1],
                "product_map": SIGMOID(sums(_with_product(plane), work.product.weights))}
    mistakes = np.reshape([look.answer != work.points.targets[look.row] for look in work.line.looks], (-1, len(ROWS)))
    return {**{name: picture.reshape(GRID.size, -1).round(PICTURE_DIGITS).tolist() for name, picture in pictures.items()},
            "points": np.column_stack([CORNERS, work.points.targets]).tolist(),
            "direct_points": np.column_stack([CORNERS, FUNCTIONS["xor"]]).tolist(),
            "mistakes": [[number, float(count)] for number, count in enumerate(mistakes.sum(axis=1).tolist(), 1)]}
