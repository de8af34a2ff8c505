"""The catalogs: every message, in every language, with the same places, the same maths and the right typography."""

import re
import tomllib
from collections.abc import Callable
from pathlib import Path

from babel.messages.catalog import Message

from tutor.language import house_folder, typography
from tutor.lessons.extraction import catalogs, first, read_catalog, stale
from tutor.lessons.mathml import PLACE

ROOT = Path(__file__).resolve().parent.parent
FRENCH = [message for path in catalogs(ROOT) for message in read_catalog(path) if message.id]
AVOIDED = (
    "librairie", "digital", "définitivement", "basé sur", "basée sur", "faire du sens", "adresser un problème",
    "temps extra", "performer", "apprentissage machine", "rétro-propagation", "backprop ", "le batch", "la loss",
)  # fmt: skip


def forms(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string)


def originals(message: Message) -> list[str]:
    return [message.id] if isinstance(message.id, str) else list(message.id)


def names(text: str) -> list[str]:
    outside = re.sub(r"`[^`]*`|\$[^$]*\$", "", text)
    return sorted(re.findall(r"\{[A-Za-z_][A-Za-z0-9_]*(?::[^{}]*)?\}", outside) + ["".join(m) for m in PLACE.findall(text)])


def maths(text: str) -> list[str]:
    return sorted(re.findall(r"\$[^$]+\$", text))


def test_every_catalog_is_whole_and_up_to_date() -> None:
    assert {path: messages for path, messages in stale(ROOT).items() if messages} == {}


def faulty(sound: Callable[[Message], bool]) -> list[str]:
    """The messages of which something is not so; one test for all, since there are thousands."""
    return [first(message) for message in FRENCH if not sound(message)]


def test_a_translation_keeps_places_maths_and_code() -> None:
    def keeps(message: Message) -> bool:
        original = originals(message)[-1]
        kept = [(names(form), maths(form), sorted(re.findall(r"`[^`]+`", form))) for form in forms(message)]
        return set(map(repr, kept)) == {repr((names(original), maths(original), sorted(re.findall(r"`[^`]+`", original))))}

    assert faulty(keeps) == []


def test_a_translation_carries_no_markup() -> None:
    markup = re.compile(r"<[a-zA-Z/!]|javascript:|\{\{|\{%")
    assert faulty(lambda message: not any(markup.search(form) for form in forms(message))) == []


def test_french_is_set_by_its_own_typography() -> None:
    kept = re.compile(r"`[^`]*`|\$[^$]*\$|\{[^{}]*\}|https?://\S+|\]\([^)]*\)")
    wrong = re.compile(r" [;:!?»]|« |\w[;!?](?:\s|$)|\w:(?:\s|$)|\"|\w'\w|\.\.\.|\b[1-9][0-9]*(?:ère|ème)\b")
    assert faulty(lambda message: not any(wrong.search(kept.sub("x", typography(form, "fr"))) for form in forms(message))) == []


def test_french_avoids_the_calques() -> None:
    avoided = re.compile(rf"\b(?:{'|'.join(re.escape(word.strip()) for word in AVOIDED)}|tu|ton|tes|toi)\b")
    said = re.compile(r"«[^»]*»|\*[^*]*\*")
    assert faulty(lambda message: not avoided.search(said.sub("", " ".join(forms(message)).casefold()))) == []


def test_the_glossary_is_read_and_has_both_sides() -> None:
    terms = tomllib.loads(house_folder("content").joinpath("terms.toml").read_text("utf-8"))["terms"]
    assert len(terms) >= 98
    assert all(term["en"] and term["fr"] for term in terms)
