"""Polynomials of every degree up to nine through a few noisy points: what they learn, and what they learn by heart."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from tutor.engine.network import Array
from tutor.worked.capacity.noisy_sine import Points, errors, fitted, heights, noisy_sine, truth
from tutor.worked.inputs import Integer, Number, Record
from tutor.worked.receipt import Receipt, Step, step, step_symbols
from tutor.worked.scatter import points_over
from tutor.worked.written_sum import numbered, numbered_symbols, written_sum

NAME = "overfitting"
DEGREES = range(1, 10)
COMPARED = (1, 3, 5, 9)
WRITTEN = 10  # points whose fitted heights are written out
FIELDS = Record({
    "degree": Integer(9, 1, 9),
    "noise": Number(0.2, 0.0, 1.0),
    "points": Integer(10, 10, 24),
    "seed": Integer(3, 0, 1_000_000),
})
ACROSS = np.linspace(-1.0, 1.0, 101)


def compute(inputs: dict[str, Any]) -> Receipt:
    """The fit of one degree point by point, and the training and validation errors of all nine."""
    points = noisy_sine(inputs["points"], inputs["noise"], inputs["seed"])
    found = [errors(points, fitted(points, degree)) for degree in DEGREES]
    coefficients = fitted(points, inputs["degree"])
    shown, count = min(WRITTEN, points.x.size), coefficients.size
    steps = tuple(_steps(points, coefficients, shown, found[inputs["degree"] - 1][0]))
    return Receipt(
        NAME, inputs,
        {**numbered("x", points.x[:shown]), **numbered("y", points.y[:shown]), "n": float(points.x.size),
         **_named(coefficients)},
        {**numbered_symbols("x", "x", shown), **numbered_symbols("y", "y", shown), "n": "n",
         **{f"c_{power}": f"c_{{{power}}}" for power in range(count)}, **step_symbols(steps)},
        steps, numbers=_numbers(inputs, np.array(found)),
        arrays={"curve": _curve(points, coefficients),
                "errors": [[float(degree), *pair] for degree, pair in zip(DEGREES, found, strict=True)],
                "validation_points": np.stack([points.validation_x, points.validation_y], axis=1).tolist()},
        conventions=("float64", "seeded", "mean-squared-error", "held-out", "least-squares"),
    )


def _named(coefficients: Array) -> dict[str, float]:
    return {f"c_{power}": value for power, value in enumerate(coefficients.tolist())}


def _steps(points: Points, coefficients: Array, shown: int, training_error: float) -> Iterator[Step]:
    """The fitted height at each of the first points, and the training error where those are all."""
    polynomial = "c_0 + c_1*x_{0}" + "".join(f" + c_{power}*x_{{0}}**{power}" for power in range(2, coefficients.size))
    for place, height in enumerate(heights(points.x[:shown], coefficients).tolist(), 1):
        yield step(f"p_{place}", rf"p(x_{{{place}}})", polynomial.format(place), height, "fit")
    if shown == points.x.size:
        squares = written_sum("(p_{0} - y_{0})**2", shown)
        yield step("training_error", r"\mathrm{MSE}_{\mathrm{train}}", f"({squares})/n", training_error, "loss")


def _numbers(inputs: dict[str, Any], found: Array) -> dict[str, float]:
    """Errors by degree, those of the degree asked for, and the degree with the least error on the validation points."""
    training, validation = found.T
    chosen, best = inputs["degree"] - 1, int(validation.argmin())
    compared = min(COMPARED, key=lambda degree: float(validation[degree - 1]))
    return {**{f"train_{degree}": training[degree - 1].item() for degree in DEGREES},
            **{f"validation_{degree}": validation[degree - 1].item() for degree in DEGREES},
            "degree": float(inputs["degree"]), "training_error": training[chosen].item(),
            "validation_error": validation[chosen].item(), "gap": (validation - training)[chosen].item(),
            "best_degree": float(best + 1), "best_validation": validation[best].item(), "best_compared": float(compared),
            "best_training_degree": float(training.argmin() + 1), "noise_variance": inputs["noise"] ** 2}


def _curve(points: Points, coefficients: Array) -> list[list[Any]]:
    """x, point or None, the function without noise, the fit."""
    return points_over(points.x, points.y, ACROSS, lambda at: np.stack([truth(at), heights(at, coefficients)], axis=1))
