"""Backpropagation against finite differences, published digits and the scalar tape."""

import numpy as np
import pytest

from tutor.engine import tape
from tutor.engine.activations import ACTIVATIONS
from tutor.engine.backprop import flatten_gradients, gradients, loss_of, near_kink, numeric_gradients
from tutor.engine.losses import LOSSES
from tutor.engine.network import Layer, Network, flatten, forward, initial_network, unflatten

PROBABILITIES = ("sigmoid", "softmax")
X, T = np.array([[0.05, 0.10]]), np.array([[0.01, 0.99]])
MAZUR = Network(
    (
        Layer(np.array([[0.15, 0.20], [0.25, 0.30]]), np.array([0.35, 0.35]), "sigmoid"),
        Layer(np.array([[0.40, 0.45], [0.50, 0.55]]), np.array([0.60, 0.60]), "sigmoid"),
    )
)


def outputs_for(loss):
    return PROBABILITIES if "entropy" in loss else tuple(ACTIVATIONS)


CASES = [(hidden, "identity", "half_squared_error") for hidden in ACTIVATIONS]
CASES += [("tanh", output, loss) for loss in LOSSES for output in outputs_for(loss)]


@pytest.mark.parametrize(("hidden", "output", "loss"), CASES)
def test_every_activation_with_every_loss_agrees_with_finite_differences(hidden, output, loss):
    network = initial_network((3, 5, 4, 2), hidden, output, seed=7)
    random = np.random.default_rng(1)
    inputs, targets = random.normal(size=(6, 3)), np.eye(2)[random.integers(0, 2, 6)]
    analytic = flatten_gradients(gradients(network, forward(network, inputs), targets, loss))
    numeric = numeric_gradients(network, inputs, targets, loss)
    assert not near_kink(network, inputs).any()
    assert np.abs(analytic - numeric).max() < 1e-9 * max(1.0, np.abs(analytic).max())


def test_published_digits_of_mazurs_network():
    trace = forward(MAZUR, X)
    found = gradients(MAZUR, trace, T, "half_squared_error")
    assert trace.a[0].ravel() == pytest.approx([0.593269992, 0.596884378], abs=5e-10)
    assert trace.a[1].ravel() == pytest.approx([0.75136507, 0.772928465], abs=5e-9)
    assert found.loss == pytest.approx(0.298371109, abs=5e-10)
    assert found.upstream[1][0, 0] == pytest.approx(0.74136507, abs=5e-9)
    assert found.slope[1][0, 0] == pytest.approx(0.186815602, abs=5e-10)
    assert found.delta[1][0, 0] == pytest.approx(0.138498562, abs=5e-10)
    assert found.weights[1][0, 0] == pytest.approx(0.082167041, abs=5e-10)
    assert found.upstream[0][0, 0] == pytest.approx(0.036350306, abs=5e-10)
    assert found.weights[0][0, 0] == pytest.approx(0.000438568, abs=5e-10)


def test_published_loss_after_one_simultaneous_step_of_mazurs_weights():
    found = gradients(MAZUR, forward(MAZUR, X), T, "half_squared_error")
    pairs = zip(MAZUR.layers, found.weights, strict=True)
    stepped = Network(tuple(Layer(layer.weights - 0.5 * dw, layer.biases, "sigmoid") for layer, dw in pairs))
    loss = loss_of(stepped, forward(stepped, X), T, "half_squared_error")
    assert loss == pytest.approx(0.29102777369359933, abs=1e-15)


def test_backpropagation_changes_no_parameter():
    before = flatten(MAZUR)
    gradients(MAZUR, forward(MAZUR, X), T, "half_squared_error")
    assert (flatten(MAZUR) == before).all()


def test_matrix_code_agrees_with_the_scalar_tape():
    p = [tape.Scalar(float(value)) for value in flatten(MAZUR)]
    h = [tape.sigmoid(p[2 * o] * 0.05 + p[2 * o + 1] * 0.10 + p[4 + o]) for o in range(2)]
    y = [tape.sigmoid(p[6 + 2 * o] * h[0] + p[7 + 2 * o] * h[1] + p[10 + o]) for o in range(2)]
    found = tape.adjoints(((y[0] - 0.01) ** 2 + (y[1] - 0.99) ** 2) * 0.5)
    matrix = flatten_gradients(gradients(MAZUR, forward(MAZUR, X), T, "half_squared_error"))
    assert [found[each] for each in p] == pytest.approx(matrix.tolist(), abs=3e-17)


def test_finite_differences_cover_every_parameter_one_at_a_time():
    network = initial_network((2, 40, 40, 2), "tanh", "softmax", seed=0)  # big enough for several chunks
    inputs, targets = np.random.default_rng(2).normal(size=(3, 2)), np.eye(2)[[0, 1, 0]]
    numeric = numeric_gradients(network, inputs, targets, "cross_entropy")
    assert numeric.shape == flatten(network).shape
    for place in (0, 81, 500, 1200, 1840, 1841):
        moved = np.eye(numeric.size)[place] * 1e-5
        ends = [unflatten(network, flatten(network) + sign * moved) for sign in (1, -1)]
        above, below = (loss_of(end, forward(end, inputs), targets, "cross_entropy") for end in ends)
        assert numeric[place] == pytest.approx((above - below) / 2e-5, abs=1e-9)


def test_many_networks_at_once_have_the_gradients_each_has_alone():
    alone = [initial_network((3, 4, 2), "relu", "softmax", seed) for seed in range(4)]
    together = unflatten(alone[0], np.stack([flatten(network) for network in alone]))
    inputs, targets = np.random.default_rng(3).normal(size=(5, 3)), np.eye(2)[[0, 1, 1, 0, 1]]
    found = gradients(together, forward(together, inputs), targets, "cross_entropy")
    each = [gradients(network, forward(network, inputs), targets, "cross_entropy") for network in alone]
    assert found.loss == pytest.approx([float(one.loss) for one in each])
    assert flatten_gradients(found) == pytest.approx(np.stack([flatten_gradients(one) for one in each]), abs=1e-15)


def test_a_parameter_that_carries_a_unit_across_its_kink_is_named():
    layer = Layer(np.array([[1.0], [1.0]]), np.array([0.0, 3.0]), "relu")
    network = Network((layer, Layer(np.array([[1.0, 1.0]]), np.zeros(1), "identity")))
    inputs = np.array([[0.0]])
    assert near_kink(network, inputs).tolist() == [False, False, True, False, False, False, False]
    numeric = numeric_gradients(network, inputs, np.array([[0.0]]), "half_squared_error")
    analytic = flatten_gradients(gradients(network, forward(network, inputs), np.array([[0.0]]), "half_squared_error"))
    assert numeric[2] == pytest.approx(1.5, abs=1e-5)  # half of the slope on the right: the two sides averaged
    assert analytic[2] == 0.0  # the slope of ReLU at 0 is 0


def test_smooth_networks_have_no_kinks():
    assert not near_kink(MAZUR, np.zeros((1, 2))).any()


def test_single_precision_gradients_stay_single():
    network = initial_network((2, 3, 2), "tanh", "softmax", seed=0, dtype=np.float32)
    inputs, targets = np.ones((4, 2), np.float32), np.eye(2, dtype=np.float32)[[0, 1, 0, 1]]
    found = gradients(network, forward(network, inputs), targets, "cross_entropy")
    assert {array.dtype.name for array in (*found.delta, *found.weights, *found.biases)} == {"float32"}
