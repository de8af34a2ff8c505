"""A recurrent network of one tanh unit unrolled in time: forward, back through time, and the same on a tape."""

import math
from dataclasses import dataclass

import numpy as np

from tutor.engine.network import Array
from tutor.engine.tape import Scalar, adjoints, tanh
from tutor.worked.layers.sliding import in_order

PARAMETERS = ("w_x", "w_h", "b", "w_y")


@dataclass(frozen=True)
class Case:
    """Inputs in time (T,), the state before them, and the target of the last output."""

    x: Array
    h0: float
    t: float


@dataclass(frozen=True)
class Forward:
    """Pre-activations (T,), states from the one before the first input (T + 1,), the output and the loss."""

    z: Array
    h: Array
    y: float
    loss: float


@dataclass(frozen=True)
class Backward:
    """Back through time: dL/dy, then for each moment (T,) dL/dh, dh/dz and dL/dz, dh/dh_before; and all gradients (4,)."""

    error: float
    upstream: Array
    slope: Array
    delta: Array
    factor: Array
    gradient: Array


def forward(case: Case, parameters: Array) -> Forward:
    """h_t = tanh(w_x x_t + w_h h_(t-1) + b), y = w_y h_T, L = (y - t)²/2."""
    w_x, w_h, b, w_y = parameters.tolist()
    z, h = [], [case.h0]
    for x in case.x.tolist():
        z.append(w_x * x + w_h * h[-1] + b)
        h.append(math.tanh(z[-1]))
    y = w_y * h[-1]
    return Forward(np.array(z), np.array(h), y, (y - case.t) ** 2 / 2)


def backward(case: Case, parameters: Array, found: Forward) -> Backward:
    """The same weights are used at every moment, so their derivatives are added over time."""
    _, w_h, _, w_y = parameters.tolist()
    error, slope = found.y - case.t, 1.0 - found.h[1:] ** 2
    upstream, delta = np.empty_like(slope), np.empty_like(slope)
    coming = error * w_y
    for moment in reversed(range(slope.size)):
        upstream[moment], delta[moment] = coming, coming * slope[moment]
        coming = delta[moment] * w_h
    uses = np.stack([delta * case.x, delta * found.h[:-1], delta])
    gradient = np.append(in_order(uses), error * found.h[-1])
    return Backward(error, upstream, slope, delta, w_h * slope, gradient)


def tape_gradient(case: Case, parameters: Array) -> list[float]:
    """The same four derivatives from the engine's tape, which adds up wherever a number is used again."""
    w_x, w_h, b, w_y = scalars = [Scalar(value) for value in parameters.tolist()]
    h = Scalar(case.h0)
    for x in case.x.tolist():
        h = tanh(w_x * x + w_h * h + b)
    found = adjoints((w_y * h - case.t) ** 2 * 0.5)
    return [found[scalar] for scalar in scalars]
