"""Training against evaluation: what a validation pass computes, what it leaves alone, and what each pass costs."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tutor.engine.backprop import flatten_gradients, loss_of
from tutor.engine.datasets import one_hot, spirals
from tutor.engine.network import (
    Array,
    Network,
    fingerprint,
    forward,
    forward_flops,
    initial_network,
    parameter_count,
    sizes,
    step_flops,
)
from tutor.engine.optimizers import OptimizerSettings
from tutor.engine.training import Frame, Plan, accuracy, advance, start
from tutor.worked.conventions import check_conventions
from tutor.worked.gradient_check import check_gradient
from tutor.worked.inputs import Integer, Number, Record
from tutor.worked.network.problem import Problem
from tutor.worked.network.values import run_passes
from tutor.worked.receipt import GradientCheck, Receipt, Step, step, step_symbols

NAME = "forward-only"
FIELDS = Record({
    "points_per_class": Integer(30, 5, 200),
    "hidden": Integer(24, 1, 64),
    "steps": Integer(300, 1, 2000),
    "learning_rate": Number(0.03, 1e-6, 1.0),
    "seed": Integer(0, 0, 1_000_000),
})

CLASSES, INPUTS = 2, 2
NOISE = 0.3  # radians: enough for the two arms to be learnt and not enough to be learnt by heart without a loss
VALIDATION_POINTS = 100  # per class
LOSS = "cross_entropy"
CURVE = 50  # points of the curves of losses, at most
HASH_DIGITS = 12
SYMBOLS = {
    "points_per_class": "N_1", "hidden": "n", "steps": "T", "learning_rate": r"\eta", "seed": "s",
    "inputs": "d", "classes": "k", "validation_points": "M_1",
}


@dataclass(frozen=True)
class Score:
    """How well a network does on rows it is not trained on, after so many steps."""

    step: int
    loss: float
    accuracy: float


@dataclass(frozen=True)
class Run:
    """A whole training run looked at now and then: training frames, and scores on the validation rows."""

    frames: tuple[Frame, ...]
    scores: tuple[Score, ...]
    diverged: bool


def compute(inputs: dict[str, Any]) -> Receipt:
    """Train on two spirals and evaluate on fresh points of the same spirals."""
    plan, validation = _plan(inputs), _spirals(VALIDATION_POINTS, 2 * inputs["seed"] + 2)
    values, run, hashes, check = _values(inputs), _run(plan, validation), _hashes(plan, validation), _check(plan)
    steps = _steps(plan, values)
    return Receipt(
        NAME, inputs, values, {**SYMBOLS, **step_symbols(steps)}, steps,
        numbers={**{each.name: each.value for each in steps}, **_losses(run), **_compared(hashes)},
        texts=hashes, arrays=_curves(run), gradient_check=check, conventions=tuple(_conventions(run, check)),
    )


def _plan(inputs: dict[str, Any]) -> Plan:
    points, targets = _spirals(inputs["points_per_class"], 2 * inputs["seed"] + 1)
    network = initial_network((INPUTS, inputs["hidden"], CLASSES), "relu", "softmax", inputs["seed"])
    settings = OptimizerSettings("adam", inputs["learning_rate"])
    return Plan(network, points, targets, LOSS, settings, inputs["steps"], max(1, inputs["steps"] // CURVE))


def _spirals(points_per_class: int, seed: int) -> tuple[Array, Array]:
    points, labels = spirals(points_per_class, CLASSES, NOISE, seed)
    return points, one_hot(labels, CLASSES)


def _values(inputs: dict[str, Any]) -> dict[str, float]:
    given = {name: float(value) for name, value in inputs.items()}
    return {**given, "inputs": INPUTS, "classes": CLASSES, "validation_points": VALIDATION_POINTS}


def _run(plan: Plan, validation: tuple[Array, Array]) -> Run:
    state = start(plan)
    frames: tuple[Frame, ...] = ()
    scores = [_score(plan.network, validation, 0)]
    while state.step < plan.steps and not state.diverged:
        state, more = advance(plan, state, plan.every)
        frames += more
        scores += [] if state.diverged else [_score(state.network, validation, state.step)]
    return Run(frames, tuple(scores), state.diverged)


def _score(network: Network, validation: tuple[Array, Array], step: int) -> Score:
    """A validation pass: forward only."""
    points, targets = validation
    trace = forward(network, points)
    return Score(step, float(loss_of(network, trace, targets, LOSS)), accuracy(trace.a[-1], targets))


def _losses(run: Run) -> dict[str, float]:
    last = run.frames[-1]
    return {
        "train_loss_start": run.frames[0].loss, "train_loss_end": last.loss, "train_accuracy": last.accuracy or 0.0,
        "validation_loss_start": run.scores[0].loss, "validation_loss_end": run.scores[-1].loss,
        "validation_accuracy": run.scores[-1].accuracy, "validation_loss_least": min(each.loss for each in run.scores),
        "steps_run": float(last.step),
    }


def _curves(run: Run) -> dict[str, Any]:
    """Rows of step, training loss, validation loss."""
    return {"curves": [[frame.step, frame.loss, score.loss] for frame, score in zip(run.frames, run.scores, strict=False)]}


def _hashes(plan: Plan, validation: tuple[Array, Array]) -> dict[str, str]:
    """Fingerprints of the weights: before anything, after a validation pass, after one training step."""
    before = fingerprint(plan.network)
    _score(plan.network, validation, 0)
    evaluated = fingerprint(plan.network)
    state, _ = advance(plan, start(plan), 1)
    found = {"before": before, "after_evaluation": evaluated, "after_step": fingerprint(state.network)}
    return {f"hash_{name}": digest[:HASH_DIGITS] for name, digest in found.items()}


def _compared(hashes: dict[str, str]) -> dict[str, float]:
    """1 for yes, 0 for no: evaluation kept the weights, a training step moved them."""
    return {"hash_kept": float(hashes["hash_before"] == hashes["hash_after_evaluation"]),
            "hash_moved": float(hashes["hash_before"] != hashes["hash_after_step"])}


def _steps(plan: Plan, values: dict[str, float]) -> tuple[Step, ...]:
    """Parameters and operations, counted by the engine."""
    widths, rows = sizes(plan.network), len(plan.inputs)
    ahead, whole = forward_flops(widths, rows), step_flops(widths, rows)
    validating = CLASSES * VALIDATION_POINTS
    return tuple(step(name, symbol, expression, float(value), "count") for name, symbol, expression, value in (
        ("rows", "N", "classes*points_per_class", rows),
        ("validation_rows", "M", "classes*validation_points", validating),
        ("parameters", "P", "(inputs + 1)*hidden + (hidden + 1)*classes", parameter_count(widths)),
        ("flops_forward", r"F_{\rightarrow}", "2*rows*(inputs*hidden + hidden*classes)", ahead),
        ("flops_backward", r"F_{\leftarrow}", "2*flops_forward - 2*rows*inputs*hidden", whole - ahead),
        ("flops_step", "F", "flops_forward + flops_backward", whole),
        ("flops_ratio", r"F / F_{\rightarrow}", "flops_step/flops_forward", whole / ahead),
        ("flops_validation", "V", "2*validation_rows*(inputs*hidden + hidden*classes)", forward_flops(widths, validating)),
        ("flops_training", r"T\,F", "steps*flops_step", values["steps"] * whole),
    ))


def _check(plan: Plan) -> GradientCheck:
    """The gradient of the first training step."""
    problem = Problem(plan.network, plan.inputs, plan.targets, plan.loss)
    passes = run_passes(problem)
    return check_gradient(problem, passes.shape, flatten_gradients(passes.found))


def _conventions(run: Run, check: GradientCheck) -> Iterator[str]:
    yield from ("float64", "seeded", "cross-entropy", "adam-defaults", "relu-at-zero", "flops-products", "held-out")
    yield from check_conventions(check)
    if run.diverged:
        yield "diverged"
