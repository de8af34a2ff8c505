"""From the pieces of a lesson and the numbers of a receipt to finished blocks: where text and numbers meet."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any

from tutor.dialogue.plots import Labels, plot
from tutor.dialogue.receipts import Receipt, Step, every_number, step_forms
from tutor.language import N_, Language
from tutor.lessons.lesson import Piece, Section
from tutor.lessons.parsing import holds
from tutor.lessons.template import MissingNumber, Place, Words, fill, join, maths

HEADINGS = {
    "idea": N_("The idea"), "steps": N_("Step by step"), "derivation": N_("The derivation"), "shapes": N_("Shapes"),
    "numbers": N_("Numbers computed for you"), "cost": N_("What it costs"), "edge": N_("Edge cases"),
    "limits": N_("Where this stops being true"), "misconception": N_("A common misconception"),
    "check": N_("Check yourself"),
}  # fmt: skip
STEP_COLUMNS = (N_("Symbol"), N_("Formula"), N_("With these numbers, to six digits"), N_("Value"))


@dataclass(frozen=True)
class Block:
    """One finished piece of a page: its kind, an id unique in the page, and its words and numbers."""

    kind: str
    id: str
    data: Mapping[str, Any]


@dataclass(frozen=True)
class Context:
    """What a piece is filled from: the receipt, all its numbers by name, and the language."""

    receipt: Receipt
    numbers: Mapping[str, float]
    language: Language

    def write(self, place: Place) -> str:
        """The words for a place, escaped for HTML where it stands in HTML; raises MissingNumber."""
        if place.form == "text":
            return escape(self.receipt.texts[place.name])
        value = self.numbers.get(place.name)
        if value is None:
            raise MissingNumber(place.name)
        return _SETTINGS[place.setting](self.language, value, place.form)


def time_of_day(language: Language, seconds: float) -> str:
    """The clock time here of a Unix time."""
    return language.clock(datetime.fromtimestamp(seconds).astimezone())


def _clocked(language: Language, value: float, form: str) -> str:
    return time_of_day(language, value) if form == "clock" else language.number(value, form)


_SETTINGS: dict[str, Callable[[Language, float, str], str]] = {
    "text": _clocked,
    "maths": Language.mathml,
    "fenced": lambda language, value, form: language.mathml(value, form, True),
    "latex": Language.latex,
    "latex-fenced": lambda language, value, form: language.latex(value, form, True),
}


def context(receipt: Receipt, language: Language) -> Context:
    """The context of a receipt in a language."""
    return Context(receipt, every_number(receipt), language)


def section_blocks(section: Section, inside: Context) -> Iterator[tuple[str, dict[str, Any]]]:
    """The (kind, data) of every block of a section whose conditions hold and whose numbers are there."""
    shown = [piece for piece in section.pieces if all(holds(each, inside.numbers) for each in piece.conditions)]
    made = list(_whole_group(section.kind, shown, inside) if section.kind in _GROUPS else _each(section.kind, shown, inside))
    if made and section.kind in HEADINGS:
        yield "heading", {"text": inside.language.translate(HEADINGS[section.kind]), "section": section.kind}
    yield from made


def _each(kind: str, pieces: list[Piece], inside: Context) -> Iterator[tuple[str, dict[str, Any]]]:
    for piece in pieces:
        try:
            data = _BLOCKS[piece.kind](piece, inside)
        except MissingNumber:  # an input has changed the network's shape, and this sentence speaks of a part it has not
            continue
        if data is not None:
            yield _kind(kind, piece), data


def _kind(section: str, piece: Piece) -> str:
    if piece.kind == "paragraph" and section in ("verdict", "limits"):
        return section
    return {"steps": "numbers", "table": "numbers", "quote": "paragraph"}.get(piece.kind, piece.kind)


def _whole_group(kind: str, pieces: list[Piece], inside: Context) -> Iterator[tuple[str, dict[str, Any]]]:
    """One block made of several pieces; it is left out whole where one of its numbers is not there."""
    with suppress(MissingNumber):
        yield kind, _GROUPS[kind](pieces, inside)


def _misconception(pieces: list[Piece], inside: Context) -> dict[str, Any]:
    claim = join(tuple(line for piece in pieces if piece.kind == "quote" for line in piece.words["lines"]))
    correction = join(tuple(line for piece in pieces if piece.kind == "paragraph" for line in piece.words["lines"]))
    return {"claim": filled(claim, inside), "correction": filled(correction, inside)}


def _check(pieces: list[Piece], inside: Context) -> dict[str, Any]:
    question = join(tuple(line for piece in pieces if piece.kind == "paragraph" for line in piece.words["lines"]))
    choices = next(piece for piece in pieces if piece.kind == "choices")
    rows = zip(choices.words["choices"], choices.words["whys"], choices.data["right"], strict=True)
    return {
        "question": filled(question, inside),
        "choices": [{**filled(text, inside), "right": right, "why": filled(why, inside)} for text, why, right in rows],
    }


_GROUPS = {"misconception": _misconception, "check": _check}


def filled(message: Words, inside: Context) -> dict[str, str]:
    """A message with its numbers, as HTML and as text."""
    return {"html": fill(message.html, inside.write), "text": fill(message.text, inside.write)}


def _paragraph(piece: Piece, inside: Context) -> dict[str, Any]:
    return filled(join(piece.words["lines"]), inside)


def _list(piece: Piece, inside: Context) -> dict[str, Any]:
    return {"ordered": piece.data["ordered"], "items": [filled(item, inside) for item in piece.words["items"]]}


def _formula(piece: Piece, inside: Context) -> dict[str, Any]:
    forms = maths(piece.data["latex"], True)
    return {
        "latex": fill(forms.text, inside.write),
        "mathml": fill(forms.html, inside.write),
        "spoken": fill(join(piece.words["spoken"]).text, inside.write),
    }


def _code(piece: Piece, _: Context) -> dict[str, Any]:
    return dict(piece.data)


def _steps(piece: Piece, inside: Context) -> dict[str, Any] | None:
    by_name = {step.name: step for step in inside.receipt.steps}
    wanted = [by_name[name] for name in piece.data["show"] if name in by_name]
    form = str(piece.data.get("digits", ""))
    return _numbers(piece, inside, _titles(inside.language), [step_row(step, form, inside) for step in wanted], "steps")


def _titles(language: Language) -> list[str]:
    return [language.translate(title) for title in STEP_COLUMNS]


def step_row(step: Step, form: str, inside: Context) -> list[dict[str, str]]:
    """A step as the cells of a table: symbol, formula, the formula with its numbers, and the value in this form."""
    forms = step_forms(step, inside.receipt.symbols)
    value = inside.language.number(step.value, form)
    return [
        {"html": forms.symbol, "text": f"${step.symbol}$"},
        {"html": forms.formula, "text": f"${forms.formula_latex}$"},
        {"html": fill(forms.substituted, inside.write), "text": f"${fill(forms.substituted_latex, inside.write)}$"},
        {"html": value, "text": value},
    ]


def _numbers(
    piece: Piece, inside: Context, columns: list[str], rows: list[list[dict[str, str]]], of: str
) -> dict[str, Any] | None:
    caption = fill(join(piece.words.get("caption", ())).text, inside.write)
    return {"caption": caption, "columns": columns, "rows": rows, "of": of} if rows else None


def _table(piece: Piece, inside: Context) -> dict[str, Any] | None:
    table = inside.receipt.arrays.get(piece.data["rows"], [])
    forms = piece.data["formats"]
    missing = " ".join(fill(words.text, inside.write) for words in piece.words.get("none", ()))
    rows = [[_cell(missing if value is None else value, form, inside.language) for value, form in zip(row, forms, strict=False)]
            for row in table]
    columns = [fill(title.text, inside.write) for title in piece.words["columns"]]
    return _numbers(piece, inside, columns, rows, "table")


def _cell(value: Any, form: str, language: Language) -> dict[str, str]:
    if form == "math":
        return {"html": fill(maths(value).html, str), "text": f"${value}$"}
    text = value if isinstance(value, str) else language.number(value, form)
    return {"html": escape(text), "text": text}


def chart_block(piece: Piece, inside: Context) -> dict[str, Any] | None:
    """What a chart shows and says; None where the numbers do not hold it."""

    def say(role: str) -> tuple[str, ...]:
        return tuple(fill(message.text, inside.write) for message in piece.words.get(role, ()))

    labels = Labels(" ".join(say("x")), " ".join(say("y")), say("names"))
    drawn = plot(piece.data, labels, inside.receipt.arrays, inside.numbers)
    if drawn is None:
        return None
    return {"title": " ".join(say("title")), "description": " ".join(say("description")), "plot": drawn}


_BLOCKS: dict[str, Callable[[Piece, Context], dict[str, Any] | None]] = {
    "paragraph": _paragraph, "quote": _paragraph, "list": _list, "formula": _formula, "code": _code, "steps": _steps,
    "table": _table, "chart": chart_block,
}  # fmt: skip

