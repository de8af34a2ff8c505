"""Any loss of a flat vector checked against central differences, where it is not the loss of a dense network."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tutor.engine.network import Array
from tutor.worked.gradient_check import H, Slopes, compared
from tutor.worked.receipt import GradientCheck


def _whole(_: Array) -> None:
    return None


@dataclass(frozen=True)
class Function:
    """A loss of a flat vector (P,), its parameters' names, and how many of them each layer has.

    `piece` says on which smooth piece of the loss a vector lies; kinks stand between the pieces.
    """

    loss: Callable[[Array], float]
    names: Sequence[str]
    layers: Sequence[int]
    piece: Callable[[Array], Any] = _whole


def check_function(function: Function, at: Array, analytic: Array) -> GradientCheck:
    """`analytic` (P,) beside central differences at `at`; errors are relative to the largest derivative of the layer."""
    found = [_difference(function, at, place) for place in range(at.size)]
    numeric, kinks = np.array([slope for slope, _ in found]), np.array([kink for _, kink in found])
    scales = _scales(function, np.maximum(np.abs(analytic), np.abs(numeric)))
    return compared(H, Slopes(function.names, analytic, numeric), scales, kinks)


def _difference(function: Function, at: Array, place: int) -> tuple[float, bool]:
    """The slope between two points around one parameter, and whether a kink lies between them."""
    above, below = at.copy(), at.copy()
    above[place] += H
    below[place] -= H
    slope = (function.loss(above) - function.loss(below)) / (above[place] - below[place])
    here = function.piece(at)
    return slope, function.piece(above) != here or function.piece(below) != here


def _scales(function: Function, sizes: Array) -> Array:
    """Per parameter (P,) the largest entry of its layer; 1 for a layer of zeros."""
    ends = np.cumsum(function.layers)[:-1]
    return np.concatenate([np.full_like(part, part.max() or 1.0) for part in np.split(sizes, ends)])
