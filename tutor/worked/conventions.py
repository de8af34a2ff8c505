"""The keys of the choices behind a network's numbers; their words are content."""

from collections.abc import Iterator
from typing import Any

from tutor.engine.activations import ACTIVATIONS
from tutor.worked.receipt import GradientCheck


def network_conventions(inputs: dict[str, Any]) -> Iterator[str]:
    """Precision, layout, loss, and the slope at 0 where an activation has a kink there."""
    yield "float64"
    yield "weights-out-in"
    yield inputs["loss"].replace("_", "-")
    if any(ACTIVATIONS[layer["activation"]].kink for layer in inputs["layers"]):
        yield "relu-at-zero"


def check_conventions(check: GradientCheck) -> Iterator[str]:
    """How the gradient was checked, and whether a kink was in the way."""
    yield "gradient-check-h"
    if any(parameter.kink for parameter in check.parameters):
        yield "near-kink"
