"""One training step of any small network, with every number on the way; Mazur's 2-2-2 network by default."""

from collections.abc import Iterator
from itertools import takewhile
from math import isfinite
from typing import Any

import numpy as np

from tutor.engine.backprop import Gradients
from tutor.engine.network import Array, Network, unflatten
from tutor.engine.optimizers import OPTIMIZERS, OptimizerSettings
from tutor.worked.conventions import check_conventions, network_conventions
from tutor.worked.gradient_check import check_gradient
from tutor.worked.inputs import Choice, Flag, Integer, Number, Record
from tutor.worked.network.comparison import PROBE_SYMBOLS, PROBE_VALUES, losses_after, probe_part, probe_place
from tutor.worked.network.problem import LARGEST, problem_fields, read_problem
from tutor.worked.network.run import Run, Schedule, look, weights_only
from tutor.worked.network.updates import SETTING_SYMBOLS
from tutor.worked.network.values import Written, given_symbols, given_values, written_steps
from tutor.worked.network.written_step import Work, after_parts, step_parts, take_step, used_settings
from tutor.worked.receipt import GradientCheck, Receipt, Step, step_symbols

NAME = "network-step"
OPTIMIZER = Record(
    {
        "name": Choice("sgd", tuple(OPTIMIZERS)),
        "learning_rate": Number(0.5, 0.0, LARGEST),
        "momentum": Number(0.9, 0.0, 1.0),
        "alpha": Number(0.99, 0.0, 1.0),
        "beta1": Number(0.9, 0.0, 0.999999),
        "beta2": Number(0.999, 0.0, 0.999999),
        "epsilon": Number(1e-8, 1e-16, LARGEST),
        "weight_decay": Number(0.0, 0.0, LARGEST),
        "epsilon_inside_root": Flag(False),
    },
    by="name",
    presets={
        "rmsprop": {"learning_rate": 0.01},
        "adam": {"learning_rate": 0.001},
        "adamw": {"learning_rate": 0.001, "weight_decay": 0.01},
        "adagrad": {"learning_rate": 0.01, "epsilon": 1e-10},
    },
    aliases={"rho": "alpha"},
)
FIELDS = Record({
    **problem_fields(layers=8, units=16, rows=16),
    "optimizer": OPTIMIZER,
    "steps": Integer(1, 1, 10_000),
    "train_biases": Flag(True),
    "update": Choice("simultaneous", ("simultaneous", "sequential")),
})


def compute(inputs: dict[str, Any]) -> Receipt:
    """The receipt of normalised inputs; a run that diverges ends at its last finite numbers."""
    problem = read_problem(inputs)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # divergence is found and told
        return _receipt(inputs, take_step(problem, _schedule(inputs, problem.network), inputs["steps"]))


def _schedule(inputs: dict[str, Any], network: Network) -> Schedule:
    trained = None if inputs["train_biases"] else weights_only(network)
    return Schedule(OptimizerSettings(**inputs["optimizer"]), trained, inputs["update"] == "sequential")


def _receipt(inputs: dict[str, Any], work: Work) -> Receipt:
    shape, settings = work.passes.shape, used_settings(work)
    check = check_gradient(work.problem, shape, work.passes.gradient)
    steps = _finite(written_steps(_parts(work, inputs["steps"])), work.run)
    return Receipt(
        example=NAME, inputs=inputs, steps=steps, gradient_check=check,
        values={**given_values(shape, work.problem, work.passes.parameters), **settings, **PROBE_VALUES},
        symbols={**given_symbols(shape), **{name: SETTING_SYMBOLS[name] for name in settings}, **PROBE_SYMBOLS,
                 **step_symbols(steps)},
        numbers={**_numbers(work), "largest_check_error": check.max_relative_error},
        arrays=_arrays(work),
        measured=None if work.run.diverged_at is None else {"diverged_at": work.run.diverged_at},
        conventions=tuple(_conventions(inputs, work.run, check)),
    )


def _parts(work: Work, steps: int) -> Iterator[Written]:
    yield from step_parts(work)
    yield probe_part(work.passes.shape, work.passes)
    if steps == 1 and work.run.diverged_at is None:
        yield from after_parts(work)


def _finite(steps: tuple[Step, ...], run: Run) -> tuple[Step, ...]:
    """A sequential update can leave the range of floats half-way through; the steps before that are kept."""
    return tuple(takewhile(lambda step: isfinite(step.value), steps)) if run.diverged_at == 1 else steps


def _used(work: Work) -> Gradients:
    """The derivatives the first update moved along, if they are finite, else the gradient at the start."""
    return work.done.used if np.isfinite(work.done.gradient).all() else work.passes.found


def _numbers(work: Work) -> dict[str, float]:
    probe = probe_place(work.passes.shape)
    return {
        "loss": work.run.losses[0],
        "loss_after_backward": look(work.problem, work.problem.network).loss,
        "loss_after": work.run.losses[-1],
        "parameters": float(len(work.passes.parameters)),
        "diverged": float(work.run.diverged_at is not None),
        "probe": float(work.passes.parameters[probe]),
        "probe_gradient": float(work.passes.gradient[probe]),
        **losses_after(work),
    }


def _arrays(work: Work) -> dict[str, Any]:
    used, layers = _used(work), unflatten(work.problem.network, work.run.parameters).layers
    return {
        "z": _lists(work.passes.trace.z), "a": _lists(work.passes.trace.a), "delta": _lists(used.delta),
        "grad_weights": _lists(used.weights), "grad_biases": _lists(used.biases),
        "new_weights": [layer.weights.tolist() for layer in layers],
        "new_biases": [layer.biases.tolist() for layer in layers],
        "losses": list(work.run.losses),
    }


def _lists(arrays: tuple[Array, ...]) -> list[Any]:
    return [array.tolist() for array in arrays]


def _conventions(inputs: dict[str, Any], run: Run, check: GradientCheck) -> Iterator[str]:
    """The keys of the choices that these inputs made."""
    yield from network_conventions(inputs)
    yield inputs["update"]
    if not inputs["train_biases"]:
        yield "biases-fixed"
    if inputs["optimizer"]["name"] == "rmsprop":
        yield "rmsprop-epsilon-inside" if inputs["optimizer"]["epsilon_inside_root"] else "rmsprop-epsilon-outside"
    if inputs["steps"] > 1:
        yield "first-step-shown"
    yield from check_conventions(check)
    if run.diverged_at is not None:
        yield "diverged"
