"""What a chart shows, as numbers and words; how it is drawn is the web's affair."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Point = tuple[float, float | None, float | None, float | None]


@dataclass(frozen=True)
class Plot:
    """A line or bar chart of series of (x, y, low, high), or a map of values on a grid.

    Bars stand at x = 0, 1, … under `ticks`. A map's `grid` rows go from low y to high y within `extent` (x0, x1, y0, y1);
    `points` are (x, y, class).
    """

    kind: str
    x: str
    y: str
    names: tuple[str, ...] = ()
    series: tuple[tuple[Point, ...], ...] = ()
    ticks: tuple[str, ...] = ()
    grid: tuple[tuple[float, ...], ...] = ()
    extent: tuple[float, float, float, float] = (0.0, 1.0, 0.0, 1.0)
    points: tuple[tuple[float, float, float], ...] = ()


@dataclass(frozen=True)
class Labels:
    """A chart's finished words."""

    x: str
    y: str
    names: tuple[str, ...]


def plot(data: Mapping[str, Any], labels: Labels, arrays: Mapping[str, Any], numbers: Mapping[str, float]) -> Plot | None:
    """The plot that a lesson's chart asks for; None when the receipt does not hold what it shows."""
    if "bars" in data:
        return _bars(data["bars"], labels, numbers)
    rows = arrays.get(data["rows"])
    if not rows:
        return None
    return _map(data, labels, arrays) if data["kind"] == "map" else _lines(data, labels, rows)


def _bars(wanted: Sequence[str], labels: Labels, numbers: Mapping[str, float]) -> Plot | None:
    if not all(name in numbers for name in wanted):
        return None
    heights: tuple[Point, ...] = tuple((float(at), numbers[name], None, None) for at, name in enumerate(wanted))
    return Plot("bars", labels.x, labels.y, series=(heights,), ticks=labels.names)


def _map(data: Mapping[str, Any], labels: Labels, arrays: Mapping[str, Any]) -> Plot:
    grid = tuple(tuple(row) for row in arrays[data["rows"]])
    x0, x1, y0, y1 = data["extent"]
    points = tuple((x, y, kind) for x, y, kind, *_ in arrays.get(data.get("points", ""), ()))
    return Plot("map", labels.x, labels.y, labels.names, grid=grid, extent=(x0, x1, y0, y1), points=points)


def _lines(data: Mapping[str, Any], labels: Labels, rows: Sequence[Any]) -> Plot:
    table = [row if isinstance(row, list) else [index, row] for index, row in enumerate(rows)]
    columns = data.get("y_columns", [1])
    series = tuple(tuple(_point(data, row, column) for row in table) for column in columns)
    return Plot(data["kind"], labels.x, labels.y, labels.names, series)


def _point(data: Mapping[str, Any], row: Sequence[Any], column: int) -> Point:
    low, high = (row[data[key]] if key in data else None for key in ("low_column", "high_column"))
    return row[data.get("x_column", 0)], row[column], low, high
