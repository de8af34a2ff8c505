"""Linear regression on two features of very different scale: the curvature of the loss before and after standardising."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from tutor.engine.network import Array, Layer, Network
from tutor.engine.optimizers import OptimizerSettings
from tutor.engine.training import Frame, Plan, advance, start
from tutor.worked.conventions import check_conventions
from tutor.worked.gradient_check import check_gradient
from tutor.worked.inputs import Integer, Number, Record
from tutor.worked.network.problem import Problem
from tutor.worked.network.values import run_passes
from tutor.worked.receipt import GradientCheck, Receipt, Step, step, step_symbols
from tutor.worked.written_sum import added, written_sum

NAME = "input-scaling"
LOSS = "mean_squared_error"
MIDDLES, NOISE = (1.0, 2.0), 0.2  # means of the features in units of their scale; noise of the target
FIELDS = Record({
    "scale_1": Number(1.0, 0.01, 1000.0),
    "scale_2": Number(1000.0, 0.01, 1000.0),
    "rows": Integer(8, 4, 24),
    "seed": Integer(0, 0, 1_000_000),
    "learning_rate": Number(0.1, 1e-9, 1.0),
    "steps": Integer(60, 1, 500),
})


@dataclass(frozen=True)
class Curvature:
    """Eigenvalues of the Hessian and their unit directions (w1, w2, b): the steepest and the flattest."""

    steepest: float
    flattest: float
    up: Array
    along: Array

    def best_rate(self) -> float:
        """The rate whose slowest direction shrinks the most: steepest and flattest shrink alike."""
        return 2.0 / (self.steepest + self.flattest)

    def safe_rate(self) -> float:
        """Half the largest stable rate: the error along the steepest direction is gone after one step."""
        return 1.0 / self.steepest


@dataclass(frozen=True)
class Data:
    """Features as they come (n, 2), their means and deviations (2,), the features standardised (n, 2), targets (n, 1)."""

    raw: Array
    means: Array
    deviations: Array
    scaled: Array
    targets: Array


def compute(inputs: dict[str, Any]) -> Receipt:
    """Means and deviations, curvatures, the largest stable rates, and gradient descent on both forms of the features."""
    data = _data(inputs)
    raw, scaled = curvature(data.raw), curvature(data.scaled)
    runs = _runs(data, raw, scaled, inputs["steps"])
    tried = {name: _run(features, data, inputs["learning_rate"], inputs["steps"])
             for name, features in (("raw", data.raw), ("scaled", data.scaled))}
    steps, check = tuple(_steps(data, raw, scaled)), _check(data.raw, data)
    return Receipt(
        NAME, inputs, _values(data, raw), {**_symbols(len(data.raw)), **step_symbols(steps)}, steps,
        numbers={**{each.name: each.value for each in steps}, **_outcome(data, runs), **_tried(tried, inputs),
                 "steps": float(inputs["steps"]), "learning_rate": inputs["learning_rate"],
                 "largest_check_error": check.max_relative_error},
        arrays={"curves": _curves(runs), "tried": _curves(tried), "raw": data.raw.tolist(), "scaled": data.scaled.tolist(),
                "targets": data.targets[:, 0].tolist()},
        gradient_check=check,
        conventions=("float64", "seeded", "mean-squared-error", "curvature-along", *check_conventions(check),
                     *(("diverged",) if any(_diverged(run, inputs) for run in tried.values()) else ())),
    )


def _data(inputs: dict[str, Any]) -> Data:
    random = np.random.Generator(np.random.PCG64(inputs["seed"]))
    units = random.standard_normal((inputs["rows"], 2))
    raw = (units + MIDDLES) * [inputs["scale_1"], inputs["scale_2"]]
    targets = units @ [[2.0], [-1.0]] + 3.0 + NOISE * random.standard_normal((inputs["rows"], 1))
    means = np.array([added(column) / len(raw) for column in raw.T])
    spreads = [added((column - mean) ** 2) / len(raw) for column, mean in zip(raw.T, means, strict=True)]
    deviations = np.sqrt(spreads)
    return Data(raw, means, deviations, (raw - means) / deviations, targets)


def curvature(features: Array) -> Curvature:
    """The Hessian of the mean squared error is 2/n XᵀX with a column of ones in X; its eigenvalues by singular values."""
    design = np.column_stack([features, np.ones(len(features))])
    directions = np.linalg.svd(design)[2]
    up, along = directions[0], directions[-1]
    return Curvature(_along(design, up), _along(design, along), up, along)


def _along(design: Array, direction: Array) -> float:
    """The second derivative of the loss along a unit direction, its terms in the order they are written."""
    answers = design[:, 0] * direction[0] + design[:, 1] * direction[1] + direction[2]
    return 2.0 * added(answers * answers) / len(design)


def _plan(features: Array, data: Data, rate: float, steps: int) -> Plan:
    network = Network((Layer(np.zeros((1, 2)), np.zeros(1), "identity"),))
    return Plan(network, features, data.targets, LOSS, OptimizerSettings("sgd", rate), steps)


def _run(features: Array, data: Data, rate: float, steps: int) -> tuple[Frame, ...]:
    plan = _plan(features, data, rate, steps)
    return advance(plan, start(plan), steps)[1]


def _runs(data: Data, raw: Curvature, scaled: Curvature, steps: int) -> dict[str, tuple[Frame, ...]]:
    """The features as they come at two rates, and standardised features at the best of theirs."""
    return {"raw": _run(data.raw, data, raw.best_rate(), steps), "raw_safe": _run(data.raw, data, raw.safe_rate(), steps),
            "scaled": _run(data.scaled, data, scaled.best_rate(), steps)}


def _values(data: Data, raw: Curvature) -> dict[str, float]:
    rows = range(1, len(data.raw) + 1)
    features = {f"x{column}_r{row}": data.raw[row - 1, column - 1].item() for column in (1, 2) for row in rows}
    directions = {f"{name}_{place}": value for name, direction in (("up", raw.up), ("along", raw.along))
                  for place, value in enumerate(direction.tolist(), 1)}
    return {**features, **directions, "n": float(len(rows))}


def _symbols(rows: int) -> dict[str, str]:
    features = {f"x{column}_r{row}": f"x^{{[{row}]}}_{{{column}}}" for column in (1, 2) for row in range(1, rows + 1)}
    directions = {f"{name}_{place}": f"{letter}_{{{place}}}" for name, letter in (("up", "u"), ("along", "v"))
                  for place in (1, 2, 3)}
    return {**features, **directions, "n": "n"}


def _steps(data: Data, raw: Curvature, scaled: Curvature) -> Iterator[Step]:
    yield from _standardising(data)
    rows = len(data.raw)
    for name, letter, symbol, value in (("max", "up", r"\lambda_{\max}", raw.steepest),
                                        ("min", "along", r"\lambda_{\min}", raw.flattest)):
        answer = f"(x1_r{{0}}*{letter}_1 + x2_r{{0}}*{letter}_2 + {letter}_3)"
        yield step(f"raw_lambda_{name}", symbol, f"2*({written_sum(f'{answer}**2', rows)})/n", value, "raw")
    yield from _rates("raw", "", raw)
    yield from _scaled_steps(data, scaled)
    yield from _rates("scaled", "'", scaled)


def _standardising(data: Data) -> Iterator[Step]:
    """Mean and standard deviation of each feature, and the first row standardised."""
    rows = len(data.raw)
    for column in (1, 2):
        mean, deviation = data.means[column - 1].item(), data.deviations[column - 1].item()
        total = written_sum(f"x{column}_r{{0}}", rows)
        squares = written_sum(f"(x{column}_r{{0}} - mean_{column})**2", rows)
        yield step(f"mean_{column}", rf"\mu_{column}", f"({total})/n", mean, "statistics")
        yield step(f"deviation_{column}", rf"\sigma_{column}", f"sqrt(({squares})/n)", deviation, "statistics")
        yield step(f"z{column}_r1", f"z^{{[1]}}_{{{column}}}", f"(x{column}_r1 - mean_{column})/deviation_{column}",
                   data.scaled[0, column - 1].item(), "statistics")


def _scaled_steps(data: Data, scaled: Curvature) -> Iterator[Step]:
    """Standardised features leave 2 on the diagonal of the Hessian and twice their correlation beside it."""
    rows = len(data.raw)
    products = written_sum("(x1_r{0} - mean_1)*(x2_r{0} - mean_2)", rows)
    correlation = added((data.raw[:, 0] - data.means[0]) * (data.raw[:, 1] - data.means[1])) / rows \
        / (data.deviations[0] * data.deviations[1])
    yield step("correlation", r"\rho", f"({products})/n/(deviation_1*deviation_2)", float(correlation), "scaled")
    yield step("scaled_lambda_max", r"\lambda'_{\max}", "2*(1 + abs(correlation))", scaled.steepest, "scaled")
    yield step("scaled_lambda_min", r"\lambda'_{\min}", "2*(1 - abs(correlation))", scaled.flattest, "scaled")


def _rates(name: str, mark: str, found: Curvature) -> Iterator[Step]:
    """The condition number, the rates it allows, and the factor left of the slowest error after each step."""
    condition = found.steepest / found.flattest
    high, low = f"{name}_lambda_max", f"{name}_lambda_min"
    for of, symbol, expression, value in (
        ("condition", rf"\kappa{mark}", f"{high}/{low}", condition),
        ("max_rate", rf"\eta{mark}_{{\max}}", f"2/{high}", 2.0 / found.steepest),
        ("best_rate", rf"\eta{mark}_{{\mathrm{{best}}}}", f"2/({high} + {low})", found.best_rate()),
        ("factor", f"q{mark}", f"({high} - {low})/({high} + {low})",
         (found.steepest - found.flattest) / (found.steepest + found.flattest)),
    ):
        yield step(f"{name}_{of}", symbol, expression, value, name)


def _outcome(data: Data, runs: dict[str, tuple[Frame, ...]]) -> dict[str, float]:
    """Losses at the start and at the end of both runs, and the least loss that any line reaches."""
    design = np.column_stack([data.scaled, np.ones(len(data.scaled))])
    least = np.linalg.lstsq(design, data.targets)[0]
    return {"loss_start": runs["raw"][0].loss, "loss_least": float(((design @ least - data.targets) ** 2).mean()),
            **{f"{name}_loss": run[-1].loss for name, run in runs.items()}}


def _tried(tried: dict[str, tuple[Frame, ...]], inputs: dict[str, Any]) -> dict[str, float]:
    """What the rate given does to both: the last finite loss, and after how many steps."""
    losses = {f"tried_{name}_loss": run[-1].loss for name, run in tried.items()}
    steps = {f"tried_{name}_steps": float(run[-1].step) for name, run in tried.items()}
    diverged = {f"{name}_diverged": float(_diverged(run, inputs)) for name, run in tried.items()}
    return {**losses, **steps, **diverged, "diverged": max(diverged.values())}


def _diverged(run: tuple[Frame, ...], inputs: dict[str, Any]) -> bool:
    return run[-1].step < int(inputs["steps"])


def _curves(runs: dict[str, tuple[Frame, ...]]) -> list[list[float]]:
    """Step, and the loss of each run after it, as long as all are finite."""
    return [[float(frames[0].step), *(frame.loss for frame in frames)] for frames in zip(*runs.values(), strict=False)]


def _check(features: Array, data: Data) -> GradientCheck:
    plan = _plan(features, data, 0.0, 1)
    problem = Problem(plan.network, plan.inputs, plan.targets, plan.loss)
    passes = run_passes(problem)
    found = check_gradient(problem, passes.shape, passes.gradient)
    names = ("w_1", "w_2", "b")
    return replace(found, parameters=tuple(each._replace(name=name)
                                           for name, each in zip(names, found.parameters, strict=True)))
