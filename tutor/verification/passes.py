"""One forward and one backward pass of a network, in several copies that are rounded differently."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tutor.verification.mathematics import (
    ACTIVATIONS,
    COPIES,
    FUSED,
    MADE_OF_Z,
    SIZES_OF_SLOPE,
    SLOPES,
    Array,
    grainy,
    loss_terms,
    square_slope,
    total,
)
from tutor.verification.problem import Problem

Parameters = Sequence[tuple[Array, Array]]  # per layer weights (COPIES, out, in) and biases (COPIES, out)
Above = tuple[Array, Array]  # the delta of the layer above, and those of its weights that are read for the one below


@dataclass(frozen=True)
class Forward:
    """z and a per layer (COPIES, rows, units), the terms of the loss and the loss (COPIES,)."""

    parameters: Parameters
    z: tuple[Array, ...]
    a: tuple[Array, ...]
    terms: Array
    loss: Array


@dataclass(frozen=True)
class Slopes:
    """Of one layer dL/da and da/dz (None where there is no such number), dL/dz, dL/dW and dL/db."""

    upstream: Array | None
    slope: Array | None
    delta: Array
    weights: Array
    biases: Array


def copies(problem: Problem) -> Parameters:
    """The problem's own parameters, as copies."""
    return [(_copied(weights, 11 * layer), _copied(biases, 11 * layer + 1))
            for layer, (weights, biases) in enumerate(problem.parameters)]


def _copied(array: Array, stage: int) -> Array:
    return grainy(np.broadcast_to(array, (COPIES, *array.shape)), stage)


def forward(problem: Problem, parameters: Parameters, least: float = 0.0) -> Forward:
    """The whole pass, the loss included; `least` is the size by way of which activations may have been made."""
    z: list[Array] = []
    a: list[Array] = []
    for layer, (weights, biases) in enumerate(parameters):
        z.append(affine(a[-1] if layer else problem.x, weights, biases))
        a.append(_activated(problem.activations[layer], z[-1], 11 * layer + 2, least))
    terms = loss_terms(problem.loss, z[-1], a[-1], problem.t)
    fused = np.abs(z[-1] - z[-1].max(-1, keepdims=True)) + np.abs(z[-1]) if problem.loss in FUSED else None
    terms = grainy(terms, 5, fused)
    return Forward(parameters, tuple(z), tuple(a), terms, total(problem.loss, terms))


def _activated(name: str, z: Array, stage: int, least: float) -> Array:
    a = ACTIVATIONS[name](z)
    return grainy(a, stage, np.maximum(np.abs(z if name in MADE_OF_Z else a), least))


def affine(before: Array, weights: Array, biases: Array) -> Array:
    """z of a layer."""
    z: Array = before @ weights.swapaxes(-1, -2) + biases[..., None, :]
    return z


def layer_slopes(problem: Problem, done: Forward, layer: int, above: Above | None) -> Slopes:
    """The derivatives of a layer (from 0), from those of the layer above it or, for the last, from the loss."""
    upstream = _upstream(problem, done, above)
    slope = _slope(problem, done, layer) if upstream is not None else None
    delta = grainy(_delta(problem, done.a[layer], upstream, slope), 11 * layer + 4)
    before = done.a[layer - 1] if layer else problem.x
    return Slopes(upstream, slope, delta, delta.swapaxes(-1, -2) @ before, delta.sum(-2))


def _upstream(problem: Problem, done: Forward, above: Above | None) -> Array | None:
    if above is not None:
        pulled: Array = above[0] @ above[1]
        return pulled
    return None if problem.loss in FUSED else square_slope(problem.loss, done.a[-1], problem.t)


def _slope(problem: Problem, done: Forward, layer: int) -> Array | None:
    name = problem.activations[layer]
    if name == "softmax":
        return None
    return grainy(SLOPES[name](done.z[layer], done.a[layer]), 11 * layer + 3, SIZES_OF_SLOPE.get(name))


def _delta(problem: Problem, a: Array, upstream: Array | None, slope: Array | None) -> Array:
    if upstream is None:
        return (a - problem.t) / len(problem.x)
    if slope is not None:
        return upstream * slope
    jacobian = a[..., :, None] * (np.eye(a.shape[-1]) - a[..., None, :])  # of softmax: (COPIES, rows, of, by)
    delta: Array = (jacobian.swapaxes(-1, -2) @ upstream[..., None])[..., 0]
    return delta


def backward(problem: Problem, done: Forward) -> tuple[Slopes, ...]:
    """The derivatives of every layer at the pass's own parameters."""
    found: list[Slopes] = []
    for layer in reversed(range(len(done.z))):
        found.append(layer_slopes(problem, done, layer, (found[-1].delta, done.parameters[layer + 1][0]) if found else None))
    return tuple(reversed(found))
