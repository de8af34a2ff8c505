"""How expressions are printed as LaTeX, and that what is printed is LaTeX the pages can show."""

import re

import pytest
from math_core import LatexToMathML

from tutor.worked import EXAMPLES, work
from tutor.worked.notation import latex, names, places

SYMBOLS = {"w": "w^{(1)}_{12}", "x": "x_1", "b": "b", "t": "t", "a": "a^{(1)}_1", "z": "z", "g": r"\frac{\partial L}{\partial w}"}
PRINTED = [
    ("w*x + b", r"w^{(1)}_{12}\,x_1 + b", r"\num{w} \cdot \pnum{x} + \pnum{b}"),
    ("b - x*z", r"b - x_1\,z", r"\num{b} - \pnum{x} \cdot \pnum{z}"),
    ("x - (b - z)", r"x_1 - (b - z)", r"\num{x} - (\num{b} - \pnum{z})"),
    ("x - b - z", r"x_1 - b - z", r"\num{x} - \pnum{b} - \pnum{z}"),
    ("x*(b + z)", r"x_1\,(b + z)", r"\num{x} \cdot (\num{b} + \pnum{z})"),
    ("(b + z)*x", r"(b + z)\,x_1", r"(\num{b} + \pnum{z}) \cdot \pnum{x}"),
    ("a*(1 - a)", r"a^{(1)}_1\,(1 - a^{(1)}_1)", r"\num{a} \cdot (1 - \pnum{a})"),
    ("(t - a)**2/2", r"\frac{(t - a^{(1)}_1)^{2}}{2}", r"\frac{(\num{t} - \pnum{a})^{2}}{2}"),
    ("1 - a**2", r"1 - (a^{(1)}_1)^{2}", r"1 - \pnum{a}^{2}"),
    ("x**2", r"x_1^{2}", r"\pnum{x}^{2}"),
    ("g**2", r"\left(\frac{\partial L}{\partial w}\right)^{2}", r"\pnum{g}^{2}"),
    ("g/(sqrt(z) + b)", r"\frac{\frac{\partial L}{\partial w}}{\sqrt{z} + b}", r"\frac{\num{g}}{\sqrt{\num{z}} + \pnum{b}}"),
    ("(x/z)**2", r"\left(\frac{x_1}{z}\right)^{2}", r"\left(\frac{\num{x}}{\num{z}}\right)^{2}"),
    ("x/z*b", r"\frac{x_1}{z}\,b", r"\frac{\num{x}}{\num{z}} \cdot \pnum{b}"),
    ("-x", "-x_1", r"-\pnum{x}"),
    ("-(x + b)", "-(x_1 + b)", r"-(\num{x} + \pnum{b})"),
    ("-t*log(a)", r"-t\,\ln(a^{(1)}_1)", r"-\pnum{t} \cdot \ln(\num{a})"),
    ("b*(-x)", r"b\,(-x_1)", r"\num{b} \cdot (-\pnum{x})"),
    ("b + (-x)", "b + (-x_1)", r"\num{b} + (-\pnum{x})"),
    ("sigmoid(z)", r"\sigma(z)", r"\sigma(\num{z})"),
    ("tanh(z)", r"\tanh(z)", r"\tanh(\num{z})"),
    ("tanh(z)**2", r"(\tanh(z))^{2}", r"(\tanh(\num{z}))^{2}"),
    ("relu(z)", r"\max(0, z)", r"\max(0, \num{z})"),
    ("max(x, z)", r"\max(x_1, z)", r"\max(\num{x}, \num{z})"),
    ("step_function(z)", r"\operatorname{step}(z)", r"\operatorname{step}(\num{z})"),
    ("exp(-z)", "e^{-z}", r"e^{-\pnum{z}}"),
    ("exp(z)/(exp(z) + exp(x))", r"\frac{e^{z}}{e^{z} + e^{x_1}}", r"\frac{e^{\num{z}}}{e^{\num{z}} + e^{\num{x}}}"),
    ("abs(x - z)", r"\left|x_1 - z\right|", r"\left|\num{x} - \pnum{z}\right|"),
    ("log(x/z)", r"\ln\left(\frac{x_1}{z}\right)", r"\ln\left(\frac{\num{x}}{\num{z}}\right)"),
    ("2*x", r"2\,x_1", r"2 \cdot \pnum{x}"),
    ("x*2", r"x_1 \cdot 2", r"\num{x} \cdot 2"),
    ("sqrt(2*pi)", r"\sqrt{2\,\pi}", r"\sqrt{2 \cdot \pi}"),
    ("1", "1", "1"),
]
ACTIVATIONS = ("identity", "sigmoid", "tanh", "relu", "leaky_relu", "elu", "gelu", "softplus")


@pytest.mark.parametrize(("expression", "symbols", "_numbers"), PRINTED)
def test_a_formula_is_printed_as_in_a_textbook(expression, symbols, _numbers):
    assert latex(expression, SYMBOLS) == symbols


@pytest.mark.parametrize(("expression", "_symbols", "numbers"), PRINTED)
def test_a_substitution_leaves_a_place_for_every_number(expression, _symbols, numbers):
    assert places(expression, SYMBOLS) == numbers


def test_a_name_without_a_number_keeps_its_name():
    assert places("x + q", {"x": "x"}) == r"\num{x} + q"


def test_operands_are_named_once_in_reading_order_without_functions_and_constants():
    assert names("max(z2_1, b)*exp(-z2_1) + sqrt(2*pi) - 1e5*x") == ("z2_1", "b", "x")


def receipts():
    yield from (work(name, {}) for name, example in EXAMPLES.items() if not example.measured)
    for activation in ACTIVATIONS:
        yield work("chain-rule-neuron", {"activation": activation})
    for name in ("momentum", "nesterov", "rmsprop", "adam", "adamw", "adagrad"):
        yield work("network-step", {"optimizer": {"name": name, "weight_decay": 0.1}, "x": [[1, 2], [3, 4]], "t": [[0, 1]] * 2})


def test_every_formula_and_substitution_becomes_mathml():
    converter = LatexToMathML()
    for receipt in receipts():
        for step in receipt.steps:
            filled = re.sub(r"\\p?num\{\w+\}", "(-0.5)", places(step.expression, receipt.symbols))
            for text in (step.symbol, latex(step.expression, receipt.symbols), filled):
                assert "<merror" not in converter.convert_with_local_state(text, displaystyle=True), text


def test_every_operand_has_a_place():
    for receipt in receipts():
        for step in receipt.steps:
            found = re.findall(r"\\p?num\{(\w+)\}", places(step.expression, receipt.symbols))
            assert set(found) == set(step.operands)
