"""The dialogue's one door to worked examples: receipts, and their steps as formulas."""

from dataclasses import dataclass
from functools import lru_cache

from tutor.lessons.template import Template, maths
from tutor.worked import EXAMPLES, work
from tutor.worked.notation import latex, places
from tutor.worked.receipt import Receipt, Step, every_number, from_json, to_json

__all__ = ["EXAMPLES", "Receipt", "Step", "StepForms", "every_number", "from_json", "step_forms", "to_json", "work"]


@dataclass(frozen=True)
class StepForms:
    """A step's symbol and formula, and its formula with places for numbers: as MathML and as LaTeX."""

    symbol: str
    formula: str
    formula_latex: str
    substituted: Template
    substituted_latex: Template


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
