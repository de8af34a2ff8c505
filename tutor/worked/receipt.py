"""What a worked example hands over: every number it computed, and the steps that lead to each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

from tutor.worked.notation import names


class Step(NamedTuple):
    """One small computation: `expression` is infix Python over the operands, `symbol` the LaTeX of the result.

    A named tuple, for a receipt holds dozens and a frozen dataclass takes four times as long to make.
    """

    name: str
    symbol: str
    expression: str
    operands: tuple[str, ...]
    value: float
    phase: str


class ParameterCheck(NamedTuple):
    """One derivative computed twice; `relative_error` is relative to the largest derivative of the parameter's layer.

    `kink` says that the finite difference reaches across a point where an activation has no derivative.
    """

    name: str
    analytic: float
    numeric: float
    relative_error: float
    kink: bool


@dataclass(frozen=True)
class GradientCheck:
    """Backpropagation against central differences of width `h`; the largest error leaves parameters near a kink out."""

    h: float
    max_relative_error: float
    parameters: tuple[ParameterCheck, ...]


@dataclass(frozen=True)
class Receipt:
    """Everything a worked example computed from `inputs`; all numbers are finite.

    `values` are the input scalars by name, `symbols` the LaTeX of every value and step, `texts` the words among the
    results (a fingerprint, say), `arrays` nested lists, `conventions` keys of the choices that were made.
    """

    example: str
    inputs: dict[str, Any]
    values: dict[str, float]
    symbols: dict[str, str]
    steps: tuple[Step, ...]
    numbers: dict[str, float]
    texts: dict[str, str] = field(default_factory=dict)
    arrays: dict[str, Any] = field(default_factory=dict)
    gradient_check: GradientCheck | None = None
    measured: dict[str, Any] | None = None
    conventions: tuple[str, ...] = ()


def step(name: str, symbol: str, expression: str, value: float, phase: str) -> Step:
    """The step whose operands are the names its expression mentions."""
    return Step(name, symbol, expression, names(expression), value, phase)


def step_symbols(steps: tuple[Step, ...]) -> dict[str, str]:
    """The LaTeX of every step's result, by name."""
    return {each.name: each.symbol for each in steps}


def every_number(receipt: Receipt) -> dict[str, float]:
    """All that a lesson may name: the input values, the steps' results and the other numbers."""
    return {**receipt.values, **{each.name: each.value for each in receipt.steps}, **receipt.numbers}


def to_json(receipt: Receipt) -> dict[str, Any]:
    """The stored form of a receipt: plain lists and dictionaries, from which `from_json` restores it exactly.

    A step keeps its symbol in `symbols` and its operands in its expression, so neither is written twice.
    """
    return {**vars(receipt), "steps": _stored_steps(receipt.steps),
            "gradient_check": _stored_check(receipt.gradient_check), "conventions": list(receipt.conventions)}


def _stored_steps(steps: tuple[Step, ...]) -> list[list[Any]]:
    """Runs of one phase: [phase, [[name, expression, value], …]]."""
    return [[phase, [[each.name, each.expression, each.value] for each in run]]
            for phase, run in groupby(steps, attrgetter("phase"))]


def _stored_check(check: GradientCheck | None) -> list[Any] | None:
    if check is None:
        return None
    return [check.h, check.max_relative_error, list(map(list, check.parameters))]


def from_json(stored: Mapping[str, Any]) -> Receipt:
    """The receipt that `to_json` wrote."""
    return Receipt(**{**stored, "steps": _read_steps(stored["steps"], stored["symbols"]),
                      "gradient_check": _read_check(stored["gradient_check"]),
                      "conventions": tuple(stored["conventions"])})


def _read_steps(runs: list[list[Any]], symbols: dict[str, str]) -> tuple[Step, ...]:
    return tuple(map(Step._make, [(name, symbols[name], expression, names(expression), value, phase)
                                  for phase, run in runs for name, expression, value in run]))


def _read_check(stored: list[Any] | None) -> GradientCheck | None:
    if stored is None:
        return None
    h, largest, parameters = stored
    return GradientCheck(h, largest, tuple(map(ParameterCheck._make, parameters)))
