"""Scales of charts: where a number falls on the drawing, and which round numbers to mark on an axis."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10

from tutor.dialogue.plots import Point
from tutor.language import Language

WIDTH = 360
LETTER = 6.4  # a digit's width, in units of the drawing, at the size of tick labels
FOOT = 40


@dataclass(frozen=True)
class Axis:
    """Numbers from `low` to `high` laid from `start` to `end` (units of the drawing, downwards for y), with marks."""

    low: float
    high: float
    start: float
    end: float
    marks: tuple[float, ...]

    def to(self, value: float) -> float:
        """Where a number falls."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)

    def at(self, value: float) -> str:
        """Where a number falls, to a tenth of a unit."""
        return short(self.to(value))


def short(place: float) -> str:
    """A coordinate to a tenth, without a useless zero."""
    return f"{place:.1f}".removesuffix(".0")


def round_marks(low: float, high: float, most: int) -> tuple[float, ...]:
    """At most `most` multiples of 1, 2 or 5 times a power of ten, from `low` to `high`.

    >>> round_marks(0, 1, 6)
    (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
    """
    rough = (high - low) / max(1, most - 1)
    power = 10.0 ** floor(log10(rough))
    step = next(power * nice for nice in (1, 2, 5, 10) if power * nice >= rough * (1 - 1e-9))
    first, last = ceil(low / step - 1e-9), floor(high / step + 1e-9)
    return tuple(float(f"{place * step:.12g}") for place in range(first, last + 1))


def spread(values: Iterable[float]) -> tuple[float, float]:
    """The range of an axis: that of the values, from zero where they come near it, never of no width."""
    found = list(values)
    low, high = min(found), max(found)
    if 0 < low < high / 2:
        low = 0.0
    if high - low <= 1e-9 * max(abs(low), abs(high)):
        return (low - 1.0, high + 1.0) if low == 0 else (low - abs(low) / 2, high + abs(high) / 2)
    return low, high


def heights(series: Sequence[Sequence[Point]]) -> list[float]:
    """Every number that the y axis must hold: values and the ends of their ranges."""
    return [value for line in series for _, *values in line for value in values if value is not None]


def label_room(marks: Sequence[float], language: Language) -> float:
    """The width that the labels of these marks take on the left."""
    return max(len(language.number(mark)) for mark in marks) * LETTER + 12


def frame(across: Axis, up: Axis, language: Language) -> str:
    """Grid lines and the labels of both axes."""
    left, right, foot = short(across.start), short(across.end), up.start
    rows = [
        f'<path class="plot-grid" d="M{left} {up.at(mark)}H{right}"/>'
        f'<text x="{short(across.start - 6)}" y="{up.at(mark)}" dy="4" text-anchor="end">{language.number(mark)}</text>'
        for mark in up.marks
    ]
    columns = [
        f'<text x="{across.at(mark)}" y="{short(foot + 17)}" text-anchor="middle">{language.number(mark)}</text>'
        for mark in across.marks
    ]
    return "".join(rows + columns) + f'<path class="plot-axis" d="M{left} {short(up.end)}V{short(foot)}H{right}"/>'


def axis_names(x: str, y: str, across: Axis, up: Axis) -> str:
    """The name of the y axis above it and the name of the x axis below its marks."""
    return (
        f'<text class="plot-name" x="0" y="12">{escape(y)}</text>'
        f'<text class="plot-name" x="{short(across.end)}" y="{short(up.start + 34)}" text-anchor="end">{escape(x)}</text>'
    )
