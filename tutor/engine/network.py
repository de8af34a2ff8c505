"""Dense networks as values: layers, the forward pass, counts, the flat vector of parameters, initial weights."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import sqrt

import numpy as np
from numpy.typing import DTypeLike

from tutor.engine.activations import ACTIVATIONS, Array

__all__ = [
    "Array",
    "Layer",
    "Network",
    "Trace",
    "fingerprint",
    "flatten",
    "forward",
    "forward_flops",
    "initial_network",
    "parameter_count",
    "sizes",
    "step_flops",
    "unflatten",
]


@dataclass(frozen=True)
class Layer:
    """An affine map and an activation: weights (..., out, in), biases (..., out); a leading axis holds K networks."""

    weights: Array
    biases: Array
    activation: str


@dataclass(frozen=True)
class Network:
    """Layers in the order of the forward pass."""

    layers: tuple[Layer, ...]


@dataclass(frozen=True)
class Trace:
    """What a backward pass needs of the forward pass: inputs (..., rows, in); z and a (..., rows, units) per layer."""

    inputs: Array
    z: tuple[Array, ...]
    a: tuple[Array, ...]


def forward(network: Network, inputs: Array) -> Trace:
    """Run `inputs` (..., rows, in) through the layers: z = a_before Wᵀ + b, a = activation(z)."""
    z: list[Array] = []
    a: list[Array] = []
    before = inputs
    for layer in network.layers:
        product = before @ layer.weights.mT
        product += layer.biases[..., None, :]
        before = ACTIVATIONS[layer.activation].function(product)
        z.append(product)
        a.append(before)
    return Trace(inputs, tuple(z), tuple(a))


def sizes(network: Network) -> tuple[int, ...]:
    """Units per layer, inputs first."""
    return (network.layers[0].weights.shape[-1], *(layer.weights.shape[-2] for layer in network.layers))


def parameter_count(sizes: Sequence[int]) -> int:
    """Weights and biases of a dense network."""
    return sum((before + 1) * units for before, units in pairwise(sizes))


def forward_flops(sizes: Sequence[int], batch: int) -> int:
    """Additions and multiplications in the matrix products of one forward pass: 2·m·n·batch per layer m -> n."""
    return sum(2 * before * units * batch for before, units in pairwise(sizes))


def step_flops(sizes: Sequence[int], batch: int) -> int:
    """Forward and backward products: backward does each product twice, save the first layer's towards the inputs."""
    return 3 * forward_flops(sizes, batch) - 2 * batch * sizes[0] * sizes[1]


def flatten(network: Network) -> Array:
    """All parameters (..., P): layer by layer, the weights row by row, then the biases."""
    lead = network.layers[0].biases.shape[:-1]
    return np.concatenate([part.reshape(*lead, -1) for layer in network.layers for part in _parts(layer)], axis=-1)


def _parts(layer: Layer) -> tuple[Array, Array]:
    return layer.weights, layer.biases


def unflatten(network: Network, parameters: Array) -> Network:
    """A network of the same sizes and activations whose parameters are views of the flat vector (..., P)."""
    return Network(tuple(_filled(network.layers, parameters)))


def _filled(layers: Sequence[Layer], parameters: Array) -> Iterator[Layer]:
    lead = parameters.shape[:-1]
    end = 0
    for layer in layers:
        units, before = layer.weights.shape[-2:]
        start, middle, end = end, end + units * before, end + units * before + units
        weights = parameters[..., start:middle].reshape(*lead, units, before)
        yield Layer(weights, parameters[..., middle:end], layer.activation)


def initial_network(
    sizes: Sequence[int], activation: str, output_activation: str, seed: int, dtype: DTypeLike = np.float64
) -> Network:
    """Random normal weights, zero biases: He's variance 2/in before a rectifier, Xavier's 2/(in + out) otherwise."""
    random = np.random.Generator(np.random.PCG64(seed))
    names = [activation] * (len(sizes) - 2) + [output_activation]
    layers = (_random_layer(random, pair, name) for pair, name in zip(pairwise(sizes), names, strict=True))
    return Network(tuple(_cast(layer, dtype) for layer in layers))


def _random_layer(random: np.random.Generator, pair: tuple[int, int], activation: str) -> Layer:
    before, units = pair
    variance = 2.0 / before if ACTIVATIONS[activation].rectifier else 2.0 / (before + units)
    return Layer(random.normal(0.0, sqrt(variance), (units, before)), np.zeros(units), activation)


def _cast(layer: Layer, dtype: DTypeLike) -> Layer:
    return replace(layer, weights=layer.weights.astype(dtype), biases=layer.biases.astype(dtype))


def fingerprint(network: Network) -> str:
    """SHA-256 in hexadecimal of every parameter's type, shape and bytes: equal only if nothing has changed."""
    digest = hashlib.sha256()
    for layer in network.layers:
        for part in _parts(layer):
            digest.update(f"{part.dtype.str}{part.shape}".encode())
            digest.update(np.ascontiguousarray(part).tobytes())
    return digest.hexdigest()
