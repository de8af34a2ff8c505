"""Losses and gradients of random networks beside PyTorch's autograd."""

import numpy as np
import pytest
import torch
from in_pytorch import Task, difference, flat, loss_of, parameters, random_task

from tutor.engine.activations import ACTIVATIONS
from tutor.engine.backprop import flatten_gradients, gradients
from tutor.engine.losses import LOSSES
from tutor.engine.network import Layer, Network, forward

TASKS = 500


@pytest.mark.parametrize("first", range(0, TASKS, 50))
def test_loss_and_gradient_are_those_of_autograd(first):
    for seed in range(first, first + 50):
        task = random_task(seed)
        found = gradients(task.network, forward(task.network, task.inputs), task.targets, task.loss)
        leaves = parameters(task.network)
        loss = loss_of(task, leaves)
        assert found.loss == pytest.approx(loss.item(), rel=1e-11), seed
        wanted = flat(torch.autograd.grad(loss, leaves))
        assert difference(task.network, flatten_gradients(found), wanted) < 1e-11, seed


def test_the_tasks_hold_every_activation_loss_depth_and_batch():
    tasks = [random_task(seed) for seed in range(TASKS)]
    pairs = {(place == len(task.network.layers) - 1, layer.activation)
             for task in tasks for place, layer in enumerate(task.network.layers)}
    assert pairs == {(last, name) for last in (True, False) for name in ACTIVATIONS}
    assert {task.loss for task in tasks} == set(LOSSES)
    assert {len(task.network.layers) for task in tasks} == set(range(1, 6))
    assert {len(task.inputs) for task in tasks} == set(range(1, 9))


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_slope_at_0_is_the_one_that_pytorch_takes(activation):
    network = Network((Layer(np.array([[1.0], [0.5]]), np.zeros(2), activation),))
    inputs, targets = np.array([[0.0], [-0.0]]), np.array([[1.0, 2.0], [-3.0, 4.0]])
    found = gradients(network, forward(network, inputs), targets, "squared_error")
    task = Task(network, inputs, targets, "squared_error")
    leaves = parameters(network)
    assert difference(network, flatten_gradients(found), flat(torch.autograd.grad(loss_of(task, leaves), leaves))) < 1e-15
