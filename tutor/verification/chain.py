"""Whether the steps of a receipt follow from each other: operands, expressions, and the numbers that repeat them."""

from collections.abc import Iterator, Mapping
from typing import Any

from tutor.verification.expressions import EPSILON, NotArithmetic, Rounded, names_in, value_of
from tutor.verification.findings import RELATIVE, TINY, Finding, near, unlike

OPERAND = 4 * EPSILON  # what a step may have been made of, relative to the operand that is written


def operand_findings(receipt: Mapping[str, Any]) -> Iterator[Finding]:
    """Every name once; every operand a value or an earlier step, and equal to what it names."""
    known = dict(receipt["values"])
    for step in receipt["steps"]:
        name = step["name"]
        if name in known:
            yield Finding(name, "given-twice", {})
        yield from _of_one_step(step, known)
        known[name] = step["value"]


def _of_one_step(step: Mapping[str, Any], known: Mapping[str, float]) -> Iterator[Finding]:
    place, operands = step["name"], step["operands"]
    for name, value in operands.items():
        if name not in known:
            yield Finding(place, "unknown-operand", {"operand": name})
        elif value != known[name]:
            yield Finding(place, "operand-differs", {"operand": name, "expected": known[name], "found": value})


def listing_findings(receipt: Mapping[str, Any]) -> Iterator[Finding]:
    """The operands of a step are the names in its expression."""
    for step in receipt["steps"]:
        odd = sorted(names_in(step["expression"]) ^ set(step["operands"]))
        if odd:
            yield Finding(step["name"], "operands-do-not-match", {"operand": odd[0]})


def expression_findings(receipt: Mapping[str, Any], exact: bool) -> Iterator[Finding]:
    """Every expression evaluated from its operands; `exact` says that the steps were made of these very operands."""
    for step in receipt["steps"]:
        known: dict[str, Rounded] = {
            name: (value, 0.0 if exact else OPERAND * abs(value)) for name, value in step["operands"].items()}
        try:
            value, error = value_of(step["expression"], known)
        except NotArithmetic:
            yield Finding(step["name"], "cannot-be-evaluated", {})
            continue
        slack = RELATIVE * abs(value) + 2.0 * error + TINY
        yield from unlike(step["name"], step["value"], (value, slack), "expression-differs")


def number_findings(receipt: Mapping[str, Any]) -> Iterator[Finding]:
    """Numbers that go by the name of a value or a step are that value or step."""
    known = {**receipt["values"], **{step["name"]: step["value"] for step in receipt["steps"]}}
    for name, number in receipt["numbers"].items():
        if name in known:
            yield from unlike(f"numbers/{name}", number, near(known[name]), "number-differs")


def scalar_findings(receipt: Mapping[str, Any]) -> Iterator[Finding]:
    """Values that go by the name of a plain number among the inputs are that number."""
    for name, value in receipt["values"].items():
        given = receipt["inputs"].get(name)
        if isinstance(given, int | float) and not isinstance(given, bool) and given != value:
            yield Finding(f"values/{name}", "value-differs", {"expected": given, "found": value})
