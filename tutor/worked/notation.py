"""How the expression of a step is printed: as LaTeX with its symbols, or with a place for each of its numbers."""

import ast
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

# How strongly a printed form holds together: a weaker one is put in parentheses inside a stronger one.
SUM, SIGN, PRODUCT, FRACTION, POWER, ATOM = range(6)

NAME = re.compile(r"\b[A-Za-z_]\w*\b(?!\()")  # a word that is not called as a function
CONSTANTS = {"pi": r"\pi"}
FUNCTIONS = {
    "sigmoid": r"\sigma(%s)", "tanh": r"\tanh(%s)", "relu": r"\max(0, %s)", "max": r"\max(%s)", "log": r"\ln(%s)",
    "exp": "e^{%s}", "sqrt": r"\sqrt{%s}", "abs": r"\left|%s\right|", "normal_cdf": r"\Phi(%s)",
    "step_function": r"\operatorname{step}(%s)", "leaky_relu": r"\operatorname{LeakyReLU}(%s)",
    "elu": r"\operatorname{ELU}(%s)", "gelu": r"\operatorname{GELU}(%s)", "softplus": r"\operatorname{softplus}(%s)",
    "min": r"\min(%s)", "sin": r"\sin(%s)", "cos": r"\cos(%s)",
    "ceil": r"\left\lceil %s \right\rceil", "floor": r"\left\lfloor %s \right\rfloor",
}


@dataclass(frozen=True)
class Style:
    """How a name is printed (told whether nothing stands before it) and what stands between two factors."""

    name: Callable[[str, bool], str]
    times: str


@lru_cache(maxsize=8192)
def names(expression: str) -> tuple[str, ...]:
    """The operands of an expression, each once, in the order they are read."""
    return tuple(dict.fromkeys(name for name in NAME.findall(expression) if name not in CONSTANTS))


def latex(expression: str, symbols: Mapping[str, str]) -> str:
    """The expression as LaTeX, each name printed as its symbol."""
    return _with_symbols(expression, tuple((name, symbols[name]) for name in names(expression)))


def places(expression: str, symbols: Mapping[str, str]) -> str:
    r"""The expression as LaTeX with \num{name} where a number is to stand.

    \pnum{name} instead where a minus sign (or a power of ten) needs parentheses: after an operator, as a later factor,
    under a power. A name without a symbol is printed as it is.
    """
    return _with_places(expression, tuple(name for name in names(expression) if name in symbols))


@lru_cache(maxsize=8192)
def _with_symbols(expression: str, pairs: tuple[tuple[str, str], ...]) -> str:
    symbols = {**CONSTANTS, **dict(pairs)}
    return _printed(_tree(expression), Style(lambda name, first: symbols[name], r"\,"))


@lru_cache(maxsize=8192)
def _with_places(expression: str, known: tuple[str, ...]) -> str:
    def place(name: str, first: bool) -> str:
        if name not in known:
            return CONSTANTS.get(name, name)
        return rf"\num{{{name}}}" if first else rf"\pnum{{{name}}}"

    return _printed(_tree(expression), Style(place, r" \cdot "))


def _tree(expression: str) -> ast.expr:
    return ast.parse(expression, mode="eval").body


def _printed(node: ast.expr, style: Style, first: bool = True) -> str:
    kind = type(node.op) if isinstance(node, ast.BinOp) else type(node)
    return _PRINTERS[kind](node, style, first)


def _within(node: ast.expr, style: Style, first: bool, least: int) -> str:
    """The printed form, in parentheses unless it holds together at least as strongly as asked for."""
    if _strength(node) >= least:
        return _printed(node, style, first)
    return _parenthesised(_printed(node, style))


def _strength(node: ast.expr) -> int:
    if isinstance(node, ast.BinOp):
        return _STRENGTHS[type(node.op)]
    return SIGN if isinstance(node, ast.UnaryOp) else ATOM


def _parenthesised(text: str) -> str:
    return rf"\left({text}\right)" if "\\frac" in text else f"({text})"


def _name(node: ast.Name, style: Style, first: bool) -> str:
    return style.name(node.id, first)


def _constant(node: ast.Constant, style: Style, first: bool) -> str:
    return str(node.value)


def _sum(node: ast.BinOp, style: Style, first: bool) -> str:
    sign = "+" if isinstance(node.op, ast.Add) else "-"
    return f"{_within(node.left, style, first, SUM)} {sign} {_within(node.right, style, False, PRODUCT)}"


def _product(node: ast.BinOp, style: Style, first: bool) -> str:
    left = _within(node.left, style, first, SIGN if first else PRODUCT)
    right = _within(node.right, style, False, PRODUCT)
    return left + (r" \cdot " if right[0].isdigit() else style.times) + right


def _fraction(node: ast.BinOp, style: Style, first: bool) -> str:
    return rf"\frac{{{_printed(node.left, style)}}}{{{_printed(node.right, style)}}}"


def _power(node: ast.BinOp, style: Style, first: bool) -> str:
    base = _within(node.left, style, False, ATOM)
    compound = isinstance(node.left, ast.Name) and ("^" in base or "\\frac" in base)
    if compound or isinstance(node.left, ast.Call):
        base = _parenthesised(base)
    return f"{base}^{{{_printed(node.right, style)}}}"


def _negative(node: ast.UnaryOp, style: Style, first: bool) -> str:
    return "-" + _within(node.operand, style, False, PRODUCT)


def _call(node: ast.Call, style: Style, first: bool) -> str:
    inside = ", ".join(_printed(argument, style) for argument in node.args)
    shape = FUNCTIONS[node.func.id]  # type: ignore[attr-defined]
    if "\\frac" in inside:
        shape = shape.replace("(", r"\left(").replace(")", r"\right)")
    return shape % inside


_STRENGTHS: dict[type[ast.operator], int] = {
    ast.Add: SUM, ast.Sub: SUM, ast.Mult: PRODUCT, ast.Div: FRACTION, ast.Pow: POWER,
}
_PRINTERS: dict[type[ast.AST], Callable[[Any, Style, bool], str]] = {
    ast.Name: _name, ast.Constant: _constant, ast.Add: _sum, ast.Sub: _sum, ast.Mult: _product,
    ast.Div: _fraction, ast.Pow: _power, ast.USub: _negative, ast.UnaryOp: _negative, ast.Call: _call,
}
