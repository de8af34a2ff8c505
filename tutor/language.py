"""Language: one locale's catalog, number and date forms and typography, as a value (the only room that knows Babel)."""

import gettext
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from html import escape
from importlib.resources.abc import Traversable
from pathlib import Path

from babel import Locale
from babel.dates import format_datetime
from babel.messages.pofile import read_po

SOURCE = "en"
MINUS, NARROW, FIXED = "\u2212", "\u202f", "\u00a0"
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


class Untranslated(str):
    """An English message where another language is written; in HTML it says so, and is not read aloud as the other."""

    def __html__(self) -> str:
        return f'<span lang="{SOURCE}">{escape(self)}</span>'


@dataclass(frozen=True, eq=False)
class Language:
    """A catalog and the forms of one language; `messages` maps an English message to its forms (two for a plural).

    A language is equal only to itself: it is opened once, and a key of what was printed in it.
    """

    code: str
    name: str
    messages: Mapping[str, tuple[str, ...]]
    decimal: str
    group: str
    form_of: Callable[[int], int]

    def translate(self, message: str) -> str:
        """The message in this language; English where the catalog has none, and marked as such."""
        forms = self.messages.get(message)
        if forms:
            return typography(forms[0], self.code)
        return message if self.code == SOURCE else Untranslated(message)

    def count(self, singular: str, plural: str, n: int) -> str:
        """The form of a counted message for `n`: zero is plural in English, singular in French."""
        forms = self.messages.get(singular) or (singular, plural)
        return typography(forms[min(self.form_of(n), len(forms) - 1)], self.code)

    def number(self, value: float, form: str = "") -> str:
        """A number for reading: 6 significant digits, or `form` decimals ("4"), percent ("%1"), whole ("d"), any float.

        >>> Language.number(french, -0.0001234)
        '−0,0001234'
        """
        digits, exponent = plain(value, form)
        written = self._marked(digits)
        if exponent:
            written += f" × 10{str(exponent).translate(_SUPERSCRIPTS)}".replace(" ", FIXED)
        return written + (self.percent_sign if form.startswith("%") else "")

    @property
    def percent_sign(self) -> str:
        """The percent sign with the space that goes before it."""
        return f"{FIXED}%" if self.decimal == "," else "%"

    def _marked(self, digits: str) -> str:
        return digits.translate(_marks(self.decimal, self.group))

    def mathml(self, value: float, form: str = "", fenced: bool = False) -> str:
        """The number as MathML; if `fenced`, a negative number or a power of ten stands in parentheses."""
        return _mathml(value, form, fenced, (self.decimal, self.group))

    def latex(self, value: float, form: str = "", fenced: bool = False) -> str:
        """The number as LaTeX, a decimal comma kept tight by braces."""
        digits, exponent = plain(value, form)
        written = digits.replace(",", r"\,").replace(".", "{,}" if self.decimal == "," else ".")
        written += rf" \times 10^{{{exponent}}}" if exponent else ""
        return f"({written})" if fenced and (exponent or digits.startswith("-")) else written

    def clock(self, moment: datetime) -> str:
        """The time of day: 14:02, or 14 h 02."""
        return f"{moment:%H}{FIXED}h{FIXED}{moment:%M}" if self.code == "fr" else f"{moment:%H:%M}"

    def date(self, moment: datetime) -> str:
        """Day and time in this language's medium form."""
        return _date(moment.replace(second=0, microsecond=0), self.code)


@lru_cache(maxsize=64)
def _date(minute: datetime, code: str) -> str:
    return format_datetime(minute, "d MMM y, HH:mm", locale=code)


@lru_cache(maxsize=16)
def _marks(decimal: str, group: str) -> dict[int, str]:
    return str.maketrans({",": group, ".": decimal, "-": MINUS})


# A number of a receipt is printed many times: as a result, as an operand, in a sentence.
@lru_cache(maxsize=4096)
def _mathml(value: float, form: str, fenced: bool, marks: tuple[str, str]) -> str:
    digits, exponent = plain(value, form)
    inner = f"<mn>{digits.lstrip('-').translate(_marks(*marks))}</mn>"
    if exponent:
        sign = "<mo>−</mo>" if exponent < 0 else ""
        inner += f"<mo>×</mo><msup><mn>10</mn><mrow>{sign}<mn>{abs(exponent)}</mn></mrow></msup>"
    if digits.startswith("-"):
        inner = f"<mrow><mo>−</mo>{inner}</mrow>"  # a row of its own, or the minus would be drawn as one between two numbers
    elif exponent:
        inner = f"<mrow>{inner}</mrow>"
    loose = exponent or digits.startswith("-")  # under a power or after an operator it would fall apart
    return f"<mrow><mo>(</mo>{inner}<mo>)</mo></mrow>" if fenced and loose else inner


@lru_cache(maxsize=4096)
def plain(value: float, form: str = "") -> tuple[str, int]:
    """ASCII digits (`.` decimal, `,` groups) and a power of ten, 0 if none; total over all floats.

    `form`: "" 6 significant digits · "s4" four of them · "4" four decimals · "%1" percent with one decimal · "d" whole.
    """
    if value != value or value in (float("inf"), float("-inf")):
        return ("?" if value != value else "-∞" if value < 0 else "∞"), 0
    if form.startswith("%"):
        return _signed(f"{value * 100:,.{form[1:] or '0'}f}"), 0
    if form == "d" and abs(value) < 1e15:
        return _signed(f"{value:,.0f}"), 0
    if form == "d":
        return _significant(value)
    if form.startswith("s"):
        return _significant(value, int(form[1:]))
    return _fixed(value, int(form)) if form else _significant(value)


def _fixed(value: float, decimals: int) -> tuple[str, int]:
    digits = f"{value:,.{decimals}f}"
    lost = value and not digits.strip("-0.,")
    return _significant(value) if lost or abs(value) >= 1e9 else (_signed(digits), 0)


def _significant(value: float, count: int = 6) -> tuple[str, int]:
    mantissa, _, exponent = f"{value:.{count - 1}e}".partition("e")
    power = int(exponent)
    if value and not -5 < power < 9:
        return mantissa.rstrip("0").rstrip("."), power
    digits = f"{value:,.{max(0, count - 1 - power)}f}"
    return _signed(digits.rstrip("0").rstrip(".") if "." in digits else digits), 0


def _signed(digits: str) -> str:
    return digits if digits.strip("-0.,") else digits.lstrip("-")


def parse_number(text: str) -> float | None:
    """A learner's number: at most one of `.` and `,`, always a decimal mark; U+2212 is a minus; None if it is none.

    Spaces may part thousands, as we write them in French; no other mark is taken for that.
    """
    closed = re.sub(rf"(?<=[0-9])[ {FIXED}{NARROW}](?=[0-9]{{3}}(?![0-9]))", "", text[:60].strip())
    folded = closed.replace(MINUS, "-").replace(",", ".").casefold()
    if len(folded) > 40 or folded.count(".") > 1 or not re.fullmatch(r"[-+]?[0-9]*\.?[0-9]*(?:e[-+]?[0-9]{1,3})?", folded):
        return None
    try:
        return float(folded)
    except ValueError:
        return None


def offered(folder: Traversable) -> tuple[str, ...]:
    """The codes of all languages: English and every folder of catalogs."""
    return (SOURCE, *sorted(place.name for place in folder.iterdir() if place.joinpath("LC_MESSAGES").is_dir()))


def fold(tag: str, codes: Iterable[str]) -> str | None:
    """The offered language a tag belongs to (fr-CA and fr_CA are fr), None for any other text."""
    first = re.split("[-_]", tag[:35].casefold(), maxsplit=1)[0]
    return first if first in codes and re.fullmatch(r"[a-z]{2,3}(?:[-_][a-z0-9]{1,8}){0,3}", tag[:36].casefold()) else None


def load_language(folder: Traversable, code: str) -> Language:
    """The language read from its catalog: the compiled one where there is one, else the text one."""
    locale = Locale.parse(code)
    symbols = locale.number_symbols["latn"]
    messages = {} if code == SOURCE else _messages(folder.joinpath(code, "LC_MESSAGES"))
    rule = _plural_index(code)
    return Language(code, (locale.get_display_name() or code).capitalize(), messages, symbols["decimal"], symbols["group"], rule)


def _plural_index(code: str) -> Callable[[int], int]:
    return (lambda n: int(n > 1)) if code == "fr" else (lambda n: int(n != 1))


def _messages(folder: Traversable) -> dict[str, tuple[str, ...]]:
    compiled = folder.joinpath("messages.mo")
    if compiled.is_file():
        with compiled.open("rb") as stream:
            return _gathered(gettext.GNUTranslations(stream)._catalog)  # type: ignore[attr-defined]
    with folder.joinpath("messages.po").open("rb") as text:
        return {
            message.id if isinstance(message.id, str) else message.id[0]: tuple(
                [message.string] if isinstance(message.string, str) else message.string
            )
            for message in read_po(text)
            if message.id and message.string and not message.fuzzy
        }


def _gathered(catalog: Mapping[str | tuple[str, int], str]) -> dict[str, tuple[str, ...]]:
    forms: dict[str, dict[int, str]] = {}
    for key, text in catalog.items():
        message, index = key if isinstance(key, tuple) else (key, 0)
        forms.setdefault(message, {})[index] = text
    return {message: tuple(found[index] for index in sorted(found)) for message, found in forms.items() if message}


# What the French filter must leave alone: code, maths, places, addresses and the marks of Markdown links.
_KEPT = re.compile(r"(`[^`]*`|\$[^$]*\$|\{[^{}]*\}|\]\([^()\s]*\)|https?://\S+|<[^<>]*>)")
_FRENCH: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?<=\w)'(?=\w)"), "’"),
    (re.compile(r"\.\.\."), "…"),
    (re.compile(rf"[ {FIXED}{NARROW}]([;!?])"), NARROW + r"\1"),
    (re.compile(rf"[ {FIXED}{NARROW}]([:])(?!//)"), FIXED + r"\1"),
    (re.compile(rf"«[ {FIXED}{NARROW}]?"), "«" + FIXED),
    (re.compile(rf"[ {FIXED}{NARROW}]?»"), FIXED + "»"),
    (re.compile(rf"(?<=\d)[ {NARROW}](?=(?:%|µs|ms|s|o|ko|Mo|Go)\b|%)"), FIXED),
)


@lru_cache(maxsize=4096)
def typography(text: str, code: str) -> str:
    """The text with its language's typographic spaces and apostrophes; code, maths, places and addresses untouched."""
    if code != "fr":
        return text
    pieces = _KEPT.split(text)
    for index, piece in enumerate(pieces):
        if index % 2 == 0:
            for pattern, replacement in _FRENCH:
                piece = pattern.sub(replacement, piece)
        pieces[index] = piece
    return _around_kept("".join(pieces))


def _around_kept(text: str) -> str:
    """A mark right after a kept piece (`code` ?) needs its space fixed too; so does one before a unit ({n} %)."""
    text = re.sub(rf"(?<=[`$}})])[ {FIXED}]([;!?])", NARROW + r"\1", text)
    text = re.sub(r"(?<=[`$})]) (:)(?!//)", FIXED + r"\1", text)
    return re.sub(r"(?<=\}) (?=(?:%|µs|ms|s|o|ko|Mo|Go)(?![\w]))", FIXED, text)


def house_folder(name: str) -> Traversable:
    """`content` or `translations`: inside an installed wheel, or beside the package in a checkout."""
    inside = Path(__file__).parent / name
    return inside if inside.is_dir() else Path(__file__).parent.parent / name


def N_(message: str) -> str:
    """Marks a message for the catalog where it is written down but not yet said."""
    return message
