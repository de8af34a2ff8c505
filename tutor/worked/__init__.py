"""The worked examples: each turns inputs into a receipt with every number on the way."""

import pickle
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import isfinite
from typing import Any

from tutor.worked import (
    chain_rule,
    depth_cost,
    forward_only,
    network_step,
    training_loop,
    twelve_gradients,
    xor,
)
from tutor.worked.inputs import InvalidInput, Record, normalise
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


EXAMPLES: dict[str, Example] = {
    each.name: each for each in (
        Example("network-step", network_step.FIELDS, network_step.compute),
        Example("training-loop", training_loop.FIELDS, training_loop.compute),
        Example("chain-rule-neuron", chain_rule.FIELDS, chain_rule.compute),
        Example("twelve-gradients", twelve_gradients.FIELDS, twelve_gradients.compute),
        Example("forward-only", forward_only.FIELDS, forward_only.compute, long=True),
        Example("xor", xor.FIELDS, xor.compute, long=True),
        Example("depth-cost", depth_cost.FIELDS, depth_cost.compute, measured=True, long=True),
    )
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
    if not all(map(isfinite, every_number(receipt).values())):  # JSON has no such number and writes null without a word
        raise NotFinite(name)
    return receipt
