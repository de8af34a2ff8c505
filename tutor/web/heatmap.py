"""Maps as SVG: a grid of outputs in nine tints, the line where they cross one half, and the points of the task."""

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from tutor.dialogue.plots import Plot
from tutor.language import Language
from tutor.web.axes import FOOT, Axis, axis_names, frame, label_room, round_marks, short

SIDE = 230
TOP = 24
TINTS = 9
HALF = 0.5

Place = tuple[float, float]
Grid = Sequence[Sequence[float]]


def heat_map(plot: Plot, language: Language) -> tuple[str, float]:
    """The drawing of a map and its height; values are tinted from 0 to 1, those beyond as the nearest of the two."""
    x0, x1, y0, y1 = plot.extent
    rows = round_marks(y0, y1, 6)
    left = label_room(rows, language)
    across, up = Axis(x0, x1, left, left + SIDE, round_marks(x0, x1, 6)), Axis(y0, y1, TOP + SIDE, TOP, rows)
    wide, high = SIDE / max(1, 2 * len(plot.grid[0]) - 2), SIDE / max(1, 2 * len(plot.grid) - 2)
    laid = f"translate({short(left)} {TOP + SIDE}) scale({wide:.4f} {-high:.4f})"
    drawn = f'<g transform="{laid}">{_tints(plot.grid)}{_contour(plot.grid)}</g>{frame(across, up, language)}'
    points = "".join(_point(x, y, kind, across, up) for x, y, kind in plot.points)
    return axis_names(plot.x, plot.y, across, up) + drawn + points + _scale(across.end + 14, language), TOP + SIDE + FOOT


def _tints(grid: Grid) -> str:
    """One path for each tint, made of runs of equal cells, in half columns and half rows of the grid."""
    runs: list[list[str]] = [[] for _ in range(TINTS)]
    right, top = 2 * len(grid[0]) - 2, 2 * len(grid) - 2
    for place, row in enumerate(grid):
        low, high = max(0, 2 * place - 1), min(top, 2 * place + 1)
        for tint, first, last in _runs(row):
            left, width = max(0, 2 * first - 1), min(right, 2 * last - 1) - max(0, 2 * first - 1)
            runs[tint].append(f"M{left} {low}h{width}v{high - low}h-{width}")
    return "".join(f'<path class="plot-tint plot-t{tint}" d="{"".join(run)}"/>' for tint, run in enumerate(runs) if run)


def _runs(row: Sequence[float]) -> Iterator[tuple[int, int, int]]:
    start = 0
    for tint, run in groupby([min(TINTS - 1, max(0, int(value * TINTS))) for value in row]):
        end = start + len(list(run))
        yield tint, start, end
        start = end


def _contour(grid: Grid) -> str:
    pieces = [f"M{2 * ax:.2f} {2 * ay:.2f}L{2 * bx:.2f} {2 * by:.2f}" for (ax, ay), (bx, by) in crossings(grid)]
    return f'<path class="plot-contour" vector-effect="non-scaling-stroke" d="{"".join(pieces)}"/>' if pieces else ""


def crossings(grid: Grid) -> Iterator[tuple[Place, Place]]:
    """The line where the grid crosses one half (marching squares), as segments in columns and rows of the grid."""
    for y, (below, above) in enumerate(pairwise(grid)):
        signs, over = [value < HALF for value in below], [value < HALF for value in above]
        for x in range(len(below) - 1):
            if signs[x] == signs[x + 1] == over[x] == over[x + 1]:
                continue
            ends = list(_crossed_edges((below[x], below[x + 1], above[x + 1], above[x]), x, y))
            yield from zip(ends[::2], ends[1::2], strict=True)


def _crossed_edges(corners: tuple[float, ...], x: int, y: int) -> Iterator[Place]:
    """Where the four sides of a cell, in turn, pass through one half: none, two or four places."""
    places = ((x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1))
    for here, there in ((0, 1), (1, 2), (2, 3), (3, 0)):
        low, high = corners[here], corners[there]
        if (low < HALF) != (high < HALF):
            part = (HALF - low) / (high - low)
            (ax, ay), (bx, by) = places[here], places[there]
            yield ax + part * (bx - ax), ay + part * (by - ay)


def _point(x: float, y: float, kind: float, across: Axis, up: Axis) -> str:
    """A circle for class 0, a square for any other: the shape says what the colour says."""
    left, top = across.to(x), up.to(y)
    if kind < HALF:
        return f'<circle class="plot-point" cx="{short(left)}" cy="{short(top)}" r="6"/>'
    return f'<rect class="plot-point plot-square" x="{short(left - 6)}" y="{short(top - 6)}" width="12" height="12"/>'


def _scale(left: float, language: Language) -> str:
    """The tints from 0 at the foot to 1, and the signs of the two classes beside their ends."""
    step = SIDE / TINTS
    tints = "".join(
        f'<rect class="plot-tint plot-t{tint}" x="{short(left)}" y="{short(TOP + SIDE - (tint + 1) * step)}" width="14" '
        f'height="{short(step + 0.2)}"/>'
        for tint in range(TINTS)
    )
    labels = "".join(
        f'<text x="{short(left + 19)}" y="{short(TOP + SIDE * (1 - mark) + 4)}">{language.number(mark)}</text>'
        for mark in (0.0, HALF, 1.0)
    )
    ends = (
        f'<circle class="plot-point" cx="{short(left + 26)}" cy="{TOP + SIDE - 16}" r="5"/>'
        f'<rect class="plot-point plot-square" x="{short(left + 21)}" y="{TOP + 13}" width="10" height="10"/>'
    )
    return tints + labels + ends
