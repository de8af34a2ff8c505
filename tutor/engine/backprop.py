"""The gradient of a loss: backpropagation layer by layer, and central differences to check it."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tutor.engine.activations import ACTIVATIONS, pull_back
from tutor.engine.losses import FUSED, LOSSES, fused_delta, terms_of
from tutor.engine.network import Array, Network, Trace, flatten, forward, parameter_count, sizes, unflatten

_CHUNK = 1 << 18  # numbers held at once by the perturbed networks of one batched forward pass (about 2 MB an array)


@dataclass(frozen=True)
class Gradients:
    """What one backward pass computes: per layer dL/da, da/dz, dL/dz (rows, units), dL/dW (out, in), dL/db (out).

    `loss` is the loss of the forward pass it started from, one number per network.
    """

    loss: Array
    upstream: tuple[Array, ...]
    slope: tuple[Array, ...]
    delta: tuple[Array, ...]
    weights: tuple[Array, ...]
    biases: tuple[Array, ...]


def loss_terms(network: Network, trace: Trace, targets: Array, loss: str) -> Array:
    """The loss before it is averaged, one term per row and output, from z where that keeps more digits than from a."""
    return terms_of(network.layers[-1].activation, loss, trace.z[-1], trace.a[-1], targets)


def loss_of(network: Network, trace: Trace, targets: Array, loss: str) -> Array:
    """The loss of each network, shape (...,)."""
    return LOSSES[loss].mean(loss_terms(network, trace, targets, loss))


def gradients(network: Network, trace: Trace, targets: Array, loss: str) -> Gradients:
    """Backpropagation: delta = dL/da · da/dz, dL/dW = deltaᵀ a_before, dL/db = sum of delta, dL/da_before = delta W.

    `targets` (rows, outputs) are real or one-hot rows.
    """
    upstream = LOSSES[loss].gradient(trace.a[-1], targets)
    fused = (network.layers[-1].activation, loss) in FUSED
    found: list[tuple[Array, ...]] = []
    for number in reversed(range(len(network.layers))):
        layer, a = network.layers[number], trace.a[number]
        before = trace.a[number - 1] if number else trace.inputs
        slope = ACTIVATIONS[layer.activation].slope(trace.z[number], a)
        delta = fused_delta(a, targets) if fused and not found else pull_back(layer.activation, upstream, slope, a)
        found.append((upstream, slope, delta, delta.mT @ before, _over_rows(delta)))
        if number:
            upstream = delta @ layer.weights
    return Gradients(loss_of(network, trace, targets, loss), *zip(*reversed(found), strict=True))


def _over_rows(delta: Array) -> Array:
    if delta.shape[-2] == 1:
        return delta[..., 0, :]
    total: Array = np.einsum("...ru->...u", delta)  # three times as fast as sum(-2) on a few hundred rows
    return total


def flatten_gradients(gradients: Gradients) -> Array:
    """All derivatives (..., P) in the order of `flatten`."""
    lead = gradients.biases[0].shape[:-1]
    pairs = zip(gradients.weights, gradients.biases, strict=True)
    return np.concatenate([part.reshape(*lead, -1) for pair in pairs for part in pair], axis=-1)


def numeric_gradients(network: Network, inputs: Array, targets: Array, loss: str, h: float = 1e-5) -> Array:
    """Central differences (L(p + h) - L(p - h)) / 2h for every parameter of one network, shape (P,)."""
    slopes = []
    for perturbed, widths in _perturbations(network, inputs, h):
        above, below = loss_of(perturbed, forward(perturbed, inputs), targets, loss)
        slopes.append((above - below) / widths)
    return np.concatenate(slopes)


def near_kink(network: Network, inputs: Array, h: float = 1e-5) -> NDArray[np.bool_]:
    """Which parameters (P,), moved by ±h, carry a ReLU or leaky ReLU unit across its kink for some row."""
    kinks = [number for number, layer in enumerate(network.layers) if ACTIVATIONS[layer.activation].kink]
    if not kinks:
        return np.zeros(parameter_count(sizes(network)), dtype=np.bool_)
    here = forward(network, inputs).z
    found = []
    for perturbed, _ in _perturbations(network, inputs, h):
        z = forward(perturbed, inputs).z
        moved = [((z[number] > 0) != (here[number] > 0)).any((0, -2, -1)) for number in kinks]
        found.append(np.logical_or.reduce(moved))
    return np.concatenate(found)


def _perturbations(network: Network, inputs: Array, h: float) -> Iterator[tuple[Network, Array]]:
    """Networks (2, n), n parameters at a time: each parameter above and below; and the n distances between them."""
    parameters = flatten(network)
    each = parameters.size + inputs.shape[-2] * max(sizes(network))
    many = max(1, _CHUNK // (2 * each))
    for start in range(0, parameters.size, many):
        chosen = np.arange(start, min(start + many, parameters.size))
        moved = np.empty((2, chosen.size, parameters.size))
        moved[:] = parameters
        above, below = moved[:, np.arange(chosen.size), chosen] + [[h], [-h]]
        moved[:, np.arange(chosen.size), chosen] = above, below
        yield unflatten(network, moved), above - below
