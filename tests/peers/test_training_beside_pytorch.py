"""Twenty steps of every optimizer beside torch.optim: of the update alone, and of whole training runs."""

import numpy as np
import pytest
import torch
from in_pytorch import MADE, difference, flat, loss_of, parameters, random_task

from tutor.engine.network import flatten
from tutor.engine.optimizers import OPTIMIZERS, OptimizerSettings, optimizer_state, update
from tutor.engine.training import Plan, advance, start

STEPS = 20
TASKS = 500
RATES = {"sgd": 0.02, "momentum": 0.01, "nesterov": 0.01, "rmsprop": 0.01, "adam": 0.01, "adamw": 0.01, "adagrad": 0.02}
# Where a derivative is nothing but rounding, dividing by its own size makes it count.
TOLERANCES = {"sgd": 1e-11, "momentum": 1e-11, "nesterov": 1e-11, "rmsprop": 1e-8, "adam": 1e-8, "adamw": 1e-8, "adagrad": 1e-8}
EPSILONS = {"adagrad": 1e-10}


def settings(name, seed):
    """Constants drawn anew for every seed; half of them with weight decay."""
    random = np.random.Generator(np.random.PCG64([seed, 1]))
    momentum, alpha, beta1 = random.uniform(0.1, 0.95, 3).tolist()
    return OptimizerSettings(name, RATES[name], momentum, alpha, beta1, float(random.uniform(0.9, 0.999)),
                             EPSILONS.get(name, 1e-8), float(random.choice([0.0, 0.05])))


def torch_run(task, chosen):
    """PyTorch's losses before and after each step, and its parameters at the end."""
    leaves = parameters(task.network)
    optimizer = MADE[chosen.name](leaves, chosen)
    losses = []
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = loss_of(task, leaves)
        loss.backward()
        losses.append(loss.item())
        optimizer.step()
    return [*losses, loss_of(task, leaves).item()], flat(leaves)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_run_of_the_engine_is_a_run_of_pytorch(name):
    for seed in range([*OPTIMIZERS].index(name) % 2, TASKS, 2):
        task, chosen = random_task(seed), settings(name, seed)
        losses, wanted = torch_run(task, chosen)
        plan = Plan(task.network, task.inputs, task.targets, task.loss, chosen, STEPS)
        state, frames = advance(plan, start(plan), STEPS)
        assert [frame.loss for frame in frames] == pytest.approx(losses, rel=TOLERANCES[name]), seed
        assert difference(task.network, flatten(state.network), wanted) < TOLERANCES[name], seed


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_updates_along_the_same_gradients_are_those_of_torch_optim(name):
    for seed in range(200):
        random, chosen = np.random.Generator(np.random.PCG64(seed)), settings(name, seed)
        parameter = random.normal(0, 1, 8)
        leaf = torch.tensor(parameter, requires_grad=True)
        optimizer, state = MADE[name]([leaf], chosen), optimizer_state(name, parameter)
        for gradient in random.normal(0, 1, (STEPS, 8)) * 10.0 ** random.uniform(-6, 3, (STEPS, 8)):
            leaf.grad = torch.from_numpy(gradient)
            optimizer.step()
            parameter, state = update(chosen, parameter, gradient, state)
        assert np.abs(parameter - leaf.detach().numpy()).max() < 1e-11 * np.abs(parameter).max(), seed
