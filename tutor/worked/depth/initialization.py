"""Initial weights: how signals and gradients keep, lose or multiply their size, and why equal weights stay equal."""

from collections.abc import Iterator
from math import log10, sqrt
from typing import Any

import numpy as np

from tutor.engine.activations import ACTIVATIONS, Array, pull_back
from tutor.worked.conventions import check_conventions
from tutor.worked.depth.initial_symmetry import symmetry
from tutor.worked.inputs import Choice, Integer, Number, Record
from tutor.worked.receipt import Receipt, Step, step, step_symbols

NAME = "initialization"
FIELDS = Record({
    "layers": Integer(10, 1, 20), "width": Integer(256, 2, 512),
    "activation": Choice("relu", ("relu", "tanh", "sigmoid", "identity")),
    "scale": Choice("he", ("he", "xavier", "given")), "std": Number(0.01, 1e-6, 10.0), "seed": Integer(0, 0, 1_000_000),
    "n_in": Integer(784, 1, 100_000), "n_out": Integer(256, 1, 100_000),
    "constant": Number(0.5, -3.0, 3.0), "hidden": Integer(4, 2, 16), "steps": Integer(30, 1, 500),
})
ROWS = 8  # examples sent through the layers: few, so that drawing the weights is the larger part of the work
SMALL, LARGE = 0.01, 0.2  # standard deviations compared with Xavier's and He's
VALUES = {"width": "n", "std": r"\sigma_0", "n_in": r"n_{\text{in}}", "n_out": r"n_{\text{out}}"}


def compute(inputs: dict[str, Any]) -> Receipt:
    """One set of random weights scaled in several ways, and two small networks trained from equal and random weights."""
    start, end, weights = _drawn(inputs)
    stds = _stds(inputs)
    passes = {std: _forward(inputs["activation"], weights, std, start) for std in set(stds.values())}
    sizes = {name: [_rms(start), *map(_rms, passes[std][1])] for name, std in stds.items()}
    back = _backward(inputs["activation"], weights, stds["chosen"], (*passes[stds["chosen"]], end))
    units, steps = symmetry(inputs), tuple(_steps(stds["chosen"], inputs))
    return Receipt(
        NAME, inputs, {name: float(inputs[name]) for name in VALUES}, {**VALUES, **step_symbols(steps)}, steps,
        numbers={**{each.name: each.value for each in steps}, **_numbers(sizes, back), **units.numbers,
                 "std_small": SMALL, "std_large": LARGE, "largest_check_error": units.check.max_relative_error},
        arrays={"sizes": [[number, *pair] for number, pair in enumerate(zip(sizes["chosen"], back, strict=True))],
                "log_sizes": _log_rows([sizes["chosen"], back]),
                "compared": _log_rows([sizes[name] for name in ("small", "xavier", "he", "large")]),
                "units_equal": units.equal, "units_random": units.random},
        gradient_check=units.check,
        conventions=("float64", "seeded", "other-seeds", "check-small-network", "binary-cross-entropy", "adam-defaults",
                     *check_conventions(units.check)),
    )


def _drawn(inputs: dict[str, Any]) -> tuple[Array, Array, Array]:
    """Inputs, a gradient at the outputs (rows, width), and weights (layers, width, width), all standard normal."""
    random = np.random.Generator(np.random.PCG64(inputs["seed"]))
    start, end = random.standard_normal((2, ROWS, inputs["width"]))
    return start, end, random.standard_normal((inputs["layers"], inputs["width"], inputs["width"]))


def _stds(inputs: dict[str, Any]) -> dict[str, float]:
    """Of the weights between layers of the same width."""
    xavier, he = sqrt(2 / (2 * inputs["width"])), sqrt(2 / inputs["width"])
    chosen = {"xavier": xavier, "he": he, "given": inputs["std"]}[inputs["scale"]]
    return {"small": SMALL, "xavier": xavier, "he": he, "large": LARGE, "chosen": chosen}


def _forward(activation: str, weights: Array, std: float, start: Array) -> tuple[list[Array], list[Array]]:
    """z and a of every layer; scaling the products instead of the weights saves most of the work."""
    z: list[Array] = []
    a = [start]
    for layer in weights:
        z.append(std * (a[-1] @ layer.T))
        a.append(ACTIVATIONS[activation].function(z[-1]))
    return z, a[1:]


def _backward(activation: str, weights: Array, std: float, known: tuple[list[Array], list[Array], Array]) -> list[float]:
    """The size of the gradient by the inputs and by every layer's activations, from a given one at the outputs."""
    z, a, gradient = known
    found = [_rms(gradient)]
    for layer, inside, outside in zip(weights[::-1], z[::-1], a[::-1], strict=True):
        slope = ACTIVATIONS[activation].slope(inside, outside)
        gradient = std * (pull_back(activation, gradient, slope, outside) @ layer)
        found.append(_rms(gradient))
    return found[::-1]


def _rms(values: Array) -> float:
    """The root of the mean square, with the largest taken out first, so that no square overflows or underflows."""
    largest = np.abs(values).max()
    return float(largest * np.sqrt(np.mean((values / largest) ** 2))) if largest else 0.0


def _steps(chosen: float, inputs: dict[str, Any]) -> Iterator[Step]:
    """Xavier's (Glorot's) and He's scales, and by what factor a layer is expected to change the size of a signal."""
    total = inputs["n_in"] + inputs["n_out"]
    formula = {"he": "sqrt(2/width)", "xavier": "sqrt(2/(width + width))", "given": "std"}[inputs["scale"]]
    yield step("glorot_var", r"\sigma_X^2", "2/(n_in + n_out)", 2 / total, "scales")
    yield step("glorot_std", r"\sigma_X", "sqrt(glorot_var)", sqrt(2 / total), "scales")
    yield step("glorot_uniform_bound", "c_X", "sqrt(6/(n_in + n_out))", sqrt(6 / total), "scales")
    yield step("var_of_uniform_bound", "c_X^2/3", "glorot_uniform_bound**2/3", sqrt(6 / total) ** 2 / 3, "scales")
    yield step("he_std", r"\sigma_H", "sqrt(2/n_in)", sqrt(2 / inputs["n_in"]), "scales")
    yield step("std_chosen", r"\sigma", formula, chosen, "scales")
    variance = {"relu": "width/2", "identity": "width"}.get(inputs["activation"])
    if variance:
        factor = chosen * sqrt(inputs["width"] / (2 if inputs["activation"] == "relu" else 1))
        yield step("factor", "k", f"std_chosen*sqrt({variance})", factor, "scales")


def _numbers(sizes: dict[str, list[float]], back: list[float]) -> dict[str, float]:
    """Sizes after the last layer, and of the gradient that arrives at the inputs from one of about size 1."""
    last = {f"rms_{name}": values[-1] for name, values in sizes.items() if name != "chosen"}
    return {**last, "rms_first": sizes["chosen"][1], "rms_last": sizes["chosen"][-1], "rms_input": sizes["chosen"][0],
            "gradient_start": back[-1], "gradient_end": back[0], "layers": float(len(back) - 1)}


def _log_rows(columns: list[list[float]]) -> list[list[float]]:
    """Layer and decimal logarithms, up to the first size that is exactly 0."""
    rows = []
    for number, values in enumerate(zip(*columns, strict=True)):
        if not all(values):
            break
        rows.append([number, *map(log10, values)])
    return rows
