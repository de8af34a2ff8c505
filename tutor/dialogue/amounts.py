"""The numbers of a text, in digits or in words, among its words and signs; in time proportional to its length."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from unicodedata import name

from tutor.dialogue.words import MOST_CHARACTERS, fold

# Every repetition is bounded, and nothing is read more than twice.
_TOKEN = re.compile(
    r"(?P<digits>(?:(?<![a-z0-9_.,)])-)?(?:10\^[+-]?\d{1,2}|(?:\d{1,3}(?:,\d{3}){2,4}(?!\d)|\d{1,15}(?:[.,]\d{1,15})?|[.,]\d{1,15})"
    r"(?:e[+-]?\d{1,2}(?![a-z0-9])|\s?[x×*]\s?10\^?[+-]?\d{1,2})?))|[a-z][a-z0-9_]{0,40}|[=:/%?]"
)
_MINUS = dict.fromkeys(map(ord, "−–‐‑"), "-")
_MARKED = re.compile(r"[1-9]\d{0,2}(?:,\d{3})+")  # « 0,001 » is no thousand
_POWER = re.compile(r"\s?[x×*]\s?10\^?")
_SPACED = re.compile(r"(?<![\d.,])(\d{1,3}) (?=\d{3}(?![\d]))")
_SPACES = dict.fromkeys(map(ord, "\u00a0\u202f\u2009"), " ")
_WORDS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty",
    "zero une deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dixsept dixhuit "
    "dixneuf vingt",
)
NUMERALS: dict[str, float] = {
    **{word: float(place) for line in _WORDS for place, word in enumerate(line.split())},
    "half": 0.5, "demi": 0.5, "dozen": 12.0, "douzaine": 12.0, "cent": 100.0, "cents": 100.0, "hundred": 100.0,
    "mille": 1000.0, "thousand": 1000.0,
}  # fmt: skip
# Words that multiply what is named beside them.
FACTORS = {
    "double": 2.0, "doubler": 2.0, "doublez": 2.0, "twice": 2.0, "triple": 3.0, "tripler": 3.0, "triplez": 3.0,
    "quadruple": 4.0, "quadrupler": 4.0, "quadruplez": 4.0, "halve": 0.5,
}  # fmt: skip
_COMPOUND = re.compile(r"\bdix[ -](sept|huit|neuf)\b")
_SPELLED = {  # GREEK SMALL LETTER DELTA, GREEK SMALL LETTER FINAL SIGMA
    letter: f" {name(chr(letter)).split()[-1].casefold()} " for letter in range(ord("α"), ord("ω") + 1)
}


@dataclass(frozen=True)
class Token:
    """A word, a sign, or a number: `amount` with `unit`, the value of its last digit.

    `whole` is the amount where its comma is read as a mark of thousands (10,000), else the amount itself.
    """

    text: str
    amount: float | None = None
    unit: float = 0.0
    whole: float = 0.0


@lru_cache(maxsize=4)  # several readers look at the same text in a row
def tokens(text: str) -> tuple[Token, ...]:
    """The words, signs and numbers of a text, folded; « 1/2 », « 30 % » and « dix-sept » are one number each."""
    spelled = fold(greek(text[:MOST_CHARACTERS]).translate(_MINUS)).translate(_MINUS)
    line = _COMPOUND.sub(r"dix\1", _SPACED.sub(r"\1", spelled))
    return tuple(_joined([_token(match) for match in _TOKEN.finditer(line)]))


def greek(text: str) -> str:
    """The text with every Greek letter spelled out: δ is delta."""
    return text.translate(_SPELLED)


def _token(match: re.Match[str]) -> Token:
    if match["digits"]:
        return _number(match["digits"])
    numeral = NUMERALS.get(match[0])
    return Token(match[0]) if numeral is None else Token(match[0], numeral, 0.0, numeral)


def _number(digits: str) -> Token:
    written = _POWER.sub("e", digits).replace("10^", "1e")
    written = written if written.count(",") < 2 else written.replace(",", "")
    mantissa, _, exponent = written.partition("e")
    decimals = len(mantissa.replace(",", ".").partition(".")[2])
    amount = float(written.replace(",", "."))
    whole = float(written.replace(",", "")) if _MARKED.fullmatch(written) else amount
    return Token(digits, amount, 10.0 ** (int(exponent or 0) - decimals), whole)


def _joined(found: Sequence[Token]) -> Iterator[Token]:
    """Fractions, percents, and hundreds and thousands after a number, as one number."""
    place = 0
    while place < len(found):
        length, token = _compound(found[place : place + 3])
        yield token
        place += length


def _compound(window: Sequence[Token]) -> tuple[int, Token]:
    first, amount = window[0], window[0].amount
    if amount is None or len(window) == 1:
        return 1, first
    following = window[1]
    if following.text in ("%", "percent"):
        return 2, Token(first.text + "%", amount / 100, first.unit / 100, amount / 100)
    if following.text == "/" and len(window) == 3 and window[2].amount:
        part = amount / window[2].amount
        return 3, Token(f"{first.text}/{window[2].text}", part, 0.0, part)
    if following.text in ("cent", "cents", "hundred", "mille", "thousand") and following.amount:
        return 2, Token(f"{first.text} {following.text}", amount * following.amount, 0.0, amount * following.amount)
    return 1, first
