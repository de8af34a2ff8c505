"""What a wish did to the inputs of an example, in words: which changed, which met a bound, which it cannot take."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tutor.answer import Part
from tutor.dialogue.page import say
from tutor.language import N_, Language
from tutor.lessons.library import Library

SAME = N_("{title}: it was {new} already.")
CHANGED = N_("{title}: {new} instead of {old}")
NEAREST = N_("{title}: {asked} is outside the bounds; {used} is the nearest value allowed.")
LACKING = N_("{title}: {asked} was asked for, but this example has no such input.")
NO_CHOICE = N_("This example does not offer this choice: {choice}.")
QUANTITIES = {
    "learning rate": N_("Learning rate"), "steps": N_("Training steps"), "epochs": N_("Epochs"),
    "layers": N_("Number of layers"), "hidden layers": N_("Hidden layers"), "hidden": N_("Hidden layers"),
    "units": N_("Hidden units"), "batch": N_("Batch size"), "seed": N_("Seed"), "inputs": N_("Inputs"),
    "outputs": N_("Outputs"), "momentum": N_("Momentum"), "dropout": N_("Dropout"), "layer sizes": N_("Units in each layer"),
    "start": N_("Starting point"),
}  # fmt: skip
_SHAPES = ("/layers", "/sizes")


@dataclass(frozen=True)
class Told:
    """One change or one refusal: the input by its pointer or name, its title, what it was and is, and the sentence."""

    pointer: str
    title: str
    before: Any
    after: Any
    sentence: str


def changes_told(part: Part, edition: Library, language: Language) -> tuple[Told, ...]:
    """Each input that changed, with its old and its new value."""
    words = _Words(part, edition, language)
    return tuple(
        Told(pointer, words.title(pointer, new), old, new, words.change(pointer, old, new)) for pointer, old, new in part.changes
    )


def refusals_told(part: Part, edition: Library, language: Language) -> tuple[Told, ...]:
    """Each wish that met a bound, with the value used instead, or that the example cannot take (None)."""
    words = _Words(part, edition, language)
    return tuple(
        Told(pointer, words.title(pointer, asked), asked, used, words.refusal(pointer, asked, used))
        for pointer, asked, used in part.refused
    )


@dataclass(frozen=True)
class _Words:
    """The words of one part in one language."""

    part: Part
    edition: Library
    language: Language

    @property
    def titles(self) -> Mapping[str, str]:
        """The titles of the example's inputs."""
        example = (self.part.receipt or {}).get("example", "")
        return self.edition.examples[example].inputs if example in self.edition.examples else {}

    def title(self, pointer: str, value: Any) -> str:
        """What an input is called, whole or in part; a name without an input goes by its quantity or its option."""
        container, _, part = pointer.partition("#")
        quantity = "layer sizes" if isinstance(value, list) and container in _SHAPES else part or pointer
        if quantity in QUANTITIES and (part or quantity != pointer or pointer not in self.titles):
            return self.language.translate(QUANTITIES[quantity])
        return self.titles.get(container) or self.edition.options.get(pointer) or pointer.rpartition("/")[2]

    def value(self, value: Any) -> str:
        """A number, an option, or a short list of numbers."""
        if isinstance(value, list):
            return " – ".join(map(self.value, value))
        if isinstance(value, bool | str):
            return self.edition.options.get(str(value).casefold(), str(value))
        return self.language.number(value)

    def change(self, pointer: str, old: Any, new: Any) -> str:
        """What an input was and is."""
        message = SAME if old == new else CHANGED
        return say(self.language, message, title=self.title(pointer, new), old=self.value(old), new=self.value(new))

    def refusal(self, pointer: str, asked: Any, used: Any) -> str:
        """Why a wish was not met as it was."""
        if isinstance(asked, str):
            return say(self.language, NO_CHOICE, choice=self.value(asked))
        message = LACKING if used is None else NEAREST
        instead = "" if used is None else self.value(used)
        return say(self.language, message, title=self.title(pointer, asked), asked=self.value(asked), used=instead)
