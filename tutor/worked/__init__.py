"""The worked examples: each turns inputs into a receipt with every number on the way."""

import pickle
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import isfinite
from typing import Any

from tutor.worked.activations import activation_functions, dead_relu, relu_at_zero
from tutor.worked.capacity import bias, overfitting, regularization, separability, universal_approximation, xor
from tutor.worked.depth import (
    depth_cost,
    expression_graph,
    gradient_chain,
    gradient_check_by_h,
    initialization,
    layer_width,
    parameter_count,
    residual_connections,
)
from tutor.worked.descent import (
    descent_two_dimensions,
    epochs_and_batches,
    gradient_clipping,
    gradient_descent,
    input_scaling,
    learning_rate,
    line_of_cars,
    loss_not_decreasing,
    minibatch_noise,
    optimizers_race,
    saddle_point,
)
from tutor.worked.inputs import InvalidInput, Record, normalise
from tutor.worked.layers import convolution, convolution_2d, dropout, normalization, recurrent_step
from tutor.worked.losses import loss_functions, mean_squared_error, output_layers, saturation, softmax_cross_entropy
from tutor.worked.network import (
    chain_rule,
    forward_only,
    inference,
    matrix_form,
    network_step,
    neural_network,
    training_loop,
    twelve_gradients,
)
from tutor.worked.receipt import Receipt, every_number, from_json

__all__ = ["EXAMPLES", "Example", "InvalidInput", "NotFinite", "Receipt", "UnknownExample", "from_json", "normal_inputs", "work"]


@dataclass(frozen=True)
class Example:
    """A worked example: what it takes, and how its receipt is computed from complete inputs.

    `measured` says that its numbers are times of this machine, so that computing again may give others; `long`, that it
    takes more than a few milliseconds.
    """

    name: str
    fields: Record
    compute: Callable[[dict[str, Any]], Receipt]
    measured: bool = False
    long: bool = False


class UnknownExample(LookupError):
    """No worked example has this name."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class NotFinite(ArithmeticError):
    """A receipt with a number that is not finite: a fault of the example, which must end at its last finite state."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


_MODULES: tuple[Any, ...] = (
    neural_network, network_step, training_loop, chain_rule, twelve_gradients, forward_only, inference, xor,
    separability, depth_cost, loss_functions, mean_squared_error, softmax_cross_entropy, output_layers, saturation,
    activation_functions, relu_at_zero, dead_relu, gradient_descent, learning_rate, descent_two_dimensions,
    saddle_point, gradient_clipping, optimizers_race, line_of_cars, minibatch_noise, epochs_and_batches,
    gradient_chain, initialization, residual_connections, expression_graph, gradient_check_by_h, matrix_form,
    parameter_count, layer_width, bias, universal_approximation, overfitting, regularization, dropout, normalization,
    input_scaling, loss_not_decreasing, convolution, convolution_2d, recurrent_step,
)
_MEASURED = (depth_cost,)
_LONG = (depth_cost, forward_only, initialization, layer_width, learning_rate, loss_not_decreasing, xor)

EXAMPLES: dict[str, Example] = {
    each.NAME: Example(each.NAME, each.FIELDS, each.compute, each in _MEASURED, each in _LONG) for each in _MODULES
}


def normal_inputs(name: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The complete inputs of an example, its defaults filling in the rest.

    Raises UnknownExample, and InvalidInput at the first input that cannot be taken.
    """
    if name not in EXAMPLES:
        raise UnknownExample(name)
    chosen = inputs != {}
    complete: dict[str, Any] = normalise(EXAMPLES[name].fields, inputs) if chosen else pickle.loads(_usual(name))
    return complete


@lru_cache(maxsize=32)
def _usual(name: str) -> bytes:
    """The inputs nobody chose, packed: every receipt unpacks a copy of its own, which costs less than making it."""
    return pickle.dumps(normalise(EXAMPLES[name].fields, {}))


def work(name: str, inputs: Mapping[str, Any]) -> Receipt:
    """The receipt of an example for these inputs; raises as `normal_inputs` does, or where inputs do not fit together."""
    complete = normal_inputs(name, inputs)
    receipt = EXAMPLES[name].compute(complete)
    if not _all_finite(every_number(receipt).values()):  # JSON has no such number and writes null without a word
        raise NotFinite(name)
    return receipt


def _all_finite(numbers: Iterable[float]) -> bool:
    """A sum is finite only if all it was made of is; where it is not, it may have overflowed, so each is looked at."""
    return isfinite(sum(numbers)) or all(map(isfinite, numbers))
