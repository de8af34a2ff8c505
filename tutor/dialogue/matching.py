"""Which lesson a question is about: how near its words and letters come to the phrases learners use.

Phrases and questions are sparse vectors of two kinds: words (stems, and pairs of neighbours) and letters (runs of three
to five inside a word, which forgive typos and endings). A feature weighs the more, the fewer lessons it occurs in.
All languages share one index, so that a question may mix them.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, pairwise

import numpy as np
from numpy.typing import NDArray

from tutor.dialogue.phrases import Phrases
from tutor.dialogue.words import meant, slips, split, stem

# Set on phrases held out of the index and on questions kept for measuring; the accuracy is flat around these values.
WORDS_SHARE = 0.4  # of the score; the letters have the rest
PAIR = 0.7  # a pair of neighbouring words, beside 1 for a word
LEAST_WEIGHT = 0.2  # features common to most lessons are left out: half the work, the same ranking
UNKNOWN = 1.0  # the weight of what no phrase contains: it lowers every score
BEST_PHRASES = (0.45, 0.25, 0.2, 0.1)  # a lesson's score is made of its nearest phrases
FAINT = 0.05  # below this a lesson is not named at all
ENOUGH = 0.2  # the least score that is answered
CLEAR = 1.25  # and how far ahead of "other" it must be
OFFERED = 3
OTHER = "other"

ELIDED = tuple("cdjlmnst")
VOWELS = tuple("aeiouyh")
UNHEARD = -1
PAIR_SHIFT = 20
BITS = 7
LETTERS = 1 << 5 * BITS  # keys from here on are runs of letters
EDGE = ord(" ")
SMOOTHING = 2.0
TINY = 1e-6

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Lists:
    """Which phrases have which features: `keys` (features,) are sorted and have `weights`.

    Feature f occurs in the phrases rows[starts[f]:starts[f + 1]], and `values` there are these phrases' coordinates.
    """

    keys: Ints
    weights: Floats
    starts: Ints
    rows: Ints
    values: Floats


@dataclass(frozen=True)
class Posted:
    """Features `keys` with their `weights`, and what they add to phrases: `values` to those at `rows`."""

    keys: Ints
    weights: Floats
    rows: Ints
    values: Floats


@dataclass(frozen=True, eq=False)
class Index:
    """What questions are compared with; the phrases are grouped by slug: those of slug s begin at firsts[s].

    `vocabulary` numbers the roots of the phrases' words, `synonyms` is {stem: root}, `slips` {mistyped: word}, and
    `trade` the roots without one of which a question is about something else.
    """

    slugs: tuple[str, ...]
    slug_of: Ints
    firsts: Ints
    vocabulary: Mapping[str, int]
    synonyms: Mapping[str, str]
    slips: Mapping[str, str]
    trade: frozenset[str]
    lists: Lists


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
    groups = [[split(text) for table in phrases.by_language.values() for text in table.get(slug, ())] for slug in slugs]
    synonyms = {stem(variant): stem(word) for variant, word in phrases.synonyms.items()}
    roots = {word: _root(word, synonyms) for group in groups for words in group for word in words}
    vocabulary = {root: number for number, root in enumerate(sorted(set(roots.values())))}
    sizes = np.array([len(group) for group in groups])
    slug_of = np.repeat(np.arange(len(slugs)), sizes)
    features = [_features([roots[word] for word in words], vocabulary) for group in groups for words in group]
    trade = frozenset(stem(word) for word in phrases.trade)
    technical = {word for word in roots.keys() | phrases.synonyms.keys() if _root(word, synonyms) in trade}
    forms = slips(roots.keys() | phrases.synonyms.keys()) | slips(technical)  # a word of the trade is likelier
    places = (slug_of, np.cumsum(sizes) - sizes)
    return Index(slugs, *places, vocabulary, synonyms, forms, trade, _inverted(features, slug_of))


def rank(question: str, index: Index) -> tuple[Match, ...]:
    """The lessons near the question, the nearest first; none when it has no word of the trade."""
    roots = [_heard(word, index) for word in split(question)]
    if index.trade.isdisjoint(roots):
        return ()
    scores = _by_slug(_nearness(roots, index), index)
    near = np.flatnonzero(scores >= FAINT)
    found = sorted((-score, index.slugs[place]) for place, score in zip(near.tolist(), scores[near].tolist(), strict=True))
    return tuple(Match(slug, -score) for score, slug in found)


def decide(matches: Sequence[Match], written: Collection[str]) -> Decision:
    """Answer with the best lesson when it is written, near enough and clearly nearer than "other"; else abstain."""
    best = matches[0] if matches else Match("", 0.0)
    elsewhere = next((match.score for match in matches if match.slug == OTHER), 0.0)
    sure = best.slug in written and best.score >= max(ENOUGH, CLEAR * elsewhere)
    near = [match.slug for match in matches[: 2 * OFFERED] if match.slug in written]
    others = [slug for slug in dict.fromkeys((*near, *islice(written, 2 * OFFERED))) if not (sure and slug == best.slug)]
    return Decision("answer" if sure else "abstain", best.slug or None, best.score, tuple(others[:OFFERED]))


def _root(word: str, synonyms: Mapping[str, str]) -> str:
    """What stands for a word, its other forms and its synonyms."""
    root = stem(word)
    return synonyms.get(root, root)


def _heard(word: str, index: Index) -> str:
    """The root of a typed word: « lapprentissage » has lost its apostrophe, « gradeint » is a slip of the keyboard."""
    root = _root(word, index.synonyms)
    if root in index.vocabulary:
        return root
    whole = word[1:] if word.startswith(ELIDED) and word[1:2] in VOWELS else word
    guesses = (_root(guess, index.synonyms) for guess in (whole, meant(word, index.slips)) if guess)
    return next((guess for guess in guesses if guess in index.vocabulary), root)


def _features(roots: Sequence[str], vocabulary: Mapping[str, int]) -> tuple[Ints, Floats]:
    """Every feature once, as (keys, amounts): the words and pairs, then the letters."""
    words = _word_amounts([vocabulary.get(word, UNHEARD) for word in roots])
    letters, counts = np.unique(_letter_keys(roots), return_counts=True)
    return np.concatenate((list(words), letters)), np.concatenate((list(words.values()), counts))


def _word_amounts(words: Sequence[int]) -> dict[int, float]:
    """The amount of each word and of each pair of neighbours; all that no phrase contains counts as one feature."""
    amounts = dict.fromkeys(words, 0.0)
    for word in words:
        amounts[word] += 1.0
    for left, right in pairwise(words):
        pair = UNHEARD if UNHEARD in (left, right) else (left + 1 << PAIR_SHIFT) | right
        amounts[pair] = amounts.get(pair, 0.0) + PAIR
    return amounts


def _letter_keys(roots: Sequence[str]) -> Ints:
    """The runs of 3, 4 and 5 characters inside each word, whose two edges are characters too; greater than any pair."""
    characters = np.frombuffer(f" {' '.join(roots)} ".encode("ascii"), dtype=np.uint8).astype(np.int64)
    edges = np.flatnonzero(characters == EDGE)
    places = np.arange(len(characters) - 1)
    room = edges[np.searchsorted(edges, places, side="right")] - places  # characters left in the word
    run, runs = (characters[:-1] << BITS) | characters[1:], []
    for length in (3, 4, 5):
        run = (run[:-1] << BITS) | characters[length - 1 :]
        runs.append(run[room[: len(run)] >= length - 1] + length * LETTERS)
    return np.concatenate(runs)


def _inverted(features: Sequence[tuple[Ints, Floats]], slug_of: Ints) -> Lists:
    """The inverted lists of all phrases; each phrase's words are a vector of length 1, and so are its letters."""
    rows = np.repeat(np.arange(len(features)), [len(keys) for keys, _ in features])
    keys, places = np.unique(np.concatenate([keys for keys, _ in features]), return_inverse=True)
    weights = _weights(places, slug_of[rows], np.bincount(slug_of))
    values = np.concatenate([amounts for _, amounts in features]) * weights[places]
    halves = 2 * rows + (keys[places] >= LETTERS)
    values /= np.maximum(np.sqrt(np.bincount(halves, values**2)), TINY)[halves]
    order = np.argsort(places, kind="stable")
    order = order[values[order] > 0]
    starts = np.searchsorted(places[order], np.arange(len(keys) + 1))
    return Lists(keys, weights, starts, rows[order], values[order])


def _weights(features: Ints, slugs: Ints, phrases: Ints) -> Floats:
    """1 for a feature of a single lesson, 0 for one about equally common in all: 1 - entropy / largest entropy."""
    cells = np.bincount(features * len(phrases) + slugs, minlength=(features.max() + 1) * len(phrases))
    common = cells.reshape(-1, len(phrases)) / (phrases + SMOOTHING)
    share = common / common.sum(axis=1, keepdims=True)
    entropy = -(share * np.log(np.where(share > 0, share, 1.0))).sum(axis=1)
    weights = 1.0 - entropy / math.log(max(2, len(phrases)))
    return np.where(weights < LEAST_WEIGHT, 0.0, weights)


def _nearness(roots: Sequence[str], index: Index) -> Floats:
    """The question's cosine with every phrase (phrases,), of words and of letters, each with its share.

    What no phrase contains counts in the question's length alone.
    """
    amounts = _word_amounts([index.vocabulary.get(word, UNHEARD) for word in roots])
    words = [(amount, _word_of(key, index)) for key, amount in amounts.items()]
    letters = [_letters_of(root, index) for root in roots]
    keys, places = np.unique(np.concatenate([each.keys for each in letters]), return_inverse=True)
    weights = np.bincount(places, np.concatenate([each.weights for each in letters]), len(keys)).astype(np.float64)
    size = len(index.slug_of)
    said, spelt = _length(np.array([amount * each.weights[0] for amount, each in words])), _length(weights)
    rows = np.concatenate([each.rows for each in (*(each for _, each in words), *letters)])
    shares = [each.values * (amount * WORDS_SHARE / said) for amount, each in words]
    shares += [each.values * ((1 - WORDS_SHARE) / spelt) for each in letters]
    return np.asarray(np.bincount(rows, np.concatenate(shares), size), dtype=np.float64)


@lru_cache(maxsize=4096)
def _word_of(key: int, index: Index) -> Posted:
    """One word, or one pair of words."""
    return _posted(np.array([key]), np.ones(1), index.lists)


@lru_cache(maxsize=1024)  # the same few hundred words make up most questions
def _letters_of(root: str, index: Index) -> Posted:
    keys, counts = np.unique(_letter_keys([root]), return_counts=True)
    posted = _posted(keys, counts, index.lists)
    sums = np.bincount(posted.rows, posted.values, len(index.slug_of)).astype(np.float64)
    rows = np.flatnonzero(sums).astype(np.int64)
    return Posted(keys, posted.weights, rows, sums[rows])


def _posted(keys: Ints, amounts: Floats | Ints, lists: Lists) -> Posted:
    """What features in these amounts weigh, and what each adds to each phrase that has it."""
    found = np.minimum(np.searchsorted(lists.keys, keys), len(lists.keys) - 1)
    known = lists.keys[found] == keys
    weights: Floats = np.asarray(amounts * np.where(known, lists.weights[found], UNKNOWN), dtype=np.float64)
    posted = found[known]
    counts = lists.starts[posted + 1] - lists.starts[posted]
    postings = np.repeat(lists.starts[posted] - np.cumsum(counts) + counts, counts) + np.arange(counts.sum())
    return Posted(keys, weights, lists.rows[postings], lists.values[postings] * np.repeat(weights[known], counts))


def _length(weights: Floats) -> float:
    return max(math.sqrt(weights @ weights), TINY)


def _by_slug(nearness: Floats, index: Index) -> Floats:
    """Each lesson's score (slugs,): a weighted mean of its nearest phrases."""
    left, scores = nearness.copy(), np.zeros(len(index.slugs))
    for share in BEST_PHRASES:
        best = np.maximum.reduceat(left, index.firsts)
        scores += share * best
        left[left == best[index.slug_of]] = 0.0
    return np.minimum(scores, 1.0)
