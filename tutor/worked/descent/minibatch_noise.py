"""How far the mean gradient of a minibatch strays from the gradient of all examples, drawn many times and by formula."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import log2, sqrt
from typing import Any

import numpy as np

from tutor.engine.network import Array
from tutor.worked.descent.cars import MILES_PER_GALLON, POUNDS, gradients_of_each, line_problem, loss_surface
from tutor.worked.descent.surface import check_surface
from tutor.worked.inputs import Choice, Integer, Number, Record
from tutor.worked.network.problem import Problem
from tutor.worked.receipt import Receipt, Step, step, step_symbols

NAME = "minibatch-noise"
FIELDS = Record({
    "data": Choice("line", ("line", "cars")),
    "points": Integer(64, 4, 512), "spread": Number(0.3, 0.0, 100.0),
    "w": Number(0.0, -1e3, 1e3), "b": Number(0.0, -1e3, 1e3),
    "draws": Integer(1000, 100, 4000), "seed": Integer(0, 0, 1_000_000),
})
SYMBOLS = {"sigma": r"\sigma", "N": "N"}


@dataclass(frozen=True)
class _Noise:
    """Sizes B, and for each the spread of the mean gradient about the full one: measured and by formula, (sizes,).

    `replaced` puts every example back before the next is drawn, `kept` does not.
    """

    sizes: tuple[int, ...]
    replaced: Array
    kept: Array
    formulas: dict[int, tuple[float, float]]


def compute(inputs: dict[str, Any]) -> Receipt:
    """The spread of the examples' own gradients, and of the means of ever larger minibatches."""
    problem = _problem(inputs)
    each = gradients_of_each(problem)[:, 0]
    sigma = float(each.std())
    noise = _noise(inputs, each, sigma)
    steps = tuple(_steps(noise, sigma, len(each)))
    check = check_surface(loss_surface(problem, (True, True)), [inputs["w"], inputs["b"]], ["w", "b"])
    return Receipt(
        example=NAME, inputs=inputs, steps=steps, gradient_check=check,
        values={"sigma": sigma, "N": float(len(each))}, symbols={**SYMBOLS, **step_symbols(steps)},
        numbers={**_numbers(noise, each), "draws": float(inputs["draws"]), "largest_check_error": check.max_relative_error},
        arrays={"noise": _rows(noise), "gradients": each.tolist()},
        conventions=("float64", "seeded", "mean-squared-error", "minibatch-weight-only", "gradient-check-surface"),
    )


def _problem(inputs: dict[str, Any]) -> Problem:
    """The cars, or points scattered about y = 2x + 1."""
    if inputs["data"] == "cars":
        return line_problem(POUNDS, MILES_PER_GALLON, inputs["w"], inputs["b"])
    random = np.random.Generator(np.random.PCG64(inputs["seed"]))
    x = random.uniform(0.0, 1.0, inputs["points"])
    y = 2 * x + 1 + random.normal(0.0, inputs["spread"], inputs["points"])
    return line_problem(x.tolist(), y.tolist(), inputs["w"], inputs["b"])


def _sizes(points: int) -> tuple[int, ...]:
    """1, 2, 4, … and all."""
    return (*(2**power for power in range(int(log2(points)) + 1) if 2**power < points), points)


def _noise(inputs: dict[str, Any], each: Array, sigma: float) -> _Noise:
    random = np.random.Generator(np.random.PCG64([inputs["seed"], 1]))
    points, sizes = len(each), _sizes(len(each))
    shape = (inputs["draws"], points)
    replaced = _strays(each[random.integers(0, points, shape)], each, sizes)
    kept = _strays(random.permuted(np.broadcast_to(each, shape), axis=1), each, sizes)
    return _Noise(sizes, replaced, kept, {size: _formulas(sigma, size, points) for size in sizes})


def _strays(drawn: Array, each: Array, sizes: tuple[int, ...]) -> Array:
    """Root mean square distance of the mean of the first B columns from the mean of all examples, for each B."""
    ends = np.array(sizes)
    means = np.add.reduceat(drawn, [0, *ends[:-1]], axis=1).cumsum(axis=1) / ends
    strays: Array = np.sqrt(((means - each.mean()) ** 2).mean(axis=0))
    return strays


def _formulas(sigma: float, size: int, points: int) -> tuple[float, float]:
    alone = sigma / sqrt(size)
    return alone, alone * sqrt((points - size) / (points - 1))


def _steps(noise: _Noise, sigma: float, points: int) -> Iterator[Step]:
    for size in noise.sizes:
        replaced, kept = noise.formulas[size]
        yield step(f"with_{size}", rf"\sigma_{{{size}}}", f"sigma/sqrt({size})", replaced, "minibatch")
        yield step(f"without_{size}", rf"\sigma'_{{{size}}}", f"with_{size}*sqrt((N - {size})/(N - 1))", kept, "minibatch")


def _numbers(noise: _Noise, each: Array) -> dict[str, float]:
    measured = {f"measured_{size}": value for size, value in zip(noise.sizes, noise.replaced.tolist(), strict=True)}
    without = {f"measured_without_{size}": value for size, value in zip(noise.sizes, noise.kept.tolist(), strict=True)}
    return {"full_gradient": float(each.mean()), **measured, **without, **_ratios(noise)}


def _ratios(noise: _Noise) -> dict[str, float]:
    """How many times smaller four times as many examples make the noise, and how near the formula is."""
    formulas = np.array([noise.formulas[size][0] for size in noise.sizes])
    if not (formulas.all() and noise.replaced.all()):
        return {}
    return {"ratio_quadrupled": float(noise.replaced[0] / noise.replaced[2]),
            "ratio_quadrupled_formula": float(formulas[0] / formulas[2]),
            "largest_formula_error": float(np.abs(noise.replaced / formulas - 1).max())}


def _rows(noise: _Noise) -> list[list[float]]:
    """B, with replacement measured and by formula, without replacement measured and by formula."""
    pairs = zip(noise.sizes, noise.replaced.tolist(), noise.kept.tolist(), strict=True)
    return [[float(size), replaced, noise.formulas[size][0], kept, noise.formulas[size][1]] for size, replaced, kept in pairs]
