"""A receipt as tables and pictures: every step by phase, the gradient check, and the curves and maps it holds."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from html import escape
from typing import Any

from tutor.dialogue.aspects import LIBRARY_NAMES
from tutor.dialogue.blocks import STEP_COLUMNS, chart_block, context, step_row
from tutor.dialogue.page import conventions, measured, say
from tutor.dialogue.view import Shelf
from tutor.language import N_, Language
from tutor.lessons.mathml import mathml
from tutor.lessons.parsing import holds
from tutor.worked import Receipt
from tutor.worked.elsewhere import programs
from tutor.worked.receipt import GradientCheck, ParameterCheck

# A large network takes thousands of steps; the page shows the first of them and the JSON all.
MOST_STEPS = 400
CHECK_COLUMNS = (N_("Parameter"), N_("Backpropagation"), N_("Finite differences"), N_("Relative error"))
CHECKED = N_("Gradient check: nudge {h}, largest relative error {error}")
KINK = N_("{error} (near a kink, where finite differences mislead)")
NAME_COLUMNS = (N_("Name"), N_("Value"))


@dataclass(frozen=True)
class Result:
    """What the page of an example shows under its form; tables are those of a lesson's `numbers` block."""

    pictures: tuple[Mapping[str, Any], ...]
    steps: tuple[Mapping[str, Any], ...]
    steps_left: int
    check: Mapping[str, Any] | None
    numbers: Mapping[str, Any]
    programs: tuple[tuple[str, str], ...]
    measured: str | None
    convention_keys: tuple[str, ...]
    conventions: tuple[str, ...]


def result_of(receipt: Receipt, shelf: Shelf) -> Result:
    """Everything a receipt holds, in the shelf's language."""
    language = shelf.language
    return Result(
        tuple(_pictures(receipt, shelf)),
        tuple(phases(replace(receipt, steps=receipt.steps[:MOST_STEPS]), shelf)),
        max(0, len(receipt.steps) - MOST_STEPS),
        _check(receipt.gradient_check, receipt.symbols, language) if receipt.gradient_check else None,
        _names(receipt, language),
        tuple((LIBRARY_NAMES[library], text) for library, text in programs(receipt).items()),
        measured(context(receipt, language)),
        receipt.conventions,
        conventions(receipt, shelf.edition),
    )


def _pictures(receipt: Receipt, shelf: Shelf) -> Iterator[dict[str, Any]]:
    """The example's charts whose conditions hold; a curve of two points (before and after one step) is no picture."""
    inside = context(receipt, shelf.language)
    for chart in shelf.edition.examples[receipt.example].charts:
        drawn = chart_block(chart, inside) if all(holds(each, inside.numbers) for each in chart.conditions) else None
        if drawn is not None and (drawn["plot"].kind != "line" or len(drawn["plot"].series[0]) > 2):
            yield drawn


def phases(receipt: Receipt, shelf: Shelf) -> Iterator[dict[str, Any]]:
    """One table for each phase, in the order in which the phases begin."""
    found: dict[str, list[list[dict[str, str]]]] = {}
    inside = context(receipt, shelf.language)
    for step in receipt.steps:
        found.setdefault(step.phase, []).append(step_row(step, exact(step.value), inside))
    for phase, rows in found.items():
        yield table(shelf.edition.phases.get(phase, phase), STEP_COLUMNS, rows, shelf.language, "steps")


def exact(value: float) -> str:
    """The form of nine decimals, as textbooks print worked steps, or of six digits for whole and for small numbers."""
    return "9" if 1e-3 <= abs(value) < 1e6 and abs(value - round(value, 5)) > 1e-12 else ""


def table(
    caption: str, columns: tuple[str, ...], rows: list[list[dict[str, str]]], language: Language, of: str
) -> dict[str, Any]:
    return {"caption": caption, "columns": [language.translate(column) for column in columns], "rows": rows, "of": of}


def _check(check: GradientCheck, symbols: Mapping[str, str], language: Language) -> dict[str, Any]:
    caption = say(language, CHECKED, h=language.number(check.h), error=language.number(check.max_relative_error))
    rows = [_checked(each, symbols, language) for each in check.parameters[:MOST_STEPS]]
    return table(caption, CHECK_COLUMNS, rows, language, "check")


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
    return table("", NAME_COLUMNS, rows, language, "names")
