"""The shapes of the API's bodies and replies, as JSON Schema (2020-12)."""

from typing import Any

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "number"}
WHOLE: Schema = {"type": "integer"}
YES_OR_NO: Schema = {"type": "boolean"}
ANYTHING: Schema = {}


def ref(name: str) -> Schema:
    """A reference to a named schema."""
    return {"$ref": f"#/components/schemas/{name}"}


def array(items: Schema) -> Schema:
    """A list."""
    return {"type": "array", "items": items}


def choice(*options: str) -> Schema:
    """One of a few words."""
    return {"type": "string", "enum": list(options)}


def nullable(schema: Schema) -> Schema:
    """The schema, or null."""
    return {"anyOf": [schema, {"type": "null"}]}


def table(values: Schema) -> Schema:
    """An object whose names are free."""
    return {"type": "object", "additionalProperties": values}


def record(**members: Schema) -> Schema:
    """An object that has all these members; more may be added one day."""
    return {"type": "object", "properties": members, "required": list(members)}


WORDS = {"html": TEXT, "text": TEXT}
LINKS = array(record(slug=TEXT, title=TEXT))
DEPTH = choice("short", "technical")
BLOCKS: dict[str, dict[str, Schema]] = {
    "heading": {"text": TEXT, "section": TEXT},
    "verdict": WORDS,
    "paragraph": WORDS,
    "limits": WORDS,
    "list": {"ordered": YES_OR_NO, "items": array(record(**WORDS))},
    "formula": {"latex": TEXT, "mathml": TEXT, "spoken": TEXT},
    "numbers": {
        "caption": TEXT, "columns": array(TEXT), "rows": array(array(record(**WORDS))), "of": choice("steps", "table"),
    },
    "chart": {"svg": TEXT, "title": TEXT, "description": TEXT, "plot": {"type": "object"}},
    "code": {"language": TEXT, "text": TEXT},
    "misconception": {"claim": TEXT, "correction": TEXT, "claim_html": TEXT, "correction_html": TEXT},
    "check": {
        "question": TEXT,
        "question_html": TEXT,
        "choices": array(record(text=TEXT, html=TEXT, right=YES_OR_NO, why=TEXT, why_html=TEXT)),
    },
}  # fmt: skip
STEP = record(
    name=TEXT, symbol=TEXT, expression=TEXT, formula=TEXT, substituted=TEXT, operands=table(NUMBER), value=NUMBER,
    phase=TEXT,
)  # fmt: skip
CHECK = record(
    h=NUMBER,
    max_relative_error=NUMBER,
    parameters=array(record(name=TEXT, analytic=NUMBER, numeric=NUMBER, relative_error=NUMBER, kink=YES_OR_NO)),
)
# An input by its JSON pointer (a part of a network after `#`), or by its name where the example has none; `used` is the
# nearest value allowed, null where the example takes nothing of the kind.
CHANGE = record(pointer=TEXT, title=TEXT, old=ANYTHING, new=ANYTHING, detail=TEXT)
REFUSAL = record(pointer=TEXT, title=TEXT, asked=ANYTHING, used=ANYTHING, detail=TEXT)
EXCHANGE = {"number": WHOLE, "asked_at": {"type": "string", "format": "date-time"}, "question": TEXT, "lang": TEXT,
            "parts": array(ref("Part"))}  # fmt: skip
RECEIPT = {
    "example": TEXT, "title": TEXT, "inputs": {"type": "object"}, "values": table(NUMBER), "numbers": table(NUMBER),
    "texts": table(TEXT), "arrays": table(ANYTHING), "steps": array(STEP), "gradient_check": nullable(CHECK),
    "measured": nullable({"type": "object"}), "conventions": array(TEXT),
}  # fmt: skip
SCHEMAS: dict[str, Schema] = {
    "Lessons": record(
        lang=TEXT, lessons=array(record(slug=TEXT, title=TEXT, summary=TEXT, example=TEXT, url=TEXT, html=TEXT))
    ),
    "Page": record(
        lang=TEXT, slug=TEXT, title=TEXT, depth=DEPTH, version=TEXT, blocks=array(ref("Block")),
        example=nullable(ref("Receipt")), conventions=array(TEXT), measured=nullable(TEXT), see_also=LINKS,
        next_questions=array(TEXT), sources=array(record(title=TEXT, url=nullable(TEXT))),
    ),
    "Block": {"oneOf": [record(kind={"const": kind}, id=TEXT, **members) for kind, members in BLOCKS.items()]},
    "Receipt": record(**RECEIPT),
    "Result": record(**RECEIPT, code=table(TEXT)),
    "Part": record(
        kind=choice("answer", "abstain", "clarify", "command"), label=nullable(TEXT), question=TEXT,
        lesson=nullable(TEXT), depth=DEPTH, score={**NUMBER, "minimum": 0, "maximum": 1}, alternatives=LINKS,
        example=nullable(record(name=TEXT, inputs={"type": "object"}, seed=nullable(WHOLE))), numbers=table(NUMBER),
        page=nullable(ref("Page")), message=nullable(TEXT), aspect=nullable(TEXT), trace=array(TEXT),
        changes=array(CHANGE), refused=array(REFUSAL),
    ),
    "Reply": record(conversation=TEXT, url=TEXT, html=TEXT, **EXCHANGE),
    "Conversation": record(id=TEXT, lang=TEXT, exchanges=array(record(**EXCHANGE))),
    "Examples": record(
        examples=array(record(name=TEXT, title=TEXT, summary=TEXT, lessons=array(TEXT), inputs={"type": "object"}, url=TEXT,
                              html=TEXT)),
    ),
    "Question": {
        "type": "object",
        "properties": {
            "question": {"type": "string", "minLength": 1, "maxLength": 2000},
            "lang": nullable(TEXT),
            "conversation": nullable(TEXT),
        },
        "required": ["question"],
        "additionalProperties": False,
    },
    "Description": record(openapi=TEXT, info={"type": "object"}, paths={"type": "object"}),
    "State": record(state=choice("ok", "ready")),
    "Problem": record(
        type={"type": "string", "format": "uri-reference"}, title=TEXT, status=WHOLE, detail=TEXT, code=ref("Code"),
        errors=array(record(pointer=TEXT, detail=TEXT)),
    ),
}  # fmt: skip
