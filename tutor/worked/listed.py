"""Lists of numbers by name: y_1, y_2, …, their symbols, and one step for each item."""

from collections.abc import Iterable

from tutor.worked.receipt import Step, step

PLACE = "#"  # stands for the number of the item, from 1, in names, symbols and expressions


def listed(pattern: str, numbers: Iterable[float]) -> dict[str, float]:
    """The numbers by name: "y_#" gives y_1, y_2, …"""
    return {pattern.replace(PLACE, str(place)): number for place, number in enumerate(numbers, 1)}


def listed_symbols(name: str, symbol: str, count: int) -> dict[str, str]:
    """The LaTeX of `count` listed numbers, by name."""
    return {name.replace(PLACE, str(place)): symbol.replace(PLACE, str(place)) for place in range(1, count + 1)}


def listed_steps(head: tuple[str, str, str], values: Iterable[float], phase: str) -> tuple[Step, ...]:
    """A step for each value; `head` is the name, symbol and expression with a place for the number of the item."""
    return tuple(_listed_step(head, str(place), value, phase) for place, value in enumerate(values, 1))


def _listed_step(head: tuple[str, str, str], place: str, value: float, phase: str) -> Step:
    name, symbol, expression = (part.replace(PLACE, place) for part in head)
    return step(name, symbol, expression, value, phase)


def total(term: str, count: int) -> str:
    """The sum of `count` terms as an expression: "e_#**2" gives e_1**2 + e_2**2 + …"""
    return " + ".join(term.replace(PLACE, str(place)) for place in range(1, count + 1))


def largest(name: str, count: int) -> str:
    """The largest of `count` listed numbers as an expression; a single one is its own largest."""
    names = ", ".join(listed_symbols(name, name, count))
    return f"max({names})" if count > 1 else names
