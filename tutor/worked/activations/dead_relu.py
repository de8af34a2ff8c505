"""How one step that is too large can switch a ReLU unit off for good, and why a leaky one may come back."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from tutor.engine.activations import LEAK
from tutor.engine.backprop import Gradients, gradients, loss_of
from tutor.engine.network import Array, Layer, Network, Trace, flatten, forward, unflatten
from tutor.engine.optimizers import OptimizerSettings, optimizer_state, update
from tutor.engine.training import Frame, Plan, TrainingState, advance, start
from tutor.worked.inputs import Integer, Number, Record
from tutor.worked.listed import listed, listed_steps, listed_symbols, total
from tutor.worked.network.problem import Problem
from tutor.worked.network.values import Passes, run_passes
from tutor.worked.receipt import GradientCheck, Receipt, Step, step, step_symbols
from tutor.worked.slope_check import CONVENTION, compare_slopes

NAME = "dead-relu"
LARGEST = 100.0
FIELDS = Record({
    "weight": Number(0.5, -LARGEST, LARGEST), "bias": Number(1.0, -LARGEST, LARGEST),
    "learning_rate": Number(0.75, 0.001, 10.0), "rows": Integer(6, 2, 8), "seed": Integer(1, 0, 1_000_000),
    "steps": Integer(60, 1, 1000),
})
LOSS = "mean_squared_error"
H = 1e-5
CURVE = 100  # points of the curve of losses, at most
RATES = 61
SYMBOLS = {"w": "w", "b": "b", "learning_rate": r"\eta", "rows": "n", "negative_slope": "c"}
TERM = "(2*({a} - t_#)/rows)*{slope}"
LEAKY = {"a": "max(negative_slope*after_z_#, after_z_#)",
         "slope": "(negative_slope + (1 - negative_slope)*step_function(after_z_#))"}


@dataclass(frozen=True)
class Run:
    """A unit's training: where it stands at the end, and its losses on the way.

    It stays finite at any rate that may be given: a unit thrown far below 0 creeps back, and one above 0 is thrown below.
    """

    state: TrainingState
    frames: tuple[Frame, ...]


@dataclass(frozen=True)
class Turn:
    """The first step of the ReLU unit: its passes, where it leads, and the leaky unit's passes there."""

    problem: Problem
    passes: Passes
    after: Passes
    leaky_after: Passes


def compute(inputs: dict[str, Any]) -> Receipt:
    """The first step written out, which rows the unit answers before and after, and the training of both units."""
    turn = _turn(inputs)
    runs = {name: _run(inputs, name, turn.problem) for name in ("relu", "leaky_relu")}
    steps, check = tuple(_steps(turn)), _check(turn)
    return Receipt(
        example=NAME, inputs=inputs, steps=steps, gradient_check=check, values=_values(inputs, turn.problem),
        symbols={**listed_symbols("x_#", "x_{#}", inputs["rows"]), **listed_symbols("t_#", "t_{#}", inputs["rows"]), **SYMBOLS,
                 **step_symbols(steps)},
        numbers={**_numbers(turn, runs), "steps": float(inputs["steps"]), "largest_check_error": check.max_relative_error},
        arrays=_arrays(inputs, turn, runs), conventions=tuple(_conventions(check)),
    )


def _values(inputs: dict[str, Any], problem: Problem) -> dict[str, float]:
    return {**listed("x_#", _column(problem.inputs)), **listed("t_#", _column(problem.targets)), "w": inputs["weight"],
            "b": inputs["bias"], "learning_rate": inputs["learning_rate"], "rows": float(inputs["rows"]), "negative_slope": LEAK}


def _conventions(check: GradientCheck) -> Iterator[str]:
    yield from ("float64", "seeded", LOSS.replace("_", "-"), "relu-at-zero", CONVENTION)
    if any(parameter.kink for parameter in check.parameters):
        yield "near-kink"


def _network(inputs: dict[str, Any], activation: str) -> Network:
    return Network((Layer(np.array([[inputs["weight"]]]), np.array([inputs["bias"]]), activation),))


def _turn(inputs: dict[str, Any]) -> Turn:
    """Inputs between 0 and 1 are to be given back unchanged, which a ReLU unit can do exactly."""
    x = np.sort(np.random.Generator(np.random.PCG64(inputs["seed"])).uniform(0.0, 1.0, (inputs["rows"], 1)), axis=0)
    problem = Problem(_network(inputs, "relu"), x, x, LOSS)
    passes = run_passes(problem)
    settings = OptimizerSettings("sgd", inputs["learning_rate"])
    moved, _ = update(settings, passes.parameters, passes.gradient, optimizer_state("sgd", passes.parameters))
    after, leaky = (run_passes(Problem(unflatten(_network(inputs, name), moved), x, x, LOSS)) for name in ("relu", "leaky_relu"))
    return Turn(problem, passes, after, leaky)


def _run(inputs: dict[str, Any], activation: str, problem: Problem) -> Run:
    settings, every = OptimizerSettings("sgd", inputs["learning_rate"]), max(1, inputs["steps"] // CURVE)
    network = _network(inputs, activation)
    plan = Plan(network, problem.inputs, problem.targets, LOSS, settings, inputs["steps"], every)
    return Run(*advance(plan, start(plan), plan.steps))


def _check(turn: Turn) -> GradientCheck:
    """The unit's two parameters before the step; a row closer to the kink than a nudge reaches marks them."""
    nudged = turn.passes.parameters + H * np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0]])
    network = unflatten(turn.problem.network, nudged)
    trace = forward(network, turn.problem.inputs)
    losses = loss_of(network, trace, turn.problem.targets, LOSS)
    crossed = ((trace.z[0] > 0) != (turn.passes.trace.z[0] > 0)).any((-2, -1)).reshape(2, 2).any(-1)
    analytic = dict(zip(("w", "b"), turn.passes.gradient.tolist(), strict=True))
    return compare_slopes(analytic, ((losses[::2] - losses[1::2]) / (2 * H)).tolist(), H,
                          [name for name, kink in zip(analytic, crossed.tolist(), strict=True) if kink])


def _column(array: Array) -> list[float]:
    column: list[float] = array[:, 0].tolist()
    return column


def _share(trace: Trace) -> float:
    """The share of rows on which the unit is active."""
    return float((trace.z[0] > 0).mean())


def _steps(turn: Turn) -> Iterator[Step]:
    """The first step: activities, loss, gradient, and the parameters it leads to; then the same rows again."""
    passes, n = turn.passes, len(turn.problem.inputs)
    delta = TERM.format(a="a_#", slope="step_function(z_#)")
    yield from listed_steps(("z_#", "z_{#}", "w*x_# + b"), _column(passes.trace.z[0]), "forward")
    yield from listed_steps(("a_#", "a_{#}", "relu(z_#)"), _column(passes.trace.a[0]), "forward")
    yield step("active_before", "A", f"({total('step_function(z_#)', n)})/rows", _share(passes.trace), "forward")
    yield step("loss", "L", f"({total('(a_# - t_#)**2', n)})/rows", float(passes.found.loss), "loss")
    yield from listed_steps(("delta_#", r"\delta_{#}", delta), _column(passes.found.delta[0]), "backward")
    yield from _gradient_steps(("dw", "db", "delta_#", ""), passes, n)
    new_w, new_b = turn.after.parameters.tolist()
    yield step("new_w", "w'", "w - learning_rate*dw", new_w, "update")
    yield step("new_b", "b'", "b - learning_rate*db", new_b, "update")
    yield from _after_steps(turn, n)


def _gradient_steps(names: tuple[str, str, str, str], passes: Passes, n: int) -> tuple[Step, ...]:
    """Both derivatives as sums over the rows; `names` are theirs, a row's delta, and a mark on the symbols."""
    of_weight, of_bias, delta, mark = names
    slopes, phase = passes.gradient.tolist(), "after" if mark else "backward"
    return (
        step(of_weight, rf"\frac{{\partial L{mark}}}{{\partial w}}", total(f"{delta}*x_#", n), slopes[0], phase),
        step(of_bias, rf"\frac{{\partial L{mark}}}{{\partial b}}", total(delta, n), slopes[1], phase),
    )


def _after_steps(turn: Turn, n: int) -> Iterator[Step]:
    delta, leaky = TERM.format(a="relu(after_z_#)", slope="step_function(after_z_#)"), TERM.format(**LEAKY)
    trace = turn.after.trace
    yield from listed_steps(("after_z_#", "z'_{#}", "new_w*x_# + new_b"), _column(trace.z[0]), "after")
    yield step("active_after", "A'", f"({total('step_function(after_z_#)', n)})/rows", _share(trace), "after")
    yield step("loss_after", "L'", f"({total('(relu(after_z_#) - t_#)**2', n)})/rows", float(turn.after.found.loss), "after")
    yield from _gradient_steps(("after_dw", "after_db", delta, "'"), turn.after, n)
    yield from _gradient_steps(("leaky_dw", "leaky_db", leaky, r"'_{c}"), turn.leaky_after, n)


def _last(turn: Turn, run: Run) -> tuple[Trace, Gradients]:
    """The passes where a run ended."""
    trace = forward(run.state.network, turn.problem.inputs)
    return trace, gradients(run.state.network, trace, turn.problem.targets, LOSS)


def _numbers(turn: Turn, runs: dict[str, Run]) -> dict[str, float]:
    (relu, ending), (leaky, leaky_ending) = (_last(turn, run) for run in runs.values())
    traces = {"dead_before": turn.passes.trace, "dead_after": turn.after.trace, "dead_end": relu, "leaky_dead_end": leaky}
    return {
        **{name: float(_share(trace) == 0) for name, trace in traces.items()},
        "active_end": _share(relu), "leaky_active_end": _share(leaky),
        "loss_end": float(ending.loss), "leaky_loss_end": float(leaky_ending.loss),
        "gradient_end": float(max(np.abs(ending.weights[0]).max(), np.abs(ending.biases[0]).max())),
    }


def _arrays(inputs: dict[str, Any], turn: Turn, runs: dict[str, Run]) -> dict[str, Any]:
    """The rows before and after; both curves of losses; rows answered after a step of any rate."""
    columns = [turn.problem.inputs, turn.passes.trace.z[0], turn.passes.trace.a[0], turn.after.trace.z[0], turn.after.trace.a[0]]
    pairs = zip(runs["relu"].frames, runs["leaky_relu"].frames, strict=True)
    return {
        "training": [[float(relu.step), relu.loss, leaky.loss] for relu, leaky in pairs],
        "rows": np.hstack(columns).tolist(), "rates": _by_rate(inputs["learning_rate"], turn),
    }


def _by_rate(rate: float, turn: Turn) -> list[list[float]]:
    """Learning rates up to twice the one chosen, and the share of rows on which the unit is active after one step."""
    rates = np.linspace(0.0, 2.0 * rate, RATES)
    moved = flatten(turn.problem.network) - rates[:, None] * turn.passes.gradient
    z = forward(unflatten(turn.problem.network, moved), turn.problem.inputs).z[0]
    shares: list[list[float]] = np.column_stack([rates, (z > 0).mean((-2, -1))]).tolist()
    return shares
