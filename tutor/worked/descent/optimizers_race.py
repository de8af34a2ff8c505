"""Seven optimizers started on the same bowl: the first step of each, the next of three, and who gets where."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from tutor.engine.optimizers import OPTIMIZERS, OptimizerSettings
from tutor.worked.descent.bias_correction import correction_numbers, correction_steps, probe_symbols, probe_values, ratio_rows
from tutor.worked.descent.optimizer_steps import first_steps, next_steps
from tutor.worked.descent.path import Path, follow, logarithms, side_by_side
from tutor.worked.descent.surface import Surface, check_surface
from tutor.worked.inputs import Flag, Integer, Number, Numbers, Record
from tutor.worked.network.updates import SETTING_SYMBOLS
from tutor.worked.receipt import GradientCheck, Receipt, step_symbols

NAME = "optimizers-race"
FIELDS = Record({
    "start": Number(10.0, -1e3, 1e3),
    "curvatures": Numbers([1.0], 1e-3, 1e3, most=(2,)),
    "learning_rate": Number(0.1, 1e-6, 10.0),
    "steps": Integer(30, 1, 200),
    "momentum": Number(0.9, 0.0, 0.999),
    "alpha": Number(0.9, 0.0, 0.9999),
    "beta1": Number(0.9, 0.0, 0.9999),
    "beta2": Number(0.999, 0.0, 0.9999),
    "epsilon": Number(1e-8, 1e-12, 1.0),
    "weight_decay": Number(0.01, 0.0, 1.0),
    "epsilon_inside_root": Flag(False),
    "loss_scale": Number(1000.0, 1e-6, 1e6),
})
SETTINGS = ("learning_rate", "momentum", "alpha", "beta1", "beta2", "epsilon")
SCALED = ("sgd", "adam")  # run again with the loss multiplied


def compute(inputs: dict[str, Any]) -> Receipt:
    """Every optimizer from the same start, then two of them with the loss multiplied."""
    paths = {name: _path(_settings(name, inputs), inputs, 1.0) for name in OPTIMIZERS}
    scaled = {name: _path(_settings(name, inputs), inputs, inputs["loss_scale"]) for name in SCALED}
    steps = (*first_steps(paths, inputs), *next_steps(paths, inputs), *correction_steps(_settings("adam", inputs)))
    check = check_surface(_bowl(inputs, 1.0), _start(inputs), [f"w{number}" for number, _ in enumerate(_start(inputs), 1)])
    return Receipt(
        example=NAME, inputs=inputs, steps=steps, gradient_check=check,
        values={**_values(inputs), **probe_values()},
        symbols={"start": "w_0", "curvature": "c", **{name: SETTING_SYMBOLS[name] for name in (*SETTINGS, "weight_decay")},
                 **probe_symbols(), **step_symbols(steps)},
        numbers=_numbers(inputs, paths, scaled, check), arrays=_arrays(inputs, paths, scaled),
        conventions=tuple(_conventions(inputs, [*paths.values(), *scaled.values()])),
    )


def _values(inputs: dict[str, Any]) -> dict[str, float]:
    return {"start": inputs["start"], "curvature": inputs["curvatures"][0],
            **{name: inputs[name] for name in (*SETTINGS, "weight_decay")}}


def _settings(name: str, inputs: dict[str, Any]) -> OptimizerSettings:
    """Only AdamW decays the weight."""
    decay = inputs["weight_decay"] if name == "adamw" else 0.0
    return OptimizerSettings(name, **{each: inputs[each] for each in SETTINGS}, weight_decay=decay,
                             epsilon_inside_root=inputs["epsilon_inside_root"])


def _bowl(inputs: dict[str, Any], scale: float) -> Surface:
    """scale · Σ c w² / 2."""
    curvatures = scale * np.array(inputs["curvatures"])
    return Surface(lambda points: (curvatures * points**2 / 2).sum(-1), lambda points: curvatures * points)


def _start(inputs: dict[str, Any]) -> list[float]:
    return [inputs["start"]] * len(inputs["curvatures"])


def _path(settings: OptimizerSettings, inputs: dict[str, Any], scale: float) -> Path:
    return follow(_bowl(inputs, scale), settings, _start(inputs), inputs["steps"])


def _numbers(inputs: dict[str, Any], paths: dict[str, Path], scaled: dict[str, Path], check: GradientCheck) -> dict[str, float]:
    ends = {f"{name}_end": path.points[-1, 0].item() for name, path in paths.items()}
    losses = {f"{name}_loss": path.values[-1].item() for name, path in paths.items()}
    return {
        "loss_start": paths["sgd"].values[0].item(), "steps": float(inputs["steps"]), "loss_scale": inputs["loss_scale"],
        **ends, **losses, **_after_scaling(paths, scaled), **_rmsprop_placements(inputs),
        **correction_numbers(_settings("adam", inputs)),
        "diverged": float(any(path.diverged for path in (*paths.values(), *scaled.values()))),
        "largest_check_error": check.max_relative_error,
    }


def _after_scaling(paths: dict[str, Path], scaled: dict[str, Path]) -> dict[str, float]:
    """The first weight after one step of each, with the loss multiplied, and how far all of Adam's points move."""
    firsts = {f"{name}_scaled_1": path.points[1, 0].item() for name, path in scaled.items()}
    return {**firsts, "adam_scale_difference": _distance(paths["adam"], scaled["adam"]),
            "sgd_scale_difference": _distance(paths["sgd"], scaled["sgd"])}


def _distance(one: Path, other: Path) -> float:
    """The largest difference between two paths, over the steps that both have."""
    both = min(len(one.points), len(other.points))
    return float(np.abs(one.points[:both] - other.points[:both]).max())


def _rmsprop_placements(inputs: dict[str, Any]) -> dict[str, float]:
    """Where RMSProp arrives with epsilon outside the square root and under it."""
    settings = _settings("rmsprop", inputs)
    outside, inside = (_path(replace(settings, epsilon_inside_root=place), inputs, 1.0) for place in (False, True))
    return {"rmsprop_outside_end": outside.points[-1, 0].item(), "rmsprop_inside_end": inside.points[-1, 0].item(),
            "rmsprop_placement_difference": _distance(outside, inside)}


def _arrays(inputs: dict[str, Any], paths: dict[str, Path], scaled: dict[str, Path]) -> dict[str, Any]:
    """Columns in the order of the optimizers, the step first; `scaled` has SGD and Adam with and without the factor."""
    return {
        "weights": side_by_side([path.points[:, 0] for path in paths.values()]),
        "losses": side_by_side([path.values for path in paths.values()]),
        "log_losses": side_by_side([logarithms(path.values) for path in paths.values()]),
        "scaled": side_by_side([path.points[:, 0] for name in SCALED for path in (paths[name], scaled[name])]),
        "ratios": ratio_rows(_settings("adam", inputs)),
    }


def _conventions(inputs: dict[str, Any], paths: list[Path]) -> Iterator[str]:
    yield from ("float64", "optimizers-pytorch", "decay-adamw-only")
    yield "rmsprop-epsilon-inside" if inputs["epsilon_inside_root"] else "rmsprop-epsilon-outside"
    if len(inputs["curvatures"]) > 1:
        yield "first-weight-shown"
    yield "gradient-check-surface"
    if any(path.diverged for path in paths):
        yield "some-runs-diverged"
