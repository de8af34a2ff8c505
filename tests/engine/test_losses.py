"""Losses against published values and hand-written sums."""

import math

import numpy as np
import pytest

from tutor.engine.activations import ACTIVATIONS
from tutor.engine.backprop import gradients, loss_of
from tutor.engine.losses import FUSED, LOSSES
from tutor.engine.network import Layer, Network, forward

A = np.array([[0.2, 0.7], [0.9, 0.4], [0.5, 0.5]])
T = np.array([[0.0, 1.0], [1.0, 0.0], [0.0, 1.0]])


def test_squared_errors_differ_by_their_stated_factors():
    total = sum((a - t) ** 2 for a, t in zip(A.flat, T.flat, strict=True))
    assert LOSSES["half_squared_error"].value(A, T) == pytest.approx(total / 2 / 3)
    assert LOSSES["squared_error"].value(A, T) == pytest.approx(total / 3)
    assert LOSSES["mean_squared_error"].value(A, T) == pytest.approx(total / 6)


def test_the_published_mean_squared_error_and_its_gradient():
    outputs, targets = np.array([[2.5, 0.0, 2.0, 8.0]]), np.array([[3.0, -0.5, 2.0, 7.0]])
    assert LOSSES["mean_squared_error"].value(outputs, targets) == 0.375
    assert LOSSES["mean_squared_error"].gradient(outputs, targets).tolist() == [[-0.25, 0.25, 0.0, 0.5]]


def test_cross_entropies_are_minus_the_logarithm_of_the_right_probability():
    wrong = LOSSES["cross_entropy"].value(np.array([[0.9, 0.1]]), np.array([[0.0, 1.0]]))
    assert wrong == pytest.approx(2.302585, abs=5e-7)
    binary = -(math.log(0.8) + math.log(0.7) + math.log(0.9) + math.log(0.6) + 2 * math.log(0.5)) / 3
    assert LOSSES["binary_cross_entropy"].value(A, T) == pytest.approx(binary)


def test_keras_published_binary_cross_entropy():
    z, t = np.array([[-18.6], [0.51], [2.94], [-12.8]]), np.array([[0.0], [1.0], [0.0], [0.0]])
    a = ACTIVATIONS["sigmoid"].function(z)
    assert LOSSES["binary_cross_entropy"].value(a, t) == pytest.approx(0.865458, abs=5e-7)
    assert a.ravel() == pytest.approx([8.3583869e-09, 0.62480646, 0.9497887, 2.7607643e-06], abs=5e-8)


def test_published_softmax_cross_entropy_and_its_delta():
    network, t = _identity_weights(3, "softmax"), np.array([[1.0, 0.0, 0.0]])
    found = gradients(network, forward(network, np.array([[1.0, -2.0, 0.0]])), t, "cross_entropy")
    assert found.loss == pytest.approx(0.349012, abs=5e-7)
    assert found.delta[0].ravel() == pytest.approx([-0.294615, 0.035119, 0.259496], abs=5e-7)


def test_softmax_cross_entropy_does_not_change_when_all_scores_move():
    network, t = _identity_weights(3, "softmax"), np.array([[0.0, 0.0, 1.0]])
    scores = np.array([[1.0, 2.0, 3.0]])
    here, higher = (loss_of(network, forward(network, each), t, "cross_entropy") for each in (scores, scores + 500))
    assert higher == pytest.approx(here)


@pytest.mark.parametrize("pair", FUSED)
def test_fused_terms_equal_the_loss_of_the_outputs(pair):
    activation, loss = pair
    z = np.array([[0.4, -1.3], [2.0, 5.0]])
    a = ACTIVATIONS[activation].function(z)
    assert FUSED[pair](z, T[:2]) == pytest.approx(LOSSES[loss].terms(a, T[:2]), abs=1e-12)


def test_a_saturated_sigmoid_still_has_its_full_loss_and_gradient():
    network = _identity_weights(1, "sigmoid")
    found = gradients(network, forward(network, np.array([[60.0]])), np.array([[0.0]]), "binary_cross_entropy")
    assert found.loss == pytest.approx(60.0)
    assert found.delta[0] == pytest.approx(1.0)


@pytest.mark.parametrize("name", LOSSES)
def test_certain_and_wrong_outputs_give_finite_losses(name):
    a, t = np.array([[1.0, 0.0]]), np.array([[0.0, 1.0]])
    assert np.isfinite(LOSSES[name].value(a, t))
    assert np.isfinite(LOSSES[name].gradient(a, t)).all()


@pytest.mark.parametrize("name", LOSSES)
def test_a_loss_is_one_number_per_network(name):
    a = np.stack([A, A / 2])
    alone = [float(LOSSES[name].value(each, T)) for each in a]
    assert LOSSES[name].value(a, T).tolist() == pytest.approx(alone)


def _identity_weights(units, activation):
    return Network((Layer(np.eye(units), np.zeros(units), activation),))
