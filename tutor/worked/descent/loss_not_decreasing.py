"""A loss that does not fall: the same network trained rightly and with one fault, and what tells the two apart."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import log, log10
from typing import Any

import numpy as np

from tutor.engine.network import Network, flatten, forward
from tutor.engine.training import Frame, accuracy, advance, start
from tutor.worked.conventions import check_conventions
from tutor.worked.descent.faults import DEAD_BIAS, FASTER, FAULTS, SLOWER, UNSCALED, Setup, healthy
from tutor.worked.gradient_check import check_gradient
from tutor.worked.inputs import Choice, Integer, Number, Record
from tutor.worked.network.problem import Problem
from tutor.worked.network.values import Passes, run_passes
from tutor.worked.receipt import GradientCheck, Receipt, Step, step, step_symbols

NAME = "loss-not-decreasing"
FIELDS = Record({
    "fault": Choice("rate_too_large", tuple(FAULTS)),
    "hidden": Integer(8, 1, 32),
    "learning_rate": Number(0.5, 1e-6, 100.0),
    "steps": Integer(120, 1, 2000),
    "seed": Integer(0, 0, 1_000_000),
})
LARGEST_LOSS = 1000.0  # a run whose loss is above this has diverged and is shown no further
LEAST_LOSS = 1e-12  # below this a loss is drawn as this
LEARNT = 0.5 * log(2)
FALL = 1e-6  # a loss that falls by a smaller share has stayed where it was
NEAR = 0.05  # of the loss at chance
SIZES_OF_FAULTS = {"slower": SLOWER, "faster": FASTER, "unscaled": UNSCALED, "dead_bias": DEAD_BIAS, "limit": LARGEST_LOSS}
KINDS = ("healthy", "fault")
SYMBOLS = {
    "healthy_rate": r"\eta", "fault_rate": r"\eta'", "healthy_w": "w", "fault_w": "w'",
    "healthy_g": r"\frac{\partial L}{\partial w}", "fault_g": r"\frac{\partial L'}{\partial w'}",
    "healthy_gradient_norm": r"\|\nabla L\|", "fault_gradient_norm": r"\|\nabla L'\|",
}


@dataclass(frozen=True)
class Run:
    """A setup, its first gradient, the frames until it ended or diverged, and the network of the last of them."""

    setup: Setup
    problem: Problem
    passes: Passes
    frames: tuple[Frame, ...]
    network: Network
    diverged: bool


def compute(inputs: dict[str, Any]) -> Receipt:
    """Both runs, the sizes of their first steps, and where each ends."""
    setup = healthy(inputs["hidden"], inputs["learning_rate"], inputs["steps"], inputs["seed"])
    right, wrong = _run(setup), _run(FAULTS[inputs["fault"]](setup, inputs["seed"]))
    steps, check = tuple(_steps(right, wrong)), _check(wrong)
    return Receipt(
        NAME, inputs, {**_values("healthy", right), **_values("fault", wrong)}, {**SYMBOLS, **step_symbols(steps)}, steps,
        numbers={**{each.name: each.value for each in steps}, **_outcome("healthy", right), **_outcome("fault", wrong),
                 **SIZES_OF_FAULTS, "largest_check_error": check.max_relative_error},
        arrays=_arrays(right, wrong), gradient_check=check, conventions=tuple(_conventions(right, wrong, check)),
    )


def _conventions(right: Run, wrong: Run, check: GradientCheck) -> Iterator[str]:
    yield from ("float64", "seeded", "binary-cross-entropy", "relu-at-zero", "held-out", *check_conventions(check))
    if right.diverged or wrong.diverged:
        yield "stopped-above-thousand"


def _run(setup: Setup) -> Run:
    problem = Problem(setup.plan.network, setup.plan.inputs, setup.plan.targets, setup.plan.loss)
    state, frames = advance(setup.plan, start(setup.plan), setup.plan.steps)
    shown = frames[: _first_above(frames)]
    if len(shown) == len(frames):
        return Run(setup, problem, run_passes(problem), frames, state.network, state.diverged)
    state, _ = advance(setup.plan, start(setup.plan), shown[-1].step)
    return Run(setup, problem, run_passes(problem), shown, state.network, diverged=True)


def _first_above(frames: tuple[Frame, ...]) -> int:
    """Where the losses first pass the largest that is shown; the first frame is always shown."""
    return next((place for place, frame in enumerate(frames) if place and frame.loss > LARGEST_LOSS), len(frames))


def _values(kind: str, run: Run) -> dict[str, float]:
    """The rate, the output's first weight with its first derivative, and the length of the whole first gradient."""
    place = run.passes.shape.spans[-1][0]
    return {f"{kind}_rate": run.setup.plan.optimizer.learning_rate, f"{kind}_w": run.passes.parameters[place].item(),
            f"{kind}_g": run.passes.gradient[place].item(),
            f"{kind}_gradient_norm": float(np.linalg.norm(run.passes.gradient))}


def _steps(right: Run, wrong: Run) -> Iterator[Step]:
    """What a coin would get, and the first step of both runs."""
    yield step("chance_loss", r"\ln 2", "-log(1/2)", log(2), "chance")
    for kind, run, mark in zip(KINDS, (right, wrong), ("", "'"), strict=True):
        values = _values(kind, run)
        rate, weight, slope = values[f"{kind}_rate"], values[f"{kind}_w"], values[f"{kind}_g"]
        yield step(f"{kind}_move", rf"\Delta w{mark}", f"-{kind}_rate*{kind}_g", -rate * slope, "update")
        yield step(f"{kind}_new_w", f"w{mark}^{{+}}", f"{kind}_w + {kind}_move", weight - rate * slope, "update")
        yield step(f"{kind}_step_length", rf"\|\Delta{mark}\|", f"abs({kind}_rate)*{kind}_gradient_norm",
                   abs(rate) * values[f"{kind}_gradient_norm"], "update")
    lengths = [abs(run.setup.plan.optimizer.learning_rate) * float(np.linalg.norm(run.passes.gradient)) for run in (right, wrong)]
    if lengths[0]:
        yield step("step_ratio", r"\|\Delta'\| / \|\Delta\|", "fault_step_length/healthy_step_length",
                   lengths[1] / lengths[0], "update")


# What is not a step.


def _outcome(kind: str, run: Run) -> dict[str, float]:
    """Losses, accuracies, dead units and largest relative update; 1 for yes and 0 for no where it is a judgement."""
    first, last = run.frames[0], run.frames[-1]
    above = run.diverged or last.loss > log(2) + NEAR
    return {f"{kind}_{name}": value for name, value in {
        "loss_start": first.loss, "loss_end": last.loss, "loss_fell": float(last.loss < first.loss * (1 - FALL)),
        "accuracy": last.accuracy or 0.0, "validation_accuracy": _validation_accuracy(run), "steps_run": float(last.step),
        "dead_share_start": _dead_share(run.setup, run.setup.plan.network), "dead_share": _dead_share(run.setup, run.network),
        "diverged": float(run.diverged), "learnt": float(last.loss < LEARNT and not run.diverged),
        "above_chance": float(above), "at_chance": float(not above and last.loss > log(2) - NEAR), **_relative_update(run),
    }.items()}


def _validation_accuracy(run: Run) -> float:
    with np.errstate(over="ignore", invalid="ignore"):  # a diverged network has huge weights
        return accuracy(forward(run.network, run.setup.points).a[-1], run.setup.targets)


def _dead_share(setup: Setup, network: Network) -> float:
    """The share of hidden units that answer 0 to every training row."""
    with np.errstate(over="ignore", invalid="ignore"):
        hidden = forward(network, setup.plan.inputs).a[0]
    return float((hidden == 0).all(axis=0).mean())


def _relative_update(run: Run) -> dict[str, float]:
    """The largest first |update|/|weight|, and the same of their lengths, where any parameter is not 0."""
    nonzero = flatten(run.setup.plan.network) != 0
    if not nonzero.any():
        return {}
    moves, weights = run.setup.plan.optimizer.learning_rate * run.passes.gradient, run.passes.parameters
    return {"update_ratio": float(np.abs(moves[nonzero] / weights[nonzero]).max()),
            "relative_step": float(np.linalg.norm(moves) / np.linalg.norm(weights))}


def _arrays(right: Run, wrong: Run) -> dict[str, Any]:
    """Step, loss of the healthy run and of the other, with a gap where one has ended; and the same as powers of ten."""
    steps = sorted({frame.step for run in (right, wrong) for frame in run.frames})
    by_step = [{frame.step: frame.loss for frame in run.frames} for run in (right, wrong)]
    curves = [[step, *(losses.get(step) for losses in by_step)] for step in steps]
    powers = [[step, *(None if loss is None else log10(max(loss, LEAST_LOSS)) for loss in losses)] for step, *losses in curves]
    return {"curves": curves, "powers": powers}


def _check(run: Run) -> GradientCheck:
    """The first gradient of the run with the fault: it is right even where training is not."""
    return check_gradient(run.problem, run.passes.shape, run.passes.gradient)
