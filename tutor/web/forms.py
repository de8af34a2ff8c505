"""The form of an example's inputs: one control for each field, filled with what was typed and what was wrong with it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast

from tutor.dialogue.page import say
from tutor.language import N_, Language
from tutor.web.addresses import same_shape, text_of
from tutor.web.queries import pointer
from tutor.web.reasons import sentence
from tutor.worked import InvalidInput
from tutor.worked.inputs import (
    Choice,
    Field,
    Flag,
    Integer,
    Many,
    Number,
    Numbers,
    Record,
    Targets,
    normalise,
)

BETWEEN = N_("From {low} to {high}. Default: {usual}.")
EACH_BETWEEN = N_("Each from {low} to {high}.")
USUALLY = N_("Default: {usual}.")
CELL = N_("{title}, row {row}, column {column}")
ENTRY = N_("{title}, number {column}")
# The only records of which there are several are the layers of a network.
LAYER = N_("Layer {number}")


@dataclass(frozen=True)
class Box:
    """One place to type in or choose from: its name in the address, its value, and what is wrong with it."""

    name: str
    title: str
    value: str
    mistake: str | None
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Control:
    """A titled stretch of the form: rows of boxes, or further controls."""

    kind: str
    name: str
    title: str
    hint: str = ""
    mistake: str | None = None
    rows: tuple[tuple[Box, ...], ...] = ()
    members: tuple["Control", ...] = ()


@dataclass(frozen=True)
class Mistake:
    """What is wrong, for the list above the form: the input's title, the sentence, and the box to go to (or "")."""

    title: str
    sentence: str
    box: str


@dataclass(frozen=True)
class Form:
    """A whole form: its controls, the names and values sent unseen before them, and all that is wrong."""

    controls: tuple[Control, ...]
    hidden: tuple[tuple[str, str], ...]
    mistakes: tuple[Mistake, ...]


@dataclass(frozen=True)
class Sheet:
    """What a form is filled from: titles by path, options by key, texts as they were typed, mistakes by pointer.

    `prefix` goes before every name in the address.
    """

    titles: Mapping[str, str]
    options: Mapping[str, str]
    language: Language
    typed: Mapping[str, str] = field(default_factory=dict)
    mistakes: Mapping[str, InvalidInput] = field(default_factory=dict)
    prefix: str = ""

    def title(self, name: str) -> str:
        """What the input of a dotted name is called."""
        return self.titles.get(re.sub(r"/\d+(?=/|$)", "", pointer(name)), name)

    def mistake(self, name: str) -> str | None:
        """What is wrong with the input of a dotted name."""
        found = self.mistakes.get(pointer(name))
        return sentence(found.reason, found.values, self.language) if found else None

    def number(self, value: float) -> str:
        """A number as one types it: full precision, in the language's decimal mark, without groups."""
        return text_of(value).replace(".", self.language.decimal)


def form_of(record: Record, inputs: Mapping[str, Any], sheet: Sheet) -> Form:
    """The form of a record's fields, filled with complete inputs, or with what was typed in their place."""
    usual = normalise(record, {})
    # A list of an unusual shape is sent whole, before its boxes: without it the usual shape would come back.
    hidden = tuple((sheet.prefix + key, text_of(value)) for key, value in inputs.items() if not alike(value, usual[key]))
    return Form(_members(record, inputs, "", sheet), hidden, tuple(_told(wrong, sheet) for wrong in sheet.mistakes.values()))


def alike(value: Any, usual: Any) -> bool:
    """Whether all lists in a value are as long as usual."""
    if not isinstance(value, list | dict):
        return not isinstance(usual, list | dict)
    places = value if isinstance(value, dict) else range(len(value))
    return same_shape(value, usual) and all(alike(value[place], usual[place]) for place in places)


def _told(wrong: InvalidInput, sheet: Sheet) -> Mistake:
    name = wrong.pointer[1:].replace("/", ".")
    box = "" if wrong.reason == "unknown-field" else sheet.prefix + name
    return Mistake(sheet.title(name), sentence(wrong.reason, wrong.values, sheet.language), box)


def _members(record: Record, inputs: Mapping[str, Any], name: str, sheet: Sheet) -> tuple[Control, ...]:
    preset = record.presets.get(inputs.get(record.by, ""), {})
    return tuple(
        _control(_preset(inner, preset.get(key)), inputs[key], f"{name}.{key}" if name else key, sheet)
        for key, inner in record.fields.items()
        if key in inputs
    )


def _preset(inner: Field, usual: Any) -> Field:
    """The field with the default that a choice beside it gives it."""
    return inner if usual is None else cast(Field, replace(cast(Number, inner), default=usual))


def _control(inner: Field, value: Any, name: str, sheet: Sheet) -> Control:
    return _CONTROLS[type(inner)](inner, value, name, sheet)


def _box(name: str, title: str, value: Any, sheet: Sheet) -> Box:
    kept = sheet.typed.get(name)
    return Box(sheet.prefix + name, title, kept if kept is not None else sheet.number(value), sheet.mistake(name))


def _single(inner: Number | Integer, value: Any, name: str, sheet: Sheet) -> Control:
    box = _box(name, sheet.title(name), value, sheet)
    low, high, usual = (sheet.language.number(bound) for bound in (inner.low, inner.high, inner.default))
    hint = say(sheet.language, BETWEEN, low=low, high=high, usual=usual)
    return Control("box", name, box.title, hint, rows=((box,),))


def _choice(inner: Choice | Flag, value: Any, name: str, sheet: Sheet) -> Control:
    options = inner.options if isinstance(inner, Choice) else ("true", "false")
    named = tuple((option, sheet.options[option]) for option in options)
    title, kept = sheet.title(name), sheet.typed.get(name, text_of(value))
    hint = say(sheet.language, USUALLY, usual=sheet.options[text_of(inner.default)])
    box = Box(sheet.prefix + name, title, kept, sheet.mistake(name), named)
    return Control("choice", name, title, hint, rows=((box,),))


def _grid(inner: Numbers, value: Any, name: str, sheet: Sheet) -> Control:
    deep = len(inner.most) > 1
    title, message = sheet.title(name), CELL if deep else ENTRY
    rows = tuple(
        tuple(
            _box(".".join([name, *([str(row)] if deep else []), str(column)]),
                 say(sheet.language, message, title=title, row=str(row + 1), column=str(column + 1)), cell, sheet)
            for column, cell in enumerate(cells)
        )
        for row, cells in enumerate(value if deep else [value])
    )  # fmt: skip
    low, high = sheet.language.number(inner.low), sheet.language.number(inner.high)
    hint = say(sheet.language, EACH_BETWEEN, low=low, high=high)
    return Control("grid", name, title, hint, sheet.mistake(name), rows)


def _targets(inner: Targets, value: Any, name: str, sheet: Sheet) -> Control:
    if isinstance(value[0], list):
        return _grid(inner.rows, value, name, sheet)
    labels = Numbers(None, inner.index.low, inner.index.high, inner.rows.most[:1])
    return _grid(labels, value, name, sheet)


def _group(inner: Record, value: Any, name: str, sheet: Sheet) -> Control:
    return Control("group", name, sheet.title(name), "", sheet.mistake(name), (), _members(inner, value, name, sheet))


def _groups(inner: Many, value: Any, name: str, sheet: Sheet) -> Control:
    members = tuple(
        Control("group", f"{name}.{place}", say(sheet.language, LAYER, number=str(place + 1)), "",
                sheet.mistake(f"{name}.{place}"), (), _members(inner.record, record, f"{name}.{place}", sheet))
        for place, record in enumerate(value)
    )  # fmt: skip
    return Control("groups", name, sheet.title(name), "", sheet.mistake(name), (), members)


_CONTROLS: dict[type[Any], Callable[[Any, Any, str, Sheet], Control]] = {
    Number: _single, Integer: _single, Choice: _choice, Flag: _choice, Numbers: _grid, Targets: _targets,
    Record: _group, Many: _groups,
}  # fmt: skip
