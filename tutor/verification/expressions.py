"""A step's expression as arithmetic: its value, and how far rounding may have carried it."""

import ast
import math
import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

Rounded = tuple[float, float]  # a value and a bound of its error

EPSILON = 2.0**-52
LONGEST = 20_000  # characters of an expression
WORD = re.compile(r"\b[A-Za-z_]\w*\b(?!\s*\()")


class NotArithmetic(ValueError):
    """An expression that is not arithmetic, or has no finite value."""


def names_in(expression: str) -> set[str]:
    """The operands that an expression mentions: its words, save those that are called as functions, and pi."""
    return set(WORD.findall(expression)) - {"pi"}


def value_of(expression: str, known: Mapping[str, Rounded]) -> Rounded:
    """The value of an expression and a bound of its rounding error, from operands with theirs; raises NotArithmetic."""
    tree = _parsed(expression)
    try:
        value, error = _value(tree, known)
    except (ArithmeticError, ValueError, RecursionError, TypeError) as reason:
        raise NotArithmetic(expression) from reason
    if not math.isfinite(value):
        raise NotArithmetic(expression)
    return value, error + (EPSILON if _is_lone_exp(tree) else 0.0)


@lru_cache(maxsize=32_768)  # more than any receipt has: an expression is parsed once and evaluated twice
def _parsed(expression: str) -> ast.expr:
    if len(expression) > LONGEST:
        raise NotArithmetic(expression[:80])
    try:
        return ast.parse(expression, mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError) as reason:
        raise NotArithmetic(expression) from reason


def _is_lone_exp(tree: ast.expr) -> bool:
    """The slope of ELU is exp(z), and may have been made as (exp(z) - 1) + 1, which knows no digit beyond the 16th of 1."""
    return isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) and tree.func.id == "exp"


def _value(node: ast.expr, known: Mapping[str, Rounded]) -> Rounded:
    match node:
        case ast.Name(id="pi"):
            return math.pi, 0.0
        case ast.Name(id=name) if name in known:
            return known[name]
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return float(number), 0.0
        case ast.BinOp(left=left, op=sign, right=right) if type(sign) in OPERATORS:
            return OPERATORS[type(sign)](_value(left, known), _value(right, known))
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            value, error = _value(inner, known)
            return -value, error
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if arguments:
            return _called(name, [_value(argument, known) for argument in arguments])
    raise NotArithmetic(ast.dump(node)[:80])


def _sum(left: Rounded, right: Rounded) -> Rounded:
    value = left[0] + right[0]
    return value, left[1] + right[1] + EPSILON * abs(value)


def _difference(left: Rounded, right: Rounded) -> Rounded:
    return _sum(left, (-right[0], right[1]))


def _product(left: Rounded, right: Rounded) -> Rounded:
    value = left[0] * right[0]
    return value, _times(left[0], right[1]) + _times(abs(right[0]) + right[1], left[1]) + EPSILON * abs(value)


def _times(size: float, error: float) -> float:
    """Nothing of an error without bound is nothing."""
    return abs(size) * error if size and error else 0.0


def _quotient(left: Rounded, right: Rounded) -> Rounded:
    value = left[0] / right[0]
    room = abs(right[0]) - right[1]
    error = (left[1] + _times(value, right[1])) / room if room > 0 else math.inf
    return value, error + EPSILON * abs(value)


def _power(left: Rounded, right: Rounded) -> Rounded:
    exponent = right[0]
    value, error = _through(lambda base: math.pow(base, exponent), left)
    return value, error + EPSILON * abs(value * exponent)


def _through(function: Callable[[float], float], inner: Rounded) -> Rounded:
    """What a function makes of a value and of its error, seen at both ends."""
    at, error = inner
    value = function(at)
    if not error:
        return value, 0.0
    try:
        return value, max(abs(function(at + error) - value), abs(function(at - error) - value))
    except (ValueError, ArithmeticError):
        return value, math.inf


def _called(name: str, arguments: Sequence[Rounded]) -> Rounded:
    if name in CHOOSERS and len(arguments) > 1:
        return CHOOSERS[name](value for value, _ in arguments), max(error for _, error in arguments)
    if name not in FUNCTIONS or len(arguments) != 1:
        raise NotArithmetic(name)
    function, size = FUNCTIONS[name]
    value, error = _through(function, arguments[0])
    return value, error + EPSILON * max(abs(value), size)


def _sigmoid(z: float) -> float:
    power = math.exp(-abs(z))
    return (1.0 if z >= 0 else power) / (1.0 + power)


def _softplus(z: float) -> float:
    return max(z, 0.0) + math.log1p(math.exp(-abs(z)))


OPERATORS: dict[type[ast.operator], Callable[[Rounded, Rounded], Rounded]] = {
    ast.Add: _sum, ast.Sub: _difference, ast.Mult: _product, ast.Div: _quotient, ast.Pow: _power,
}
CHOOSERS: dict[str, Callable[..., float]] = {"max": max, "min": min}
# Each with the size below which its digits are no longer relative ones (a logarithm near 1, a tail computed from 1).
FUNCTIONS: dict[str, tuple[Callable[[float], float], float]] = {
    "sigmoid": (_sigmoid, 0.0),
    "tanh": (math.tanh, 0.0),
    "relu": (lambda z: max(z, 0.0), 0.0),
    "step_function": (lambda z: 1.0 if z > 0 else 0.0, 0.0),
    "elu": (lambda z: z if z > 0 else math.expm1(z), 0.0),
    "softplus": (_softplus, 0.0),
    "normal_cdf": (lambda z: math.erfc(-z / math.sqrt(2.0)) / 2.0, 1.0),
    "exp": (math.exp, 0.0),
    "log": (math.log, 1.0),
    "sqrt": (math.sqrt, 0.0),
    "abs": (abs, 0.0),
    "sin": (math.sin, 1.0),
    "cos": (math.cos, 1.0),
    "ceil": (math.ceil, 0.0),
    "floor": (math.floor, 0.0),
}
