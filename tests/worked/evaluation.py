"""A small evaluator of step expressions, written without the engine: plain Python arithmetic over an ast."""

import ast
import json
import math
import operator

from tutor.worked.receipt import to_json

OPERATORS = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv, ast.Pow: operator.pow,
}
FUNCTIONS = {
    "sigmoid": lambda z: 1 / (1 + math.exp(-z)) if z > -700 else math.exp(z),
    "tanh": math.tanh,
    "relu": lambda z: max(z, 0.0),
    "step_function": lambda z: 1.0 if z > 0 else 0.0,
    "elu": lambda z: z if z > 0 else math.expm1(z),
    "softplus": lambda z: max(z, 0.0) + math.log1p(math.exp(-abs(z))),
    "normal_cdf": lambda z: math.erfc(-z / math.sqrt(2)) / 2,
    "exp": math.exp, "log": math.log, "sqrt": math.sqrt, "max": max, "min": min, "abs": abs,
    "sin": math.sin, "cos": math.cos, "ceil": math.ceil, "floor": math.floor,
}


def evaluate(expression, values):
    return _value(ast.parse(expression, mode="eval").body, {"pi": math.pi, **values})


def _value(node, values):
    match node:
        case ast.Constant():
            return node.value
        case ast.Name():
            return values[node.id]
        case ast.BinOp():
            return OPERATORS[type(node.op)](_value(node.left, values), _value(node.right, values))
        case ast.UnaryOp(op=ast.USub()):
            return -_value(node.operand, values)
        case ast.Call():
            return FUNCTIONS[node.func.id](*(_value(argument, values) for argument in node.args))
    raise AssertionError(ast.dump(node))


def assert_sound(receipt, tolerance=1e-12):
    """Every step follows from what stands before it, every number is finite and equal wherever it is named."""
    known = dict(receipt.values)
    for step in receipt.steps:
        assert set(step.operands) <= set(known), step
        found = evaluate(step.expression, {name: known[name] for name in step.operands})
        assert math.isclose(found, step.value, rel_tol=tolerance, abs_tol=tolerance), (step, found)
        assert step.name not in known, step
        known[step.name] = step.value
    assert set(known) == set(receipt.symbols)
    assert all(receipt.symbols[step.name] == step.symbol for step in receipt.steps)
    assert json.dumps(to_json(receipt), allow_nan=False)
    assert all(known[name] == number for name, number in receipt.numbers.items() if name in known)
