"""How well questions of people reach their lessons: `python -m tests.benchmarks.routing [FILE.jsonl]`.

Rows are {"lang", "text", "labels", "kind", "source"}; any listed label is right, and none means that no lesson answers.
Without a file, those of `questions.jsonl` are asked: our own, by people who had not seen the phrases. Beside the figures
stand the same with slips of the keyboard, five-fold cross-validation on our phrases, and, where scikit-learn is
installed, its nearest phrase by TF-IDF and its logistic regression on the same phrases.
"""

import itertools
import json
import random
import statistics
import string
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from tutor.conversations import Tutor, open_tutor
from tutor.dialogue.kept_router import phrases_of
from tutor.dialogue.matching import Decision, Match, decide, rank
from tutor.dialogue.phrases import Phrases
from tutor.dialogue.prompt import Request, read
from tutor.dialogue.router import Router, is_lesson, train
from tutor.dialogue.understanding import understood
from tutor.language import house_folder

# Labels of such files that are not the slug of the lesson.
LESSONS = {
    "backprop-definition": "backpropagation", "backprop-steps": "training-steps", "mse": "mean-squared-error",
    "cross-entropy-softmax": "cross-entropy", "sgd-minibatch": "minibatch-sgd", "optimizers-compare": "comparing-optimizers",
    "relu-nondifferentiable-at-0": "relu-at-zero", "vanishing-gradient": "vanishing-gradients",
    "exploding-gradient": "exploding-gradients", "weight-init": "weight-initialization", "bias-term": "bias",
    "xor-nonlinearity": "xor", "computational-graph-autodiff": "automatic-differentiation",
    "local-minima-saddle": "local-minima", "epochs-batches": "epochs-and-batches", "overfitting-regularisation": "overfitting",
    "batch-norm": "batch-normalization", "number-of-neurons/width": "layer-width", "parameters-count": "parameter-count",
    "matrix-form/vectorised backprop": "matrix-form", "normalising-inputs": "input-scaling",
    "recurrent-bptt": "recurrent-networks", "inference-time": "inference",
}  # fmt: skip
OWN = Path(__file__).with_name("questions.jsonl")
SYMPTOM = "loss-not-decreasing"  # its lesson offers causes: right where one of them is listed
BANDS = (0.0, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 1.01)
SLIPS = 25  # one slip of the keyboard in as many characters


def main() -> None:
    """Print every figure for the rows of a file."""
    rows = rows_of(Path(sys.argv[1]) if len(sys.argv) > 1 else OWN)
    tutor = open_tutor()
    asked = [row for row in rows if row["labels"] and row["kind"] in ("single", "param")]
    for lang in sorted({row["lang"] for row in asked}):
        in_scope(lang, [row for row in asked if row["lang"] == lang], tutor)
    several([row for row in rows if row["kind"] == "multi" and len(wanted(row)) > 1], tutor)
    contextual([row for row in rows if row["kind"] in ("followup", "command") and not row["labels"]], tutor)
    refused("near misses", [row for row in rows if not row["labels"] and near_miss(row)], tutor)
    others = [row for row in rows if row["kind"] in ("out-of-scope", "nonsense") and not near_miss(row) and not row["labels"]]
    refused("other out of scope", others, tutor)
    reliability(asked, tutor)
    latency([row["text"] for row in rows], tutor.router)
    phrases = our_phrases(tutor)
    cross_validation(phrases)
    peers(phrases, asked)


def rows_of(file: Path) -> list[dict]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines() if line.strip()]


def our_phrases(tutor: Tutor) -> Phrases:
    """What the router is trained on."""
    return phrases_of(house_folder("content").joinpath("phrases"), tutor.library.terms)


def wanted(row: dict) -> set[str]:
    """The lessons that are right for a row."""
    return {LESSONS.get(label, label) for label in row["labels"]}


def near_miss(row: dict) -> bool:
    return "[near-miss]" in row["source"]


def routed(text: str, tutor: Tutor) -> tuple[list[Match], Decision]:
    """The lessons near a question, and what is decided."""
    matches = rank(text, tutor.router)
    return [match for match in matches if is_lesson(match.slug)], decide(matches, tutor.library.lessons)


def right(row: dict, near: list[Match], tutor: Tutor) -> bool:
    """Whether the best lesson is one of those listed, or tells of a symptom and offers one of them as its cause."""
    best = near[0].slug if near else ""
    causes = {*tutor.library.lessons[SYMPTOM].see_also, *(match.slug for match in near[1:4])}
    return best in wanted(row) or (best == SYMPTOM and not causes.isdisjoint(wanted(row)))


def share(hits: list[bool]) -> str:
    return f"{100 * sum(hits) / len(hits):5.1f} % of {len(hits)}" if hits else "none"


def in_scope(lang: str, rows: list[dict], tutor: Tutor) -> None:
    """Top-1, top-3, answered and wrong, left to the learner, abstained; top-1 with slips."""
    found = [(row, *routed(row["text"], tutor)) for row in rows]
    hits = [right(row, near, tutor) for row, near, _ in found]
    among = [hit or not wanted(row).isdisjoint(m.slug for m in near[:3]) for hit, (row, near, _) in zip(hits, found, strict=True)]
    wrong = [told.kind == "answer" and not hit for hit, (_, _, told) in zip(hits, found, strict=True)]
    offered = [not wanted(row).isdisjoint(told.alternatives) for row, _, told in found if told.kind == "clarify"]
    slipped = [right(row, routed(slips(row["text"]), tutor)[0], tutor) for row in rows]
    print(f"{lang}: top-1 {share(hits)} · top-3 {share(among)} · answered and wrong {share(wrong)}"
          f" · abstained {share([told.kind == 'abstain' for _, _, told in found])}"
          f" · asked which one {len(offered)}, a right one among them {share(offered)} · with slips, top-1 {share(slipped)}")


def slips(text: str) -> str:
    """The text with letters lost, swapped and mistyped: the same ones every time."""
    draw, letters = random.Random(text), list(text)
    for _ in range(max(1, len(text) // SLIPS)):
        place = draw.randrange(1, max(2, len(letters) - 1))
        pair = letters[place : place + 2]
        letters[place : place + 2] = draw.choice([pair[1:], pair[::-1], [draw.choice(string.ascii_lowercase), *pair[1:]]])
    return "".join(letters)


def requests_of(row: dict, tutor: Tutor) -> tuple[Request, ...]:
    return understood(read(row["text"], row["lang"]), tutor.mind)


def several(rows: list[dict], tutor: Tutor) -> None:
    """Of prompts about several things, those of which two are found among the parts."""
    print("several at once, two found:", share(several_hits(rows, tutor)))


def several_hits(rows: list[dict], tutor: Tutor) -> list[bool]:
    found = [{part.decision.slug for part in requests_of(row, tutor) if part.decision} for row in rows]
    return [len(slugs & wanted(row)) > 1 for slugs, row in zip(found, rows, strict=True)]


def contextual(rows: list[dict], tutor: Tutor) -> None:
    """Follow-ups and commands that are taken as such."""
    print("follow-ups and commands:", share(contextual_hits(rows, tutor)))


def contextual_hits(rows: list[dict], tutor: Tutor) -> list[bool]:
    return [any(part.kind != "question" for part in requests_of(row, tutor)) for row in rows]


def refused(name: str, rows: list[dict], tutor: Tutor) -> None:
    """What should be declined and is answered."""
    print(f"{name} accepted:", share([routed(row["text"], tutor)[1].kind == "answer" for row in rows]))


def reliability(rows: list[dict], tutor: Tutor) -> None:
    """By band of the score, how often the best lesson is right."""
    found = [(near[0].score, right(row, near, tutor)) for row in rows if (near := routed(row["text"], tutor)[0])]
    for low, high in itertools.pairwise(BANDS):
        print(f"score {low:.1f} to {min(high, 1):.1f}: right", share([hit for score, hit in found if low <= score < high]))


def latency(texts: list[str], router: Router) -> None:
    """Milliseconds to route one question."""
    times = sorted(seconds(text, router) * 1e3 for _ in range(5) for text in texts)
    print(f"milliseconds: median {statistics.median(times):.2f}, p99 {times[int(0.99 * len(times))]:.2f}, most {times[-1]:.2f}")


def seconds(text: str, router: Router) -> float:
    began = time.perf_counter()
    rank(text, router)
    return time.perf_counter() - began


def cross_validation(phrases: Phrases) -> None:
    """A fifth of our phrases at a time, asked of a router trained without them."""
    hits: dict[str, list[bool]] = {lang: [] for lang in phrases.by_language}
    for fold in range(5):
        began = time.perf_counter()
        router = train(without(phrases, fold))
        print(f"trained on four fifths in {time.perf_counter() - began:.2f} s")
        for lang, table in phrases.by_language.items():
            asked = [(slug, text) for slug, texts in table.items() if is_lesson(slug) for text in texts[fold::5]]
            hits[lang] += [next((m.slug for m in rank(text, router) if is_lesson(m.slug)), "") == slug for slug, text in asked]
    for lang, found in hits.items():
        print(f"five-fold on our own phrases, {lang}: top-1 {share(found)}")


def without(phrases: Phrases, fold: int) -> Phrases:
    return replace(phrases, by_language={
        lang: {slug: tuple(text for place, text in enumerate(texts) if place % 5 != fold) for slug, texts in table.items()}
        for lang, table in phrases.by_language.items()
    })  # fmt: skip


def peers(phrases: Phrases, rows: list[dict]) -> None:
    """The lessons' phrases and nothing else given to two usual ways of matching."""
    try:
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.linear_model import LogisticRegression
    except ImportError:
        print("scikit-learn is not installed: no peers")
        return
    pairs = [(text, slug) for table in phrases.by_language.values() for slug in table if is_lesson(slug) for text in table[slug]]
    texts, slugs = zip(*pairs, strict=True)
    vectors = TfidfVectorizer(strip_accents="unicode", ngram_range=(1, 2), sublinear_tf=True)
    known, asked = vectors.fit_transform(texts), vectors.transform([row["text"] for row in rows])
    nearest = (asked @ known.T).toarray().argmax(axis=1)
    report("nearest phrase by TF-IDF", rows, lambda place: slugs[nearest[place]])
    began = time.perf_counter()
    guessed = LogisticRegression(C=30, max_iter=60).fit(known, slugs).predict(asked)
    print(f"logistic regression trained in {time.perf_counter() - began:.0f} s")
    report("scikit-learn's logistic regression", rows, lambda place: guessed[place])


def report(name: str, rows: list[dict], slug_at: Callable[[int], str]) -> None:
    for lang in sorted({row["lang"] for row in rows}):
        hits = [slug_at(place) in wanted(row) for place, row in enumerate(rows) if row["lang"] == lang]
        print(f"{name}, {lang}: top-1 {share(hits)} (the rule for symptoms aside)")


if __name__ == "__main__":
    main()
