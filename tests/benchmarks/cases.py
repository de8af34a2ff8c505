"""The trainings that the engine and its peers are timed on."""

from dataclasses import dataclass

import numpy as np

from tutor.engine.datasets import one_hot, xor


@dataclass(frozen=True)
class Case:
    """A network, how it is trained, and its data: rows (rows, in) and targets (rows, out), one batch that stays."""

    name: str
    sizes: tuple[int, ...]
    activation: str
    output: str
    loss: str
    optimizer: str
    rows: np.ndarray
    targets: np.ndarray
    rate: float = 0.01


def xor_case() -> Case:
    """The four points of XOR through four tanh units."""
    rows, targets = xor()
    return Case("XOR 2-4-1 SGD", (2, 4, 1), "tanh", "sigmoid", "binary_cross_entropy", "sgd", rows, targets)


def classes(name: str, sizes: tuple[int, ...], optimizer: str, batch: int) -> Case:
    """Two classes of random points, softmax and cross-entropy, ReLU inside."""
    random = np.random.Generator(np.random.PCG64(0))
    rows = random.normal(size=(batch, sizes[0]))
    targets = one_hot(random.integers(0, sizes[-1], batch), sizes[-1])
    return Case(name, sizes, "relu", "softmax", "cross_entropy", optimizer, rows, targets)


def moons_case() -> Case:
    """A small classifier, its batch of 32, Adam."""
    return classes("2-16-16-2 Adam", (2, 16, 16, 2), "adam", 32)


def deep_case(width: int, depth: int, optimizer: str = "sgd") -> Case:
    """Hidden layers of one width, batch 64."""
    name = f"2-{width}x{depth}-2 {optimizer.upper() if optimizer == 'sgd' else optimizer.title()}"
    return classes(name, (2, *[width] * depth, 2), optimizer, 64)
