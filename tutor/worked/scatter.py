"""Rows of a chart that shows data points standing alone over smooth curves."""

from collections.abc import Callable
from typing import Any

import numpy as np

from tutor.engine.network import Array


def points_over(x: Array, y: Array, across: Array, curves: Callable[[Array], Array]) -> list[list[Any]]:
    """Rows [x, y of a point or None, height of each curve], sorted by x.

    `x` and `y` (n,) are the points, `curves` gives heights (m, curves) at m places. Each point is followed by a row
    without one, so that no line joins them.
    """
    places = np.concatenate([x, x, across])
    seen = [*y.tolist(), *[None] * (places.size - x.size)]
    rows = zip(places.tolist(), seen, curves(places).tolist(), strict=True)
    return sorted(([place, point, *heights] for place, point, heights in rows), key=lambda row: row[0])
