"""A network, rows of data and a loss, as a learner may give them: the fields, and what must agree between them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tutor.engine.activations import ACTIVATIONS
from tutor.engine.datasets import one_hot
from tutor.engine.losses import LOSSES
from tutor.engine.network import Array, Layer, Network
from tutor.worked.inputs import Choice, Field, Integer, InvalidInput, Many, Numbers, Record, Targets

LARGEST = 1e3  # of any number given
MAZUR_LAYERS = (
    {"weights": [[0.15, 0.20], [0.25, 0.30]], "biases": [0.35, 0.35], "activation": "sigmoid"},
    {"weights": [[0.40, 0.45], [0.50, 0.55]], "biases": [0.60, 0.60], "activation": "sigmoid"},
)
# What a loss asks of the last activation.
PARTNERS = {"binary_cross_entropy": "sigmoid", "cross_entropy": "softmax"}
SUM_TOLERANCE = 1e-9  # of the probabilities in a target row


@dataclass(frozen=True)
class Problem:
    """A network, inputs (rows, in), targets (rows, out) and the name of the loss."""

    network: Network
    inputs: Array
    targets: Array
    loss: str


def problem_fields(layers: int, units: int, rows: int, activations: Sequence[str] = tuple(ACTIVATIONS)) -> dict[str, Field]:
    """The fields x, t, layers and loss, up to so many layers, units a layer and rows; Mazur's network by default."""
    layer = Record({
        "weights": Numbers(None, -LARGEST, LARGEST, (units, units)),
        "biases": Numbers(None, -LARGEST, LARGEST, (units,)),
        "activation": Choice("sigmoid", tuple(activations)),
    })
    return {
        "x": Numbers([[0.05, 0.10]], -LARGEST, LARGEST, (rows, units)),
        "t": Targets(Numbers([[0.01, 0.99]], -LARGEST, LARGEST, (rows, units)), Integer(0, 0, units - 1)),
        "layers": Many(layer, MAZUR_LAYERS, layers),
        "loss": Choice("half_squared_error", tuple(LOSSES)),
    }


def read_problem(inputs: dict[str, Any]) -> Problem:
    """The engine's form of normalised inputs; raises InvalidInput where they do not fit each other."""
    _check_layers(inputs["x"], inputs["layers"])
    _check_loss(inputs["loss"], inputs["layers"])
    _check_targets(inputs)
    layers = tuple(Layer(np.array(layer["weights"]), np.array(layer["biases"]), layer["activation"])
                   for layer in inputs["layers"])
    return Problem(Network(layers), np.array(inputs["x"]), _targets(inputs["t"], len(layers[-1].biases)), inputs["loss"])


def _targets(t: list[Any], outputs: int) -> Array:
    return np.array(t) if isinstance(t[0], list) else one_hot(np.array(t), outputs)


def _check_layers(x: list[list[float]], layers: list[dict[str, Any]]) -> None:
    before = len(x[0])
    for place, layer in enumerate(layers):
        _check_size(f"/layers/{place}/weights/0", len(layer["weights"][0]), before)
        _check_size(f"/layers/{place}/biases", len(layer["biases"]), len(layer["weights"]))
        before = len(layer["biases"])
        if layer["activation"] == "softmax" and place + 1 < len(layers):
            raise InvalidInput(f"/layers/{place}/activation", "softmax-not-last", {})


def _check_size(pointer: str, found: int, expected: int) -> None:
    if found != expected:
        raise InvalidInput(pointer, "wrong-shape", {"expected": expected, "found": found})


def _check_loss(loss: str, layers: list[dict[str, Any]]) -> None:
    found, needed = layers[-1]["activation"], PARTNERS.get(loss)
    if needed and found != needed:
        raise InvalidInput("/loss", "loss-needs-activation", {"loss": loss, "activation": needed, "found": found})


def _check_targets(inputs: dict[str, Any]) -> None:
    t, outputs = inputs["t"], len(inputs["layers"][-1]["biases"])
    _check_size("/t", len(t), len(inputs["x"]))
    if not isinstance(t[0], list):
        _check_indices(t, outputs, inputs["loss"])
        return
    _check_size("/t/0", len(t[0]), outputs)
    if inputs["loss"] in PARTNERS:
        _check_probabilities(t, inputs["loss"] == "cross_entropy")


def _check_indices(t: list[int], outputs: int, loss: str) -> None:
    if loss != "cross_entropy":
        raise InvalidInput("/t/0", "not-a-list", {})
    for place, index in enumerate(t):
        if index >= outputs:
            raise InvalidInput(f"/t/{place}", "too-large", {"high": outputs - 1})


def _check_probabilities(t: list[list[float]], adding_up: bool) -> None:
    for place, row in enumerate(t):
        for output, value in enumerate(row):
            if value < 0:
                raise InvalidInput(f"/t/{place}/{output}", "too-small", {"low": 0})
            if value > 1:
                raise InvalidInput(f"/t/{place}/{output}", "too-large", {"high": 1})
        if adding_up and abs(sum(row) - 1) > SUM_TOLERANCE:
            raise InvalidInput(f"/t/{place}", "not-a-distribution", {"sum": sum(row)})
