"""Adam's bias correction: what the first steps would be without it, and how long that lasts."""

from collections.abc import Iterator
from math import ceil, log, sqrt
from typing import Any

import numpy as np

from tutor.engine.network import Array
from tutor.engine.optimizers import OptimizerSettings, optimizer_state, update
from tutor.worked.receipt import Step, step

GRADIENTS = (1e-4, 1e-2, 1.0, 1e2, 1e4)
CLOSE = 0.01  # the ratio is near 1 from where it differs by less than this
DRAWN = 60  # steps of the ratio that a chart shows
PHASE = "correction"


def probe_values() -> dict[str, float]:
    """The gradients of very different sizes that a first step is taken along."""
    return {f"probe_{number}": gradient for number, gradient in enumerate(GRADIENTS, 1)}


def probe_symbols() -> dict[str, str]:
    """The LaTeX of `probe_values`."""
    return {f"probe_{number}": f"g_{{{number}}}" for number in range(1, len(GRADIENTS) + 1)}


def correction_steps(adam: OptimizerSettings) -> Iterator[Step]:
    """Adam's first step for every gradient, and how many times longer it would be without the correction."""
    for number, move in enumerate(_first_moves(adam), 1):
        yield step(f"first_step_{number}", rf"\Delta w(g_{{{number}}})",
                   f"learning_rate*probe_{number}/(sqrt(probe_{number}**2) + epsilon)", move, PHASE)
    ratio = (1 - adam.beta1) / sqrt(1 - adam.beta2)
    yield step("uncorrected_ratio_1", "r_1", "(1 - beta1)/sqrt(1 - beta2)", ratio, PHASE)


def _first_moves(adam: OptimizerSettings) -> list[float]:
    start, gradients = np.zeros(len(GRADIENTS)), np.array(GRADIENTS)
    moved, _ = update(adam, start, gradients, optimizer_state(adam.name, start))
    moves: list[float] = (start - moved).tolist()
    return moves


def correction_numbers(adam: OptimizerSettings) -> dict[str, float]:
    """The largest ratio, its step, and from which step on the ratio stays within one per cent of 1; epsilon left out."""
    ratios = _ratios(adam, _long_enough(adam))
    far = np.flatnonzero(np.abs(ratios - 1) > CLOSE)
    return {
        "uncorrected_ratio_peak": ratios.max().item(),
        "uncorrected_peak_t": float(ratios.argmax() + 1),
        "within_1pct_t": float(far[-1] + 2 if far.size else 1),
    }


def ratio_rows(adam: OptimizerSettings) -> list[Any]:
    """Rows [step, how many times longer the step would be without correction]."""
    rows: list[Any] = np.column_stack([np.arange(1.0, DRAWN + 1), _ratios(adam, DRAWN)]).tolist()
    return rows


def _ratios(adam: OptimizerSettings, steps: int) -> Array:
    """Uncorrected over corrected step for a gradient that stays the same: (1 - β₁ᵗ) / √(1 - β₂ᵗ) for t = 1, 2, …"""
    t = np.arange(1, steps + 1)
    ratios: Array = (1 - adam.beta1**t) / np.sqrt(1 - adam.beta2**t)
    return ratios


def _long_enough(adam: OptimizerSettings) -> int:
    """A step after which both powers are so small that the ratio stays within one per cent."""
    return max([DRAWN, *(ceil(log(CLOSE / 2) / log(beta)) for beta in (adam.beta1, adam.beta2) if beta > 0)])
