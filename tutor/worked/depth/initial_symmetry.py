"""Two small networks on XOR, one from equal weights and one from random ones: how many different hidden units remain."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from tutor.engine.datasets import xor
from tutor.engine.network import Array, Network, flatten, initial_network, unflatten
from tutor.engine.optimizers import OptimizerSettings
from tutor.engine.training import Plan
from tutor.worked.depth.fixed_budget import together, train_all
from tutor.worked.gradient_check import check_gradient
from tutor.worked.network.problem import Problem
from tutor.worked.network.values import run_passes
from tutor.worked.receipt import GradientCheck

LOSS = "binary_cross_entropy"
OPTIMIZER = OptimizerSettings("adam", 0.05)
DIGITS = 9  # units whose parameters agree to so many decimals are one and the same


@dataclass(frozen=True)
class Symmetry:
    """What training left: a row per hidden unit (weights from the inputs, bias, weight to the output) of each network."""

    numbers: dict[str, float]
    equal: list[list[float]]
    random: list[list[float]]
    check: GradientCheck


def symmetry(inputs: dict[str, Any]) -> Symmetry:
    """Train a network whose weights all equal `constant` beside one with random weights, and count their units."""
    points, targets = xor()
    random = initial_network((2, inputs["hidden"], 1), "tanh", "sigmoid", inputs["seed"])
    both = together([_equal(random, inputs["constant"]), random])
    parameters, losses = train_all(Plan(both, points, targets, LOSS, OPTIMIZER, inputs["steps"]))
    equal, other = (_units(unflatten(random, row)) for row in parameters)
    numbers = {"hidden": inputs["hidden"], "different_equal": _different(equal), "different_random": _different(other),
               "loss_equal": losses[0], "loss_random": losses[1], "constant": inputs["constant"], "steps": inputs["steps"]}
    problem = Problem(random, points, targets, LOSS)
    passes = run_passes(problem)
    check = check_gradient(problem, passes.shape, passes.gradient)
    return Symmetry({name: float(value) for name, value in numbers.items()}, equal.tolist(), other.tolist(), check)


def _equal(network: Network, constant: float) -> Network:
    """The same network with every weight and bias set to one number."""
    return unflatten(network, np.full_like(flatten(network), constant))


def _units(network: Network) -> Array:
    first, second = network.layers
    return np.column_stack([first.weights, first.biases, second.weights[0]])


def _different(units: Array) -> int:
    return len(np.unique(units.round(DIGITS), axis=0))
