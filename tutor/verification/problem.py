"""The network, the data and the training that a receipt's inputs speak of, and the same a little elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from tutor.verification.mathematics import ACTIVATIONS, Array
from tutor.verification.names import Names

LOSSES = ("half_squared_error", "squared_error", "mean_squared_error", "binary_cross_entropy", "cross_entropy")
OPTIMIZERS = ("sgd", "momentum", "nesterov", "rmsprop", "adam", "adamw", "adagrad")
MOST = {"layers": 8, "units": 16, "rows": 16, "steps": 10_000}
SETTINGS = ("learning_rate", "momentum", "alpha", "beta1", "beta2", "epsilon", "weight_decay")
LARGEST = 1e3  # of any number given
NUDGE = 1e-3


class Misfit(ValueError):
    """Inputs that are no network, or do not fit each other."""


@dataclass(frozen=True)
class Problem:
    """Per layer weights (out, in), biases (out,) and activation; inputs x and targets t (rows, units); a loss."""

    parameters: tuple[tuple[Array, Array], ...]
    activations: tuple[str, ...]
    x: Array
    t: Array
    loss: str

    @property
    def names(self) -> Names:
        """What its numbers are called."""
        return Names((self.x.shape[1], *(len(biases) for _, biases in self.parameters)), len(self.x))


@dataclass(frozen=True)
class Training:
    """An optimizer by PyTorch's name with its settings, and how parameters move for so many steps."""

    optimizer: str
    settings: Mapping[str, float]
    inside_root: bool
    train_biases: bool
    sequential: bool
    steps: int


def read_network(inputs: Mapping[str, Any]) -> Problem:
    """The problem of inputs with x, t, layers and loss; raises Misfit."""
    try:
        layers = inputs["layers"]
        parameters = tuple((_array(layer["weights"], 2), _array(layer["biases"], 1)) for layer in layers)
        x, loss = _array(inputs["x"], 2), inputs["loss"]
        problem = Problem(parameters, tuple(layer["activation"] for layer in layers), x,
                          _targets(inputs["t"], len(parameters[-1][1])), loss)
        _check(problem)
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise Misfit from error
    return problem


def read_loop(inputs: Mapping[str, Any]) -> Problem:
    """The problem of one tanh unit before one linear output; raises Misfit."""
    layers = [{"weights": [[inputs.get(f"w{layer}")]], "biases": [inputs.get(f"b{layer}")], "activation": activation}
              for layer, activation in ((1, "tanh"), (2, "identity"))]
    return read_network({"x": [[inputs.get("x")]], "t": [[inputs.get("t")]], "layers": layers, "loss": "half_squared_error"})


def _array(value: Any, axes: int) -> Array:
    array = np.array(value)
    if array.ndim != axes or not array.size or array.dtype.kind not in "if" or np.abs(array).max() > LARGEST:
        raise Misfit
    return array.astype(np.float64)


def _targets(t: Any, outputs: int) -> Array:
    """Rows of targets as they are, class indices as rows of the identity."""
    if isinstance(t[0], list):
        return _array(t, 2)
    if not set(t) <= set(range(outputs)):
        raise Misfit
    return np.eye(outputs)[np.array(t, dtype=np.int64)]


def _check(problem: Problem) -> None:
    sizes = problem.names.sizes
    fits = all(weights.shape == (after, before) for (weights, _), before, after
               in zip(problem.parameters, sizes, sizes[1:], strict=False))
    known = problem.loss in LOSSES and set(problem.activations) <= set(ACTIVATIONS) and "softmax" not in problem.activations[:-1]
    small = len(sizes) <= MOST["layers"] + 1 and max(sizes) <= MOST["units"] and len(problem.x) <= MOST["rows"]
    partner = {"binary_cross_entropy": "sigmoid", "cross_entropy": "softmax"}.get(problem.loss, problem.activations[-1])
    if not (fits and known and small and problem.t.shape == (len(problem.x), sizes[-1]) and problem.activations[-1] == partner):
        raise Misfit


def read_training(inputs: Mapping[str, Any]) -> Training:
    """How a network-step trains; raises Misfit."""
    try:
        given = inputs["optimizer"]
        settings = {name: float(given[name]) for name in SETTINGS}
        return _checked(Training(given["name"], settings, given["epsilon_inside_root"] is True, inputs["train_biases"] is True,
                                 inputs["update"] == "sequential", inputs["steps"]))
    except (KeyError, TypeError, ValueError) as error:
        raise Misfit from error


def read_loop_training(inputs: Mapping[str, Any]) -> Training:
    """How a training-loop trains; raises Misfit."""
    try:
        settings = {"learning_rate": float(inputs["learning_rate"]), "weight_decay": 0.0}
        return _checked(Training("sgd", settings, False, True, False, inputs["steps"]))
    except (KeyError, TypeError, ValueError) as error:
        raise Misfit from error


def _checked(training: Training) -> Training:
    steps, betas = training.steps, [training.settings.get(name, 0.0) for name in ("beta1", "beta2")]
    if not (training.optimizer in OPTIMIZERS and isinstance(steps, int) and 1 <= steps <= MOST["steps"]
            and all(0 <= value <= LARGEST for value in training.settings.values()) and max(betas) < 1):
        raise Misfit
    return training


def nudged(problem: Problem) -> Problem:
    """The same network on other numbers near by, no two of them alike; probabilities still add up to 1."""
    random = np.random.Generator(np.random.PCG64(7))

    def moved(array: Array) -> Array:
        return array * (1.0 + NUDGE * random.random(array.shape)) + NUDGE * random.random(array.shape)

    t = moved(problem.t)
    t = t / t.sum(-1, keepdims=True) if problem.loss == "cross_entropy" else t
    parameters = tuple((moved(weights), moved(biases)) for weights, biases in problem.parameters)
    return replace(problem, parameters=parameters, x=moved(problem.x), t=t)


def nudged_training(training: Training) -> Training:
    """The same training with settings a little smaller, each by another share; a 0 stays."""
    settings = {name: value * (1.0 - NUDGE * (1 + place) / 8) for place, (name, value) in enumerate(training.settings.items())}
    return replace(training, settings=settings)
