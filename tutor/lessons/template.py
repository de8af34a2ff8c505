"""A sentence with places: parsed once per language into fixed text and places, filled for every answer."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from markdown_it import MarkdownIt

from tutor.lessons.mathml import CLOSE, OPEN, PLACE, mathml

_MARKUP = MarkdownIt("commonmark", {"html": False})
_PIECES = re.compile(r"(`[^`]*`)|\$([^$]+)\$|\{([A-Za-z_][A-Za-z0-9_]*)(?::([^{}]*))?\}")
_MARK = re.compile(rf"{OPEN}([^{OPEN}{CLOSE}]*){CLOSE}")


@dataclass(frozen=True)
class Place:
    """Where a number goes: its name, its form, and whether it stands in text, in maths, or in signed maths."""

    name: str
    form: str
    setting: str


Template = tuple[str | Place, ...]
Writer = Callable[[Place], str]


class MissingNumber(LookupError):
    """A place whose number the receipt does not hold."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


@dataclass(frozen=True)
class Words:
    """One message of a language, ready to fill: as HTML and as plain text with LaTeX between dollars."""

    html: Template
    text: Template


def fill(template: Template, write: Writer) -> str:
    """The template with every place written."""
    if len(template) == 1 and isinstance(template[0], str):
        return template[0]
    return "".join([part if isinstance(part, str) else write(part) for part in template])


@lru_cache(maxsize=8192)
def words(message: str) -> Words:
    """Markdown inline text with {places} and $maths$ as templates; raises MalformedMaths."""
    return Words(_html(message), _text(message))


@lru_cache(maxsize=8192)
def maths(latex: str, display: bool = False) -> Words:
    r"""A formula with \num{places} as templates: MathML and LaTeX."""
    return Words(_split(mathml(latex, display)), _latex(latex))


def _html(message: str) -> Template:
    kept: list[str] = []

    def keep(match: re.Match[str]) -> str:
        if match[1]:
            return match[1]
        kept.append(mathml(match[2]) if match[2] else f"{OPEN}{match[3]}:{match[4] or ''}:t{CLOSE}")
        return f"{OPEN}{len(kept) - 1}{CLOSE}"

    rendered = _MARKUP.renderInline(_PIECES.sub(keep, message))
    return _split(_MARK.sub(lambda mark: kept[int(mark[1])], rendered))


def _split(marked: str) -> Template:
    parts: list[str | Place] = list(_MARK.split(marked))
    for index in range(1, len(parts), 2):
        name, form, sign = str(parts[index]).split(":")
        parts[index] = Place(name, form, {"t": "text", "": "maths", "p": "fenced"}[sign])
    return tuple(part for part in parts if part != "")


def _text(message: str) -> Template:
    parts: list[str | Place] = []
    end = 0
    for match in _PIECES.finditer(message):
        parts.append(message[end : match.start()])
        if match[3]:
            parts.append(Place(match[3], match[4] or "", "text"))
        else:
            parts += _latex(match[0]) if match[2] else [match[0]]
        end = match.end()
    return tuple(part for part in [*parts, message[end:]] if part != "")


def _latex(latex: str) -> Template:
    parts: list[str | Place] = []
    end = 0
    for match in PLACE.finditer(latex):
        parts += [latex[end : match.start()], Place(match[2], match[3] or "", "latex-fenced" if match[1] else "latex")]
        end = match.end()
    return tuple(part for part in [*parts, latex[end:]] if part != "")


def join(parts: tuple[Words, ...]) -> Words:
    """Several sentences as one stretch of text."""
    return parts[0] if len(parts) == 1 else Words(_joined([part.html for part in parts]), _joined([part.text for part in parts]))


def _joined(templates: list[Template]) -> Template:
    spaced = [part for template in templates for part in (" ", *template)]
    return tuple(spaced[1:])


def places(template: Template) -> list[Place]:
    """The places of a template, in order."""
    return [part for part in template if isinstance(part, Place)]


