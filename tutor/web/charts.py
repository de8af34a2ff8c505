"""Charts as SVG: lines with ranges, bars and maps, coloured by the page's style sheet and labelled in its language."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from html import escape
from itertools import pairwise
from math import inf

from tutor.dialogue.plots import Plot, Point
from tutor.language import Language
from tutor.web.axes import FOOT, LETTER, WIDTH, Axis, axis_names, frame, heights, label_room, round_marks, short, spread
from tutor.web.heatmap import heat_map

LINE_HEIGHT = 180
MOST_POINTS = 160
MARKED_POINTS = 24
BAR, BAR_ROW = 14, 22


@lru_cache(maxsize=64)  # an answer's chart is drawn again whenever its conversation is shown
def draw(plot: Plot, title: str, description: str, language: Language) -> str:
    """The chart as one `<svg>` element that carries its title and its description."""
    drawn, height = _KINDS[plot.kind](plot, language)
    return (
        f'<svg class="plot" viewBox="0 0 {WIDTH} {short(height)}" role="img" lang="{language.code}">'
        f"<title>{escape(title)}</title><desc>{escape(description)}</desc>{drawn}</svg>"
    )


def _lines(plot: Plot, language: Language) -> tuple[str, float]:
    plot = replace(plot, series=tuple(thinned(line) for line in plot.series))
    legend, top = _legend(plot.names if len(plot.series) > 1 else ())
    foot = top + LINE_HEIGHT
    up = _up(plot, foot, top)
    across = _across(plot, label_room(up.marks, language), language)
    series = "".join(_series(line, index, across, up) for index, line in enumerate(plot.series))
    return axis_names(plot.x, plot.y, across, up) + legend + frame(across, up, language) + series, foot + FOOT


def _up(plot: Plot, foot: float, top: float) -> Axis:
    low, high = spread(heights(plot.series) or [0.0])
    marks = round_marks(low, high, 6)
    return Axis(min(low, marks[0]), max(high, marks[-1]), foot, top, marks)


def _across(plot: Plot, left: float, language: Language) -> Axis:
    places = sorted({point[0] for line in plot.series for point in line}) or [0.0]
    low, high = spread_exactly(places)
    widest = max(len(language.number(end)) for end in (low, high)) * LETTER
    right = WIDTH - max(14.0, widest / 2)
    room = int((right - left) / (widest + 12))
    gap = min((after - before for before, after in pairwise(places)), default=0.0) * (right - left) / (high - low)
    whole = gap >= widest + 6 and all(place == int(place) for place in places)
    return Axis(low, high, left + 4, right, tuple(places) if whole else round_marks(low, high, max(2, min(room, 7))))


def spread_exactly(places: Sequence[float]) -> tuple[float, float]:
    """The range of the x axis: that of the places, never of no width."""
    return (places[0], places[-1]) if places[-1] > places[0] else (places[0] - 1, places[0] + 1)


def _legend(names: Sequence[str]) -> tuple[str, float]:
    """The names of several series, one a row, and the height where the plot begins."""
    rows = "".join(
        f'<path class="plot-line plot-s{index}" d="M4 {27 + 16 * index}h20"/>'
        f'<text x="30" y="{31 + 16 * index}">{escape(name)}</text>'
        for index, name in enumerate(names)
    )
    return rows, 26 + 16 * len(names)


def _series(line: Sequence[Point], index: int, across: Axis, up: Axis) -> str:
    ranged = [point for point in line if point[2] is not None and point[3] is not None]
    band = _band(ranged, index, across, up) if len(ranged) == len(line) > 1 else _bars_of_error(ranged, index, across, up)
    seen = [point for point in line if point[1] is not None]
    marks = _marks(seen, index, across, up) if len(seen) <= MARKED_POINTS else ""
    return f'{band}<path class="plot-line plot-s{index}" d="{_path(line, across, up)}"/>{marks}'


def _path(line: Sequence[Point], across: Axis, up: Axis) -> str:
    pen, pieces = "M", []
    for x, y, *_ in line:
        if y is None:
            pen = "M"
            continue
        pieces.append(f"{pen}{across.at(x)} {up.at(y)}")
        pen = "L"
    return "".join(pieces)


def thinned(line: tuple[Point, ...]) -> tuple[Point, ...]:
    """A long line with the lowest and the highest point of each stretch kept, and both its ends."""
    if len(line) <= MOST_POINTS:
        return line
    heights_of = [point[1] for point in line]
    width = -(-len(line) // (MOST_POINTS // 2))
    kept = {0, len(line) - 1}
    for start in range(0, len(line), width):
        stretch = range(start, min(start + width, len(line)))
        kept.update(_ends(heights_of, stretch))
    return tuple(line[place] for place in sorted(kept))


def _ends(heights_of: Sequence[float | None], stretch: range) -> tuple[int, int]:
    """Where a stretch is lowest and highest; a gap counts as lowest, so that it stays a gap."""
    seen = [-inf if height is None else height for height in heights_of[stretch.start : stretch.stop]]
    return stretch.start + seen.index(min(seen)), stretch.start + seen.index(max(seen))


def _band(line: Sequence[Point], index: int, across: Axis, up: Axis) -> str:
    highs = [f"{across.at(x)} {up.at(high)}" for x, _, _, high in line if high is not None]
    lows = [f"{across.at(x)} {up.at(low)}" for x, _, low, _ in reversed(line) if low is not None]
    return f'<path class="plot-band plot-s{index}" d="M{"L".join(highs + lows)}Z"/>'


def _bars_of_error(ranged: Sequence[Point], index: int, across: Axis, up: Axis) -> str:
    bars = "".join(
        f"M{across.at(x)} {up.at(low)}V{up.at(high)}" for x, _, low, high in ranged if low is not None and high is not None
    )
    return f'<path class="plot-error plot-s{index}" d="{bars}"/>' if bars else ""


def _marks(seen: Sequence[Point], index: int, across: Axis, up: Axis) -> str:
    return "".join(
        f'<circle class="plot-mark plot-s{index}" cx="{across.at(x)}" cy="{up.at(y)}" r="3"/>'
        for x, y, *_ in seen
        if y is not None
    )


def _bars(plot: Plot, language: Language) -> tuple[str, float]:
    """Bars lie flat, each under its label and with its number at its end, so that long words fit a narrow screen."""
    legend, top = _legend(plot.names if len(plot.series) > 1 else ())
    across = _lengths(plot, language)
    block = 20 + BAR_ROW * len(plot.series)
    rows = [_bar_row(plot, at, top + at * block, across, language) for at in range(len(plot.series[0]))]
    height = top + block * len(plot.series[0]) + 8
    zero = f'<path class="plot-axis" d="M{across.at(0)} {short(top)}V{short(height - 4)}"/>'
    return f'<text class="plot-name" x="0" y="12">{escape(plot.y)}</text>{legend}{"".join(rows)}{zero}', height


def _lengths(plot: Plot, language: Language) -> Axis:
    values = [0.0, *heights(plot.series)]
    low, high = min(values), max(values) if max(values) > min(values) else min(values) + 1
    room = max(len(language.number(value)) for value in values) * LETTER + 10
    return Axis(low, high, room if low < 0 else 2.0, WIDTH - room, ())


def _bar_row(plot: Plot, at: int, top: float, across: Axis, language: Language) -> str:
    label = plot.ticks[at] if at < len(plot.ticks) else ""
    bars = [_bar(line[at], index, top + 20 + BAR_ROW * index, across, language) for index, line in enumerate(plot.series)]
    return f'<text x="2" y="{short(top + 14)}">{escape(label)}</text>{"".join(bars)}'


def _bar(point: Point, index: int, top: float, across: Axis, language: Language) -> str:
    _, value, low, high = point
    if value is None:
        return ""
    left, right = sorted((across.to(0), across.to(value)))
    side = f'x="{short(right + 5)}"' if value >= 0 else f'x="{short(left - 5)}" text-anchor="end"'
    error = f'<path class="plot-error plot-s{index}" d="M{across.at(low)} {short(top + BAR / 2)}H{across.at(high)}"/>' \
        if low is not None and high is not None else ""  # fmt: skip
    return (
        f'<rect class="plot-bar plot-s{index}" x="{short(left)}" y="{short(top)}" width="{short(right - left)}" '
        f'height="{BAR}"/>{error}<text {side} y="{short(top + 11)}">{language.number(value)}</text>'
    )


_KINDS: dict[str, Callable[[Plot, Language], tuple[str, float]]] = {"line": _lines, "bars": _bars, "map": heat_map}
