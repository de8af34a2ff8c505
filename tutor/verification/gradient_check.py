"""Whether a receipt's own gradient check says what its numbers say, and says it of the right network."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from tutor.verification.differences import central, least_size, parameter_nudges
from tutor.verification.expected import Table, slopes_table
from tutor.verification.findings import RELATIVE, TINY, Finding, near, unlike
from tutor.verification.passes import Forward, backward
from tutor.verification.problem import Problem

Row = Mapping[str, Any]
H = 1e-5  # of a difference where the inputs do not give it
EDGE = 1e-3  # a nudge this much shorter or longer must tell the same of a kink


def consistency_findings(receipt: Mapping[str, Any]) -> Iterator[Finding]:
    """Every error is the difference it says, relative to a derivative of the check; the largest is the largest."""
    check = receipt["gradient_check"]
    if check is None:
        return
    rows = check["parameters"]
    yield from _twice(rows)
    scales = np.array([1.0, *(_size(row) for row in rows)])
    for row in rows:
        yield from _own_error(row, scales)
    largest = max((row["relative_error"] for row in rows if not row["kink"]), default=0.0)
    yield from unlike("gradient_check/max_relative_error", check["max_relative_error"], near(largest), "not-the-largest")


def _twice(rows: Sequence[Row]) -> Iterator[Finding]:
    names = [row["name"] for row in rows]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield Finding(f"gradient_check/{name}", "given-twice", {})


def _size(row: Row) -> float:
    return float(max(abs(row["analytic"]), abs(row["numeric"])))


def _own_error(row: Row, scales: Any) -> Iterator[Finding]:
    """Relative to the row's own size or a larger one of the check (1 where a whole layer is 0)."""
    apart = abs(row["analytic"] - row["numeric"])
    possible = scales[scales >= _size(row)]
    if not (np.abs(row["relative_error"] * possible - apart) <= RELATIVE * apart + TINY).any():
        expected = apart / (_size(row) or 1.0)
        values = {"expected": expected, "found": row["relative_error"]}
        yield Finding(f"gradient_check/{row['name']}/relative_error", "error-differs", values)


def network_check_findings(
    receipt: Mapping[str, Any], problem: Problem, done: Forward, slopes: Table
) -> Iterator[Finding]:
    """The check is of every parameter of this network; `slopes` are its derivatives by differences of our own."""
    check, names = receipt["gradient_check"], problem.names
    if check is None or [row["name"] for row in check["parameters"]] != [name for layer in names.parameters() for name in layer]:
        yield Finding("gradient_check/parameters", "missing-field", {})
        return
    given = receipt["inputs"].get("h", H)
    yield from unlike("gradient_check/h", check["h"], (given, 0.0), "value-differs")
    yield from unlike("numbers/largest_check_error", receipt["numbers"].get("largest_check_error", np.nan),
                      near(check["max_relative_error"]), "number-differs")
    table, rows = slopes_table(names, backward(problem, done)), iter(check["parameters"])
    for layer, of_layer in enumerate(names.parameters()):
        here = [next(rows) for _ in of_layer]
        yield from _analytic(here, slopes, table)
        yield from _relative(here)
        yield from _numeric(here, problem, done, (layer, given))


def _analytic(rows: Sequence[Row], slopes: Table, table: Table) -> Iterator[Finding]:
    for row in rows:
        place, name = f"gradient_check/{row['name']}/analytic", f"d{row['name']}"
        if name in slopes:
            yield from unlike(place, row["analytic"], slopes[name], "not-the-slope")
        yield from unlike(place, row["analytic"], table[name], "wrong-value")


def _relative(rows: Sequence[Row]) -> Iterator[Finding]:
    scale = max(map(_size, rows)) or 1.0
    for row in rows:
        known = near(abs(row["analytic"] - row["numeric"]) / scale)
        yield from unlike(f"gradient_check/{row['name']}/relative_error", row["relative_error"], known, "error-differs")


def _numeric(rows: Sequence[Row], problem: Problem, done: Forward, place: tuple[int, float]) -> Iterator[Finding]:
    """Central differences of the check's own width, and whether one of that width meets a kink."""
    layer, h = place
    nudged = parameter_nudges(problem, done, layer)
    values, noise = central(nudged, h, least_size(problem))
    sizes = np.concatenate([part.ravel() for part in problem.parameters[layer]])
    slack = RELATIVE * np.abs(values) + 4.0 * noise + np.abs(values) * np.spacing(np.abs(sizes) + h) / h
    inner, outer = (nudged(width)[1] | nudged(-width)[1] for width in (h * (1 - EDGE), h * (1 + EDGE)))
    for row, value, away, surely, perhaps in zip(rows, values, slack, inner, outer, strict=True):
        here = f"gradient_check/{row['name']}"
        if row["kink"] not in (surely, perhaps):
            yield Finding(f"{here}/kink", "wrong-kink", {})
        elif surely == perhaps:
            yield from unlike(f"{here}/numeric", row["numeric"], (float(value), float(away)), "wrong-value")
