"""The perceptron rule on a few points: every point it looks at, and whether it ends, goes round in a circle or neither."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from tutor.engine.network import Array
from tutor.worked.layers.sliding import in_order

Weights = tuple[float, ...]  # one for each feature, then the bias


@dataclass(frozen=True)
class Points:
    """Features (rows, features) and targets 0 or 1 (rows,)."""

    features: Array
    targets: Array


@dataclass(frozen=True)
class Look:
    """One point looked at: its row, the weighted sum, the answer, and the weights after it."""

    row: int
    total: float
    answer: float
    weights: Weights


@dataclass(frozen=True)
class Run:
    """All that was looked at, in whole rounds over the points, and the weights after them.

    `separated` says that the last round had no mistake; `circle` is after how many rounds weights came back, 0 if never.
    """

    looks: tuple[Look, ...]
    weights: Weights
    rounds: int
    separated: bool
    circle: int


def learn(points: Points, start: Weights, rate: float, limit: int) -> Run:
    """Until a round has no mistake, weights come back after a round, or the limit of rounds."""
    seen, looks, weights = {start: 0}, list[Look](), start
    for number in range(1, limit + 1):
        made = tuple(_round(points, weights, rate))
        looks += made
        weights = made[-1].weights
        if all(look.answer == points.targets[look.row] for look in made):
            return Run(tuple(looks), weights, number, separated=True, circle=0)
        if weights in seen:
            return Run(tuple(looks), weights, number, separated=False, circle=number - seen[weights])
        seen[weights] = number
    return Run(tuple(looks), weights, limit, separated=False, circle=0)


def _round(points: Points, weights: Weights, rate: float) -> Iterator[Look]:
    """w + rate·(t - y)·x for one point after another; the bias reads a constant 1."""
    rows = np.column_stack([points.features, np.ones(len(points.targets))]).tolist()
    for row, (inputs, target) in enumerate(zip(rows, points.targets.tolist(), strict=True)):
        total = sums(np.array([inputs[:-1]]), weights).item()
        answer = float(total > 0)
        weights = tuple(weight + rate * (target - answer) * value for weight, value in zip(weights, inputs, strict=True))
        yield Look(row, total, answer, weights)


def sums(features: Array, weights: Weights) -> Array:
    """The weighted sums (rows,) of a linear unit, added from left to right, the bias last."""
    return in_order(features * np.array(weights[:-1])) + weights[-1]
