"""What lessons, answers and conversations look like as JSON."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import orjson
from flask import Response

from tutor.dialogue.blocks import Block
from tutor.dialogue.page import Page
from tutor.dialogue.receipts import Receipt
from tutor.dialogue.telling import Told
from tutor.dialogue.view import ExchangeView, PartView, Shelf, receipt_mapping
from tutor.language import Language
from tutor.lessons.template import fill
from tutor.web.calls import BASE
from tutor.web.charts import draw
from tutor.worked import EXAMPLES
from tutor.worked.inputs import json_schema


def json_response(value: Any, status: int = 200, kind: str = "application/json") -> Response:
    """A value as UTF-8 JSON; its numbers are finite, which receipts are by construction."""
    return Response(orjson.dumps(value), status, content_type=kind)


def lesson_row(slug: str, shelf: Shelf) -> dict[str, Any]:
    """A lesson in the list of lessons."""
    lesson = shelf.edition.lessons[slug]
    return {
        "slug": slug,
        "title": _plain(lesson.title),
        "summary": _plain(lesson.summary),
        "example": lesson.example,
        "url": f"{BASE}/lessons/{slug}",
        "html": f"/{shelf.language.code}/lessons/{slug}",
    }


def _plain(words: Any) -> str:
    return fill(words.text, str)


def example_row(name: str, shelf: Shelf) -> dict[str, Any]:
    """A worked example in the list of examples: what it is called, who uses it, and what it takes."""
    about, lessons = shelf.edition.examples[name], shelf.edition.lessons
    return {
        "name": name,
        "title": about.title,
        "summary": about.summary,
        "lessons": [slug for slug, lesson in lessons.items() if lesson.example == name],
        "inputs": input_schema(name, shelf),
        "url": f"{BASE}/examples/{name}",
        "html": f"/{shelf.language.code}/examples/{name}",
    }


def input_schema(name: str, shelf: Shelf) -> dict[str, Any]:
    """The JSON Schema of an example's inputs, its titles in the shelf's language."""
    titles = shelf.edition.examples[name].inputs
    return json_schema(EXAMPLES[name].fields, lambda pointer: titles.get(pointer, pointer.rpartition("/")[2]))


def page_mapping(page: Page, shelf: Shelf) -> dict[str, Any]:
    """A page with its blocks and its receipt."""
    return {
        "lang": page.lang,
        "slug": page.slug,
        "title": page.title,
        "depth": page.depth,
        "version": page.version,
        "blocks": [block_mapping(block, shelf.language) for block in page.blocks],
        "example": receipt_mapping(page.receipt, shelf),
        "conventions": list(page.conventions),
        "measured": page.measured,
        "see_also": [{"slug": slug, "title": title} for slug, title in page.see_also],
        "next_questions": list(page.next_questions),
        "sources": [{"title": title, "url": url or None} for title, url in page.sources],
    }


def block_mapping(block: Block, language: Language) -> dict[str, Any]:
    """A block; the words of checks and misconceptions as plain text with their HTML beside them, a chart drawn."""
    data = {"chart": _chart, "check": _check, "misconception": _both}.get(block.kind, _as_it_is)(block.data, language)
    return {"kind": block.kind, "id": block.id, **data}


def _as_it_is(data: Mapping[str, Any], _: Language) -> dict[str, Any]:
    return dict(data)


def _chart(data: Mapping[str, Any], language: Language) -> dict[str, Any]:
    plot, title, description = data["plot"], data["title"], data["description"]
    svg = draw(plot, title, description, language)
    return {"svg": svg, "title": title, "description": description, "plot": vars(plot)}


def _both(data: Mapping[str, Any], _: Language) -> dict[str, Any]:
    texts = {name: words["text"] for name, words in data.items()}
    return {**texts, **{f"{name}_html": words["html"] for name, words in data.items()}}


def _check(data: Mapping[str, Any], language: Language) -> dict[str, Any]:
    choices = [
        {"text": choice["text"], "html": choice["html"], "right": choice["right"], **_both({"why": choice["why"]}, language)}
        for choice in data["choices"]
    ]
    return {**_both({"question": data["question"]}, language), "choices": choices}


def exchange_mapping(exchange: ExchangeView, shelf: Shelf) -> dict[str, Any]:
    """One question and its parts."""
    return {
        "number": exchange.number,
        "asked_at": f"{exchange.asked_at:%Y-%m-%dT%H:%M:%SZ}",
        "question": exchange.question,
        "lang": exchange.lang,
        "parts": [part_mapping(part, shelf) for part in exchange.parts],
    }


def part_mapping(view: PartView, shelf: Shelf) -> dict[str, Any]:
    """One part of an answer: what was understood, the numbers, and the page or the sentence in its place."""
    part = view.part
    return {
        "kind": part.kind,
        "label": part.label,
        "question": part.question,
        "lesson": part.lesson,
        "depth": part.depth,
        "score": part.score,
        "alternatives": [{"slug": slug, "title": title} for slug, title in view.alternatives],
        **_computed(view.receipt),
        "page": view.page and _written(view.page, shelf),
        "message": view.message,
        "aspect": part.aspect,
        "trace": list(part.trace),
        "changes": [_told(told, "old", "new") for told in view.changes],
        "refused": [_told(told, "asked", "used") for told in view.refused],
    }


def _told(told: Told, before: str, after: str) -> dict[str, Any]:
    """A change or a refusal: the input, its two values under these names, and the sentence."""
    return {"pointer": told.pointer, "title": told.title, before: told.before, after: told.after, "detail": told.sentence}


@lru_cache(maxsize=48)
def _written(page: Page, shelf: Shelf) -> orjson.Fragment:
    return orjson.Fragment(orjson.dumps(page_mapping(page, shelf)))


def _computed(receipt: Receipt | None) -> dict[str, Any]:
    if receipt is None:
        return {"example": None, "numbers": {}}
    example = {"name": receipt.example, "inputs": receipt.inputs, "seed": receipt.inputs.get("seed")}
    return {"example": example, "numbers": receipt.numbers}
