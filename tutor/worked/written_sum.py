"""Sums written out term by term, and their value added in the same order, so that both agree to the last digit."""

import numpy as np

from tutor.engine.network import Array


def written_sum(term: str, count: int) -> str:
    """`term` with its places {0} filled by 1, 2, … `count`, joined by plus signs."""
    return " + ".join(term.format(place) for place in range(1, count + 1))


def added(terms: Array) -> float:
    """The sum of some terms (n,), from left to right."""
    return float(np.cumsum(terms)[-1])


def numbered(name: str, entries: Array) -> dict[str, float]:
    """The entries (n,) under the names name_1, name_2, …"""
    return {f"{name}_{place}": value for place, value in enumerate(entries.tolist(), 1)}


def numbered_symbols(name: str, symbol: str, count: int) -> dict[str, str]:
    """The LaTeX of `numbered`: the symbol with an index."""
    return {f"{name}_{place}": f"{symbol}_{{{place}}}" for place in range(1, count + 1)}
