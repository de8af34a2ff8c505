"""Verification: a receipt taken apart and computed again, by mathematics that shares nothing with what computed it."""

from collections.abc import Iterator, Mapping
from typing import Any

from tutor.verification.cases import CASES
from tutor.verification.chain import (
    expression_findings,
    listing_findings,
    number_findings,
    operand_findings,
    scalar_findings,
)
from tutor.verification.findings import Finding, Verdict
from tutor.verification.gradient_check import consistency_findings
from tutor.verification.network import network_findings
from tutor.verification.shape import shape_findings

__all__ = ["Finding", "Verdict", "verify"]


def verify(receipt: Mapping[str, Any]) -> Verdict:
    """The verdict on a receipt, given as the JSON that the API serves; a receipt of another shape is not read further."""
    misshapen = list(shape_findings(receipt))
    if misshapen:
        return _verdict(receipt, misshapen, 0)
    of_network, skipped = network_findings(receipt)
    return _verdict(receipt, [*_chain_findings(receipt), *of_network], skipped)


def _chain_findings(receipt: Mapping[str, Any]) -> Iterator[Finding]:
    yield from operand_findings(receipt)
    yield from expression_findings(receipt, exact=receipt["example"] in CASES)
    yield from listing_findings(receipt)
    yield from scalar_findings(receipt)
    yield from number_findings(receipt)
    yield from consistency_findings(receipt)


def _verdict(receipt: Mapping[str, Any], findings: list[Finding], skipped: int) -> Verdict:
    """One finding a place: the first, which says most."""
    first: dict[str, Finding] = {}
    for finding in findings:
        first.setdefault(finding.place, finding)
    steps = receipt.get("steps")
    count, recomputed = len(steps) if isinstance(steps, list) else 0, str(receipt.get("example")) in CASES
    return Verdict(str(receipt.get("example")), count, recomputed, skipped, tuple(first.values()))
