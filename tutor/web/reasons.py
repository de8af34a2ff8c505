"""Why a value was refused, as a sentence in the reader's language that names the field and its bound."""

from collections.abc import Mapping
from typing import Any

from tutor.dialogue.page import say
from tutor.language import N_, Language

# The places are the values that the refusal carries.
REASONS = {
    "unknown-field": N_("There is no input named {field}."),
    "given-twice": N_("This is given twice."),
    "missing": N_("This is needed."),
    "empty": N_("Write at least one character."),
    "too-long": N_("Write at most {most} characters."),
    "nul": N_("The text holds a null character, which cannot be kept."),
    "lone-surrogate": N_("The text holds half a character (a lone surrogate), which cannot be kept."),
    "not-text": N_("This must be a text."),
    "not-a-number": N_("This must be a number."),
    "not-an-integer": N_("This must be a whole number."),
    "huge-number": N_("This number is too large to be read."),
    "not-finite": N_("This must be a finite number."),
    "too-small": N_("This must be at least {low}."),
    "too-large": N_("This must be at most {high}."),
    "not-a-choice": N_("This must be one of: {options}."),
    "not-a-boolean": N_("This must be true or false."),
    "not-an-object": N_("This must be an object with named fields."),
    "not-a-list": N_("This must be a list."),
    "too-few": N_("There must be at least one of these."),
    "too-many": N_("There may be at most {most} of these."),
    "ragged": N_("Every row must have the same length: {expected}, not {found}."),
    "wrong-shape": N_("This must have the length {expected}, not {found}."),
    "not-a-distribution": N_("These probabilities must add up to 1; their sum is {sum}."),
    "softmax-not-last": N_("Softmax may only be the activation of the last layer."),
    "loss-needs-activation": N_("The loss {loss} needs {activation} as the last activation, not {found}."),
    "not-json": N_("This is not JSON: see line {line}, column {column}."),
    "not-utf-8": N_("This is not UTF-8: see byte {position}."),
    "too-deep": N_("This nests deeper than {most} levels."),
}
NAMED = N_("{field}: {reason}")
WHOLE = N_("The body")
MOST_OF_A_NAME = 80


def sentence(reason: str, values: Mapping[str, Any], language: Language) -> str:
    """The sentence for a reason, with its values put in."""
    told = {name: _written(value, language) for name, value in values.items()}
    return say(language, REASONS[reason], **told)


def named_sentence(pointer: str, reason: str, language: Language) -> str:
    """A reason's sentence after the name of the field that a JSON pointer leads to."""
    return say(language, NAMED, field=_field_name(pointer, language), reason=reason)


def _written(value: Any, language: Language) -> str:
    if isinstance(value, int | float):
        return language.number(value)
    text = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    return text[:MOST_OF_A_NAME]


def _field_name(pointer: str, language: Language) -> str:
    """A JSON pointer as a reader writes it: `optimizer.learning_rate`."""
    dotted = pointer[1:].replace("/", ".").replace("~1", "/").replace("~0", "~")
    return dotted[:MOST_OF_A_NAME] or language.translate(WHOLE)
