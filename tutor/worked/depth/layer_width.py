"""Hidden layers of several widths learn XOR for the same number of steps: what each reaches, holds and costs."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from tutor.engine.datasets import xor
from tutor.engine.network import Array, Network, initial_network, parameter_count, step_flops
from tutor.engine.optimizers import OptimizerSettings
from tutor.engine.training import Plan
from tutor.worked.conventions import check_conventions
from tutor.worked.depth.fixed_budget import together, train_all
from tutor.worked.gradient_check import check_gradient
from tutor.worked.inputs import Choice, Integer, Number, Record
from tutor.worked.network.problem import Problem
from tutor.worked.network.values import run_passes
from tutor.worked.receipt import GradientCheck, Receipt, Step, step, step_symbols

NAME = "layer-width"
FIELDS = Record({
    "steps": Integer(40, 1, 1000), "activation": Choice("tanh", ("tanh", "relu", "sigmoid", "identity")),
    "learning_rate": Number(0.1, 1e-6, 10.0), "seeds": Integer(9, 1, 25), "seed": Integer(0, 0, 1_000_000),
})
WIDTHS = (1, 2, 3, 4, 8, 16)
INPUTS, OUTPUTS = 2, 1
LOSS = "binary_cross_entropy"
LEARNT = 0.1  # a loss below this is a success
CHECKED = 3  # the width of the network whose gradient is checked
SYMBOLS = {"inputs": "d", "outputs": "k", "rows": "B", "steps": "T"}


def compute(inputs: dict[str, Any]) -> Receipt:
    """Train every width from the same seeds, and set the losses beside parameters and operations."""
    plans = {width: _plan(inputs, width) for width in WIDTHS}
    with np.errstate(over="ignore"):  # a sigmoid far out is 0 or 1
        losses = {width: train_all(plan)[1] for width, plan in plans.items()}
    check, steps = _check(inputs), tuple(_steps())
    widths = {f"width_{width}": float(width) for width in WIDTHS}
    symbols = {name: f"n_{{{width:.0f}}}" for name, width in widths.items()}
    given = {"inputs": float(INPUTS), "outputs": float(OUTPUTS), "rows": float(len(xor()[0])), "steps": float(inputs["steps"])}
    return Receipt(
        NAME, inputs, {**given, **widths}, {**SYMBOLS, **symbols, **step_symbols(steps)}, steps,
        numbers={**{each.name: each.value for each in steps}, **_outcome(losses), "steps": given["steps"],
                 "seeds_tried": float(inputs["seeds"]), "target": LEARNT, "largest_check_error": check.max_relative_error},
        arrays={"losses": [[width, *_summary(found), _learnt(found)] for width, found in losses.items()],
                "costs": [[width, *_costs(width)] for width in WIDTHS]},
        gradient_check=check, conventions=tuple(_conventions(inputs, check)),
    )


def _plan(inputs: dict[str, Any], width: int) -> Plan:
    points, targets = xor()
    networks = together([_network(inputs, width, inputs["seed"] + place) for place in range(inputs["seeds"])])
    return Plan(networks, points, targets, LOSS, OptimizerSettings("adam", inputs["learning_rate"]), inputs["steps"])


def _network(inputs: dict[str, Any], width: int, seed: int) -> Network:
    return initial_network(_sizes(width), inputs["activation"], "sigmoid", seed)


def _sizes(width: int) -> tuple[int, ...]:
    return (INPUTS, width, OUTPUTS)


def _steps() -> Iterator[Step]:
    """Parameters and operations of one training step at every width; backward gives the inputs no derivative."""
    for width in WIDTHS:
        parameters, flops = _costs(width)
        units = f"width_{width}"
        expression = f"(inputs + 1)*{units} + ({units} + 1)*outputs"
        yield step(f"parameters_{width}", f"P_{{{width}}}", expression, parameters, "count")
        expression = f"6*rows*(inputs*{units} + {units}*outputs) - 2*rows*inputs*{units}"
        yield step(f"flops_{width}", f"F_{{{width}}}", expression, flops, "count")


def _costs(width: int) -> tuple[float, float]:
    return float(parameter_count(_sizes(width))), float(step_flops(_sizes(width), len(xor()[0])))


def _summary(losses: Array) -> tuple[float, float, float]:
    """Median, lowest and highest over the seeds."""
    return float(np.median(losses)), float(losses.min()), float(losses.max())


def _learnt(losses: Array) -> float:
    return float((losses < LEARNT).sum())


def _outcome(losses: dict[int, Array]) -> dict[str, float]:
    """Per width the median loss and the seeds that learnt; and which median is the lowest."""
    medians = {width: float(np.median(found)) for width, found in losses.items()}
    best = min(medians, key=lambda width: medians[width])
    return {**{f"loss_{width}": loss for width, loss in medians.items()},
            **{f"learnt_{width}": _learnt(found) for width, found in losses.items()},
            "best_width": float(best), "best_loss": medians[best], "widest_best": float(best == max(WIDTHS)),
            "narrowest": float(min(WIDTHS)), "widest": float(max(WIDTHS))}


def _check(inputs: dict[str, Any]) -> GradientCheck:
    points, targets = xor()
    problem = Problem(_network(inputs, CHECKED, inputs["seed"]), points, targets, LOSS)
    passes = run_passes(problem)
    return check_gradient(problem, passes.shape, passes.gradient)


def _conventions(inputs: dict[str, Any], check: GradientCheck) -> Iterator[str]:
    yield from ("float64", "seeded", "binary-cross-entropy", "adam-defaults", "flops-products", "check-three-units")
    yield from check_conventions(check)
    if inputs["activation"] == "identity":
        yield "still-linear"
    elif inputs["activation"] == "relu":
        yield "relu-at-zero"
