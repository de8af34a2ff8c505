"""How learners put their questions: the phrases of each lesson in each language, read from a folder of TOML files."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from typing import Any

from tutor.dialogue.words import split, stem

SYNONYMS = "synonyms.toml"
_KEYS = frozenset({"phrases", "nearest"})


class MalformedPhrases(ValueError):
    """A file of phrases breaks a rule: `reason` is one of those below; `where` the table or the word.

    unknown-key, not-a-list, empty, two-nearest; for synonyms not-one-word, two-meanings.
    """

    def __init__(self, file: str, where: str, reason: str) -> None:
        super().__init__(file, where, reason)
        self.file, self.where, self.reason = file, where, reason


@dataclass(frozen=True)
class Phrases:
    """`by_language` is {language: {slug: phrases}}; `nearest` the lessons offered instead; `synonyms` {stem: stem}."""

    by_language: Mapping[str, Mapping[str, tuple[str, ...]]]
    nearest: Mapping[str, tuple[str, ...]]
    synonyms: Mapping[str, str]


def load(folder: Traversable) -> Phrases:
    """The phrases of every language in a folder (one file a language: `en.toml`, `fr.toml`) and its synonyms.

    Raises MalformedPhrases, and tomllib.TOMLDecodeError for what is not TOML.
    """
    files = {file.name: tomllib.loads(file.read_text("utf-8")) for file in folder.iterdir() if _is_toml(file.name)}
    synonyms = files.pop(SYNONYMS, {})
    by_language = {name.removesuffix(".toml"): _by_slug(name, files[name]) for name in sorted(files)}
    return Phrases(by_language, _nearest(files), _synonyms(synonyms))


def _is_toml(name: str) -> bool:
    return name.endswith(".toml")


def _by_slug(file: str, slugs: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    for slug, table in slugs.items():
        if not isinstance(table, dict) or not table.keys() <= _KEYS:
            raise MalformedPhrases(file, slug, "unknown-key")
    return {slug: _texts(file, slug, table.get("phrases")) for slug, table in slugs.items()}


def _texts(file: str, where: str, texts: Any) -> tuple[str, ...]:
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise MalformedPhrases(file, where, "not-a-list")
    if not texts:
        raise MalformedPhrases(file, where, "empty")
    return tuple(texts)


def _nearest(files: Mapping[str, Mapping[str, Any]]) -> dict[str, tuple[str, ...]]:
    """The neighbours of each topic, said once for all languages."""
    nearest: dict[str, tuple[str, ...]] = {}
    for file, slugs in files.items():
        for slug in (slug for slug, table in slugs.items() if "nearest" in table):
            if slug in nearest:
                raise MalformedPhrases(file, slug, "two-nearest")
            nearest[slug] = _texts(file, slug, slugs[slug]["nearest"])
    return nearest


def _synonyms(words: Mapping[str, Any]) -> dict[str, str]:
    """{stem: stem}; two words may share a stem only when they mean the same."""
    stems: dict[str, str] = {}
    for word, variants in words.items():
        for variant in (word, *_texts(SYNONYMS, word, variants)):
            if stems.setdefault(_stem_of(variant), _stem_of(word)) != _stem_of(word):
                raise MalformedPhrases(SYNONYMS, variant, "two-meanings")
    return stems


def _stem_of(text: str) -> str:
    words = split(text)
    if len(words) != 1:
        raise MalformedPhrases(SYNONYMS, text, "not-one-word")
    return stem(words[0])
