"""A small network computed number by number on the engine's tape, a second way to the same derivatives."""

import math
from collections.abc import Callable, Sequence
from functools import reduce
from operator import add

from tutor.engine.activations import LEAK
from tutor.engine.network import Array
from tutor.engine.tape import Scalar, adjoints, exp, log, relu, sigmoid, tanh
from tutor.worked.network.problem import Problem

Row = Sequence[Scalar]


def tape_gradient(problem: Problem) -> tuple[list[float], int]:
    """dL/dp for every parameter in the engine's flat order, and how many numbers the tape holds."""
    layers = [([_scalars(row) for row in layer.weights], _scalars(layer.biases)) for layer in problem.network.layers]
    outputs = [_outputs(problem, layers, _scalars(row)) for row in problem.inputs]
    found = adjoints(_loss(problem, outputs))
    parameters = [scalar for weights, biases in layers for row in (*weights, biases) for scalar in row]
    return [found.get(parameter, 0.0) for parameter in parameters], len(found)


def _scalars(numbers: Array) -> list[Scalar]:
    return [Scalar(number) for number in numbers.tolist()]


def _outputs(problem: Problem, layers: Sequence[tuple[Sequence[Row], Row]], row: Row) -> tuple[Row, Row]:
    """The last z and a of one row."""
    z: Row = row
    for (weights, biases), layer in zip(layers, problem.network.layers, strict=True):
        z = [_affine(unit, row, bias) for unit, bias in zip(weights, biases, strict=True)]
        row = _softmax(z) if layer.activation == "softmax" else [ACTIVATIONS[layer.activation](one) for one in z]
    return z, row


def _affine(weights: Row, row: Row, bias: Scalar) -> Scalar:
    return reduce(add, (weight * value for weight, value in zip(weights, row, strict=True))) + bias


def _softmax(z: Row) -> Row:
    powers = _powers(z)
    total = reduce(add, powers)
    return [power / total for power in powers]


def _powers(z: Row) -> Row:
    """e to each z, all divided by the largest."""
    largest = max(one.value for one in z)
    return [exp(one - largest) for one in z]


def _softplus(z: Scalar) -> Scalar:
    """log(1 + e^z), with the larger of 0 and z taken out of the powers."""
    largest = max(z.value, 0.0)
    return log(exp(z - largest) + math.exp(-largest)) + largest


def _gelu(z: Scalar) -> Scalar:
    near = max(-40.0, min(40.0, z.value))  # the density is 0 beyond
    density = math.exp(-near * near / 2) / math.sqrt(2 * math.pi)
    return z * Scalar((1 + math.erf(z.value / math.sqrt(2))) / 2, ((z, density),))


# The slopes at 0 are the engine's: 0 for ReLU, the small one for leaky ReLU, 1 for ELU.
ACTIVATIONS: dict[str, Callable[[Scalar], Scalar]] = {
    "identity": lambda z: z,
    "sigmoid": sigmoid,
    "tanh": tanh,
    "relu": relu,
    "leaky_relu": lambda z: z * LEAK + relu(z) * (1 - LEAK),
    "elu": lambda z: relu(z) + exp(z - relu(z)) - 1.0,
    "gelu": _gelu,
    "softplus": _softplus,
}


def _loss(problem: Problem, outputs: Sequence[tuple[Row, Row]]) -> Scalar:
    rows = zip(outputs, problem.targets.tolist(), strict=True)
    terms = [term for (z, a), t in rows for term in LOSSES[problem.loss](z, a, t)]
    over_outputs = problem.loss == "mean_squared_error"
    return reduce(add, terms) / (problem.targets.size if over_outputs else len(problem.targets))


def _squares(_z: Row, a: Row, t: Sequence[float]) -> list[Scalar]:
    return [(one - target) ** 2 for one, target in zip(a, t, strict=True)]


def _binary(z: Row, _a: Row, t: Sequence[float]) -> list[Scalar]:
    return [_softplus(one) - one * target for one, target in zip(z, t, strict=True)]


def _categorical(z: Row, _a: Row, t: Sequence[float]) -> list[Scalar]:
    largest, total = max(one.value for one in z), log(reduce(add, _powers(z)))
    return [(total - (one - largest)) * target for one, target in zip(z, t, strict=True)]


LOSSES: dict[str, Callable[[Row, Row, Sequence[float]], list[Scalar]]] = {
    "half_squared_error": lambda z, a, t: [square * 0.5 for square in _squares(z, a, t)],
    "squared_error": _squares,
    "mean_squared_error": _squares,
    "binary_cross_entropy": _binary,
    "cross_entropy": _categorical,
}
