"""The trained router, kept in a file: training it takes seconds, reading it some milliseconds."""

import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import astuple
from hashlib import sha256
from importlib.resources.abc import Traversable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from tutor.dialogue import phrases, router, words
from tutor.dialogue.phrases import Phrases, load, with_terms
from tutor.dialogue.router import Router, Spelling, train
from tutor.lessons.course import Term

_SOURCES = (phrases, router, words)  # another way of reading phrases makes another router


def open_router(folder: Traversable, terms: Iterable[Term], files: Sequence[Path]) -> Router:
    """The router of a folder of phrases: of the first of the files that was trained on the same, else trained anew.

    It is then kept in the last file. Raises MalformedPhrases. A file that cannot be read or written costs the training and
    nothing else.
    """
    terms = tuple(terms)
    mark = _mark(folder, terms)
    kept = next(filter(None, (_read(file, mark) for file in files)), None)
    if kept is not None:
        return kept
    trained = train(phrases_of(folder, terms))
    _write(files[-1], mark, trained)
    return _read(files[-1], mark) or trained  # what training took leaves memory with the router that it made


def phrases_of(folder: Traversable, terms: Iterable[Term]) -> Phrases:
    """The phrases of a folder, and what is asked of every term that has a lesson; raises MalformedPhrases."""
    return with_terms(load(folder), ((term.slug, {"en": term.en, "fr": term.fr}) for term in terms if term.slug))


def _mark(folder: Traversable, terms: Iterable[Term]) -> str:
    """What the router depends on, as a digest."""
    digest = sha256(repr([astuple(term) for term in terms]).encode())
    for text in (*sorted(folder.iterdir(), key=lambda each: each.name), *(Path(str(room.__file__)) for room in _SOURCES)):
        digest.update(text.name.encode() + b"\0" + text.read_bytes())
    return digest.hexdigest()


def _read(file: Path, mark: str) -> Router | None:
    try:
        with file.open("rb") as kept:
            if _text(kept) != [mark]:
                return None
            slugs, features, stems, roots, typed, meant = (_text(kept) for _ in range(6))
            importance, weights = np.load(kept), np.load(kept)
            rows = {feature: row for row, feature in enumerate(features)}
            synonyms, slips = dict(zip(stems, roots, strict=True)), dict(zip(typed, meant, strict=True))
            return Router(tuple(slugs), rows, importance, weights, Spelling(rows, synonyms, slips))
    except (OSError, ValueError, EOFError):
        return None


def _write(file: Path, mark: str, trained: Router) -> None:
    """Whole or not at all: two tutors may start at once, and one may be killed."""
    synonyms, slips = trained.spelling.synonyms, trained.spelling.slips
    texts = ([mark], trained.slugs, trained.features, synonyms, synonyms.values(), slips, slips.values())
    with suppress(OSError):  # a folder that takes no file: the next start trains again
        file.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=file.parent) as aside:
            new = Path(aside) / file.name
            with new.open("wb") as kept:
                for array in (*map(_lines, texts), trained.importance, trained.weights):
                    np.save(kept, array)
            os.replace(new, file)


def _lines(texts: Iterable[str]) -> NDArray[np.uint8]:
    return np.frombuffer("\n".join(texts).encode(), np.uint8)


def _text(kept: BinaryIO) -> list[str]:
    return bytes(np.load(kept)).decode().split("\n")
