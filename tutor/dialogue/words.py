"""What a word is, whatever its accents, its case, its plural or its language: folding, splitting and stemming.

Every function takes time proportional to the first `MOST_CHARACTERS` characters of its text; the rest is not read.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

MOST_CHARACTERS = 2000
_APOSTROPHES = dict.fromkeys("’ʼ`´", "'")
_SIGNS = str.maketrans({**_APOSTROPHES, "œ": "oe", "æ": "ae", "∂": "d", "∇": "gradient ", "δ": "delta ", "η": "eta "})
_DROPPED = frozenset({"Mn", "Me", "Cf", "Cs"})
_LEAST_CORRECTED, _MOST_CORRECTED = 5, 32
_SHORTEST = 2  # of two words typed as one
_WORD = re.compile(r"[a-z0-9]+")
_ENDINGS = ("ment", "ing", "ion", "er", "ed", "ee", "e")


@lru_cache(maxsize=4)  # several readers look at the same text in a row
def fold(text: str) -> str:
    """The text in small letters, without accents, ligatures or invisible characters, spaces made single."""
    start = text[:MOST_CHARACTERS]
    if not start.isascii():
        marked = unicodedata.normalize("NFKD", start.translate(_SIGNS))[:MOST_CHARACTERS]
        start = "".join(character for character in marked if unicodedata.category(character) not in _DROPPED)
    return " ".join(start.casefold().translate(_SIGNS).split())


@lru_cache(maxsize=4)
def split(text: str) -> tuple[str, ...]:
    """The folded words of a text: letters a to z and digits; an elision is a word (« l'erreur » gives l, erreur)."""
    return tuple(_WORD.findall(fold(text)))


def wordset(text: str) -> frozenset[str]:
    """The words of a table written out as running text."""
    return frozenset(text.split())


def stem(word: str) -> str:
    """A folded word without its plural and its commonest endings in either language; every number is `#`."""
    if word.isdigit():
        return "#"
    if len(word) > 3 and word[-1] in "sx" and word[-2] != "s":
        word = word[:-1]
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            word = word.removesuffix(ending)
            break
    return _singled(word)


def _singled(word: str) -> str:
    """« entraine » and « entrain », « chienn » and « chien » are one word."""
    if len(word) > 4 and word[-1] == "e":
        word = word[:-1]
    return word[:-1] if len(word) > 3 and word[-1] == word[-2] else word


def slips(words: Iterable[str]) -> dict[str, str]:
    """{form: word} for `meant`: long words, and each without one of its letters; short ones with two letters swapped."""
    every = sorted(words)
    long, short = ([word for word in every if (len(word) >= _LEAST_CORRECTED) == fit] for fit in (True, False))
    swapped = {form: word for word in short for form in _swapped(word)}
    return swapped | {form: word for word in long for form in _shortened(word)} | {word: word for word in long}


def meant(word: str, forms: Mapping[str, str]) -> str | None:
    """The word typed with at most one slip (a letter missing, doubled or wrong, two swapped); None when there is none."""
    typed = (word, *_shortened(word)) if len(word) <= _MOST_CORRECTED else ()
    found = (forms[form] for form in typed if form in forms)
    return next((known for known in found if _one_slip(word, known)), None)


def run_together(word: str, forms: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The pairs of words that a word may be, one of them or both long and known; the longest first word first.

    Their space is missing, or it is a letter: "hiddenlayers", "hiddenblayers".
    """
    last = len(word) - _SHORTEST if len(word) <= _MOST_CORRECTED else 0
    pairs = ((word[:place], word[place + wrong :]) for wrong in (0, 1) for place in range(last - wrong, _SHORTEST - 1, -1))
    return (pair for pair in pairs if any(len(part) >= _LEAST_CORRECTED and forms.get(part) == part for part in pair))


def all_meant(words: Iterable[str], vocabulary: Collection[str], forms: Mapping[str, str]) -> list[str]:
    """The words as they were meant, all of them of the vocabulary; none where one of them is not."""
    heard = []
    for word in words:
        known = word if word in vocabulary else meant(word, forms)
        if known is None:
            return []
        heard.append(known)
    return heard


def grouped(words: Sequence[str], groups: Mapping[str, str]) -> list[str]:
    """The words, with every group of them that stands for one word made that word."""
    line = f" {' '.join(words)} "
    for group, word in groups.items() if words else ():
        line = line.replace(f" {group} ", f" {word} ")
    return line.split()


def _shortened(word: str) -> list[str]:
    """Words that differ by one slip have such a form in common."""
    return [word[:place] + word[place + 1 :] for place in range(len(word))]


def _swapped(word: str) -> list[str]:
    """« relu » typed « reul »; a word of two letters would often be another one."""
    places = range(len(word) - 1) if len(word) > 2 else ()
    return [word[:place] + word[place + 1] + word[place] + word[place + 2 :] for place in places]


def _one_slip(typed: str, known: str) -> bool:
    letters = enumerate(zip(typed, known, strict=False))
    alike = next((place for place, (one, other) in letters if one != other), min(len(typed), len(known)))
    one, other = typed[alike:], known[alike:]
    swapped = one[:2] == other[1::-1] and one[2:] == other[2:]
    return typed == known or swapped or one[1:] == other[1:] or one[1:] == other or one == other[1:]
