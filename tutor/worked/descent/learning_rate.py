"""One small network trained at many learning rates: too small, good, too large, and rates that change on the way."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite, log10
from typing import Any

import numpy as np

from tutor.engine.datasets import xor
from tutor.engine.network import Array, flatten, initial_network
from tutor.worked.conventions import check_conventions
from tutor.worked.descent.rate_sweep import DIVERGED, Sweep, sweep
from tutor.worked.gradient_check import check_gradient
from tutor.worked.inputs import Integer, Number, Record
from tutor.worked.network.problem import Problem
from tutor.worked.network.values import Passes, run_passes
from tutor.worked.receipt import GradientCheck, Receipt, Step, step, step_symbols

NAME = "learning-rate"
FIELDS = Record({
    "lowest_rate": Number(0.001, 1e-6, 1.0),
    "rates": Integer(8, 2, 12),
    "steps": Integer(250, 1, 1000),
    "hidden": Integer(8, 1, 16),
    "schedule_rate": Number(0.6, 1e-6, 1000.0),
    "seed": Integer(0, 0, 1_000_000),
})
LOSS = "half_squared_error"
LEARNT = 0.01  # a loss below this is a success
CURVE = 60  # points of a curve, at most
SCHEDULES = ("constant", "decay", "warmup")
SYMBOLS = {"lowest_rate": r"\eta_1", "steps": "T", "schedule_rate": r"\eta", "w": "w", "g": r"\frac{\partial L}{\partial w}"}


@dataclass(frozen=True)
class Work:
    """The problem and its first gradient, the constant rates (K,) with all runs, and the runs of three schedules."""

    problem: Problem
    passes: Passes
    rates: Array
    runs: Sweep
    schedules: Sweep

    @property
    def best(self) -> int:
        """The rate with the lowest last loss; among those that never diverged, if there are any."""
        return int(np.argmin(np.where(self.runs.diverged, np.inf, self.runs.final))) if not self.runs.diverged.all() else 0

    @property
    def too_large(self) -> int:
        """The smallest rate that diverged; the largest of all where none did."""
        return int(np.argmax(self.runs.diverged)) if self.runs.diverged.any() else self.rates.size - 1


def compute(inputs: dict[str, Any]) -> Receipt:
    """All rates side by side on the same task from the same start, then three schedules."""
    work = _work(inputs)
    steps, check = tuple(_steps(inputs, work)), _check(work)
    return Receipt(
        NAME, inputs, _values(inputs, work), {**SYMBOLS, **step_symbols(steps)}, steps,
        numbers={**{each.name: each.value for each in steps}, **_outcome(work), **_scheduled(work),
                 "largest_check_error": check.max_relative_error},
        arrays=_arrays(inputs, work), gradient_check=check, conventions=tuple(_conventions(work, check)),
    )


def _conventions(work: Work, check: GradientCheck) -> Iterator[str]:
    yield from ("float64", "seeded", "half-squared-error", *check_conventions(check))
    if work.runs.diverged.any() or work.schedules.diverged.any():
        yield "stopped-at-ten-times"


def _work(inputs: dict[str, Any]) -> Work:
    points, targets = xor()
    network = initial_network((2, inputs["hidden"], 1), "tanh", "identity", inputs["seed"])
    problem, steps = Problem(network, points, targets, LOSS), inputs["steps"]
    rates = inputs["lowest_rate"] * 10.0 ** (np.arange(inputs["rates"]) / 2)
    every = np.vstack([np.tile(rates, (steps + 1, 1)).T, _schedules(inputs).T])  # one ensemble for all: (K + 3, steps + 1)
    runs = sweep(problem, lambda step: every[:, step], steps)
    return Work(problem, run_passes(problem), rates, _part(runs, slice(0, rates.size)), _part(runs, slice(rates.size, None)))


def _part(runs: Sweep, chosen: slice) -> Sweep:
    return Sweep(runs.losses[:, chosen], runs.moved[chosen])


def _schedules(inputs: dict[str, Any]) -> Array:
    """The rates (steps + 1, 3): constant, halved every quarter of the run, and growing over its first tenth."""
    steps = np.arange(inputs["steps"] + 1)
    decay = 0.5 ** (steps // _decay_every(inputs["steps"]))
    warmup = np.minimum(1.0, (steps + 1) / _warmup_steps(inputs["steps"]))
    schedules: Array = inputs["schedule_rate"] * np.column_stack([np.ones(steps.size), decay, warmup])
    return schedules


def _decay_every(steps: int) -> int:
    return -(-steps // 4)


def _warmup_steps(steps: int) -> int:
    return -(-steps // 10)


def _values(inputs: dict[str, Any], work: Work) -> dict[str, float]:
    place = _probe(work)
    return {"lowest_rate": inputs["lowest_rate"], "steps": float(inputs["steps"]), "schedule_rate": inputs["schedule_rate"],
            "w": flatten(work.problem.network)[place].item(), "g": work.passes.gradient[place].item()}


def _probe(work: Work) -> int:
    """Where the output's first weight stands in the flat vector."""
    return work.passes.shape.spans[-1][0]


# The steps: the rates tried, one weight's first update at three of them, and what the schedules do to a rate.


def _steps(inputs: dict[str, Any], work: Work) -> Iterator[Step]:
    for place, rate in enumerate(work.rates.tolist()):
        power = f"lowest_rate*10**({place}/2)" if place else "lowest_rate"
        yield step(f"rate_{place + 1}", rf"\eta_{{{place + 1}}}", power, rate, "rates-tried")
    for name, place in (("smallest", 0), ("best", work.best), ("too_large", work.too_large)):
        yield step(f"new_w_{name}", rf"w^{{+}}(\eta_{{{place + 1}}})", f"w - rate_{place + 1}*g",
                   work.runs.moved[place, _probe(work)].item(), "update")
    yield from _schedule_steps(inputs["steps"], _schedules(inputs))


def _schedule_steps(steps: int, schedules: Array) -> Iterator[Step]:
    """How often the rate is halved, how long it warms up, and the first and the last rate of both."""
    last = schedules[steps - 1].tolist()
    yield step("decay_every", "D", "ceil(steps/4)", float(_decay_every(steps)), "schedules")
    yield step("warmup_steps", "W", "ceil(steps/10)", float(_warmup_steps(steps)), "schedules")
    yield step("decay_rate_last", r"\eta^{\mathrm{decay}}_T", "schedule_rate/2**floor((steps - 1)/decay_every)", last[1],
               "schedules")
    yield step("warmup_rate_first", r"\eta^{\mathrm{warm}}_1", "schedule_rate*min(1, 1/warmup_steps)",
               schedules[0, 2].item(), "schedules")
    yield step("warmup_rate_last", r"\eta^{\mathrm{warm}}_T", "schedule_rate*min(1, steps/warmup_steps)", last[2], "schedules")


# What is not a step.


def _outcome(work: Work) -> dict[str, float]:
    final, diverged = work.runs.final, work.runs.diverged
    stable = work.rates[~diverged]
    return {
        "loss_start": work.runs.losses[0, 0].item(), "rates_tried": float(work.rates.size), "target": LEARNT,
        "rates_learnt": float(((final < LEARNT) & ~diverged).sum()), "rates_diverged": float(diverged.sum()),
        "best_rate": work.rates[work.best].item(), "best_loss": final[work.best].item(),
        "smallest_rate_loss": final[0].item(), "too_large_rate": work.rates[work.too_large].item(),
        "too_large_steps": float(work.runs.last[work.too_large]), "too_large_diverged": float(diverged[work.too_large]),
        "limit": DIVERGED, **({"largest_stable_rate": stable.max().item()} if stable.size else {}),
    }


def _scheduled(work: Work) -> dict[str, float]:
    """Last losses of the schedules, and which of them were stopped (1 for yes)."""
    ends = zip(SCHEDULES, work.schedules.final.tolist(), work.schedules.diverged.tolist(), strict=True)
    return {key: value for name, loss, diverged in ends
            for key, value in ((f"{name}_loss", loss), (f"{name}_diverged", float(diverged)))}


def _arrays(inputs: dict[str, Any], work: Work) -> dict[str, Any]:
    """Per rate its power of ten, rate, last loss (none if it diverged) and last step; and losses by step, gaps at the end."""
    shown = [int(step) for step in np.unique(np.linspace(0, inputs["steps"], CURVE).round())]
    chosen = work.runs.losses[:, [work.best, 0, work.too_large]]
    stopped, reached = work.runs.diverged.tolist(), work.runs.last.tolist()
    rows = zip(work.rates.tolist(), work.runs.final.tolist(), stopped, reached, strict=True)
    return {
        "by_rate": [[log10(rate), None if gone else loss, rate, last] for rate, loss, gone, last in rows],
        "curves": [[step, *_seen(chosen[step])] for step in shown],
        "schedules": [[step, *_seen(work.schedules.losses[step])] for step in shown],
        "schedule_rates": [[step, *_schedules(inputs)[step].tolist()] for step in shown],
    }


def _seen(losses: Array) -> list[float | None]:
    return [loss if isfinite(loss) else None for loss in losses.tolist()]


def _check(work: Work) -> GradientCheck:
    """The gradient of the first step, the same for every rate."""
    return check_gradient(work.problem, work.passes.shape, work.passes.gradient)
