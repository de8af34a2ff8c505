"""Where a number comes from: the steps of a receipt that it is the result of, and what it was computed from."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import isclose

from tutor.dialogue.amounts import Token
from tutor.dialogue.receipts import Receipt, Step

MOST_MATCHES = 3
_LEVELS = 2
_ROUNDED = 1 + 1e-9  # a half is rounded either way
_BASE = "_"


@dataclass(frozen=True)
class Origin:
    """A number by name with its step (None for an input or a result without one), and the steps and inputs behind it."""

    name: str
    step: Step | None
    behind: tuple[str, ...]


def found_in(receipt: Receipt, wanted: Token) -> tuple[str, ...]:
    """The names of the numbers that are this one at the digits given, the best first."""
    named = [(0, each.name, each.value) for each in receipt.steps]
    told = {value for _, _, value in named}
    named += [(1, name, value) for name, value in receipt.values.items()]
    named += [(2, name, value) for name, value in receipt.numbers.items() if value not in told]
    near = [(_distance(value, wanted), kind, place, name) for place, (kind, name, value) in enumerate(named)]
    best = sorted(match for match in near if match[0] < 3)
    return tuple(dict.fromkeys(name for _, _, _, name in best))[:MOST_MATCHES]


def _distance(value: float, wanted: Token) -> int:
    """0 for the very number, 1 for one that rounds to it, 2 for its opposite, 3 for another; 2,080 may be a whole number."""
    amount = wanted.amount or 0.0
    if isclose(value, amount, rel_tol=1e-12) or value == wanted.whole:
        return 0
    if _rounds(value, amount, wanted.unit):
        return 1
    return 2 if _rounds(-value, amount, wanted.unit) else 3


def _rounds(value: float, amount: float, unit: float) -> bool:
    """A whole number is meant exactly: too many numbers round to 0 or to 1."""
    return abs(value - amount) <= (unit / 2 * _ROUNDED if unit < 1 else 1e-9 * abs(amount))


def origins(receipt: Receipt, names: tuple[str, ...]) -> Iterator[Origin]:
    """Every named number with what is behind it, two levels deep, the nearest first."""
    steps = {each.name: each for each in receipt.steps}
    for name in names:
        step = steps.get(name)
        yield Origin(name, step, tuple(_behind(step, steps)) if step else ())


def _behind(step: Step, steps: dict[str, Step]) -> Iterator[str]:
    seen, level = {step.name}, [step]
    for _ in range(_LEVELS):
        operands = [name for each in level for name in each.operands if name not in seen]
        yield from (fresh := dict.fromkeys(operands))
        seen.update(fresh)
        level = [steps[name] for name in fresh if name in steps]


def symbols_named(receipt: Receipt, words: tuple[str, ...]) -> tuple[str, ...]:
    """The steps and inputs whose symbol or name is made of these words: « delta » is δ with any index."""
    asked = "".join(words)
    known = dict.fromkeys((*(each.name for each in receipt.steps), *receipt.values))
    spelled = {name: (_spelled(receipt.symbols.get(name, name)), name.replace(_BASE, "").casefold()) for name in known}
    exact = [name for name, forms in spelled.items() if asked in forms]
    based = [name for name in known if len(words) == 1 and _base(receipt.symbols.get(name, name)) == asked]
    return tuple(exact or based)


def _spelled(symbol: str) -> str:
    """A symbol's LaTeX as it would be typed: \\delta_{h_1} is deltah1."""
    plain = symbol.replace("\\partial", "d").replace("\\frac", "")
    return "".join(letter for letter in plain if letter.isalnum()).casefold()


def _base(symbol: str) -> str:
    """The letter of a symbol without its indices."""
    return _spelled(symbol.partition("_")[0].partition("^")[0])
