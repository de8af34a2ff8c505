"""A receipt as tables and pictures: every step by phase, the gradient check, and the curves and maps it holds."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from html import escape
from typing import Any

from tutor.dialogue.blocks import STEP_COLUMNS, context, step_row
from tutor.dialogue.page import conventions, measured, say
from tutor.dialogue.plots import Labels, Plot, plot
from tutor.dialogue.view import Shelf
from tutor.language import N_, Language
from tutor.lessons.mathml import mathml
from tutor.worked import Receipt
from tutor.worked.receipt import GradientCheck, ParameterCheck

# A large network takes thousands of steps; the page shows the first of them and the JSON all.
MOST_STEPS = 400
CHECK_COLUMNS = (N_("Parameter"), N_("Backpropagation"), N_("Finite differences"), N_("Relative error"))
CHECKED = N_("Gradient check: nudge {h}, largest relative error {error}")
KINK = N_("{error} (near a kink, where finite differences mislead)")
NAME_COLUMNS = (N_("Name"), N_("Value"))
CURVE = N_("The curve goes from {first} to {last}.")
TRAINED = N_("The training loss goes from {first} to {last}.")
MAP = N_("Output of the trained network at each point of the plane; the marks are the points of the task.")
BAND = N_("From {first} to {last}; the band shows the measured range.")
SPLITS = (N_("Training"), N_("Validation"))


@dataclass(frozen=True)
class Picture:
    """How an array of a receipt is drawn, if it holds it."""

    array: str
    title: str
    description: str
    x: str
    y: str
    data: Mapping[str, Any]
    names: tuple[str, ...] = ()


PICTURES = (
    Picture("losses", N_("Loss during training"), CURVE, N_("Step"), N_("Loss"), {"kind": "line"}),
    Picture("curves", N_("Loss during training"), TRAINED, N_("Step"), N_("Loss"),
            {"kind": "line", "y_columns": [1, 2]}, SPLITS),
    Picture("boundary", N_("What the network answers over the plane"), MAP, N_("First input"), N_("Second input"),
            {"kind": "map", "extent": (-0.5, 1.5, -0.5, 1.5), "points": "points"}),
    Picture("times", N_("Time per step by number of hidden layers"), BAND, N_("Hidden layers"),
            N_("Time per step (µs)"), {"kind": "line", "low_column": 2, "high_column": 3}),
)  # fmt: skip


@dataclass(frozen=True)
class Result:
    """What the page of an example shows under its form; tables are those of a lesson's `numbers` block."""

    pictures: tuple[Mapping[str, Any], ...]
    steps: tuple[Mapping[str, Any], ...]
    steps_left: int
    check: Mapping[str, Any] | None
    numbers: Mapping[str, Any]
    measured: str | None
    convention_keys: tuple[str, ...]
    conventions: tuple[str, ...]


def result_of(receipt: Receipt, shelf: Shelf) -> Result:
    """Everything a receipt holds, in the shelf's language."""
    language = shelf.language
    return Result(
        tuple(_pictures(receipt, language)),
        tuple(_phases(replace(receipt, steps=receipt.steps[:MOST_STEPS]), shelf)),
        max(0, len(receipt.steps) - MOST_STEPS),
        _check(receipt.gradient_check, receipt.symbols, language) if receipt.gradient_check else None,
        _names(receipt, language),
        measured(context(receipt, language)),
        receipt.conventions,
        conventions(receipt, shelf.edition),
    )


def _pictures(receipt: Receipt, language: Language) -> Iterator[dict[str, Any]]:
    for picture in PICTURES:
        drawn = _plot(picture, receipt, language)
        if drawn is not None:
            ends = [point[1] for point in drawn.series[0]] if drawn.series else [0.0]
            told = {"first": _number(ends[0], language), "last": _number(ends[-1], language)}
            description = say(language, picture.description, **told)
            yield {"title": language.translate(picture.title), "description": description, "plot": drawn}


def _plot(picture: Picture, receipt: Receipt, language: Language) -> Plot | None:
    """A curve of two points (before and after one step) is no picture."""
    names = tuple(language.translate(name) for name in picture.names)
    labels = Labels(language.translate(picture.x), language.translate(picture.y), names)
    drawn = plot({**picture.data, "rows": picture.array}, labels, receipt.arrays, {})
    return None if drawn is None or any(len(line) < 3 for line in drawn.series) else drawn


def _number(value: float | None, language: Language) -> str:
    return "" if value is None else language.number(value)


def _phases(receipt: Receipt, shelf: Shelf) -> Iterator[dict[str, Any]]:
    """One table for each phase, in the order in which the phases begin."""
    found: dict[str, list[list[dict[str, str]]]] = {}
    inside = context(receipt, shelf.language)
    for step in receipt.steps:
        found.setdefault(step.phase, []).append(step_row(step, exact(step.value), inside))
    for phase, rows in found.items():
        yield _table(shelf.edition.phases.get(phase, phase), STEP_COLUMNS, rows, shelf.language, "steps")


def exact(value: float) -> str:
    """The form of nine decimals, as textbooks print worked steps, or of six digits for whole and for small numbers."""
    return "9" if 1e-3 <= abs(value) < 1e6 and abs(value - round(value, 5)) > 1e-12 else ""


def _table(
    caption: str, columns: tuple[str, ...], rows: list[list[dict[str, str]]], language: Language, of: str
) -> dict[str, Any]:
    return {"caption": caption, "columns": [language.translate(column) for column in columns], "rows": rows, "of": of}


def _check(check: GradientCheck, symbols: Mapping[str, str], language: Language) -> dict[str, Any]:
    caption = say(language, CHECKED, h=language.number(check.h), error=language.number(check.max_relative_error))
    rows = [_checked(each, symbols, language) for each in check.parameters[:MOST_STEPS]]
    return _table(caption, CHECK_COLUMNS, rows, language, "check")


def _checked(each: ParameterCheck, symbols: Mapping[str, str], language: Language) -> list[dict[str, str]]:
    error = language.number(each.relative_error)
    cells = (
        mathml(symbols[each.name]) if each.name in symbols else escape(each.name),
        language.number(each.analytic, exact(each.analytic)),
        language.number(each.numeric, exact(each.numeric)),
        escape(say(language, KINK, error=error)) if each.kink else error,
    )
    return [{"html": cell} for cell in cells]


def _names(receipt: Receipt, language: Language) -> dict[str, Any]:
    numbers = {name: language.number(value, exact(value)) for name, value in receipt.numbers.items()}
    rows = [
        [{"html": f'<code translate="no">{escape(name)}</code>'}, {"html": escape(text)}]
        for name, text in {**numbers, **receipt.texts}.items()
    ]
    return _table("", NAME_COLUMNS, rows, language, "names")
