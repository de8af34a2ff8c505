"""Networks: shapes, counts, the flat vector, initial weights, fingerprints."""

from itertools import pairwise

import numpy as np
import pytest

from tutor.engine.network import (
    Layer,
    Network,
    fingerprint,
    flatten,
    forward,
    forward_flops,
    initial_network,
    parameter_count,
    sizes,
    step_flops,
    unflatten,
)


def test_the_exact_xor_network():
    hidden = Layer(np.array([[1.0, 1.0], [1.0, 1.0]]), np.array([0.0, -1.0]), "relu")
    network = Network((hidden, Layer(np.array([[1.0, -2.0]]), np.zeros(1), "identity")))
    trace = forward(network, np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]))
    assert trace.a[0].tolist() == [[0, 0], [1, 0], [1, 0], [2, 1]]
    assert trace.a[1].ravel().tolist() == [0, 1, 1, 0]


def test_published_parameter_counts():
    assert parameter_count((2, 2, 2)) == 12
    assert parameter_count((64, 32, 32, 10)) == 2080 + 1056 + 330 == 3466
    assert parameter_count((784, 64, 64, 10)) == 50240 + 4160 + 650 == 55050


def test_published_flops_of_one_layer():
    assert forward_flops((784, 64), 32) == 3211264
    assert step_flops((784, 64), 32) == 2 * 3211264  # no product towards the inputs


def test_flops_are_those_of_every_matrix_product():
    widths, batch = (3, 5, 7, 2), 11
    products = list(pairwise(widths))
    forwards = sum(2 * batch * m * n for m, n in products)
    weights, inputs = forwards, sum(2 * batch * m * n for m, n in products[1:])
    assert forward_flops(widths, batch) == forwards
    assert step_flops(widths, batch) == forwards + weights + inputs


def test_one_more_layer_of_64_costs_the_documented_flops():
    assert step_flops((2, 64, 64, 2), 32) - step_flops((2, 64, 2), 32) == 786432


def test_the_flat_vector_goes_layer_by_layer_weights_row_by_row_then_biases():
    first = Layer(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([5.0, 6.0]), "tanh")
    network = Network((first, Layer(np.array([[7.0, 8.0]]), np.array([9.0]), "identity")))
    assert flatten(network).tolist() == [1, 2, 3, 4, 5, 6, 7, 8, 9]


def test_a_flat_vector_fills_a_network_of_the_same_form():
    network = initial_network((3, 4, 2), "tanh", "softmax", seed=1)
    again = unflatten(network, flatten(network) * 2)
    assert sizes(again) == (3, 4, 2)
    assert [layer.activation for layer in again.layers] == ["tanh", "softmax"]
    assert flatten(again).tolist() == (flatten(network) * 2).tolist()


def test_many_networks_at_once_give_what_each_gives_alone():
    alone = [initial_network((3, 4, 2), "relu", "softmax", seed) for seed in range(5)]
    together = unflatten(alone[0], np.stack([flatten(network) for network in alone]))
    inputs = np.random.default_rng(0).normal(size=(6, 3))
    outputs = forward(together, inputs).a[-1]
    assert outputs.shape == (5, 6, 2)
    assert outputs == pytest.approx(np.stack([forward(network, inputs).a[-1] for network in alone]), abs=1e-15)


@pytest.mark.parametrize(("activation", "variance"), [("relu", 2 / 784), ("tanh", 2 / (784 + 256))])
def test_initial_weights_have_the_variance_of_he_or_xavier(activation, variance):
    layer = initial_network((784, 256, 10), activation, "softmax", seed=0).layers[0]
    assert layer.weights.var() == pytest.approx(variance, rel=0.02)
    assert layer.biases.tolist() == [0.0] * 256


def test_a_seed_gives_the_same_network_every_time():
    first, again, other = (fingerprint(initial_network((2, 8, 2), "relu", "softmax", seed)) for seed in (3, 3, 4))
    assert first == again != other


def test_a_fingerprint_sees_the_smallest_change_and_the_shape():
    network = Network((Layer(np.ones((2, 3)), np.zeros(2), "tanh"),))
    nudged = unflatten(network, flatten(network) + np.eye(8)[4] * 1e-15)
    reshaped = Network((Layer(np.ones((3, 2)), np.zeros(2), "tanh"),))
    assert len({fingerprint(each) for each in (network, nudged, reshaped)}) == 3


def test_single_precision_stays_single():
    network = initial_network((2, 4, 1), "gelu", "sigmoid", seed=0, dtype=np.float32)
    trace = forward(network, np.ones((3, 2), dtype=np.float32))
    assert {array.dtype.name for array in (*trace.z, *trace.a, flatten(network))} == {"float32"}
