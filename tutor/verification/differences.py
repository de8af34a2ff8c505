"""Derivatives as differences: the loss of the network nudged to either side, one number at a time."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tutor.verification.mathematics import (
    ACTIVATIONS,
    EPSILON,
    FUSED,
    KINKED,
    SAFETY,
    Array,
    loss_terms,
    square_terms,
    total,
)
from tutor.verification.passes import Forward, affine
from tutor.verification.problem import Problem

WIDTH = 2e-4  # of a nudge, in units of what moves the outputs by about as much
AGREEMENT = 1e-6  # of the largest derivative of its array that a difference is trusted for at least
COARSEST = 1e-2  # of it, beyond which a difference says nothing
Flags = NDArray[np.bool_]
# The nudge -> the losses (2, n) with each of n numbers moved by it, of the pass and of a copy rounded otherwise,
# and which of the n carried some unit across a kink.
Nudged = Callable[[float], tuple[Array, Flags]]


@dataclass(frozen=True)
class Differences:
    """Derivatives (n,), how far off they may be, and which of them say anything."""

    values: Array
    slack: Array
    usable: Flags

    @property
    def skipped(self) -> int:
        """How many say nothing."""
        return int((~self.usable).sum())


def derivatives(nudged: Nudged, width: float, least: float) -> Differences:
    """Central differences of two widths, put together so that their first errors cancel.

    What they differ by bounds what is left; what two roundings differ by, over the width, bounds the noise.
    """
    (near, noise), (far, more) = (central(nudged, width * factor, least) for factor in (1.0, 2.0))
    usable = ~(nudged(width)[1] | nudged(-width)[1] | nudged(2 * width)[1] | nudged(-2 * width)[1])
    values = (4.0 * near - far) / 3.0
    return _judged(values, 2.0 * np.abs(near - far) + 4.0 * (noise + more), usable)


def _judged(values: Array, slack: Array, usable: Flags) -> Differences:
    largest = np.abs(values).max(initial=0.0)
    usable = usable & np.isfinite(values) & np.isfinite(slack) & ((slack <= COARSEST * largest) | (largest == 0.0))
    return Differences(values, slack + AGREEMENT * largest, usable)


def central(nudged: Nudged, width: float, least: float) -> tuple[Array, float]:
    """(L(p + h) - L(p - h)) / 2h, and how far rounding may have moved it, of losses made by way of at `least` so much."""
    above, below = nudged(width)[0], nudged(-width)[0]
    grain = max(float(np.abs(each[1] - each[0]).max()) for each in (above, below))
    noise = SAFETY * grain + 4.0 * EPSILON * max(float(np.abs([above, below]).max()), least)
    return (above[0] - below[0]) / (2.0 * width), noise / width


def least_size(problem: Problem) -> float:
    """A cross-entropy is the logarithm of a number that may be close to 1, and no more exact than that."""
    return 1.0 if problem.loss == "cross_entropy" else 0.0


def width_at(problem: Problem, done: Forward, layer: int) -> float:
    """A nudge for the parameters and the z of a layer: small where much hangs on it."""
    before = done.a[layer - 1][0] if layer else problem.x
    reach = max(1.0, float(np.abs(before).max()))
    for weights, _ in problem.parameters[layer + 1:]:
        reach *= max(1.0, float(np.abs(weights).sum(1).max()))
    return WIDTH / reach


def parameter_nudges(problem: Problem, done: Forward, layer: int) -> Nudged:
    """Every weight of a layer, then every bias, nudged one by one."""
    weights, biases = (part[:2, None] for part in done.parameters[layer])
    before = (done.a[layer - 1][:2, None] if layer else problem.x)
    of_weights = np.eye(weights[0].size).reshape(-1, *weights.shape[2:])
    of_biases = np.eye(biases[0].size)

    def nudged(by: float) -> tuple[Array, Flags]:
        first = onward(problem, done, layer, affine(before, weights + by * of_weights, biases))
        second = onward(problem, done, layer, affine(before, weights, biases + by * of_biases))
        return np.concatenate([first[0], second[0]], axis=1), np.concatenate([first[1], second[1]])

    return nudged


def z_nudges(problem: Problem, done: Forward, layer: int) -> Nudged:
    """Every z of a layer nudged, row by row."""
    z = done.z[layer][:2, None]
    places = np.eye(z[0].size).reshape(-1, *z.shape[2:])
    return lambda by: onward(problem, done, layer, z + by * places)


def a_nudges(problem: Problem, done: Forward, layer: int) -> Nudged:
    """Every activation of a layer nudged, row by row."""
    a = done.a[layer][:2, None]
    places = np.eye(a[0].size).reshape(-1, *a.shape[2:])

    def nudged(by: float) -> tuple[Array, Flags]:
        if layer + 1 < len(done.z):
            weights, biases = (part[:2, None] for part in done.parameters[layer + 1])
            return onward(problem, done, layer + 1, affine(a + by * places, weights, biases))
        return total(problem.loss, square_terms(problem.loss, a + by * places, problem.t)), np.zeros(len(places), np.bool_)

    return nudged


def onward(problem: Problem, done: Forward, layer: int, z: Array) -> tuple[Array, Flags]:
    """The losses (2, n) from z (2, n, rows, units) of a layer on, and which of the n met a kink on the way."""
    a, crossed = ACTIVATIONS[problem.activations[layer]](z), _crossed(problem, done, layer, z)
    for number in range(layer + 1, len(done.z)):
        weights, biases = (part[:2, None] for part in done.parameters[number])
        z = affine(a, weights, biases)
        a, crossed = ACTIVATIONS[problem.activations[number]](z), crossed | _crossed(problem, done, number, z)
    return total(problem.loss, loss_terms(problem.loss, z, a, problem.t)), crossed


def _crossed(problem: Problem, done: Forward, layer: int, z: Array) -> Flags:
    crossed: Flags = ((z[0] > 0.0) != (done.z[layer][0] > 0.0)).any((-2, -1))
    return crossed & (problem.activations[layer] in KINKED)


def parameter_derivatives(problem: Problem, done: Forward) -> Iterator[Differences]:
    """Per layer the derivatives of the loss by its weights, then by its biases."""
    for layer in range(len(done.z)):
        yield derivatives(parameter_nudges(problem, done, layer), width_at(problem, done, layer), least_size(problem))


def unit_derivatives(problem: Problem, done: Forward, layer: int) -> Iterator[tuple[str, Differences]]:
    """The derivatives of the loss by the z of a layer (d) and, where it is a number of its own, by its a (g)."""
    width, least = width_at(problem, done, layer), least_size(problem)
    yield "d", derivatives(z_nudges(problem, done, layer), width, least)
    if layer + 1 < len(done.z) or problem.loss not in FUSED:
        yield "g", derivatives(a_nudges(problem, done, layer), width, least)


def activation_derivatives(problem: Problem, done: Forward, layer: int) -> Differences | None:
    """The slopes of a layer's activation where it stands; None for softmax, which has a matrix of them."""
    name, z = problem.activations[layer], done.z[layer][0].ravel()
    if name == "softmax":
        return None
    width = WIDTH * np.maximum(1.0, np.abs(z) * 1e-3)
    near, far = ((_a(name, z + each) - _a(name, z - each)) / (2.0 * each) for each in (width, 2.0 * width))
    noise = 8.0 * EPSILON * (np.abs(z) + 1.0) / width
    usable = np.full(z.shape, True) if name not in KINKED else np.abs(z) > 2.0 * width
    return _judged((4.0 * near - far) / 3.0, 2.0 * np.abs(near - far) + noise, usable)


def _a(name: str, z: Array) -> Array:
    return ACTIVATIONS[name](z)
