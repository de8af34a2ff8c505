"""Charts: well-formed drawings that say in words and shapes what they say in colours, and that lie about no number."""

import itertools
import math
import re
from xml.etree import ElementTree

import pytest

from tutor.dialogue.plots import Plot
from tutor.language import house_folder, load_language
from tutor.web.axes import round_marks, spread
from tutor.web.charts import MOST_POINTS, draw, thinned
from tutor.web.heatmap import crossings

ENGLISH, FRENCH = (load_language(house_folder("translations"), code) for code in ("en", "fr"))
LINE = Plot("line", "Layers", "Time (µs)", ("Median",), (tuple((x, 40.5 * x, 36.0 * x, 46.0 * x) for x in (1, 2, 4, 8)),))
TWO = Plot("line", "Step", "Loss", ("Training", "Validation"), tuple(
    tuple((step, math.exp(-step / rate), None, None) for step in range(2000)) for rate in (300, 500)))  # fmt: skip
BARS = Plot("bars", "", "Loss", series=(((0, 0.25, 0.2, 0.3), (1, -0.5, None, None)),), ticks=("A long label", "<b>"))
GRID = tuple(tuple(column / 24 for column in range(25)) for _ in range(25))
MAP = Plot("map", "x", "y", grid=GRID, extent=(-0.5, 1.5, -0.5, 1.5), points=((0.0, 0.0, 0), (1.0, 0.0, 1)))
EVERY = [LINE, TWO, BARS, MAP]
SVG = "{http://www.w3.org/2000/svg}"


def drawn(plot: Plot, language=ENGLISH) -> ElementTree.Element:
    text = draw(plot, "A title", "What it shows.", language)
    return ElementTree.fromstring(text.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))


def texts(plot: Plot, language=ENGLISH) -> list[str]:
    return [text.text or "" for text in drawn(plot, language).iter(f"{SVG}text")]


@pytest.mark.parametrize("plot", EVERY)
def test_a_chart_carries_its_title_and_its_description(plot):
    svg = drawn(plot)
    assert [child.tag for child in list(svg)[:2]] == [f"{SVG}title", f"{SVG}desc"]
    assert [child.text for child in list(svg)[:2]] == ["A title", "What it shows."]
    assert svg.get("role") == "img"


@pytest.mark.parametrize("plot", EVERY)
def test_a_chart_has_no_style_and_no_number_that_is_none(plot):
    text = draw(plot, "A title", "What it shows.", ENGLISH)
    assert not re.search(r"style|script|nan|inf", text)


@pytest.mark.parametrize("plot", EVERY)
def test_a_chart_is_light(plot):
    assert len(draw(plot, "A title", "What it shows.", ENGLISH)) < 9000


def test_words_cannot_break_out_of_a_chart():
    text = draw(BARS, "<script>", '"><b>', ENGLISH)
    assert "<script>" not in text and "<b>" not in text


def test_numbers_stand_in_the_form_of_the_language():
    assert "0.2" in texts(TWO) and "0,2" in texts(TWO, FRENCH)
    assert "−0.5" in texts(BARS) and "−0,5" in texts(BARS, FRENCH)


def test_every_place_on_the_x_axis_is_marked_where_there_are_few():
    assert {"1", "2", "4", "8"} <= set(texts(LINE))


def test_several_series_are_named_and_one_is_not():
    assert {"Training", "Validation"} <= set(texts(TWO))
    assert "Median" not in texts(LINE)


def test_a_range_at_every_point_is_a_band_and_at_some_points_error_bars():
    some = Plot("line", "x", "y", series=(((1, 2.0, 1.0, 3.0), (2, 3.0, None, None)),))
    assert "plot-band" in draw(LINE, "", "", ENGLISH) and "plot-error" not in draw(LINE, "", "", ENGLISH)
    assert "plot-error" in draw(some, "", "", ENGLISH) and "plot-band" not in draw(some, "", "", ENGLISH)


def test_a_missing_value_is_a_gap_in_the_line():
    plot = Plot("line", "x", "y", series=(tuple((x, None if x == 2 else float(x), None, None) for x in range(5)),))
    path = next(path.get("d") for path in drawn(plot).iter(f"{SVG}path") if "plot-line" in path.get("class", ""))
    assert path.count("M") == 2 and path.count("L") == 2


@pytest.mark.parametrize("values", [(0.0,), (3.0, 3.0), (0.0, 0.0), (1e-12, 2e-12), (-5e8, 7e8), (1e300, 1e300)])
def test_any_finite_values_can_be_drawn(values):
    plot = Plot("line", "x", "y", series=(tuple((x, y, None, None) for x, y in enumerate(values)),))
    places = [float(at) for path in drawn(plot).iter(f"{SVG}path") for at in re.findall(r"-?[\d.]+", path.get("d", ""))]
    assert all(-1 <= place <= 400 for place in places)


def test_a_long_line_keeps_its_ends_and_its_peaks():
    line = tuple((x, 9.0 if x == 777 else math.sin(x), None, None) for x in range(5000))
    short = thinned(line)
    assert len(short) <= MOST_POINTS + 2 and {line[0], line[777], line[-1]} <= set(short)


@pytest.mark.parametrize("low, high", [(0, 1), (-3, 17), (0.1, 0.100001), (1e-9, 3e-9), (2, 1e6)])
@pytest.mark.parametrize("most", [2, 5, 7])
def test_marks_are_round_evenly_spaced_and_not_too_many(low, high, most):
    marks = round_marks(low, high, most)
    gaps = [after - before for before, after in itertools.pairwise(marks)]
    assert len(marks) <= most and all(low <= mark <= high for mark in marks)
    assert all(gap == pytest.approx(gaps[0]) and f"{gap:.6e}"[0] in "125" for gap in gaps)


def test_an_axis_begins_at_zero_where_the_values_come_near_it():
    assert spread([1.0, 10.0])[0] == 0.0
    assert spread([9.0, 10.0])[0] == 9.0


def test_the_line_of_one_half_is_where_the_grid_crosses_it():
    tilted = [[0.1 * x + 0.2 * y for x in range(6)] for y in range(5)]
    places = [place for segment in crossings(tilted) for place in segment]
    assert places and all(0.1 * x + 0.2 * y == pytest.approx(0.5) for x, y in places)


def test_a_grid_on_one_side_of_one_half_has_no_line():
    assert not list(crossings([[0.1, 0.2], [0.3, 0.4]]))


def test_the_tints_of_a_map_cover_it_exactly_once():
    area = sum(
        int(wide) * int(high)
        for path in drawn(MAP).iter(f"{SVG}path") if "plot-tint" in path.get("class", "")
        for wide, high in re.findall(r"h(\d+)v(\d+)h-", path.get("d", ""))
    )  # fmt: skip
    assert area == 48 * 48


def test_classes_are_told_apart_by_shape():
    svg = drawn(MAP)
    assert len(list(svg.iter(f"{SVG}circle"))) == 2  # the point and the one in the key
    assert len([mark for mark in svg.iter(f"{SVG}rect") if "plot-square" in mark.get("class", "")]) == 2
