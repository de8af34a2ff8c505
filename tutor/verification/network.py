"""The receipt of a whole network, computed again from its inputs alone and held against all that it says."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from tutor.verification.cases import CASES, value_findings
from tutor.verification.expected import Case
from tutor.verification.findings import Finding
from tutor.verification.gradient_check import network_check_findings
from tutor.verification.passes import Forward, copies, forward
from tutor.verification.problem import Misfit
from tutor.verification.results import (
    NUMBERS,
    array_findings,
    loop_findings,
    number_table_findings,
    run_findings,
    three_ways_findings,
)
from tutor.verification.steps import formula_findings, slope_findings, slope_tables, step_findings
from tutor.verification.training import run

Receipt = Mapping[str, Any]
ROWS = 6  # of a loop that are held against the run


def network_findings(receipt: Receipt) -> tuple[list[Finding], int]:
    """What is wrong with a network's receipt, and how many derivatives no finite difference could confirm."""
    if receipt["example"] not in CASES:
        return [], 0
    try:
        case = CASES[receipt["example"]](receipt["inputs"])
    except Misfit:
        return [Finding("inputs", "inputs-do-not-fit", {})], 0
    with np.errstate(all="ignore"):  # what overflows is not compared
        done = forward(case.problem, copies(case.problem))
        of_parameters, of_steps, skipped = slope_tables(case, done)
        found = [
            *value_findings(receipt, case),
            *slope_findings(receipt, of_steps),
            *_trained_findings(receipt, case, done),
            *network_check_findings(receipt, case.problem, done, of_parameters),
            *formula_findings(receipt, case),
        ]
    return found, skipped


def _trained_findings(receipt: Receipt, case: Case, done: Forward) -> Iterator[Finding]:
    """Steps, arrays and numbers; a run that diverges in its first step may leave out what it no longer has."""
    complete = True
    if case.training is not None:
        trained = run(case.problem, case.training, ROWS)
        complete = trained.diverged[0] != 1
        yield from run_findings(receipt, case.training.steps, trained)
        yield from _own_arrays(receipt, case, done, trained)
    else:
        yield from three_ways_findings(receipt, case, done)
    yield from step_findings(receipt, case, complete)
    yield from number_table_findings(receipt, NUMBERS[receipt["example"]](receipt, case, done), complete)


def _own_arrays(receipt: Receipt, case: Case, done: Forward, trained: Any) -> Iterator[Finding]:
    return loop_findings(receipt, trained) if receipt["example"] == "training-loop" else array_findings(
        receipt, case, done, trained)
