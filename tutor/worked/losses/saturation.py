"""Learning slowly when badly wrong: one sigmoid neuron trained with the quadratic cost and with cross-entropy."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from tutor.engine.backprop import loss_of
from tutor.engine.core import Task, build, path
from tutor.engine.losses import LOSSES
from tutor.engine.network import Array, Layer, Network, forward
from tutor.engine.optimizers import OptimizerSettings, optimizer_state, update
from tutor.worked.inputs import Choice, Integer, Number, Record
from tutor.worked.network.problem import Problem
from tutor.worked.network.values import Passes, run_passes
from tutor.worked.receipt import GradientCheck, Receipt, Step, step, step_symbols
from tutor.worked.slope_check import CONVENTION, check_slopes

NAME = "saturation"
QUADRATIC, ENTROPY = "half_squared_error", "binary_cross_entropy"
RATES = {QUADRATIC: 0.15, ENTROPY: 0.005}  # as printed in Nielsen's chapter 3
FAST = 0.05  # the rate with which his second pair of curves is found again
EASY, HARD = (0.6, 0.9), (2.0, 2.0)  # his two starting points (weight, bias)
FIELDS = Record({
    "weight": Number(HARD[0], -10.0, 10.0), "bias": Number(HARD[1], -10.0, 10.0),
    "cost": Choice(QUADRATIC, (QUADRATIC, ENTROPY)), "learning_rate": Number(RATES[QUADRATIC], 0.0, 100.0),
    "epochs": Integer(300, 1, 5000),
}, by="cost", presets={ENTROPY: {"learning_rate": RATES[ENTROPY]}})
# Each run by name: its cost, its start and its rate; a start or rate of None is the learner's.
RUNS = {
    "quadratic": (QUADRATIC, None, None), "quadratic_easy": (QUADRATIC, EASY, RATES[QUADRATIC]),
    "quadratic_hard": (QUADRATIC, HARD, RATES[QUADRATIC]), "cross_entropy": (ENTROPY, None, None),
    "cross_entropy_easy": (ENTROPY, EASY, RATES[ENTROPY]), "cross_entropy_hard": (ENTROPY, HARD, RATES[ENTROPY]),
    "cross_entropy_fast_easy": (ENTROPY, EASY, FAST), "cross_entropy_fast_hard": (ENTROPY, HARD, FAST),
}
X, T = np.ones((1, 1)), np.zeros((1, 1))
H = 1e-4  # wide enough to see the small slopes of a saturated neuron
CURVE = 100  # points of a curve, at most
SYMBOLS = {"x": "x", "t": "t", "w": "w", "b": "b", "learning_rate": r"\eta"}
COSTS = {QUADRATIC: "(a - t)**2/2", ENTROPY: "relu(z) - t*z + log(1 + exp(-abs(z)))"}


def compute(inputs: dict[str, Any]) -> Receipt:
    """The first step under the chosen cost beside the other's slope, and the outputs of all runs by epoch."""
    neuron = _neuron(np.array([inputs["weight"], inputs["bias"]]))
    passes = {cost: run_passes(Problem(neuron, X, T, cost)) for cost in RATES}
    outputs = _outputs(inputs)
    steps, check = tuple(_steps(inputs, passes)), _check(inputs, passes)
    return Receipt(
        example=NAME, inputs=inputs, steps=steps, gradient_check=check,
        values={"x": X.item(), "t": T.item(), "w": inputs["weight"], "b": inputs["bias"],
                "learning_rate": inputs["learning_rate"]},
        symbols={**SYMBOLS, **step_symbols(steps)},
        numbers={**_numbers(inputs, outputs), "largest_check_error": check.max_relative_error},
        arrays=_arrays(outputs),
        conventions=("float64", QUADRATIC.replace("_", "-"), ENTROPY.replace("_", "-"), CONVENTION),
    )


def _neuron(parameters: Array) -> Network:
    """One sigmoid neuron, or many, from weights and biases (..., 2)."""
    return Network((Layer(parameters[..., :1, None], parameters[..., 1:], "sigmoid"),))


def _rates(inputs: dict[str, Any]) -> dict[str, float]:
    """The learner's rate for the chosen cost; for the other, the rate with which Nielsen's curves are found."""
    return {QUADRATIC: RATES[QUADRATIC], ENTROPY: FAST, inputs["cost"]: inputs["learning_rate"]}


def _outputs(inputs: dict[str, Any]) -> Array:
    """The output of every run before each epoch and after the last: (epochs + 1, runs)."""
    found = np.empty((inputs["epochs"] + 1, len(RUNS)))
    for chosen in RATES:
        places = [place for place, (cost, _, _) in enumerate(RUNS.values()) if cost == chosen]
        found[:, places] = _trained(inputs, chosen)
    return found


def _trained(inputs: dict[str, Any], cost: str) -> Array:
    """The outputs of all runs with one cost, trained side by side: (epochs + 1, its runs)."""
    runs = [(start, rate) for run_cost, start, rate in RUNS.values() if run_cost == cost]
    parameters = np.array([start or (inputs["weight"], inputs["bias"]) for start, _ in runs])
    rates = np.array([[_rates(inputs)[cost] if rate is None else rate] for _, rate in runs])
    network, settings = _neuron(parameters), OptimizerSettings("sgd", RATES[cost])
    core = build(Task(network, X, T, cost, settings, rates), optimizer_state("sgd", parameters))
    walked = np.concatenate([parameters[None], path(core, inputs["epochs"])])
    outputs: Array = forward(_neuron(walked), X).a[0][..., 0, 0]
    return outputs


def _steps(inputs: dict[str, Any], passes: dict[str, Passes]) -> Iterator[Step]:
    """One neuron, both costs, and a step with the chosen one."""
    quadratic, entropy, chosen = passes[QUADRATIC], passes[ENTROPY], inputs["cost"]
    yield step("z", "z", "w*x + b", quadratic.trace.z[0].item(), "forward")
    yield step("a", "a", "sigmoid(z)", quadratic.trace.a[0].item(), "forward")
    yield step("quadratic_cost", "C_{2}", COSTS[QUADRATIC], float(quadratic.found.loss), "loss")
    yield step("cross_entropy_cost", r"C_{\mathrm{CE}}", COSTS[ENTROPY], float(entropy.found.loss), "loss")
    yield step("slope", r"\sigma'(z)", "a*(1 - a)", quadratic.found.slope[0].item(), "backward")
    yield step("quadratic_delta", r"\delta_{2}", "(a - t)*slope", quadratic.found.delta[0].item(), "backward")
    yield step("cross_entropy_delta", r"\delta_{\mathrm{CE}}", "a - t", entropy.found.delta[0].item(), "backward")
    yield from _update_steps(inputs, passes[chosen], "quadratic_delta" if chosen == QUADRATIC else "cross_entropy_delta")


def _update_steps(inputs: dict[str, Any], passes: Passes, delta: str) -> Iterator[Step]:
    settings, start = OptimizerSettings("sgd", inputs["learning_rate"]), passes.parameters
    moved, _ = update(settings, start, passes.gradient, optimizer_state("sgd", start))
    (dw, db), (new_w, new_b) = passes.gradient.tolist(), moved.tolist()
    yield step("dw", r"\frac{\partial C}{\partial w}", f"{delta}*x", dw, "backward")
    yield step("db", r"\frac{\partial C}{\partial b}", delta, db, "backward")
    yield step("new_w", "w'", "w - learning_rate*dw", new_w, "update")
    yield step("new_b", "b'", "b - learning_rate*db", new_b, "update")
    yield step("after_a", "a'", "sigmoid(new_w*x + new_b)", forward(_neuron(moved), X).a[0].item(), "after")


def _check(inputs: dict[str, Any], passes: dict[str, Passes]) -> GradientCheck:
    """Weight and bias under the chosen cost."""
    chosen = passes[inputs["cost"]]
    analytic = dict(zip(("w", "b"), chosen.gradient.tolist(), strict=True))

    def cost(points: Array) -> Array:
        network = _neuron(points)
        return loss_of(network, forward(network, X), T, inputs["cost"])

    return check_slopes(cost, chosen.parameters, analytic, H)


def _numbers(inputs: dict[str, Any], outputs: Array) -> dict[str, float]:
    """By run its last output and after how many epochs its output was still above one half; both rates and starts."""
    last, above, rates = outputs[-1].tolist(), (outputs[1:] > 0.5).sum(0).tolist(), _rates(inputs)
    first = dict(zip(RUNS, outputs[0].tolist(), strict=True))
    return {
        **{f"{name}_end": value for name, value in zip(RUNS, last, strict=True)},
        **{f"{name}_above_half": float(count) for name, count in zip(RUNS, above, strict=True)},
        "easy_start": first["quadratic_easy"], "hard_start": first["quadratic_hard"],
        "quadratic_rate": rates[QUADRATIC], "cross_entropy_rate": rates[ENTROPY], "epochs": float(inputs["epochs"]),
    }


def _arrays(outputs: Array) -> dict[str, Any]:
    """The outputs of all runs by epoch, in the order of RUNS, and both costs by epoch from the learner's start."""
    epochs = np.union1d(np.arange(0, len(outputs), max(1, len(outputs) // CURVE)), [len(outputs) - 1])
    quadratic, entropy = (outputs[epochs, list(RUNS).index(name)] for name in ("quadratic", "cross_entropy"))
    costs = np.column_stack([LOSSES[QUADRATIC].terms(quadratic, T[0]), LOSSES[ENTROPY].terms(entropy, T[0])])
    return {"outputs": np.column_stack([epochs, outputs[epochs]]).tolist(), "costs": np.column_stack([epochs, costs]).tolist()}
