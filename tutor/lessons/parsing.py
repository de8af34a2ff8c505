"""From a lesson's file to a Lesson: the one parser, used by the loader and by the extractor of messages."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from tutor.lessons.lesson import DEPTHS, SECTIONS, Comparison, Lesson, MalformedLesson, Piece, Section, Source

_HEAD = {"title", "summary", "example", "see_also", "next", "sources"}
_WORDY = {"caption", "columns", "none", "title", "description", "x", "y", "names"}
_FENCES = {"formula", "steps", "table", "chart"}
_CONDITION = re.compile(r"\{if ([^{}]*)\}\s*")
_COMPARISON = re.compile(r"(\S+)\s*(<=|>=|<|>|=)\s*(\S+)")
_CHOICE = re.compile(r"\[([x ])\] ")


def parse(slug: str, text: str) -> Lesson:
    """The lesson written in `text`: a TOML head between `+++` lines, then Markdown; MalformedLesson says what is not so."""
    _, head, body = _parts(slug, text)
    if unknown := set(head) - _HEAD:
        raise MalformedLesson(slug, f"unknown keys {sorted(unknown)}")
    return Lesson(
        slug, head["title"], head["summary"], head["example"], tuple(head["see_also"]), tuple(head["next"]),
        tuple(Source(**source) for source in head["sources"]), Body(slug, body),
    )  # fmt: skip


class Body(Mapping[str, tuple[Section, ...]]):
    """The sections of a lesson by depth, parsed when they are first read: a start needs the heads alone."""

    def __init__(self, slug: str, text: str) -> None:
        self._slug, self._text = slug, text

    @cached_property
    def depths(self) -> dict[str, tuple[Section, ...]]:
        """All sections; raises MalformedLesson."""
        return _depths(self._slug, self._text)

    def __getitem__(self, depth: str) -> tuple[Section, ...]:
        return self.depths[depth]

    def __iter__(self) -> Iterator[str]:
        return iter(self.depths)

    def __len__(self) -> int:
        return len(self.depths)


def _parts(slug: str, text: str) -> tuple[str, dict[str, Any], str]:
    opened, *rest = text.split("+++\n", 2)
    if opened.strip() or len(rest) != 2:
        raise MalformedLesson(slug, "no head between +++ lines")
    return opened, tomllib.loads(rest[0]), rest[1]


def _depths(slug: str, body: str) -> dict[str, tuple[Section, ...]]:
    found: dict[str, list[tuple[str, list[Piece]]]] = {}
    # A quote's claim is one line; without a blank line Markdown would take the correction into the quote.
    # Inline marks are left as they are: each sentence is translated before it is rendered.
    tokens = MarkdownIt("commonmark").disable("inline").parse(re.sub(r"(?m)^(>.*)\n(?=[^>\n])", r"\1\n\n", body))
    index = 0
    while index < len(tokens):
        end = _end_of(tokens, index)
        _take(slug, tokens[index:end], found)
        index = end
    if tuple(found) != DEPTHS:
        raise MalformedLesson(slug, f"the depths must be {DEPTHS}, found {tuple(found)}")
    return {depth: tuple(Section(kind, tuple(got)) for kind, got in sections) for depth, sections in found.items()}


def _end_of(tokens: list[Token], start: int) -> int:
    level = 0
    for index in range(start, len(tokens)):
        level += tokens[index].nesting
        if level == 0:
            return index + 1
    return len(tokens)


def _take(slug: str, tokens: list[Token], found: dict[str, list[tuple[str, list[Piece]]]]) -> None:
    if tokens[0].type != "heading_open":
        if not found or not found[next(reversed(found))]:
            raise MalformedLesson(slug, f"text before a section: {tokens[0].map}")
        found[next(reversed(found))][-1][1].extend(_pieces(slug, tokens))
    elif tokens[0].tag == "h1":
        found[tokens[1].content] = []
    elif tokens[1].content not in SECTIONS or not found:
        raise MalformedLesson(slug, f"unknown section {tokens[1].content!r}")
    else:
        found[next(reversed(found))].append((tokens[1].content, []))


def _pieces(slug: str, tokens: list[Token]) -> Iterator[Piece]:
    first = tokens[0]
    if first.type == "fence":
        yield _fence(slug, first)
    elif first.type in ("bullet_list_open", "ordered_list_open"):
        yield _list(first.type == "ordered_list_open", _items(tokens))
    elif first.type in ("paragraph_open", "blockquote_open"):
        yield from _paragraphs(first.type.removesuffix("_open"), next(t.content for t in tokens if t.type == "inline"))
    else:
        raise MalformedLesson(slug, f"{first.type} at line {first.map} has no place in a lesson")


def _paragraphs(kind: str, text: str) -> Iterator[Piece]:
    """One paragraph, or one for each of its lines that opens with a condition."""
    for stretch in re.split(r"\n(?=\{if )", text):
        rest, conditions = _unconditioned(stretch)
        yield Piece("quote" if kind == "blockquote" else kind, {"lines": _lines(rest)}, conditions=conditions)


def _items(tokens: list[Token]) -> Iterator[str]:
    return (" ".join(token.content.split()) for token in tokens if token.type == "inline")


def _list(ordered: bool, items: Iterator[str]) -> Piece:
    every = tuple(items)
    if not all(_CHOICE.match(item) for item in every):
        return Piece("list", {"items": every}, {"ordered": ordered})
    pairs = [item[4:].partition(" — ") for item in every]
    right = tuple(item.startswith("[x]") for item in every)
    words = {"choices": tuple(pair[0] for pair in pairs), "whys": tuple(pair[2] for pair in pairs)}
    return Piece("choices", words, {"right": right})


def _fence(slug: str, token: Token) -> Piece:
    kind = token.info.strip()
    if kind not in _FENCES:
        return Piece("code", {}, {"language": kind, "text": token.content.rstrip("\n")})
    if kind == "formula":
        latex, _, spoken = token.content.partition("spoken:")
        return Piece("formula", {"spoken": _lines(spoken)}, {"latex": latex.strip()})
    try:
        return settled(kind, tomllib.loads(token.content))
    except tomllib.TOMLDecodeError as error:
        raise MalformedLesson(slug, f"{kind} at line {token.map}: {error}") from error


def settled(kind: str, settings: Mapping[str, Any]) -> Piece:
    """A piece given by a table of settings: steps, table or chart."""
    words = {role: _tuple(settings[role]) for role in settings if role in _WORDY}
    data = {key: value for key, value in settings.items() if key not in {*_WORDY, "if"}}
    return Piece(kind, words, data, _conditions(settings.get("if", "")))


def _tuple(value: str | list[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _lines(text: str) -> tuple[str, ...]:
    return tuple(" ".join(line.split()) for line in text.splitlines() if line.strip())


def _unconditioned(text: str) -> tuple[str, tuple[Comparison, ...]]:
    match = _CONDITION.match(text)
    return (text[match.end() :], _conditions(match[1])) if match else (text, ())


def _conditions(text: str) -> tuple[Comparison, ...]:
    parts = [part.strip() for part in text.split(" and ")] if text else []
    found = [_COMPARISON.fullmatch(part) for part in parts]
    if not all(found):
        raise MalformedLesson("condition", text)
    return tuple(Comparison(_side(match[1]), match[2], _side(match[3])) for match in found if match)


def _side(word: str) -> str | float:
    try:
        return float(word)
    except ValueError:
        return word


def holds(comparison: Comparison, numbers: Mapping[str, float]) -> bool:
    """Whether the comparison is true of these numbers; false when one is missing."""
    left, right = (numbers.get(side) if isinstance(side, str) else side for side in (comparison.left, comparison.right))
    if left is None or right is None:
        return False
    return {"<": left < right, ">": left > right, "=": left == right, "<=": left <= right, ">=": left >= right}[comparison.sign]
