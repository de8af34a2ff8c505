"""The files of phrases: whole, well formed, and refused when they are not."""

from pathlib import Path

import pytest

from tutor.dialogue.phrases import MalformedPhrases, Phrases, load, with_terms
from tutor.dialogue.words import split


def folder(path: Path, **files: str) -> Path:
    for name, text in files.items():
        path.joinpath(f"{name}.toml").write_text(text, encoding="utf-8")
    return path


def test_both_languages_ask_about_the_same_topics(phrases: Phrases) -> None:
    assert set(phrases.by_language) == {"en", "fr"}
    assert phrases.by_language["en"].keys() == phrases.by_language["fr"].keys()


def test_every_topic_has_phrases_enough(phrases: Phrases) -> None:
    for table in phrases.by_language.values():
        assert min(len(texts) for texts in table.values()) >= 40


def test_no_phrase_is_said_twice(phrases: Phrases) -> None:
    for table in phrases.by_language.values():
        said = [" ".join(split(text)) for texts in table.values() for text in texts]
        assert sorted(said) == sorted(set(said))


def test_phrases_are_read_by_language(tmp_path: Path) -> None:
    read = load(folder(tmp_path, en='[adam]\nphrases = ["What is Adam?"]', fr='[adam]\nphrases = ["C\'est quoi Adam ?"]'))
    assert read.by_language == {"en": {"adam": ("What is Adam?",)}, "fr": {"adam": ("C'est quoi Adam ?",)}}


def test_words_have_synonyms(tmp_path: Path) -> None:
    read = load(folder(tmp_path, words='layer = ["Couches"]\nfast = ["vite"]'))
    assert read.synonyms == {"layer": "layer", "couches": "layer", "fast": "fast", "vite": "fast"}


@pytest.mark.parametrize(
    ("file", "text", "reason"),
    [
        ("en", '[adam]\nphrase = ["What is Adam?"]', "unknown-key"),
        ("en", 'adam = ["What is Adam?"]', "unknown-key"),
        ("en", '[adam]\nphrases = "What is Adam?"', "not-a-list"),
        ("en", "[adam]\nphrases = []", "empty"),
        ("en", '[adam]\nphrases = ["What is Adam?"]\nnearest = ["rmsprop"]', "unknown-key"),
        ("words", 'layer = ["couche cachée"]', "not-one-word"),
        ("words", 'layer = ["couche"]\nbed = ["couche"]', "two-meanings"),
        ("words", '[other]\nlayer = ["couche"]', "not-a-list"),
        ("words", 'layer = "couche"', "not-a-list"),
    ],
)
def test_a_malformed_file_is_refused(tmp_path: Path, file: str, text: str, reason: str) -> None:
    with pytest.raises(MalformedPhrases) as refusal:
        load(folder(tmp_path, **{file: text}))
    assert refusal.value.reason == reason


def test_every_term_of_the_glossary_is_asked_for_once(tmp_path: Path) -> None:
    english = '[every-term]\nphrases = ["What is {}?", "{}"]\n[adam]\nphrases = ["what is Adam"]'
    read = load(folder(tmp_path, en=english, fr='[adam]\nphrases = ["Adam ?"]'))
    told = with_terms(read, [("adam", {"en": "Adam", "fr": "Adam"})])
    assert told.by_language == {"en": {"adam": ("what is Adam", "Adam")}, "fr": {"adam": ("Adam ?",)}}
