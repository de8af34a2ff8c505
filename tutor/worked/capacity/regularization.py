"""What a penalty on squared weights does to an update, to a choice between weights, and to overfitting."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from tutor.engine.network import Array
from tutor.engine.optimizers import OptimizerSettings, State, optimizer_state, update
from tutor.worked.capacity.held_back import DECAYS, Stopping, by_decay, train_and_validate
from tutor.worked.capacity.noisy_sine import noisy_sine
from tutor.worked.conventions import check_conventions
from tutor.worked.gradient_check import check_gradient
from tutor.worked.inputs import Integer, Number, Numbers, Record
from tutor.worked.network.problem import LARGEST, Problem
from tutor.worked.network.values import run_passes
from tutor.worked.receipt import GradientCheck, Receipt, Step, step, step_symbols
from tutor.worked.written_sum import added, numbered, numbered_symbols, written_sum

NAME = "regularization"
POINTS = 10
ADAM = OptimizerSettings("adam", 0.0)  # for its constants
FIELDS = Record({
    "weight": Number(2.0, -LARGEST, LARGEST),
    "gradient": Number(0.4, -LARGEST, LARGEST),
    "weight_decay": Number(0.1, 0.0, 10.0),
    "learning_rate": Number(0.5, 0.0, 10.0),
    "weights": Numbers([1.0, 0.0, 0.0, 0.0], -LARGEST, LARGEST, (6,)),
    "noise": Number(0.2, 0.0, 1.0),
    "seed": Integer(3, 0, 1_000_000),
    "steps": Integer(200, 10, 2000),
})
SCALARS = {"weight": "w", "gradient": "g", "weight_decay": r"\lambda", "learning_rate": r"\eta"}
CONSTANTS = {"beta1": r"\beta_1", "beta2": r"\beta_2", "epsilon": r"\epsilon"}


@dataclass(frozen=True)
class Update:
    """One step of an optimizer on one weight: where it leads, and what the optimizer remembers of it."""

    weight: float
    state: State


def compute(inputs: dict[str, Any]) -> Receipt:
    """One decayed update by three optimizers, two costs of one output, a path of penalties, and a run stopped early."""
    points = noisy_sine(POINTS, inputs["noise"], inputs["seed"])
    decays, run = by_decay(points), train_and_validate(points, inputs["steps"], inputs["seed"])
    weights, check = np.array(inputs["weights"]), _check(run)
    steps = (*_decay_steps(inputs), *_adam_steps(inputs), *_cost_steps(weights))
    return Receipt(
        NAME, inputs, {**_values(inputs), **numbered("a", weights), "n": float(weights.size)},
        {**SCALARS, **CONSTANTS, **numbered_symbols("a", "a", weights.size), "n": "n", **step_symbols(steps)}, steps,
        numbers={**{each.name: each.value for each in steps}, **_adam_numbers(inputs), **_decay_numbers(decays),
                 **_stopping_numbers(run), "largest_check_error": check.max_relative_error},
        arrays={"decays": decays, "curves": run.rows}, gradient_check=check,
        conventions=("float64", "seeded", "mean-squared-error", "held-out", "adam-defaults", "least-squares",
                     *check_conventions(check)),
    )


def _values(inputs: dict[str, Any]) -> dict[str, float]:
    return {**{name: float(inputs[name]) for name in SCALARS}, **{name: getattr(ADAM, name) for name in CONSTANTS}}


def _updated(inputs: dict[str, Any], optimizer: str, weight_decay: float) -> Update:
    """The first step of this optimizer on the one weight."""
    settings = replace(ADAM, name=optimizer, learning_rate=inputs["learning_rate"], weight_decay=weight_decay)
    weight, gradient = np.array([inputs["weight"]]), np.array([inputs["gradient"]])
    moved, state = update(settings, weight, gradient, optimizer_state(optimizer, weight))
    return Update(moved.item(), state)


def _decay_steps(inputs: dict[str, Any]) -> Iterator[Step]:
    """The penalty, its derivative, the update, and the same update as a shrinking of the weight."""
    weight, decay, rate = (inputs[name] for name in ("weight", "weight_decay", "learning_rate"))
    new = _updated(inputs, "sgd", decay).weight
    shrink = 1.0 - rate * decay
    apart = shrink * weight - rate * inputs["gradient"]
    for name, symbol, expression, value in (
        ("penalty", "R", "weight_decay/2*weight**2", decay / 2 * weight**2),
        ("penalty_gradient", r"\frac{\partial R}{\partial w}", "weight_decay*weight", decay * weight),
        ("total_gradient", "G", "gradient + penalty_gradient", inputs["gradient"] + decay * weight),
        ("new_weight", "w'", "weight - learning_rate*total_gradient", new),
        ("shrink", "s", "1 - learning_rate*weight_decay", shrink),
        ("shrunk", r"s\,w", "shrink*weight", shrink * weight),
        ("new_weight_shrunk", r"s\,w - \eta\,g", "shrunk - learning_rate*gradient", apart),
    ):
        yield step(name, symbol, expression, value, "decay")


def _adam_steps(inputs: dict[str, Any]) -> Iterator[Step]:
    """Adam's first step with the penalty inside its gradient, and AdamW's, which shrinks the weight apart from it."""
    for name, gradient, start in (("adam", "total_gradient", "weight"), ("adamw", "gradient", "shrunk")):
        done = _updated(inputs, name, inputs["weight_decay"])
        mean, square = (array.item() for array in done.state.arrays)
        mark = r"\mathrm{AdamW}" if name == "adamw" else r"\mathrm{Adam}"
        yield step(f"{name}_m", f"m_{{{mark}}}", f"(1 - beta1)*{gradient}", mean, "update")
        yield step(f"{name}_v", f"v_{{{mark}}}", f"(1 - beta2)*{gradient}**2", square, "update")
        move = f"learning_rate*({name}_m/(1 - beta1))/(sqrt({name}_v/(1 - beta2)) + epsilon)"
        yield step(f"{name}_weight", f"w'_{{{mark}}}", f"{start} - {move}", done.weight, "update")


def _adam_numbers(inputs: dict[str, Any]) -> dict[str, float]:
    """Where Adam goes without a penalty, and how much the penalty changes the step of each."""
    plain = _updated(inputs, "adam", 0.0).weight
    changed = {name: _updated(inputs, name, inputs["weight_decay"]).weight - plain for name in ("adam", "adamw")}
    return {"adam_plain": plain, "adam_change": changed["adam"], "adamw_change": changed["adamw"]}


def _cost_steps(weights: Array) -> Iterator[Step]:
    """The output for inputs of 1, the same output from equal weights, and the squares that each of the two costs."""
    count, output = weights.size, added(weights)
    equal = output / count
    for name, symbol, expression, value in (
        ("output", r"\hat{y}", written_sum("a_{0}", count), output),
        ("equal_weight", r"\bar{a}", "output/n", equal),
        ("output_equal", r"n\,\bar{a}", "n*equal_weight", count * equal),
        ("cost", r"\sum a_i^2", written_sum("a_{0}*a_{0}", count), added(weights * weights)),
        ("cost_equal", r"n\,\bar{a}^2", "n*(equal_weight*equal_weight)", count * (equal * equal)),
    ):
        yield step(name, symbol, expression, value, "cost")


def _decay_numbers(decays: list[list[float]]) -> dict[str, float]:
    """The penalty with the least validation error, and the errors at both ends: nearly none, and far too much."""
    best = min(decays, key=lambda row: row[3])
    named = {"least": decays[0], "best": best, "most": decays[-1]}
    found = {f"decay_{name}": row[1] for name, row in named.items()}
    found |= {f"training_{name}": row[2] for name, row in named.items()}
    found |= {f"validation_{name}": row[3] for name, row in named.items()}
    return {**found, "decays_tried": float(len(DECAYS)), "best_power": best[0]}


def _stopping_numbers(run: Stopping) -> dict[str, float]:
    (best, train_best, validation_best), (last, train_last, validation_last) = run.best(), run.rows[-1]
    return {"best_step": best, "training_at_best": train_best, "validation_at_best": validation_best,
            "last_step": last, "training_at_last": train_last, "validation_at_last": validation_last}


def _check(run: Stopping) -> GradientCheck:
    """The gradient of the first step of the run."""
    problem = Problem(run.plan.network, run.plan.inputs, run.plan.targets, run.plan.loss)
    passes = run_passes(problem)
    return check_gradient(problem, passes.shape, passes.gradient)
