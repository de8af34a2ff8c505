"""The values of a network's steps, taken from the engine's arrays in the order in which the formulas are written."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from tutor.engine.activations import LEAK
from tutor.engine.backprop import Gradients, flatten_gradients, gradients, loss_terms
from tutor.engine.losses import LOSSES
from tutor.engine.network import Array, Trace, flatten, forward, sizes
from tutor.worked.network.formulas import (
    Head,
    backward_heads,
    forward_heads,
    has_slope,
    has_upstream,
    is_shifted,
    loss_heads,
)
from tutor.worked.network.names import FIRST, Look, Shape, given
from tutor.worked.network.problem import Problem
from tutor.worked.receipt import Step

# |z| of the outputs beyond which the plain formulas lose digits (logistic loss) or leave the range of floats (softmax).
LARGEST_PLAIN_Z = {"binary_cross_entropy": 8.0, "softmax": 350.0}

Written = tuple[Sequence[Head], Sequence[float]]  # heads of steps and their values


@dataclass(frozen=True)
class Passes:
    """One forward and one backward pass, and the shape that says how to write them.

    Parameters and gradient are flat vectors (P,), besides being in layers.
    """

    shape: Shape
    parameters: Array
    trace: Trace
    found: Gradients
    gradient: Array


def run_passes(problem: Problem) -> Passes:
    """Forward, loss and backward."""
    trace = forward(problem.network, problem.inputs)
    found = gradients(problem.network, trace, problem.targets, problem.loss)
    return Passes(shape_of(problem, trace), flatten(problem.network), trace, found, flatten_gradients(found))


def shape_of(problem: Problem, trace: Trace) -> Shape:
    """What decides the formulas of a problem; the outputs decide whether the shifted forms are needed."""
    activations = tuple(layer.activation for layer in problem.network.layers)
    limit = LARGEST_PLAIN_Z.get(activations[-1] if activations[-1] == "softmax" else problem.loss)
    shifted = limit is not None and bool(np.abs(trace.z[-1]).max() > limit)
    return _shape(sizes(problem.network), activations, problem.loss, len(problem.inputs), shifted)


@lru_cache(maxsize=64)
def _shape(sizes: tuple[int, ...], activations: tuple[str, ...], loss: str, rows: int, shifted: bool) -> Shape:
    """One and the same object for the same shape: everything written for it is found again at once."""
    return Shape(sizes, activations, loss, rows, shifted)


def written_steps(parts: Iterable[Written]) -> tuple[Step, ...]:
    """Heads and values joined; they come in the same order and number."""
    return tuple(map(Step._make, [
        (name, symbol, expression, operands, value, phase) for heads, values in parts
        for (name, symbol, expression, operands, phase), value in zip(heads, values, strict=True)]))


def forward_part(shape: Shape, trace: Trace, look: Look = FIRST) -> Written:
    """The steps of one forward pass."""
    values: list[float] = []
    for number in shape.layers:
        z, a = trace.z[number - 1], trace.a[number - 1]
        values += z.ravel().tolist()
        if is_shifted(shape) and number == shape.layers[-1]:
            values += z.max(-1).tolist()
        values += a.ravel().tolist()
    return forward_heads(shape, look), values


def loss_part(shape: Shape, problem: Problem, trace: Trace, look: Look = FIRST) -> Written:
    """The terms of the loss and the loss."""
    terms = loss_terms(problem.network, trace, problem.targets, problem.loss)
    return loss_heads(shape, look), [*terms.ravel().tolist(), float(LOSSES[problem.loss].mean(terms))]


def backward_part(shape: Shape, found: Gradients, layer: int, new_weights: bool = False) -> Written:
    """The derivatives of one layer."""
    at = layer - 1
    arrays = [found.upstream[at]] if has_upstream(shape, layer) else []
    arrays += [found.slope[at]] if has_slope(shape, layer) else []
    arrays += [found.delta[at], found.weights[at], found.biases[at]]
    return backward_heads(shape, layer, new_weights), [value for array in arrays for value in array.ravel().tolist()]


def given_values(shape: Shape, problem: Problem, flat: Array) -> dict[str, float]:
    """Inputs, targets and parameters (`flat`) by name."""
    numbers = [*problem.inputs.ravel().tolist(), *problem.targets.ravel().tolist(), *flat.tolist()]
    values = dict(zip(_given_names(shape), numbers, strict=True))
    return {**values, "negative_slope": LEAK} if "leaky_relu" in shape.activations else values


@lru_cache(maxsize=32)
def _given_names(shape: Shape) -> tuple[str, ...]:
    return tuple(each.name for each in given(shape))


@lru_cache(maxsize=32)
def given_symbols(shape: Shape) -> dict[str, str]:
    """The symbols of `given_values`; to be copied, not changed."""
    symbols = {each.name: each.symbol for each in given(shape)}
    return {**symbols, "negative_slope": "c"} if "leaky_relu" in shape.activations else symbols
