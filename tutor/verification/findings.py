"""What a verification finds: a place in a receipt, the key of a reason, and what was expected and found there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

Known = tuple[float, float]  # a number, and how far from it another right computation may end
RELATIVE = 1e-9
TINY = 1e-280  # products of numbers much smaller than this have lost digits, or are 0


@dataclass(frozen=True)
class Finding:
    """Something wrong: the name of a step or a path into the receipt, the key of a reason, what the reason speaks of."""

    place: str
    reason: str
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Verdict:
    """All that was found in a receipt of so many steps, one finding a place.

    `recomputed` says that all was computed again from the inputs, which is done for whole networks; other receipts are only
    held against themselves. `skipped` counts the derivatives that no finite difference could confirm: a kink was in the
    way, or rounding.
    """

    example: str
    steps: int
    recomputed: bool
    skipped: int
    findings: tuple[Finding, ...]

    @property
    def holds(self) -> bool:
        """Nothing was found wrong."""
        return not self.findings


def unlike(place: str, found: float, known: Known, reason: str) -> Iterator[Finding]:
    """A finding where two numbers are further apart than rounding explains; what overflowed is not compared."""
    expected, slack = known
    if isfinite(expected) and not abs(found - expected) <= slack:
        yield Finding(place, reason, {"expected": expected, "found": found})


def near(value: float) -> Known:
    """The number itself, to be met but for its last digits."""
    return value, RELATIVE * 1e-3 * abs(value) + TINY
