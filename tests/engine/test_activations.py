"""Activation functions against the definitions in PyTorch's documentation, written out with the math module."""

import math

import numpy as np
import pytest

from tutor.engine.activations import ACTIVATIONS, pull_back

POINTS = [-30.0, -2.0, -0.5, 0.0, 0.5, 2.0, 30.0]
BY_HAND = {
    "identity": lambda z: z,
    "sigmoid": lambda z: 1 / (1 + math.exp(-z)),
    "tanh": math.tanh,
    "relu": lambda z: max(z, 0),
    "leaky_relu": lambda z: z if z > 0 else 0.01 * z,
    "elu": lambda z: z if z > 0 else math.exp(z) - 1,
    "gelu": lambda z: z * 0.5 * (1 + math.erf(z / math.sqrt(2))),
    "softplus": lambda z: math.log(1 + math.exp(z)),
}


@pytest.mark.parametrize("name", BY_HAND)
def test_an_activation_is_its_definition(name):
    wanted = [BY_HAND[name](z) for z in POINTS]
    assert ACTIVATIONS[name].function(np.array(POINTS)) == pytest.approx(wanted, rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("name", BY_HAND)
def test_a_slope_is_the_central_difference_away_from_a_kink(name):
    activation, z, h = ACTIVATIONS[name], np.array([z for z in POINTS if z]), 1e-5
    wanted = (activation.function(z + h) - activation.function(z - h)) / (2 * h)
    assert activation.slope(z, activation.function(z)) == pytest.approx(wanted, abs=2e-9)


def test_published_slopes_of_sigmoid_and_tanh():
    z = np.array([-2.0, 0.0, 2.0])
    slopes = {name: ACTIVATIONS[name].slope(z, ACTIVATIONS[name].function(z)) for name in ("sigmoid", "tanh")}
    assert slopes["sigmoid"] == pytest.approx([0.104994, 0.25, 0.104994], abs=5e-7)
    assert slopes["tanh"] == pytest.approx([0.070651, 1.0, 0.070651], abs=5e-7)


def test_the_slope_of_relu_at_zero_is_zero():
    zero = np.array([0.0])
    assert ACTIVATIONS["relu"].slope(zero, zero) == 0.0
    assert ACTIVATIONS["leaky_relu"].slope(zero, zero) == 0.01


def test_published_softmax_and_its_safety():
    softmax = ACTIVATIONS["softmax"].function
    assert softmax(np.array([1.0, -2.0, 0.0])) == pytest.approx([0.705385, 0.035119, 0.259496], abs=5e-7)
    assert softmax(np.array([123.0, 456.0, 789.0])).sum() == pytest.approx(1.0)


def test_softmax_pulls_back_through_its_whole_jacobian():
    z, upstream = np.array([0.3, -1.0, 0.7]), np.array([2.0, -1.0, 0.5])
    a = ACTIVATIONS["softmax"].function(z)
    jacobian = np.diag(a) - np.outer(a, a)
    slope = ACTIVATIONS["softmax"].slope(z, a)
    assert slope == pytest.approx(np.diag(jacobian))
    assert pull_back("softmax", upstream, slope, a) == pytest.approx(jacobian @ upstream)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_extreme_inputs_give_finite_values_of_the_same_type_without_a_warning(name, dtype):
    z = np.array([[-1e30, -1000.0, -90.0, 0.0, 90.0, 1000.0, 1e30]], dtype=dtype)
    a = ACTIVATIONS[name].function(z)
    slope = ACTIVATIONS[name].slope(z, a)
    assert a.dtype == slope.dtype == dtype
    assert np.isfinite(a).all()
    assert np.isfinite(slope).all()


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_an_activation_leaves_its_input_alone(name):
    z = np.linspace(-3, 3, 7)
    kept = z.copy()
    ACTIVATIONS[name].slope(z, ACTIVATIONS[name].function(z))
    assert (z == kept).all()
