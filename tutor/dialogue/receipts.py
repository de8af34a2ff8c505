"""The dialogue's one door to worked examples: receipts, and their steps as formulas."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from tutor.lessons.template import Template, maths
from tutor.worked import EXAMPLES, InvalidInput, normal_inputs, work
from tutor.worked.elsewhere import programs
from tutor.worked.inputs import Choice, Field, Flag, Integer, Many, Number, Numbers, Record, default
from tutor.worked.notation import latex, places
from tutor.worked.receipt import Receipt, Step, every_number, from_json, step, step_symbols, to_json

__all__ = [
    "EXAMPLES", "Choice", "Field", "Flag", "Integer", "InvalidInput", "Many", "Number", "Numbers", "Receipt", "Record", "Step",
    "StepForms", "default", "every_number", "from_json", "leaves", "normal_inputs", "programs", "step", "step_forms",
    "step_symbols", "to_json", "work",
]  # fmt: skip


@dataclass(frozen=True)
class StepForms:
    """A step's symbol and formula, and its formula with places for numbers: as MathML and as LaTeX."""

    symbol: str
    formula: str
    formula_latex: str
    substituted: Template
    substituted_latex: Template


def leaves(of: Record, pointer: str = "") -> Iterator[tuple[str, Field]]:
    """Every input below a record by its pointer; a list of records comes before the inputs of one of them."""
    for name, inner in of.fields.items():
        if isinstance(inner, Record):
            yield from leaves(inner, f"{pointer}/{name}")
            continue
        yield f"{pointer}/{name}", inner
        if isinstance(inner, Many):
            yield from leaves(inner.record, f"{pointer}/{name}")


def step_forms(step: Step, symbols: dict[str, str]) -> StepForms:
    """How a step is printed, whatever its numbers; the same step of another receipt costs nothing."""
    return _forms(step.expression, step.symbol, tuple((name, symbols[name]) for name in step.operands))


@lru_cache(maxsize=8192)
def _forms(expression: str, symbol: str, operands: tuple[tuple[str, str], ...]) -> StepForms:
    symbols = dict(operands)
    formula, substituted = latex(expression, symbols), maths(places(expression, symbols))
    return StepForms(_fixed(symbol), _fixed(formula), formula, substituted.html, substituted.text)


def _fixed(latex_text: str) -> str:
    return "".join(map(str, maths(latex_text).html))
