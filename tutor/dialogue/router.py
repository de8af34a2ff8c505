"""The network that reads questions: words and pairs of neighbouring words go in, one lesson of all comes out.

It has one layer, a softmax, and our own engine trains it on the phrases learners use. A question is a sparse vector of
length 1; a word or pair weighs the more, the fewer lessons it occurs in. All languages share one network, so that a
question may mix them.
"""

import math
from array import array
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from sys import intern

import numpy as np
from numpy.typing import NDArray

from tutor.dialogue.phrases import Phrases
from tutor.dialogue.words import meant, run_together, slips, split, stem
from tutor.engine.backprop import gradients
from tutor.engine.network import Layer, Network, forward

# Set on questions kept for measuring and on phrases held out of the training; accuracy is flat around these values.
PAIR = 0.7  # a pair of neighbours, beside 1 for a word
RARE = 2  # a word or pair of fewer phrases than this is unknown
TELLING = 0.4  # the least weight of what tells one subject from others: "what is" does not
UNKNOWN = 0.5  # the weight of all unknown words together
SMOOTHING = 2.0  # phrases without the word, added to every lesson's
OTHER_SHARE = 0.05  # of the phrases drawn are about something else; lessons share the rest evenly
DOUBT = 0.1  # of each target is spread over all lessons, so that the network is not surer than its phrases
ROUNDS, ROWS, RATE = 12, 64, 150.0  # the rate is large because a question of length 1 moves few weights by little

OTHER = "other"
FOLLOW = "follow-"  # what the tables of commands begin with: follow-simpler, follow-steps, …
NEVER = ""  # the feature that stands for all unknown words
ELIDED = tuple("cdjlmnst")
VOWELS = tuple("aeiouyh")
TINY = 1e-6

Ints = NDArray[np.int64]
Floats = NDArray[np.floating]


@dataclass(frozen=True, eq=False)
class Spelling:
    """How a typed word is read: the `known` roots, `synonyms` {stem: root}, `slips` {mistyped: word}."""

    known: Collection[str]
    synonyms: Mapping[str, str]
    slips: Mapping[str, str]


@dataclass(frozen=True, eq=False)
class Router:
    """The trained network and what it reads.

    `features` gives words' roots and "left right" pairs their rows in `importance` (features,) and `weights`
    (features, slugs).
    """

    slugs: tuple[str, ...]
    features: Mapping[str, int]
    importance: Floats
    weights: Floats
    spelling: Spelling


@dataclass(frozen=True)
class Sparse:
    """Phrases as rows of features: phrase p has those at rows[starts[p]:starts[p + 1]], with `values` there."""

    starts: Ints
    rows: Ints
    values: Floats


@dataclass(frozen=True)
class Reading:
    """What the network knows of a question: the features it hears ("" for all unknown words), and the numbers of each.

    `amounts` and `importance` (features,), `weights` (features, slugs).
    """

    features: tuple[str, ...]
    amounts: tuple[float, ...]
    importance: tuple[float, ...]
    weights: tuple[tuple[float, ...], ...]


def reading(question: str, router: Router) -> Reading:
    """What the first steps of `chances` are computed from."""
    amounts = _amounts(_roots(question, router), router.features)
    rows, names = list(amounts), tuple(router.features)
    weights = tuple(map(tuple, router.weights[rows].tolist()))
    return Reading(tuple(names[row] for row in rows), tuple(amounts.values()), tuple(router.importance[rows].tolist()), weights)


def _roots(question: str, router: Router) -> list[str]:
    return [root for word in split(question) for root in _heard(word, router.spelling)]


def is_lesson(slug: str) -> bool:
    """Whether a slug of the phrases is a lesson's: neither what is not taught nor a command."""
    return slug != OTHER and not slug.startswith(FOLLOW)


def chances(question: str, router: Router) -> Mapping[str, float]:
    """How likely the question is about each lesson, or about something else; empty when no word of it tells."""
    amounts = _amounts(_roots(question, router), router.features)
    rows = np.fromiter(amounts, np.int64, len(amounts))
    # For a dozen numbers Python is quicker than NumPy, whose first calls in a while are slow ones.
    telling = router.importance[rows].tolist()
    if not any(row and each >= TELLING for row, each in zip(amounts, telling, strict=True)):
        return {}
    inputs = [amount * each for amount, each in zip(amounts.values(), telling, strict=True)]
    unit = np.array([inputs], np.float32) / np.float32(math.hypot(*inputs))
    likely = forward(_network(router.weights[rows].astype(np.float32)), unit).a[-1]
    return dict(zip(router.slugs, *likely.tolist(), strict=True))


def train(phrases: Phrases, seed: int = 1) -> Router:
    """The network trained on all phrases of all languages, the same for the same phrases."""
    slugs = tuple(sorted({slug for table in phrases.by_language.values() for slug in table}))
    asked = [(slugs.index(slug), words) for slug, text in _asked(phrases) if (words := [*map(intern, split(text))])]
    synonyms = {stem(variant): stem(word) for variant, word in phrases.synonyms.items()}
    roots = {word: _root(word, synonyms) for word in (*phrases.synonyms, *(word for _, words in asked for word in words))}
    common = _common([roots[word] for word in set(words)] for _, words in asked)
    elsewhere = {word: word for slug, words in asked if slugs[slug] == OTHER for word in words}  # a lawyer is no layer
    known = slips(word for word, root in roots.items() if root in common) | elsewhere
    heard = {word: _heard(word, Spelling(common, synonyms, known)) for word in roots}
    spoken = [[root for word in words for root in heard[word]] for _, words in asked]
    features = _vocabulary(spoken, common)
    slug_of = np.array([slug for slug, _ in asked])
    importance, weights = _trained(_sparse(spoken, features), slug_of, len(features), _shares(slugs), seed)
    return Router(slugs, features, importance, weights, Spelling(features, synonyms, known))


def _asked(phrases: Phrases) -> Iterator[tuple[str, str]]:
    for table in phrases.by_language.values():
        yield from ((slug, text) for slug in table for text in table[slug])


def _root(word: str, synonyms: Mapping[str, str]) -> str:
    """What stands for a word, its other forms and its synonyms."""
    root = stem(word)
    return synonyms.get(root, root)


@lru_cache(maxsize=4096)  # the sides of a text are read again and again, and learners use the same words
def _heard(word: str, spelling: Spelling) -> tuple[str, ...]:
    """The roots of what was typed as one word: of its likeliest reading that is known, else its own."""
    root = _root(word, spelling.synonyms)
    if root in spelling.known:
        return (root,)
    heard = (tuple(_root(part, spelling.synonyms) for part in parts) for parts in _readings(word, spelling))
    return next((roots for roots in heard if all(root in spelling.known for root in roots)), (root,))


def _readings(word: str, spelling: Spelling) -> Iterator[tuple[str, ...]]:
    """« lapprentissage » has lost its apostrophe, « gradeint » is a slip of the keyboard, "hiddenlayers" are two words."""
    if word.startswith(ELIDED) and word[1:2] in VOWELS:
        yield (word[1:],)
    slip = meant(word, spelling.slips)
    # A first letter is lost or swapped, but hardly mistyped: « pommes » is no slip of « sommes ».
    if slip and (slip[0] == word[0] or slip[1:] != word[1:]):
        yield (slip,)
    yield from run_together(word, spelling.slips)


def _common(phrases: Iterable[Iterable[str]]) -> frozenset[str]:
    """The roots that are not rare."""
    counts = Counter(root for roots in phrases for root in set(roots))
    return frozenset(root for root, count in counts.items() if count >= RARE)


def _vocabulary(spoken: Sequence[Sequence[str]], common: Collection[str]) -> dict[str, int]:
    """A number for every common word and pair of words, and for what stands for the rest."""
    kept = sorted(common) + sorted(_common(_pairs(roots, common) for roots in spoken))
    return {feature: number for number, feature in enumerate((NEVER, *kept))}


def _pairs(roots: Sequence[str], common: Collection[str]) -> Iterator[str]:
    """The neighbours that are both known."""
    return (f"{left} {right}" for left, right in pairwise(roots) if left in common and right in common)


def _amounts(roots: Sequence[str], features: Mapping[str, int]) -> dict[int, float]:
    """The rows of what is known of a text and how much there is of each: once, however often it is said."""
    words = {features.get(root, features[NEVER]): 1.0 for root in roots}
    return words | {features[pair]: PAIR for pair in _pairs(roots, features) if pair in features}


def _sparse(spoken: Sequence[Sequence[str]], features: Mapping[str, int]) -> Sparse:
    ends, rows, amounts = array("q", [0]), array("q"), array("f")
    for roots in spoken:
        found = _amounts(roots, features)
        rows.extend(found)
        amounts.extend(found.values())
        ends.append(len(rows))
    return Sparse(np.array(ends), np.array(rows), np.array(amounts))


def _importance(phrases: Sparse, slug_of: Ints, features: int) -> Floats:
    """1 for a feature of a single lesson, 0 for one equally common in all: the root of 1 - entropy / largest entropy."""
    sizes = np.bincount(slug_of)
    cells = phrases.rows * len(sizes) + np.repeat(slug_of, np.diff(phrases.starts))
    share = np.bincount(cells, minlength=features * len(sizes)).reshape(features, -1) / (sizes + SMOOTHING)
    share /= share.sum(axis=1, keepdims=True)
    entropy = -(share * np.log(np.where(share > 0, share, 1.0))).sum(axis=1)
    importance = np.sqrt(1.0 - entropy / math.log(max(2, len(sizes))))
    importance[0] = UNKNOWN
    return np.asarray(importance, np.float32)


def _weighed(phrases: Sparse, importance: Floats) -> Sparse:
    """The phrases with every feature as important as it is, at length 1."""
    values = phrases.values * importance[phrases.rows]
    lengths = np.sqrt(np.add.reduceat(values**2, phrases.starts[:-1]))
    return replace(phrases, values=values / np.repeat(np.maximum(lengths, TINY), np.diff(phrases.starts)))


def _shares(slugs: Sequence[str]) -> Floats:
    """How much of what is drawn is of each slug."""
    return np.array([OTHER_SHARE if slug == OTHER else (1 - OTHER_SHARE) / (len(slugs) - 1) for slug in slugs])


def _trained(spoken: Sparse, slug_of: Ints, features: int, shares: Floats, seed: int) -> tuple[Floats, Floats]:
    """The importance and the weights of every feature.

    Stochastic gradient descent, its rate falling to zero, over batches in which all lessons are equally likely.
    """
    random, weights = np.random.default_rng(seed), np.zeros((features, len(shares)), np.float32)
    importance = _importance(spoken, slug_of, features)
    phrases = _weighed(spoken, importance)
    odds = (shares / np.bincount(slug_of))[slug_of]
    steps = ROUNDS * len(slug_of) // ROWS
    drawn = random.choice(len(slug_of), (steps, ROWS), p=odds / odds.sum())
    targets = np.eye(len(shares), dtype=np.float32) * (1 - DOUBT) + np.float32(DOUBT / len(shares))
    for step, batch in enumerate(drawn):
        rows, inputs = _batch(phrases, batch)
        network = _network(weights[rows])
        found = gradients(network, forward(network, inputs), targets[slug_of[batch]], "cross_entropy")
        weights[rows] -= np.float32(RATE * (1 - step / steps)) * found.weights[0].T
    return importance, weights.astype(np.float16)  # half the memory, and the same answers


def _batch(phrases: Sparse, batch: Ints) -> tuple[Ints, Floats]:
    """The rows of features in some phrases, and the phrases over these (phrases, rows)."""
    counts = phrases.starts[batch + 1] - phrases.starts[batch]
    places = np.repeat(phrases.starts[batch] - np.cumsum(counts) + counts, counts) + np.arange(counts.sum())
    rows, columns = np.unique(phrases.rows[places], return_inverse=True)
    inputs = np.zeros((len(batch), len(rows)), np.float32)
    inputs[np.repeat(np.arange(len(batch)), counts), columns] = phrases.values[places]
    return rows, inputs


def _network(weights: Floats) -> Network:
    """The layer over some of its inputs (rows, slugs); a bias would only say which lessons are asked for most."""
    return Network((Layer(weights.T, np.zeros(weights.shape[1], np.float32), "softmax"),))
