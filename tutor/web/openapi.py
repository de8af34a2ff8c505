"""The description of the API (OpenAPI 3.1), made from the table of calls, the schemas, the examples and the errors."""

from typing import Any

from tutor.dialogue.view import Shelf
from tutor.language import N_, Language
from tutor.web.calls import CALLS, PROBES, Call, address
from tutor.web.errors import ERRORS, TITLES
from tutor.web.schemas import DEPTH, SCHEMAS, TEXT, Schema, choice, ref, table
from tutor.web.wire import input_schema
from tutor.worked import EXAMPLES

ABOUT = N_("Lessons on how neural networks learn, questions and answers, and worked examples computed on request.")
QUERY: dict[str, tuple[Schema, str]] = {
    "lang": (TEXT, N_("The language of the reply; without it, Accept-Language decides.")),
    "depth": (DEPTH, N_("How deep the lesson goes.")),
    "format": (choice("md", "json"), N_("The kind of file.")),
    "inputs": (table(TEXT), N_("Inputs by dotted path, such as layers.0.biases.1=0.35; for a lesson, after example.")),
}
VERSION = "1"  # of the API, as in its addresses
EVERYWHERE = (400, 500, 503)


def description(shelf: Shelf) -> dict[str, Any]:
    """The whole description, its words in the shelf's language."""
    paths: dict[str, Any] = {}
    for call in (*CALLS, *PROBES):
        paths.setdefault(address(call), {})[call.method.lower()] = _operation(call, shelf.language)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Tutor", "version": VERSION, "description": shelf.language.translate(ABOUT)},
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {"schemas": _schemas(shelf)},
    }


def _operation(call: Call, language: Language) -> dict[str, Any]:
    summary = language.translate(call.summary)
    replies = {str(call.status): _reply(call, summary)}
    for status in sorted({*EVERYWHERE, *call.faults}):
        replies[str(status)] = _content(language.translate(TITLES[status]), "application/problem+json", ref("Problem"))
    operation = {
        "operationId": call.name,
        "summary": summary,
        "parameters": [*_in_path(call), *(_in_query(name, language) for name in ("lang", *call.query))],
        "responses": replies,
    }
    body = {"required": True, "content": {"application/json": {"schema": ref(call.body)}}}
    return {**operation, "requestBody": body} if call.body else operation


def _reply(call: Call, summary: str) -> dict[str, Any]:
    if not call.reply:
        return {"description": summary}
    reply = _content(summary, "application/json", ref(call.reply))
    if "format" in call.query:
        reply["content"]["text/markdown"] = {"schema": TEXT}
    return reply


def _content(summary: str, kind: str, schema: Schema) -> dict[str, Any]:
    return {"description": summary, "content": {kind: {"schema": schema}}}


def _in_path(call: Call) -> list[dict[str, Any]]:
    names = [piece[1:-1] for piece in call.path.split("/") if piece.startswith("{")]
    return [{"name": name, "in": "path", "required": True, "schema": TEXT} for name in names]


def _in_query(name: str, language: Language) -> dict[str, Any]:
    schema, about = QUERY[name]
    # An object in "form" style is sent as its members, which is how inputs are given.
    return {"name": name, "in": "query", "schema": schema, "description": language.translate(about)}


def _schemas(shelf: Shelf) -> dict[str, Schema]:
    inputs = {f"inputs-{name}": _input_schema(name, shelf) for name in EXAMPLES}
    body = {
        "type": "object",
        "properties": {"inputs": {"anyOf": [ref(name) for name in inputs]}},
        "additionalProperties": False,
    }
    codes = choice(*sorted({row.code for row in ERRORS.values()}))
    return {**SCHEMAS, "Code": codes, "Inputs": body, **inputs}


def _input_schema(name: str, shelf: Shelf) -> Schema:
    schema = input_schema(name, shelf)
    return {key: value for key, value in schema.items() if key != "$schema"}
