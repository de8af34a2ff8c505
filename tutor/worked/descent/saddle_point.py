"""Gradient descent near a saddle: how long it stays there, by how far beside the ridge it starts, and what noise does."""

from collections.abc import Iterator
from math import ceil, log
from typing import Any

import numpy as np

from tutor.engine.network import Array
from tutor.engine.optimizers import OptimizerSettings, optimizer_state, update
from tutor.worked.descent.surface import Surface, check_surface
from tutor.worked.inputs import Integer, Number, Record
from tutor.worked.receipt import Receipt, Step, step, step_symbols

NAME = "saddle-point"
WRITTEN = 3  # steps
ESCAPED = 1.0  # |y| beyond this is away from the saddle
DISTANCES = {"3": 1e-3, "6": 1e-6, "12": 1e-12}  # starting points beside the ridge, on it only y = 0
FIELDS = Record({
    "a": Number(1.0, 1e-3, 1e3), "b": Number(1.0, 1e-3, 1e3),
    "x0": Number(1.0, -1e3, 1e3), "y0": Number(1e-3, -1e3, 1e3),
    "learning_rate": Number(0.1, 1e-6, 10.0),
    "steps": Integer(200, 1, 1000),
    "noise": Number(1e-3, 0.0, 10.0), "seed": Integer(0, 0, 1_000_000),
})
SYMBOLS = {"a": "a", "b": "b", "x0": "x_0", "y0": "y_0", "learning_rate": r"\eta",
           **{f"start_{name}": rf"y_0^{{({name})}}" for name in DISTANCES}}
OWN, RIDGE, OWN_NOISY, RIDGE_NOISY = 0, 1, 2, 3  # the first of the starts; then the distances


def compute(inputs: dict[str, Any]) -> Receipt:
    """All starts go together; each path ends where it has escaped, or after the last step."""
    surface = _saddle(inputs["a"], inputs["b"])
    paths = _paths(surface, inputs)
    escapes = [_escape(path) for path in paths]
    own = paths[OWN][:_end(paths[OWN], escapes[OWN])]
    steps = (*_shape_steps(inputs), *_descent_steps(surface, own), *_predicted_steps(inputs))
    check = check_surface(surface, [inputs["x0"], inputs["y0"]], ["x0", "y0"])
    return Receipt(
        example=NAME, inputs=inputs, steps=steps, gradient_check=check,
        values={**{name: inputs[name] for name in SYMBOLS if name in inputs},
                **{f"start_{name}": distance for name, distance in DISTANCES.items()}},
        symbols={**SYMBOLS, **step_symbols(steps)},
        numbers={**_ends(surface, own), **_escape_numbers(escapes), "steps": float(inputs["steps"]),
                 "noise": inputs["noise"], "largest_check_error": check.max_relative_error},
        arrays=_arrays(surface, own, paths, escapes),
        conventions=("float64", "seeded", "saddle-escape", "gradient-check-surface",
                     *(("diverged",) if len(own) <= inputs["steps"] and escapes[OWN] is None else ())),
    )


def _saddle(a: float, b: float) -> Surface:
    curvatures = np.array([2 * a, -2 * b])
    return Surface(lambda points: (curvatures * points**2).sum(-1) / 2, lambda points: curvatures * points)


def _starts(x0: float, y0: float) -> Array:
    """In the order of the constants above, then the distances: (7, 2)."""
    beside = [y0, 0.0, y0, 0.0, *DISTANCES.values()]
    return np.column_stack([np.full(len(beside), x0), beside])


def _paths(surface: Surface, inputs: dict[str, Any]) -> list[Array]:
    """One array (T + 1, 2) for each start: the finite points, the start first."""
    point, settings = _starts(inputs["x0"], inputs["y0"]), OptimizerSettings("sgd", inputs["learning_rate"])
    points, state = [point], optimizer_state(settings.name, point)
    with np.errstate(over="ignore", invalid="ignore"):  # a path that leaves the floats is cut
        for push in _pushes(inputs):
            gradient = surface.gradient(point)
            gradient[[OWN_NOISY, RIDGE_NOISY]] += push
            point, state = update(settings, point, gradient, state)
            points.append(point)
        every = np.stack(points, axis=1)
        finite = np.isfinite(surface.value(every)) & np.isfinite(surface.gradient(every)).all(-1)
    return [path[:len(path) if good.all() else int(good.argmin())] for path, good in zip(every, finite, strict=True)]


def _pushes(inputs: dict[str, Any]) -> Array:
    """The noise in the gradient at each step (T, 2)."""
    random = np.random.Generator(np.random.PCG64(inputs["seed"]))
    return np.asarray(random.normal(0.0, inputs["noise"], (inputs["steps"], 2)))


def _escape(path: Array) -> int | None:
    """After how many steps |y| is first above 1."""
    away = np.abs(path[:, 1]) > ESCAPED
    return int(away.argmax()) if away.any() else None


def _end(path: Array, escape: int | None) -> int:
    return len(path) if escape is None else escape + 1


def _shape_steps(inputs: dict[str, Any]) -> Iterator[Step]:
    """The two eigenvalues of the Hessian, and what a step multiplies each coordinate by."""
    a, b, rate = inputs["a"], inputs["b"], inputs["learning_rate"]
    yield step("eigenvalue_x", r"\lambda_x", "2*a", 2 * a, "stability")
    yield step("eigenvalue_y", r"\lambda_y", "-2*b", -2 * b, "stability")
    yield step("factor_x", "r_x", "1 - learning_rate*eigenvalue_x", 1 - rate * 2 * a, "stability")
    yield step("factor_y", "r_y", "1 - learning_rate*eigenvalue_y", 1 + rate * 2 * b, "stability")


def _descent_steps(surface: Surface, path: Array) -> Iterator[Step]:
    slopes = surface.gradient(path)
    yield step("f_start", "f(x_0, y_0)", "a*x0**2 - b*y0**2", surface.value(path[0]).item(), "descent")
    for at in range(min(WRITTEN, len(path) - 1)):
        for place, (letter, eigenvalue) in enumerate((("x", "2*a"), ("y", "-2*b"))):
            slope = step(f"g{letter}{at}", rf"\frac{{\partial f}}{{\partial {letter}}}\Big|_{at}", f"{eigenvalue}*{letter}{at}",
                         slopes[at, place].item(), "descent")
            yield slope
            yield step(f"{letter}{at + 1}", f"{letter}_{at + 1}", f"{letter}{at} - learning_rate*{slope.name}",
                       path[at + 1, place].item(), "descent")


def _predicted_steps(inputs: dict[str, Any]) -> Iterator[Step]:
    """The first whole number of steps after which the growing factor has brought y to 1."""
    growth = 1 + inputs["learning_rate"] * 2 * inputs["b"]
    for name, distance in DISTANCES.items():
        yield step(f"predicted_{name}", f"T^{{({name})}}", f"ceil(log(1/start_{name})/log(factor_y))",
                   float(ceil(log(1 / distance) / log(growth))), "escape")


def _ends(surface: Surface, path: Array) -> dict[str, float]:
    x, y = path[-1].tolist()
    return {"x_end": x, "y_end": y, "f_end": surface.value(path[-1]).item(), "steps_run": float(len(path) - 1)}


def _escape_numbers(escapes: list[int | None]) -> dict[str, float]:
    """For every start whether it escapes, and after how many steps if so."""
    names = ("", "_ridge", "_noisy", "_ridge_noisy", *(f"_{name}" for name in DISTANCES))
    found = {f"escaped{name}": float(escape is not None) for name, escape in zip(names, escapes, strict=True)}
    return found | {f"escape_step{name}": float(escape) for name, escape in zip(names, escapes, strict=True)
                    if escape is not None}


def _arrays(surface: Surface, own: Array, paths: list[Array], escapes: list[int | None]) -> dict[str, Any]:
    noisy = paths[OWN_NOISY][:_end(paths[OWN_NOISY], escapes[OWN_NOISY])]
    return {
        "path": np.column_stack([np.arange(float(len(own))), own, surface.value(own)]).tolist(),
        "noisy_path": np.column_stack([np.arange(float(len(noisy))), noisy, surface.value(noisy)]).tolist(),
        "starts": [[path[0, 1].item(), None if escape is None else float(escape)]
                   for path, escape in zip(paths[RIDGE_NOISY + 1:], escapes[RIDGE_NOISY + 1:], strict=True)],
    }
