"""Which lesson a question is about: how near its words and letters come to the phrases learners use.

Phrases and questions are sparse vectors of two kinds: words (stems, and pairs of neighbours) and letters (runs of three
to five inside a word, which forgive typos and endings). A feature weighs the more, the fewer lessons it occurs in.
All languages share one index, so that a question may mix them.
"""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tutor.dialogue.phrases import Phrases
from tutor.dialogue.words import split, stem

# Set by cross-validation over our own phrases; the accuracy hardly moves when any of them changes by a quarter.
WORDS_SHARE = 0.4  # of the score; the letters have the rest
PAIR = 0.7  # a pair of neighbouring words, beside 1 for a word
LEAST_WEIGHT = 0.2  # features common to most lessons are left out: half the work, the same ranking
UNKNOWN = 1.0  # the weight of what no phrase contains: it lowers every score
BEST_PHRASES = (0.45, 0.25, 0.2, 0.1)  # a lesson's score is made of its nearest phrases
ENOUGH = 0.25  # the least score that is answered
CLEAR = 1.1  # and how far ahead of "other" it must be
OFFERED = 3
OTHER = "other"

ELIDED = tuple("cdjlmnst")
VOWELS = tuple("aeiouyh")
UNHEARD = -1
PAIR_SHIFT = 20
BITS = 7
LENGTH_SHIFT = 5 * BITS
EDGE = ord(" ")
SMOOTHING = 2.0
TINY = 1e-6

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Space:
    """One kind of features: `keys` (features,) sorted, their `weights`, and the phrases of each, as inverted lists.

    The phrases of feature f are rows[starts[f]:starts[f + 1]], and `values` there are the phrases' coordinates.
    """

    keys: Ints
    weights: Floats
    starts: Ints
    rows: Ints
    values: Floats


@dataclass(frozen=True)
class Index:
    """What questions are compared with; the phrases of slug s are rows firsts[s] to firsts[s + 1]."""

    slugs: tuple[str, ...]
    firsts: Ints
    nearest: Mapping[str, tuple[str, ...]]
    vocabulary: Mapping[str, int]
    synonyms: Mapping[str, str]
    words: Space
    letters: Space


@dataclass(frozen=True)
class Match:
    """How near a question is to a lesson, from 0 to 1."""

    slug: str
    score: float


@dataclass(frozen=True)
class Decision:
    """`kind` is answer or abstain; `slug` the best match (None when nothing is near); `alternatives` written lessons."""

    kind: str
    slug: str | None
    score: float
    alternatives: tuple[str, ...]


def build(phrases: Phrases) -> Index:
    """The index of all phrases of all languages."""
    slugs = tuple(sorted({slug for table in phrases.by_language.values() for slug in table}))
    texts = [[text for table in phrases.by_language.values() for text in table.get(slug, ())] for slug in slugs]
    stems = [_stems(text, phrases.synonyms) for group in texts for text in group]
    firsts = np.cumsum([0] + [len(group) for group in texts])
    slug_of_row = np.repeat(np.arange(len(slugs)), np.diff(firsts))
    vocabulary = {word: number for number, word in enumerate(sorted({word for row in stems for word in row}))}
    words = _space([_word_features(row, vocabulary) for row in stems], slug_of_row)
    letters = _space([_letter_features(row) for row in stems], slug_of_row)
    return Index(slugs, firsts, phrases.nearest, vocabulary, phrases.synonyms, words, letters)


def rank(question: str, index: Index) -> tuple[Match, ...]:
    """Every lesson that shares something with the question, the nearest first."""
    stems = [_heard(word, index) for word in _stems(question, index.synonyms)]
    if not stems:
        return ()
    nearness = WORDS_SHARE * _nearness(_word_features(stems, index.vocabulary), index.words, index.firsts[-1])
    nearness += (1 - WORDS_SHARE) * _nearness(_letter_features(stems), index.letters, index.firsts[-1])
    scores = _by_slug(nearness, index.firsts)
    found = sorted(zip((-scores).tolist(), index.slugs, strict=True))
    return tuple(Match(slug, -score) for score, slug in found if score)


def decide(matches: Sequence[Match], written: Collection[str], index: Index) -> Decision:
    """Answer with the best lesson when it is written, near enough and clearly nearer than "other"; else abstain."""
    if not matches:
        return Decision("abstain", None, 0.0, ())
    best = matches[0]
    elsewhere = next((match.score for match in matches if match.slug == OTHER), 0.0)
    sure = best.slug in written and best.score >= max(ENOUGH, CLEAR * elsewhere)
    offered = _written_near(matches, written, index)
    others = [slug for slug in offered if not (sure and slug == best.slug)]
    return Decision("answer" if sure else "abstain", best.slug, best.score, tuple(others[:OFFERED]))


def _written_near(matches: Sequence[Match], written: Collection[str], index: Index) -> Iterable[str]:
    """The written lessons, the nearest first; a topic without a lesson stands for its neighbours."""
    near = (slug for match in matches for slug in (match.slug, *index.nearest.get(match.slug, ())))
    return dict.fromkeys(slug for slug in near if slug in written)


def _stems(text: str, synonyms: Mapping[str, str]) -> list[str]:
    stems = [stem(word) for word in split(text)]
    return [synonyms.get(word, word) for word in stems]


def _heard(word: str, index: Index) -> str:
    """The word a stem stands for: « lapprentissage », typed without its apostrophe, is apprentissage."""
    if word in index.vocabulary or not word.startswith(ELIDED) or word[1:2] not in VOWELS:
        return word
    rest = index.synonyms.get(word[1:], word[1:])
    return rest if rest in index.vocabulary else word


def _word_features(stems: Sequence[str], vocabulary: Mapping[str, int]) -> tuple[Ints, Floats]:
    """Words and pairs of neighbours as merged (keys, amounts); a word that no phrase contains has key -1."""
    words = np.array([vocabulary.get(word, UNHEARD) for word in stems], dtype=np.int64)
    left, right = words[:-1], words[1:]
    pairs = np.where((left == UNHEARD) | (right == UNHEARD), UNHEARD, ((left + 1) << PAIR_SHIFT) | right)
    amounts = np.repeat((1.0, PAIR), (len(words), len(pairs)))
    return _merged(np.concatenate((words, pairs)), amounts)


def _letter_features(stems: Sequence[str]) -> tuple[Ints, Floats]:
    """Runs of 3, 4 and 5 characters inside each word (its two edges are characters too) as merged (keys, amounts)."""
    characters = np.frombuffer(f" {' '.join(stems)} ".encode("ascii"), dtype=np.uint8).astype(np.int64)
    edges = np.flatnonzero(characters == EDGE)
    places = np.arange(len(characters) - 1)
    room = edges[np.searchsorted(edges, places, side="right")] - places  # characters left in the word
    run, runs = (characters[:-1] << BITS) | characters[1:], []
    for length in (3, 4, 5):
        run = (run[:-1] << BITS) | characters[length - 1 :]
        runs.append(run[room[: len(run)] >= length - 1] | (length << LENGTH_SHIFT))
    keys = np.concatenate(runs)
    return _merged(keys, np.ones(len(keys)))


def _merged(keys: Ints, amounts: Floats) -> tuple[Ints, Floats]:
    """Every key once, with the sum of its amounts."""
    once, places = np.unique(keys, return_inverse=True)
    return once, np.asarray(np.bincount(places, amounts), dtype=np.float64)


def _space(features: Sequence[tuple[Ints, Floats]], slug_of_row: Ints) -> Space:
    """The inverted lists of all phrases' features, each phrase a vector of length 1."""
    rows = np.repeat(np.arange(len(features)), [len(keys) for keys, _ in features])
    keys, places = np.unique(np.concatenate([keys for keys, _ in features]), return_inverse=True)
    weights = _weights(places, slug_of_row[rows], np.bincount(slug_of_row))
    values = np.concatenate([amounts for _, amounts in features]) * weights[places]
    values /= np.maximum(np.sqrt(np.bincount(rows, values**2)), TINY)[rows]
    order = np.argsort(places, kind="stable")
    order = order[values[order] > 0]
    starts = np.searchsorted(places[order], np.arange(len(keys) + 1))
    return Space(keys, weights, starts, rows[order], values[order])


def _weights(features: Ints, slugs: Ints, phrases: Ints) -> Floats:
    """1 for a feature of a single lesson, 0 for one about equally common in all: 1 - entropy / largest entropy."""
    cells = np.bincount(features * len(phrases) + slugs, minlength=(features.max() + 1) * len(phrases))
    common = cells.reshape(-1, len(phrases)) / (phrases + SMOOTHING)
    share = common / common.sum(axis=1, keepdims=True)
    entropy = -(share * np.log(np.where(share > 0, share, 1.0))).sum(axis=1)
    weights = 1.0 - entropy / math.log(max(2, len(phrases)))
    return np.where(weights < LEAST_WEIGHT, 0.0, weights)


def _nearness(features: tuple[Ints, Floats], space: Space, phrases: int) -> Floats:
    """The cosine of the question with every phrase (phrases,); what no phrase contains counts in its length alone."""
    keys, amounts = features
    found = np.minimum(np.searchsorted(space.keys, keys), len(space.keys) - 1)
    known = space.keys[found] == keys
    weights = amounts * np.where(known, space.weights[found], UNKNOWN)
    lists, weights = found[known], weights[known] / max(math.sqrt(weights @ weights), TINY)
    counts = space.starts[lists + 1] - space.starts[lists]
    postings = np.repeat(space.starts[lists] - np.cumsum(counts) + counts, counts) + np.arange(counts.sum())
    shares = space.values[postings] * np.repeat(weights, counts)
    return np.asarray(np.bincount(space.rows[postings], shares, phrases), dtype=np.float64)


def _by_slug(nearness: Floats, firsts: Ints) -> Floats:
    """Each lesson's score (slugs,): a weighted mean of its nearest phrases."""
    sizes, left = np.diff(firsts), nearness.copy()
    scores = np.zeros(len(sizes))
    for share in BEST_PHRASES:
        best = np.maximum.reduceat(left, firsts[:-1])
        scores += share * best
        left[left == np.repeat(best, sizes)] = 0.0
    return scores
