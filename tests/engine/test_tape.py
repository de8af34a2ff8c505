"""The scalar tape against published derivatives and finite differences."""

import math

import pytest

from tutor.engine.tape import Scalar, adjoints, exp, log, maximum, relu, sigmoid, sin, tanh


def derivatives(function, *point):
    """The value of a function of scalars and its derivatives at a point."""
    variables = [Scalar(value) for value in point]
    output = function(*variables)
    found = adjoints(output)
    return output.value, [found[variable] for variable in variables]


def test_the_published_readme_expression_of_micrograd():
    def expression(a, b):
        c = a + b
        d = a * b + b**3
        c = c + c + 1
        c = c + 1 + c + (-a)
        d = d + d * 2 + relu(b + a)
        d = d + 3 * d + relu(b - a)
        f = (c - d) ** 2
        return f / 2.0 + 10.0 / f

    value, slopes = derivatives(expression, -4.0, 2.0)
    assert value == pytest.approx(24.70408163265306, abs=1e-13)
    assert slopes == pytest.approx([138.8338, 645.5773], abs=5e-5)


def test_published_circuits_of_cs231n():
    assert derivatives(lambda x, y, z: (x + y) * z, -2.0, 5.0, -4.0) == (-12.0, [-4.0, -4.0, 3.0])
    fork = derivatives(lambda x, y, z, w: (x * y + maximum(z, w)) * 2, 3.0, -4.0, 2.0, -1.0)
    assert fork == (-20.0, [-8.0, 6.0, 2.0, 0.0])


def test_the_published_example_of_baydin_and_others():
    value, slopes = derivatives(lambda x1, x2: log(x1) + x1 * x2 - sin(x2), 2.0, 5.0)
    assert (value, *slopes) == pytest.approx((11.652, 5.5, 1.716), abs=5e-4)


def test_published_gradients_of_pytorchs_tutorial():
    for a, b, wanted in ((2.0, 6.0, [36.0, -12.0]), (3.0, 4.0, [81.0, -8.0])):
        assert derivatives(lambda a, b: 3 * a**3 - b**2, a, b)[1] == wanted


def test_where_paths_meet_the_derivatives_are_added():
    assert derivatives(lambda u: u * u + 3 * u, 2.0) == (10.0, [7.0])


@pytest.mark.parametrize("function", [exp, log, sin, tanh, sigmoid, relu, lambda x: 2 / x - x / 3, lambda x: 1 - x**-2])
@pytest.mark.parametrize("point", [0.3, 2.5])
def test_an_operation_has_the_slope_of_its_central_difference(function, point):
    h = 1e-6
    wanted = (function(Scalar(point + h)).value - function(Scalar(point - h)).value) / (2 * h)
    assert derivatives(function, point)[1] == pytest.approx([wanted], rel=1e-8)


def test_values_are_those_of_the_math_module():
    assert exp(Scalar(1.5)).value == math.exp(1.5)
    assert log(Scalar(1.5)).value == math.log(1.5)
    assert sigmoid(Scalar(-800.0)).value == 0.0
    assert sigmoid(Scalar(800.0)).value == 1.0


def test_relu_at_zero_has_slope_zero():
    assert derivatives(relu, 0.0) == (0.0, [0.0])


@pytest.mark.parametrize(("x", "y", "slopes"), [(2.0, -1.0, [1.0, 0.0]), (-1.0, 2.0, [0.0, 1.0]), (1.0, 1.0, [0.0, 1.0])])
def test_a_maximum_passes_the_derivative_to_the_larger_and_at_a_tie_to_the_second(x, y, slopes):
    assert derivatives(maximum, x, y) == (max(x, y), slopes)


def test_a_very_deep_graph_is_no_problem():
    x = Scalar(1.0)
    y = x
    for _ in range(20000):
        y = y + x
    assert adjoints(y)[x] == 20001.0
