"""The steps of a network's receipt against mathematics of our own: their values, their slopes, and their formulas."""

from collections.abc import Iterator, Mapping
from typing import Any

from tutor.verification.cases import given_values, nudged_case
from tutor.verification.differences import (
    Differences,
    activation_derivatives,
    parameter_derivatives,
    unit_derivatives,
)
from tutor.verification.expected import Case, Table, step_table
from tutor.verification.expressions import NotArithmetic, Rounded, value_of
from tutor.verification.findings import Finding, unlike
from tutor.verification.passes import Forward
from tutor.verification.probes import probe_names, probe_table
from tutor.verification.problem import Problem

Receipt = Mapping[str, Any]


def _whole_table(receipt: Receipt, case: Case) -> Table:
    table = step_table(case)
    return table | probe_table(case.problem, receipt["values"], table[probe_names(case.problem)[1]])


def step_findings(receipt: Receipt, case: Case, complete: bool) -> Iterator[Finding]:
    """Every step has the value we find for it; `complete` asks that none is missing."""
    table, found = _whole_table(receipt, case), {step["name"]: step["value"] for step in receipt["steps"]}
    for name, known in table.items():
        if name in found:
            yield from unlike(name, found[name], known, "wrong-value")
        elif complete and not name.removeprefix("after_").startswith("top"):
            yield Finding(name, "missing-step", {})


def formula_findings(receipt: Receipt, case: Case) -> Iterator[Finding]:
    """The expressions, evaluated in a row on other numbers, give what we find there: right not only by coincidence."""
    other = nudged_case(case)
    values = {**receipt["values"], **given_values(other.problem, other.training)}
    known: dict[str, Rounded] = {name: (value, 0.0) for name, value in values.items()}
    table = _whole_table(receipt, other)
    for step in receipt["steps"]:
        try:
            value, error = known[step["name"]] = value_of(step["expression"], known)
        except NotArithmetic:
            continue  # told already, or out of range on these numbers
        expected, slack = table.get(step["name"], (value, 0.0))
        yield from unlike(step["name"], value, (expected, slack + 2.0 * error), "wrong-formula")


def slope_tables(case: Case, done: Forward) -> tuple[Table, Table, int]:
    """By finite differences the derivatives of all parameters, those of the steps, and how many say nothing.

    In a sequential update the steps below the last layer are no derivatives of the loss: new weights stand in them.
    """
    names, skipped = case.problem.names, 0
    of_parameters: Table = {}
    table: Table = {}
    for layer, found in zip(names.layers, parameter_derivatives(case.problem, done), strict=True):
        of_parameters |= _usable([*names.weights(layer, "d"), *names.biases(layer, "d")], found)
        skipped += found.skipped
    for layer in names.layers:
        honest = not (case.training and case.training.sequential) or layer == names.layers[-1]
        for letter, found in _unit_slopes(case.problem, done, layer, honest):
            table |= _usable(names.units(letter, layer), found)
            skipped += found.skipped
        own = {*names.weights(layer, "d"), *names.biases(layer, "d")} if honest else set()
        table |= {name: known for name, known in of_parameters.items() if name in own}
    return of_parameters, table, skipped


def _unit_slopes(problem: Problem, done: Forward, layer: int, honest: bool) -> Iterator[tuple[str, Differences]]:
    slope = activation_derivatives(problem, done, layer - 1)
    if slope is not None:
        yield "s", slope
    if honest:
        yield from unit_derivatives(problem, done, layer - 1)


def _usable(names: list[str], found: Differences) -> Table:
    rows = zip(names, found.values.tolist(), found.slack.tolist(), found.usable.tolist(), strict=True)
    return {name: (value, slack) for name, value, slack, usable in rows if usable}


def slope_findings(receipt: Receipt, table: Table) -> Iterator[Finding]:
    """Every derivative among the steps is the slope of the loss there."""
    for step in receipt["steps"]:
        if step["name"] in table:
            yield from unlike(step["name"], step["value"], table[step["name"]], "not-the-slope")

