"""Dropout on one layer: a random mask, its scale, the mean over every mask there is, and the gradient through it."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from tutor.engine.network import Array
from tutor.worked.conventions import check_conventions
from tutor.worked.function_check import Function, check_function
from tutor.worked.inputs import Choice, Integer, InvalidInput, Number, Numbers, Record
from tutor.worked.network.problem import LARGEST
from tutor.worked.receipt import GradientCheck, Receipt, Step, step, step_symbols
from tutor.worked.written_sum import added, numbered, numbered_symbols, written_sum

NAME = "dropout"
MOST_UNITS = 8
DRAWS = 200  # random masks in the running mean
FIELDS = Record({
    "h": Numbers([1.0, 2.0, 3.0, 4.0], -LARGEST, LARGEST, (MOST_UNITS,)),
    "p": Number(0.5, 0.0, 0.9),
    "mask_from": Choice("list", ("list", "seed")),
    "mask": Numbers([1.0, 0.0, 1.0, 1.0], 0.0, 1.0, (MOST_UNITS,)),
    "upstream": Numbers([0.1, 0.2, 0.3, 0.4], -LARGEST, LARGEST, (MOST_UNITS,)),
    "seed": Integer(0, 0, 1_000_000),
})


@dataclass(frozen=True)
class Units:
    """Activations, the mask of 0 and 1, and the derivatives that arrive from above, (n,) each; the rate p."""

    h: Array
    mask: Array
    upstream: Array
    p: float


@dataclass(frozen=True)
class Masks:
    """Every mask (2ⁿ, n), how likely each is (2ⁿ,), what the layer gives under each, and the mean of that (n,)."""

    masks: Array
    chances: Array
    outputs: Array
    mean: Array


def compute(inputs: dict[str, Any]) -> Receipt:
    """One mask written out, and what all masks give on average, each weighted by how likely it is."""
    units = _read(inputs)
    masks = every_mask(units)
    steps, check, running = tuple(_steps(units, masks)), _check(units), _running(units, inputs)
    count = units.h.size
    return Receipt(
        NAME, inputs,
        {**numbered("h", units.h), **numbered("r", units.mask), **numbered("g", units.upstream), "p": units.p},
        {**numbered_symbols("h", "h", count), **numbered_symbols("r", "r", count), **numbered_symbols("g", "g", count),
         "p": "p", **step_symbols(steps)},
        steps, numbers={**_numbers(units, masks), "draws": float(DRAWS), "running_mean": running[-1][1],
                        "largest_check_error": check.max_relative_error},
        arrays={"masks": np.column_stack([masks.masks, masks.outputs, masks.chances]).tolist(),
                "running": running, "mean": masks.mean.tolist(), "inference": units.h.tolist()},
        gradient_check=check, conventions=("float64", "seeded", "inverted-dropout", "mask-held", *check_conventions(check)),
    )


def _read(inputs: dict[str, Any]) -> Units:
    h = np.array(inputs["h"])
    _check_length("/upstream", inputs["upstream"], h.size)
    if inputs["mask_from"] == "seed":
        return Units(h, _drawn(inputs, 1)[0], np.array(inputs["upstream"]), inputs["p"])
    _check_length("/mask", inputs["mask"], h.size)
    for place, flag in enumerate(inputs["mask"]):
        if flag not in (0.0, 1.0):
            raise InvalidInput(f"/mask/{place}", "not-a-choice", {"options": ("0", "1")})
    return Units(h, np.array(inputs["mask"]), np.array(inputs["upstream"]), inputs["p"])


def _check_length(pointer: str, given: list[float], expected: int) -> None:
    if len(given) != expected:
        raise InvalidInput(pointer, "wrong-shape", {"expected": expected, "found": len(given)})


def _drawn(inputs: dict[str, Any], count: int) -> Array:
    """So many random masks (count, n): 1 with probability 1 - p."""
    random = np.random.Generator(np.random.PCG64(inputs["seed"]))
    kept: Array = (random.random((count, len(inputs["h"]))) >= inputs["p"]).astype(float)
    return kept


def dropped(units: Units, masks: Array) -> Array:
    """The layer's output under masks (..., n): dropped units are 0, the others divided by 1 - p."""
    scaled: Array = masks * units.h / (1.0 - units.p)
    return scaled


def every_mask(units: Units) -> Masks:
    """All the ways to keep and drop these units, and the mean over them, each weighted by how likely it is."""
    masks = np.array(list(product((0.0, 1.0), repeat=units.h.size)))
    chances = np.where(masks > 0, 1.0 - units.p, units.p).prod(axis=1)
    outputs = dropped(units, masks)
    return Masks(masks, chances, outputs, chances @ outputs)


def _steps(units: Units, masks: Masks) -> Iterator[Step]:
    keep, outputs = 1.0 - units.p, dropped(units, units.mask)
    yield step("keep", "q", "1 - p", keep, "forward")
    for place, value in enumerate(outputs.tolist(), 1):
        yield step(f"out_{place}", rf"\tilde{{h}}_{{{place}}}", f"r_{place}*h_{place}/keep", value, "forward")
    for place, value in enumerate(_slope(units).tolist(), 1):
        symbol = rf"\frac{{\partial L}}{{\partial h_{{{place}}}}}"
        yield step(f"dh_{place}", symbol, f"r_{place}*g_{place}/keep", value, "backward")
    yield from _mean_steps(units, masks)


def _mean_steps(units: Units, masks: Masks) -> Iterator[Step]:
    """Each unit's mean and variance over all masks, beside the formula for a unit that is kept with probability q."""
    variances = masks.chances @ (masks.outputs - masks.mean) ** 2
    for place, (mean, variance) in enumerate(zip(masks.mean.tolist(), variances.tolist(), strict=True), 1):
        yield step(f"mean_{place}", rf"\mathrm{{E}}[\tilde{{h}}_{{{place}}}]", f"keep*(h_{place}/keep) + p*0", mean, "masks")
        spread = f"keep*(h_{place}/keep - h_{place})**2 + p*(0 - h_{place})**2"
        yield step(f"variance_{place}", rf"\mathrm{{Var}}[\tilde{{h}}_{{{place}}}]", spread, variance, "masks")
    yield step("sum_h", r"\sum h_i", written_sum("h_{0}", units.h.size), added(units.h), "masks")


def _slope(units: Units) -> Array:
    """dL/dh: what arrives from above passes only where the mask is 1, with the same scale."""
    through: Array = units.mask * units.upstream / (1.0 - units.p)
    return through


def _check(units: Units) -> GradientCheck:
    """The slope against differences of the sum of outputs times what arrives from above, the mask held still."""
    count = units.h.size

    def loss(h: Array) -> float:
        return float(dropped(Units(h, units.mask, units.upstream, units.p), units.mask) @ units.upstream)

    return check_function(Function(loss, [f"h_{place}" for place in range(1, count + 1)], [count]), units.h, _slope(units))


def _numbers(units: Units, masks: Masks) -> dict[str, float]:
    return {"masks": float(masks.chances.size), "kept": float(units.mask.sum()),
            "sum_dropped": added(dropped(units, units.mask)), "mean_difference": float(np.abs(masks.mean - units.h).max()),
            **{f"inference_{place}": value for place, value in enumerate(units.h.tolist(), 1)},
            "scale": 1.0 / (1.0 - units.p)}


def _running(units: Units, inputs: dict[str, Any]) -> list[list[float]]:
    """Number of masks drawn, mean so far of the sum of outputs, the sum without dropout."""
    sums = dropped(units, _drawn(inputs, DRAWS)).sum(axis=1)
    so_far = np.cumsum(sums) / np.arange(1, DRAWS + 1)
    return [[float(draw), mean, added(units.h)] for draw, mean in enumerate(so_far.tolist(), 1)]
