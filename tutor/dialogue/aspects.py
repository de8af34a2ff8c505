"""One side of a lesson that a follow-up asks for, as blocks: its reasons, its formulas, every step, its code, its symbols."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from html import escape
from itertools import chain
from typing import Any

from tutor.dialogue.blocks import STEP_COLUMNS, Block, Context, context, step_row
from tutor.dialogue.origins import origins
from tutor.dialogue.page import Page, say
from tutor.dialogue.receipts import programs
from tutor.language import N_, Language
from tutor.lessons.lesson import DEPTHS
from tutor.lessons.library import Library
from tutor.lessons.mathml import mathml

Made = Iterator[tuple[str, Mapping[str, Any]]]

# A large network takes thousands of steps; here the first of each phase are shown, and the example's page has all.
MOST_OF_A_PHASE = 16
MOST_SYMBOLS = 40
LIBRARY_NAMES = {"numpy": "NumPy", "pytorch": "PyTorch", "keras": "TensorFlow / Keras", "jax": "JAX"}
SIDES = {
    "why": ("verdict", "idea", "derivation", "misconception"),
    "simpler": ("verdict", "idea"),
    "example": ("numbers",),
    "limits": ("limits", "edge", "misconception"),
    "check": ("check",),
}
_IN_WORDS = frozenset({"heading", "verdict", "paragraph", "list", "formula"})
CAME_FROM = N_("Where {number} comes from")
IN_PHASE = N_("{number}: a result of the phase “{phase}”")
BEHIND = N_("Where its numbers come from")
AN_INPUT = N_("{number} is an input of the example: nothing computed it, you can change it.")
A_RESULT = N_("{number} goes by the name {name} among the results; there is no step with a formula of its own for it.")
RIGHT, WRONG = N_("Right:"), N_("Not this one:")
GIVEN = N_("an input")
STEPS = N_("Every step, in order")
SYMBOLS = N_("The symbols of this example")
FIRST_STEPS = N_("The first {shown} of {all} steps")


@dataclass(frozen=True)
class Side:
    """What is shown of a page: the aspect, the names it speaks of, and the page at each depth."""

    aspect: str
    names: tuple[str, ...]
    pages: Mapping[str, Page]


def side_page(side: Side, depth: str, edition: Library, language: Language) -> Page:
    """The page at its depth with the blocks of that side alone, and its sources where these are asked for."""
    page = side.pages[depth]
    made = list(_SIDES.get(side.aspect, _sections)(side, edition, context(page.receipt, language)))
    if not made and side.aspect in ("formula", "example", "chart"):
        made = list(_steps(side, edition, context(page.receipt, language)))
    blocks = tuple(Block(kind, f"{page.slug}-{number}", data) for number, (kind, data) in enumerate(made, 1))
    sources = page.sources if side.aspect == "sources" else ()
    return replace(page, blocks=blocks, sources=sources)


def _of_section(wanted: str, page: Page) -> Iterator[Block]:
    """The blocks that stand in that section; what comes before all headings is the verdict."""
    section = "verdict"
    for block in page.blocks:
        section = block.data["section"] if block.kind == "heading" else section
        if section == wanted:
            yield block


def _of_kind(wanted: str, page: Page) -> Iterator[Block]:
    return (block for block in page.blocks if block.kind == wanted)


def _of_one_depth(side: Side, chosen: Callable[[Page], Iterator[Block]]) -> list[Block]:
    """What is chosen of the short depth, or of the technical one where the short has none of it."""
    return next(filter(None, (list(chosen(side.pages[depth])) for depth in DEPTHS)), [])


def _sections(side: Side, edition: Library, inside: Context) -> Made:
    """The sections of the side, from the short depth where it has them, else from the technical one."""
    for wanted in SIDES.get(side.aspect, ()):
        blocks = _of_one_depth(side, partial(_of_section, wanted))
        yield from ((block.kind, block.data) for block in blocks if side.aspect != "simpler" or block.kind in _IN_WORDS)


def _formulas(side: Side, edition: Library, inside: Context) -> Made:
    """Every formula of the lesson once."""
    blocks = chain.from_iterable(side.pages[depth].blocks for depth in DEPTHS)
    found = {block.data["latex"]: block for block in blocks if block.kind == "formula"}
    yield from ((block.kind, block.data) for block in found.values())


def _charts(side: Side, edition: Library, inside: Context) -> Made:
    """The charts of the short depth, else of the technical one."""
    yield from ((block.kind, block.data) for block in _of_one_depth(side, partial(_of_kind, "chart")))


def _checked(side: Side, edition: Library, inside: Context) -> Made:
    """The answer that was given to the lesson's question, whether it is right, and why."""
    choice = _of_one_depth(side, partial(_of_kind, "check"))[0].data["choices"][int(side.names[0])]
    mark = inside.language.translate(RIGHT if choice["right"] else WRONG)
    why = choice["why"]
    yield "paragraph", {"html": choice["html"], "text": choice["text"]}
    yield "paragraph", {"html": f"<strong>{mark}</strong> {why['html']}", "text": f"{mark} {why['text']}"}


def _steps(side: Side, edition: Library, inside: Context) -> Made:
    """One table for each phase of the receipt, in the order in which the phases begin."""
    phases: dict[str, list[list[dict[str, str]]]] = {}
    for step in inside.receipt.steps:
        phases.setdefault(step.phase, []).append(step_row(step, "", inside))
    yield "heading", {"text": inside.language.translate(STEPS), "section": "steps"}
    for phase, rows in phases.items():
        caption = edition.phases.get(phase, phase)
        yield _table(caption, rows[:MOST_OF_A_PHASE], inside.language)
        if len(rows) > MOST_OF_A_PHASE:
            shown, whole = (inside.language.number(count) for count in (MOST_OF_A_PHASE, len(rows)))
            yield _paragraph(say(inside.language, FIRST_STEPS, shown=shown, all=whole))


def _table(caption: str, rows: Sequence[Any], language: Language) -> tuple[str, Mapping[str, Any]]:
    columns = [language.translate(column) for column in STEP_COLUMNS]
    return "numbers", {"caption": caption, "columns": columns, "rows": list(rows), "of": "steps"}


def _paragraph(text: str) -> tuple[str, Mapping[str, Any]]:
    return "paragraph", {"html": escape(text), "text": text}


def _code(side: Side, edition: Library, inside: Context) -> Made:
    """The programs that print these very numbers, of the libraries that were named or of all."""
    for library, text in programs(inside.receipt).items():
        if library in side.names or not side.names:
            yield "heading", {"text": LIBRARY_NAMES[library], "section": "code"}
            yield "code", {"language": "python", "text": text}


def _symbols(side: Side, edition: Library, inside: Context) -> Made:
    """The symbols that are named, or all, each with its formula and its value."""
    receipt = inside.receipt
    names = side.names or tuple(dict.fromkeys((*receipt.values, *(each.name for each in receipt.steps))))
    rows = list(_rows(names[:MOST_SYMBOLS], inside))
    yield _table(inside.language.translate(SYMBOLS), rows, inside.language)


def _rows(names: Iterable[str], inside: Context) -> Iterator[list[dict[str, str]]]:
    """A row for each step, or for each input, which has no formula."""
    steps = {each.name: each for each in inside.receipt.steps}
    for name in names:
        yield step_row(steps[name], "", inside) if name in steps else _input_row(name, inside)


def _input_row(name: str, inside: Context) -> list[dict[str, str]]:
    symbol, value = inside.receipt.symbols.get(name, name), inside.language.number(inside.numbers[name])
    given = inside.language.translate(GIVEN)
    cells = ((mathml(symbol), f"${symbol}$"), (given, given), ("", ""), (value, value))
    return [{"html": html, "text": text} for html, text in cells]


def _origin(side: Side, edition: Library, inside: Context) -> Made:
    """Each number that was meant: its step, and the steps and inputs that it was computed from."""
    for origin in origins(inside.receipt, side.names):
        number = inside.language.number(inside.numbers[origin.name])
        yield "heading", {"text": say(inside.language, CAME_FROM, number=number), "section": "steps"}
        if origin.step is None:
            message = AN_INPUT if origin.name in inside.receipt.values else A_RESULT
            yield _paragraph(say(inside.language, message, number=number, name=origin.name))
            continue
        phase = edition.phases.get(origin.step.phase, origin.step.phase)
        caption = say(inside.language, IN_PHASE, number=number, phase=phase)
        yield _table(caption, [step_row(origin.step, "", inside)], inside.language)
        if origin.behind:
            yield _table(inside.language.translate(BEHIND), list(_rows(origin.behind[:MOST_SYMBOLS], inside)), inside.language)


_SIDES: Mapping[str, Callable[[Side, Library, Context], Made]] = {
    "formula": _formulas, "chart": _charts, "steps": _steps, "code": _code, "symbols": _symbols, "origin": _origin,
    "checked": _checked,
    "sources": lambda side, edition, inside: iter(()),
}
