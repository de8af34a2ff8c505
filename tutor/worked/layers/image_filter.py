"""A 3×3 kernel over a small image, and max pooling after it: forward, and back to the kernel."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tutor.engine.losses import LOSSES
from tutor.engine.network import Array
from tutor.worked.layers.sliding import Slide, in_order

KERNEL = 3
POOL = 2
LOSS = LOSSES["half_squared_error"]
KERNELS = {
    "identity": ((0.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 0.0)),
    "edge": ((-1.0, 0.0, 1.0), (-1.0, 0.0, 1.0), (-1.0, 0.0, 1.0)),
    "blur": ((1 / 9, 1 / 9, 1 / 9), (1 / 9, 1 / 9, 1 / 9), (1 / 9, 1 / 9, 1 / 9)),
    "sharpen": ((0.0, -1.0, 0.0), (-1.0, 5.0, -1.0), (0.0, -1.0, 0.0)),
}


@dataclass(frozen=True)
class Layout:
    """How the kernel moves down and across, and the windows of the pooling after it."""

    down: Slide
    across: Slide

    @property
    def pool(self) -> tuple[int, int]:
        """Height and width of a pooling window: two, or one where there is only one output."""
        return min(POOL, self.down.outputs), min(POOL, self.across.outputs)

    @property
    def pooled(self) -> tuple[int, int]:
        """How many whole windows there are; outputs beyond the last are dropped."""
        high, wide = self.pool
        return self.down.outputs // high, self.across.outputs // wide


@dataclass(frozen=True)
class Filtered:
    """Features, pooled values and the derivatives; `winners` says which feature of its window each pooled value is.

    `patches` (height, width, 9) is what the kernel sees at each place; `winners` are flat places (pooled height, width)
    in the feature map.
    """

    patches: Array
    features: Array
    pooled: Array
    winners: NDArray[np.intp]
    loss: float
    delta: Array
    to_features: Array
    to_kernel: Array
    to_bias: Array


def run(layout: Layout, image: Array, parameters: Array, t: float) -> Filtered:
    """Forward and backward; `parameters` (10,) are the kernel row by row and the bias, `t` every pooled value's target."""
    patches = seen(layout, image)
    features, pooled, winners = forward(layout, patches, parameters)
    targets = np.full((1, pooled.size), t)
    delta = LOSS.gradient(pooled.reshape(1, -1), targets).reshape(pooled.shape)
    to_features = np.zeros_like(features)
    to_features.ravel()[winners] = delta
    won = patches.reshape(-1, KERNEL * KERNEL)[winners.ravel()]
    return Filtered(patches, features, pooled, winners, float(LOSS.value(pooled.reshape(1, -1), targets)), delta,
                    to_features, in_order(delta.ravel() * won.T), in_order(delta.ravel()))


def seen(layout: Layout, image: Array) -> Array:
    """The nine pixels under the kernel at each place, zeros of the padding included."""
    padded = np.pad(image, layout.down.padding)
    every = np.lib.stride_tricks.sliding_window_view(padded, (KERNEL, KERNEL))
    chosen = every[:: layout.down.stride, :: layout.across.stride]
    return chosen.reshape(layout.down.outputs, layout.across.outputs, KERNEL * KERNEL)


def forward(layout: Layout, patches: Array, parameters: Array) -> tuple[Array, Array, NDArray[np.intp]]:
    """Features, the largest of each window, and where in the flat feature map it stands: the first, if several are."""
    features = in_order(patches * parameters[:-1]) + parameters[-1]
    (high, wide), (rows, columns) = layout.pool, layout.pooled
    places = np.arange(features.size).reshape(features.shape)[: rows * high, : columns * wide]
    cells = places.reshape(rows, high, columns, wide).swapaxes(1, 2).reshape(rows, columns, high * wide)
    winners = np.take_along_axis(cells, features.ravel()[cells].argmax(-1)[..., None], -1)[..., 0]
    return features, features.ravel()[winners], winners
