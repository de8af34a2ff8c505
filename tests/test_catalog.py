"""The catalogs: every message, in every language, with the same places, the same maths and the right typography."""

import re
import tomllib
from pathlib import Path

import pytest
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


@pytest.mark.parametrize("message", FRENCH, ids=lambda message: first(message)[:50])
def test_a_translation_keeps_places_maths_and_code(message: Message) -> None:
    for form in forms(message):
        original = originals(message)[-1]
        assert names(form) == names(original)
        assert maths(form) == maths(original)
        assert sorted(re.findall(r"`[^`]+`", form)) == sorted(re.findall(r"`[^`]+`", original))


@pytest.mark.parametrize("message", FRENCH, ids=lambda message: first(message)[:50])
def test_a_translation_carries_no_markup(message: Message) -> None:
    assert not [form for form in forms(message) if re.search(r"<[a-zA-Z/!]|javascript:|\{\{|\{%", form)]


@pytest.mark.parametrize("message", FRENCH, ids=lambda message: first(message)[:50])
def test_french_is_set_by_its_own_typography(message: Message) -> None:
    for form in forms(message):
        shown = re.sub(r"`[^`]*`|\$[^$]*\$|\{[^{}]*\}|https?://\S+|\]\([^)]*\)", "x", typography(form, "fr"))
        assert not re.search(r" [;:!?»]|« |\w[;!?](?:\s|$)|\w:(?:\s|$)|\"|\w'\w|\.\.\.", shown), shown
        assert not re.search(r"\b[1-9][0-9]*(?:ère|ème)\b", shown)


@pytest.mark.parametrize("message", FRENCH, ids=lambda message: first(message)[:50])
def test_french_avoids_the_calques(message: Message) -> None:
    said = " ".join(forms(message)).casefold()
    quoted = re.sub(r"«[^»]*»|\*[^*]*\*", "", said)
    assert not [word for word in AVOIDED if re.search(rf"\b{re.escape(word.strip())}\b", quoted)]
    assert not re.search(r"\b(?:tu|ton|tes|toi)\b", quoted)


def test_the_glossary_is_read_and_has_both_sides() -> None:
    terms = tomllib.loads(house_folder("content").joinpath("terms.toml").read_text("utf-8"))["terms"]
    assert len(terms) >= 98
    assert all(term["en"] and term["fr"] for term in terms)
