"""Small data sets that need no download: the four points of XOR, and spirals."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.engine.activations import Array

_TURN = 8.0  # radians each arm winds: a quarter more than a full turn
Labels = NDArray[np.integer[Any]]


def xor() -> tuple[Array, Array]:
    """The four corners of the unit square (4, 2) and their exclusive or (4, 1)."""
    corners = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    return corners, np.array([[0.0], [1.0], [1.0], [0.0]])


def spirals(points_per_class: int, classes: int, noise: float, seed: int) -> tuple[Array, Labels]:
    """Interleaved spiral arms, one a class: points (rows, 2) inside the unit disc, and labels (rows,) from 0.

    `noise` is the standard deviation, in radians, of each point's angle.
    """
    random = np.random.Generator(np.random.PCG64(seed))
    labels = np.repeat(np.arange(classes), points_per_class)
    radius = np.tile(np.linspace(0.05, 1.0, points_per_class), classes)
    angle = 2.0 * np.pi * labels / classes + _TURN * radius + random.normal(0.0, noise, labels.size)
    return np.stack([radius * np.sin(angle), radius * np.cos(angle)], axis=1), labels


def one_hot(labels: Labels, classes: int) -> Array:
    """Rows of zeros with a one at the label: (rows, classes)."""
    rows = np.zeros((labels.size, classes))
    rows[np.arange(labels.size), labels] = 1.0
    return rows
