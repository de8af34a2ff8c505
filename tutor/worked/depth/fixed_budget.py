"""Several networks trained together for a fixed number of steps, which none of them leaves early."""

import numpy as np

from tutor.engine.core import Task, build, losses, network_at, run, stand
from tutor.engine.network import Array, Network, flatten, unflatten
from tutor.engine.optimizers import optimizer_state
from tutor.engine.training import Plan


def together(networks: list[Network]) -> Network:
    """Networks of the same sizes on one ensemble axis."""
    return unflatten(networks[0], np.stack([flatten(network) for network in networks]))


def train_all(plan: Plan) -> tuple[Array, Array]:
    """Parameters (K, P) after the plan's steps, for each network of the ensemble axis, and the losses (K,) there."""
    task = Task(plan.network, plan.inputs, plan.targets, plan.loss, plan.optimizer)
    core = build(task, optimizer_state(plan.optimizer.name, flatten(plan.network)))
    run(core, plan.steps)
    return flatten(network_at(core, stand(core, plan.steps))), losses(core)
