"""The training core against the readable engine: the same steps, whatever the network, the loss and the optimizer."""

import numpy as np
import pytest

from tutor.engine.activations import ACTIVATIONS
from tutor.engine.backprop import flatten_gradients, gradients, loss_of
from tutor.engine.core import Task, build, core_order, flat_order, losses, network_at, outputs, path, run, stand, state_at
from tutor.engine.datasets import one_hot
from tutor.engine.losses import LOSSES
from tutor.engine.network import flatten, forward, initial_network, unflatten
from tutor.engine.optimizers import OPTIMIZERS, OptimizerSettings, optimizer_state, update

RANDOM = np.random.Generator(np.random.PCG64(5))
INPUTS = RANDOM.normal(size=(6, 3))
TARGETS = one_hot(RANDOM.integers(0, 2, 6), 2)
SIZES = (3, 5, 4, 2)


def task(activation, loss, optimizer, last="identity", count=None, **choices):
    network = initial_network(SIZES, activation, last, seed=1)
    if count:
        flat = np.stack([flatten(initial_network(SIZES, activation, last, seed)) for seed in range(count)])
        network = unflatten(network, flat)
    return Task(network, INPUTS, TARGETS, loss, OptimizerSettings(optimizer, 0.05), **choices)


def begun(wanted):
    return build(wanted, optimizer_state(wanted.optimizer.name, flatten(wanted.network)))


def parameters(core):
    return flatten(network_at(core, stand(core, 0)))


def stepped(wanted, steps):
    """The same training by the functions that return every value."""
    network, memory = wanted.network, optimizer_state(wanted.optimizer.name, flatten(wanted.network))
    for _ in range(steps):
        found = gradients(network, forward(network, wanted.inputs), wanted.targets, wanted.loss)
        moved, memory = update(wanted.optimizer, flatten(network), flatten_gradients(found), memory)
        network = unflatten(network, moved)
    return network, memory


def assert_agrees(wanted, steps=7):
    core = begun(wanted)
    run(core, steps)
    network, memory = stepped(wanted, steps)
    here = stand(core, steps)
    np.testing.assert_allclose(flatten(network_at(core, here)), flatten(network), rtol=1e-10, atol=1e-13)
    for kept, known in zip(state_at(core, here).arrays, memory.arrays, strict=True):
        np.testing.assert_allclose(kept, known, rtol=1e-10, atol=1e-15)
    trace = forward(network, wanted.inputs)
    np.testing.assert_allclose(outputs(core), trace.a[-1], rtol=1e-10, atol=1e-13)
    np.testing.assert_allclose(losses(core), loss_of(network, trace, wanted.targets, wanted.loss), rtol=1e-10)


@pytest.mark.parametrize("activation", [name for name in ACTIVATIONS if name != "softmax"])
@pytest.mark.parametrize("count", [None, 3])
def test_the_core_takes_the_engines_steps_with_every_activation(activation, count):
    assert_agrees(task(activation, "half_squared_error", "sgd", activation, count))


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("count", [None, 3])
def test_the_core_takes_the_engines_steps_with_every_optimizer(optimizer, count):
    assert_agrees(task("tanh", "cross_entropy", optimizer, "softmax", count))


@pytest.mark.parametrize("last", ["sigmoid", "softmax"])
@pytest.mark.parametrize("loss", LOSSES)
def test_the_core_takes_the_engines_steps_with_every_loss(loss, last):
    assert_agrees(task("relu", loss, "adam", last))


def test_a_step_is_the_same_in_32_bits_as_far_as_they_go():
    wanted = task("tanh", "cross_entropy", "adam", "softmax")
    network = initial_network(SIZES, "tanh", "softmax", 1, np.float32)
    core = begun(Task(network, INPUTS.astype(np.float32), TARGETS.astype(np.float32), wanted.loss, wanted.optimizer))
    run(core, 7)
    assert core.parameters.dtype == np.float32 == outputs(core).dtype
    np.testing.assert_allclose(flatten(network_at(core, stand(core, 7))), flatten(stepped(wanted, 7)[0]), rtol=2e-4, atol=2e-6)


def test_networks_trained_at_once_do_not_see_each_other():
    together = begun(task("tanh", "cross_entropy", "adam", "softmax", count=4))
    run(together, 20)
    alone = begun(task("tanh", "cross_entropy", "adam", "softmax"))
    run(alone, 20)
    np.testing.assert_allclose(parameters(together)[1], parameters(alone), rtol=1e-9, atol=1e-12)


def test_each_network_may_have_its_own_learning_rate():
    rates = np.array([[0.01], [0.3]])
    together = begun(task("tanh", "half_squared_error", "momentum", count=2, rates=rates))
    run(together, 9)
    alone = task("tanh", "half_squared_error", "momentum")
    alone = begun(Task(alone.network, INPUTS, TARGETS, alone.loss, OptimizerSettings("momentum", 0.3)))
    run(alone, 9)
    np.testing.assert_allclose(parameters(together)[1], parameters(alone), rtol=1e-10, atol=1e-13)


def test_a_parameter_with_a_rate_of_zero_stays():
    trained = np.arange(flatten(task("tanh", "squared_error", "adam").network).size) % 2.0
    wanted = task("tanh", "squared_error", "adam", rates=0.05 * trained)
    core = begun(wanted)
    run(core, 5)
    moved = flatten(network_at(core, stand(core, 5))) != flatten(wanted.network)
    assert not moved[trained == 0].any()
    assert moved[trained == 1].all()


def test_one_after_another_a_layer_sees_the_new_weights_of_the_next():
    wanted = task("tanh", "half_squared_error", "sgd", sequential=True)
    core = begun(wanted)
    run(core, 1)
    network, trace = wanted.network, forward(wanted.network, INPUTS)
    for at in (2, 1, 0):
        found = gradients(network, trace, TARGETS, wanted.loss)
        layers = list(network.layers)
        layers[at] = type(layers[at])(
            wanted.network.layers[at].weights - 0.05 * found.weights[at],
            wanted.network.layers[at].biases - 0.05 * found.biases[at], layers[at].activation)
        network = type(network)(tuple(layers))
    np.testing.assert_allclose(flatten(network_at(core, stand(core, 1))), flatten(network), rtol=1e-13, atol=1e-15)


def test_a_path_holds_the_parameters_after_each_step():
    wanted = task("tanh", "half_squared_error", "adam")
    found = path(begun(wanted), 4)
    for step, parameters in enumerate(found, 1):
        np.testing.assert_allclose(parameters, flatten(stepped(wanted, step)[0]), rtol=1e-11, atol=1e-14)


def test_the_two_orders_of_parameters_undo_each_other():
    order = core_order(SIZES)
    assert (order[flat_order(SIZES)] == np.arange(order.size)).all()


def test_a_sigmoid_far_below_zero_is_zero_and_stays_finite():
    network = initial_network((1, 1), "sigmoid", "sigmoid", 0)
    far = unflatten(network, np.array([1.0, -5000.0]))
    with np.errstate(over="ignore"):
        core = begun(Task(far, np.zeros((1, 1)), np.ones((1, 1)), "binary_cross_entropy", OptimizerSettings("sgd", 1.0)))
        run(core, 1)
    assert losses(core) == pytest.approx(4999.0)
