"""A conversation as one Markdown file, headed as the learner's own notes would be: the date, then each prompt."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from tutor.dialogue.page import Page
from tutor.dialogue.view import ExchangeView, PartView
from tutor.language import N_, Language

PROMPT = "_Prompt_:"
SOURCES = N_("Sources")
WRONG = N_("Often said, but wrong:")
MEASURED_WITH = N_("How these numbers were made:")


def transcript(exchanges: Iterable[ExchangeView], language: Language) -> str:
    """The whole conversation in Markdown; formulas stay LaTeX between dollars."""
    return "\n\n".join(line for exchange in exchanges for line in _exchange(exchange, language)) + "\n"


def _exchange(exchange: ExchangeView, language: Language) -> Iterator[str]:
    if exchange.number == 1:
        yield f"`{exchange.asked_at:%Y-%m-%d %H:%M:%S}`"
    yield f"{PROMPT}\n{exchange.question}"
    for part in exchange.parts:
        yield from part_markdown(part, language)


def part_markdown(view: PartView, language: Language) -> Iterator[str]:
    """One part as Markdown stretches."""
    label = f"{view.part.label}. " if view.part.label else ""
    if view.page is None:
        yield label + (view.message or "")
        yield from _told(view)
        if view.alternatives:
            yield "\n".join(f"{place}. {title}" for place, (_, title) in enumerate(view.alternatives, 1))
    else:
        yield f"## {label}{view.page.title}"
        yield from _told(view)
        yield from _page(view.page, language)


def _told(view: PartView) -> Iterator[str]:
    """What a wish did to the inputs."""
    if view.changes or view.refused:
        yield "\n".join(f"- {told.sentence}" for told in (*view.changes, *view.refused))


def _page(page: Page, language: Language) -> Iterator[str]:
    for block in page.blocks:
        yield _BLOCKS[block.kind](block.data, language)
    if page.conventions or page.measured:
        yield " ".join([language.translate(MEASURED_WITH), *filter(None, [page.measured]), *page.conventions])
    if page.sources:
        yield "\n".join([f"**{language.translate(SOURCES)}**", "", *(f"- {_source(*source)}" for source in page.sources)])


def _source(title: str, url: str) -> str:
    return f"[{title}]({url})" if url else title


def _table(data: Mapping[str, Any], _: Language) -> str:
    rows = [data["columns"], ["---"] * len(data["columns"]), *([cell["text"] for cell in row] for row in data["rows"])]
    lines = ["| " + " | ".join(cell.replace("|", r"\|") for cell in row) + " |" for row in rows]
    return "\n".join(([f"*{data['caption']}*", ""] if data["caption"] else []) + lines)


def _list(data: Mapping[str, Any], _: Language) -> str:
    marks = (f"{number}." if data["ordered"] else "-" for number in range(1, len(data["items"]) + 1))
    return "\n".join(f"{mark} {item['text']}" for mark, item in zip(marks, data["items"], strict=True))


def _misconception(data: Mapping[str, Any], language: Language) -> str:
    return f"> {language.translate(WRONG)} {data['claim']['text']}\n\n{data['correction']['text']}"


def _check(data: Mapping[str, Any], _: Language) -> str:
    choices = [f"- [{'x' if choice['right'] else ' '}] {choice['text']} — {choice['why']['text']}" for choice in data["choices"]]
    return "\n".join([data["question"]["text"], "", *choices])


def _text(data: Mapping[str, Any], _: Language) -> str:
    return str(data["text"])


_BLOCKS: dict[str, Callable[[Mapping[str, Any], Language], str]] = {
    "heading": lambda data, _: f"### {data['text']}",
    "verdict": _text,
    "paragraph": _text,
    "limits": _text,
    "list": _list,
    "formula": lambda data, _: f"$$\n{data['latex']}\n$$",
    "numbers": _table,
    "chart": lambda data, _: f"*{data['title']}* {data['description']}",
    "code": lambda data, _: f"```{data['language']}\n{data['text']}\n```",
    "misconception": _misconception,
    "check": _check,
}

