"""A trained classifier used: logits, probabilities, a class, and what a forward pass needs, leaves alone and costs."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from tutor.engine.datasets import Labels, one_hot
from tutor.engine.network import (
    Array,
    Network,
    Trace,
    fingerprint,
    flatten,
    forward,
    forward_flops,
    initial_network,
    sizes,
    step_flops,
)
from tutor.engine.optimizers import OptimizerSettings
from tutor.engine.training import Plan, advance, start
from tutor.worked.inputs import Integer, Number, Record
from tutor.worked.network.formulas import forward_heads
from tutor.worked.network.names import Shape, parameters
from tutor.worked.receipt import Receipt, Step, step, step_symbols

NAME = "inference"
FIELDS = Record({
    "x1": Number(0.4, -1000.0, 1000.0), "x2": Number(0.1, -1000.0, 1000.0),
    "threshold": Number(0.5, 0.0, 1.0),
    "rows": Integer(60, 2, 500),
    "training_steps": Integer(60, 1, 500),
    "seed": Integer(0, 0, 1_000_000),
})
INPUTS, HIDDEN, CLASSES = 2, 3, 2
SHAPE = Shape((INPUTS, HIDDEN, CLASSES), ("tanh", "softmax"), "cross_entropy", 1)
TRAINING_ROWS = 40
CENTRES, SPREAD = ((-0.7, -0.7), (0.7, 0.7)), 0.8  # two clouds that overlap, so that no threshold is right for all
THRESHOLDS = np.linspace(0.05, 0.95, 19)
NUMBER_BYTES = 8
HASH_DIGITS = 12
POINTS = 60  # rows shown, at most
GRID = np.linspace(-2.5, 2.5, 25)
PICTURE_DIGITS = 4
COUNTS = ("true_positives", "false_positives", "false_negatives", "true_negatives")
SYMBOLS = {
    "x1": "x_1", "x2": "x_2", "threshold": r"\theta", "rows": "M", "inputs": "d", "hidden": "n", "classes": "k",
    "true_positives": r"\mathrm{TP}", "false_positives": r"\mathrm{FP}", "false_negatives": r"\mathrm{FN}",
    "true_negatives": r"\mathrm{TN}", "bytes_a_number": "B",
}


@dataclass(frozen=True)
class Work:
    """The trained network, the pass of one row and that of all rows, their true classes (rows,), and the threshold."""

    network: Network
    one: Trace
    every: Trace
    labels: Labels
    threshold: float


def compute(inputs: dict[str, Any]) -> Receipt:
    """One row written out, all rows counted, and the weights compared before and after."""
    network = _trained(inputs["training_steps"], inputs["seed"])
    before = fingerprint(network)[:HASH_DIGITS]
    work = _work(inputs, network)
    after = fingerprint(network)[:HASH_DIGITS]
    steps = tuple(_steps(work))
    found = {each.name: each.value for each in steps}
    return Receipt(
        NAME, inputs, _values(inputs, work), {**_symbols(), **step_symbols(steps)}, steps,
        numbers={**found, **_counts(work, work.threshold), "weights_kept": float(before == after),
                 "row_by_row_difference": _row_by_row_difference(work)},
        texts={"weights_before": before, "weights_after": after}, arrays=_arrays(work),
        conventions=("float64", "seeded", "weights-out-in", "held-out", "above-threshold", "flops-products"),
    )


def _trained(steps: int, seed: int) -> Network:
    """A network with three tanh units after so many steps of Adam."""
    points, labels = clouds(TRAINING_ROWS, 2 * seed + 1)
    network = initial_network(SHAPE.sizes, "tanh", "softmax", seed)
    plan = Plan(network, points, one_hot(labels, CLASSES), "cross_entropy", OptimizerSettings("adam", 0.05), steps, steps)
    return advance(plan, start(plan), steps)[0].network


def clouds(rows: int, seed: int) -> tuple[Array, Labels]:
    """Points (rows, 2) of two classes in turn, and their labels."""
    labels = np.arange(rows) % CLASSES
    noise = np.random.Generator(np.random.PCG64(seed)).normal(0.0, SPREAD, (rows, INPUTS))
    return np.array(CENTRES)[labels] + noise, labels


def _work(inputs: dict[str, Any], network: Network) -> Work:
    points, labels = clouds(inputs["rows"], 2 * inputs["seed"] + 2)
    one = forward(network, np.array([[inputs["x1"], inputs["x2"]]]))
    return Work(network, one, forward(network, points), labels, inputs["threshold"])


def _values(inputs: dict[str, Any], work: Work) -> dict[str, float]:
    names = [each.name for layer in SHAPE.layers for each in parameters(SHAPE, layer)]
    given = {name: float(inputs[name]) for name in ("x1", "x2", "threshold", "rows")}
    return {**given, **dict(zip(names, flatten(work.network).tolist(), strict=True)), "inputs": float(INPUTS),
            "hidden": float(HIDDEN), "classes": float(CLASSES), "bytes_a_number": float(NUMBER_BYTES),
            **_counts(work, work.threshold)}


def _symbols() -> dict[str, str]:
    every = [each for layer in SHAPE.layers for each in parameters(SHAPE, layer)]
    return {**SYMBOLS, **{each.name: each.symbol for each in every}}


def _counts(work: Work, threshold: float) -> dict[str, float]:
    """The four cells of the confusion matrix; class 1 is the positive one."""
    positive, true = work.every.a[-1][:, 1] > threshold, work.labels == 1
    cells = (positive & true, positive & ~true, ~positive & true, ~positive & ~true)
    return {name: float(cell.sum()) for name, cell in zip(COUNTS, cells, strict=True)}


# The steps, in the order in which they are read.


def _steps(work: Work) -> Iterator[Step]:
    values = [value for z, a in zip(work.one.z, work.one.a, strict=True) for value in (*z[0].tolist(), *a[0].tolist())]
    for (name, symbol, expression, operands, phase), value in zip(forward_heads(SHAPE), values, strict=True):
        yield Step(name, symbol, expression, operands, value, phase)
    first, second = work.one.a[-1][0].tolist()
    yield step("largest_class", r"\hat{c}", "step_function(a2_2 - a2_1)", float(second > first), "decision")
    yield step("decision", r"\hat{c}_{\theta}", "step_function(a2_2 - threshold)", float(second > work.threshold), "decision")
    yield from _score_steps(work)
    yield from _cost_steps(work)


def _score_steps(work: Work) -> Iterator[Step]:
    """Precision is left out where no row was called positive: it would be nothing out of nothing."""
    right, precision, recall = _scores(work, work.threshold)
    every = "true_positives + false_positives + false_negatives + true_negatives"
    yield step("accuracy", "A", f"(true_positives + true_negatives)/({every})", right, "scores")
    if precision is not None:
        yield step("precision", r"\pi", "true_positives/(true_positives + false_positives)", precision, "scores")
    yield step("recall", r"\rho", "true_positives/(true_positives + false_negatives)", recall, "scores")


def _scores(work: Work, threshold: float) -> tuple[float, float | None, float]:
    """Accuracy, precision and recall at a threshold."""
    hit, false_alarm, missed, rightly_not = _counts(work, threshold).values()
    called = hit + false_alarm
    return (hit + rightly_not) / len(work.labels), hit / called if called else None, hit / (hit + missed)


def _cost_steps(work: Work) -> Iterator[Step]:
    """Operations and bytes for all rows: forward alone, and a training step that keeps what its backward pass reads."""
    widths, rows = sizes(work.network), len(work.labels)
    ahead, whole = forward_flops(widths, rows), step_flops(widths, rows)
    kept = sum(part.nbytes for part in (work.every.inputs, *work.every.z, *work.every.a))
    held = NUMBER_BYTES * rows * max(before + units for before, units in pairwise(widths))
    for name, symbol, expression, value in (
        ("flops_forward", r"F_{\rightarrow}", "2*rows*(inputs*hidden + hidden*classes)", ahead),
        ("flops_step", "F", "3*flops_forward - 2*rows*inputs*hidden", whole),
        ("flops_ratio", r"F / F_{\rightarrow}", "flops_step/flops_forward", whole / ahead),
        ("bytes_training", "M_F", "bytes_a_number*rows*(inputs + 2*hidden + 2*classes)", kept),
        ("bytes_inference", r"M_{\rightarrow}", "bytes_a_number*rows*(hidden + max(inputs, classes))", held),
    ):
        yield step(name, symbol, expression, float(value), "running-cost")


# What is not a step.


def _row_by_row_difference(work: Work) -> float:
    """The largest difference between all rows at once and one row at a time."""
    alone = np.concatenate([forward(work.network, row[None]).a[-1] for row in work.every.inputs])
    return float(np.abs(alone - work.every.a[-1]).max())


def _arrays(work: Work) -> dict[str, Any]:
    """Scores by threshold, the first rows as x1, x2, class, probability of class 1, and that probability as a map."""
    rows = np.column_stack([work.every.inputs, work.labels, work.every.a[-1][:, 1]])[:POINTS]
    x1, x2 = np.meshgrid(GRID, GRID)
    picture = forward(work.network, np.column_stack([x1.ravel(), x2.ravel()])).a[-1][:, 1]
    return {"thresholds": [[threshold, *_scores(work, threshold)] for threshold in THRESHOLDS.tolist()],
            "points": rows.tolist(), "map": picture.reshape(x1.shape).round(PICTURE_DIGITS).tolist()}
