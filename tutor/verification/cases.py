"""Which receipts are those of a whole network, and whether their values are the ones their inputs give."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tutor.verification.expected import Case
from tutor.verification.findings import Finding
from tutor.verification.mathematics import LEAK
from tutor.verification.problem import (
    Misfit,
    Problem,
    Training,
    nudged,
    nudged_training,
    read_loop,
    read_loop_training,
    read_network,
    read_training,
)

Inputs = Mapping[str, Any]


def _network_step(inputs: Inputs) -> Case:
    training = read_training(inputs)
    return Case(read_network(inputs), training, after=training.steps == 1)


def _twelve_gradients(inputs: Inputs) -> Case:
    h = inputs.get("h")
    if not (isinstance(h, int | float) and 0 < h <= 1):
        raise Misfit
    return Case(read_network(inputs), None, after=False)


def _training_loop(inputs: Inputs) -> Case:
    return Case(read_loop(inputs), read_loop_training(inputs), after=True)


CASES: dict[str, Callable[[Inputs], Case]] = {
    "network-step": _network_step, "twelve-gradients": _twelve_gradients, "training-loop": _training_loop,
}


def nudged_case(case: Case) -> Case:
    """The same on numbers near by."""
    return Case(nudged(case.problem), case.training and nudged_training(case.training), case.after)


def given_values(problem: Problem, training: Training | None) -> dict[str, float]:
    """Inputs, targets, parameters and settings by name."""
    names = problem.names
    values = dict(zip(names.data("x", 0), problem.x.flat, strict=True))
    values |= zip(names.data("t", names.layers[-1]), problem.t.flat, strict=True)
    for layer, (weights, biases) in zip(names.layers, problem.parameters, strict=True):
        values |= zip(names.weights(layer), weights.flat, strict=True)
        values |= zip(names.biases(layer), biases.flat, strict=True)
    return {name: float(value) for name, value in (values | dict(training.settings if training else {})).items()}


def value_findings(receipt: Mapping[str, Any], case: Case) -> Iterator[Finding]:
    """The values are what the inputs say; a setting may be left out."""
    values, optional = receipt["values"], case.training.settings if case.training else {}
    for name, given in {**given_values(case.problem, case.training), "negative_slope": LEAK}.items():
        if name not in values and name not in optional and name != "negative_slope":
            yield Finding(f"values/{name}", "missing-field", {})
        elif name in values and values[name] != given:
            yield Finding(f"values/{name}", "value-differs", {"expected": given, "found": values[name]})
