"""Several networks trained together for a fixed number of steps, which none of them leaves early."""

import numpy as np

from tutor.engine.backprop import flatten_gradients, gradients, loss_of
from tutor.engine.network import Array, Network, flatten, forward, unflatten
from tutor.engine.optimizers import optimizer_state, update
from tutor.engine.training import Plan


def together(networks: list[Network]) -> Network:
    """Networks of the same sizes on one ensemble axis."""
    return unflatten(networks[0], np.stack([flatten(network) for network in networks]))


def train_all(plan: Plan) -> tuple[Array, Array]:
    """Parameters (K, P) after the plan's steps, for each network of the ensemble axis, and the losses (K,) there."""
    parameters = flatten(plan.network)
    memory = optimizer_state(plan.optimizer.name, parameters)
    for _ in range(plan.steps):
        network = unflatten(plan.network, parameters)
        found = gradients(network, forward(network, plan.inputs), plan.targets, plan.loss)
        parameters, memory = update(plan.optimizer, parameters, flatten_gradients(found), memory)
    network = unflatten(plan.network, parameters)
    return parameters, loss_of(network, forward(network, plan.inputs), plan.targets, plan.loss)
