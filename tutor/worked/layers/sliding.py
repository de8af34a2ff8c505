"""A kernel sliding along a list: which inputs each output reads, and the dense layer that does the same."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tutor.engine.network import Array


@dataclass(frozen=True)
class Slide:
    """How a kernel of `size` numbers moves along `length` inputs with zeros on both ends."""

    length: int
    size: int
    stride: int
    padding: int

    @property
    def outputs(self) -> int:
        """How many places the kernel takes."""
        return (self.length + 2 * self.padding - self.size) // self.stride + 1

    @cached_property
    def reads(self) -> tuple[tuple[int | None, ...], ...]:
        """For each output and each number of the kernel, the input it meets; None where it meets a zero of the padding."""
        starts = (output * self.stride - self.padding for output in range(self.outputs))
        return tuple(tuple(self._place(start + tap) for tap in range(self.size)) for start in starts)

    def _place(self, place: int) -> int | None:
        return place if 0 <= place < self.length else None


def windows(slide: Slide, x: Array) -> Array:
    """What the kernel sees at each place, zeros of the padding included: (outputs, size)."""
    padded = np.pad(x, slide.padding)
    return np.stack([padded[output * slide.stride :][: slide.size] for output in range(slide.outputs)])


def matrix(slide: Slide, kernel: Array) -> Array:
    """The weights (outputs, length) of the dense layer that does the same: the kernel again in every row, shifted."""
    dense = np.zeros((slide.outputs, slide.length))
    for row, reads in zip(dense, slide.reads, strict=True):
        for weight, place in zip(kernel, reads, strict=True):
            if place is not None:
                row[place] = weight
    return dense


def in_order(products: Array) -> Array:
    """Sums along the last axis from left to right, as a written sum is read; NumPy's own order depends on the length."""
    totals: Array = np.cumsum(products, axis=-1)[..., -1] + 0.0  # no minus before a zero
    return totals
