"""How learners put their questions: the phrases of each lesson in each language, read from a folder of TOML files."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from importlib.resources.abc import Traversable
from typing import Any

from tutor.dialogue.words import split, stem

WORDS = "words.toml"
EVERY_TERM = "every-term"  # the table of what is asked of any term of the glossary, which stands at {}
_KEYS = frozenset({"phrases"})


class MalformedPhrases(ValueError):
    """A file of phrases breaks a rule: `reason` is one of those below; `where` the table or the word.

    unknown-key, not-a-list, empty; for words not-one-word, two-meanings.
    """

    def __init__(self, file: str, where: str, reason: str) -> None:
        super().__init__(file, where, reason)
        self.file, self.where, self.reason = file, where, reason


@dataclass(frozen=True)
class Phrases:
    """`by_language` is {language: {slug: phrases}}.

    `synonyms` is {variant: word}, folded.
    """

    by_language: Mapping[str, Mapping[str, tuple[str, ...]]]
    synonyms: Mapping[str, str]


def load(folder: Traversable) -> Phrases:
    """The phrases of every language in a folder (one file a language: `en.toml`, `fr.toml`) and its words.

    Raises MalformedPhrases, and tomllib.TOMLDecodeError for what is not TOML.
    """
    files = {file.name: tomllib.loads(file.read_text("utf-8")) for file in folder.iterdir() if _is_toml(file.name)}
    words = files.pop(WORDS, {})
    by_language = {name.removesuffix(".toml"): _by_slug(name, files[name]) for name in sorted(files)}
    return Phrases(by_language, _synonyms(words))


def with_terms(phrases: Phrases, terms: Iterable[tuple[str, Mapping[str, str]]]) -> Phrases:
    """The phrases, and what is asked of every term: `terms` are (slug of its lesson, {language: the term})."""
    found = {lang: dict(table) for lang, table in phrases.by_language.items()}
    forms = {lang: table.pop(EVERY_TERM, ()) for lang, table in found.items()}
    for slug, names in terms:
        for lang in found.keys() & names.keys():
            said = {" ".join(split(text)) for text in found[lang].get(slug, ())}
            asked = (form.replace("{}", names[lang]) for form in forms[lang])
            new = tuple(text for text in asked if " ".join(split(text)) not in said)
            found[lang][slug] = (*found[lang].get(slug, ()), *new)
    return replace(phrases, by_language=found)


def _is_toml(name: str) -> bool:
    return name.endswith(".toml")


def _by_slug(file: str, slugs: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    for slug, table in slugs.items():
        if not isinstance(table, dict) or not table.keys() <= _KEYS:
            raise MalformedPhrases(file, slug, "unknown-key")
    return {slug: _texts(file, slug, table.get("phrases")) for slug, table in slugs.items()}


def _texts(file: str, where: str, texts: Any) -> tuple[str, ...]:
    if not _list(file, where, texts):
        raise MalformedPhrases(file, where, "empty")
    return tuple(texts)


def _list(file: str, where: str, texts: Any) -> list[str]:
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise MalformedPhrases(file, where, "not-a-list")
    return texts


def _synonyms(table: Mapping[str, Any]) -> dict[str, str]:
    """{variant: word}; two variants may share a stem only when they mean the same."""
    words, stems = {}, dict[str, str]()
    pairs = [(variant, word) for word, variants in table.items() for variant in (word, *_list(WORDS, word, variants))]
    for variant, word in (tuple(map(_one_word, pair)) for pair in pairs):
        if stems.setdefault(stem(variant), stem(word)) != stem(word):
            raise MalformedPhrases(WORDS, variant, "two-meanings")
        words[variant] = word
    return words


def _one_word(text: str) -> str:
    words = split(text)
    if len(words) != 1:
        raise MalformedPhrases(WORDS, text, "not-one-word")
    return words[0]
