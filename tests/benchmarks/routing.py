"""How well questions of real people reach their lessons: `python -m tests.benchmarks.routing FILE.jsonl`.

Rows are {"lang", "text", "labels", "kind", "source"}; any listed label is right, and none means that no lesson answers.
The figures are the matcher's alone; beside them stands five-fold cross-validation on our own phrases.
"""

import itertools
import json
import statistics
import sys
import time
from dataclasses import replace
from pathlib import Path

from tutor.conversations import Tutor, open_tutor
from tutor.dialogue.matching import OTHER, Decision, Index, Match, build, decide, rank
from tutor.dialogue.phrases import Phrases, load, with_terms
from tutor.dialogue.prompt import read
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
BANDS = (0.0, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 1.01)


def main() -> None:
    """Print every figure for the rows of a file."""
    rows = [json.loads(line) for line in Path(sys.argv[1]).read_text("utf-8").splitlines() if line.strip()]
    tutor = open_tutor()
    asked = [row for row in rows if row["labels"] and row["kind"] in ("single", "param")]
    for lang in sorted({row["lang"] for row in asked}):
        in_scope(lang, [row for row in asked if row["lang"] == lang], tutor)
    several([row for row in rows if row["kind"] == "multi" and len(wanted(row)) > 1], tutor)
    contextual([row for row in rows if row["kind"] in ("followup", "command") and not row["labels"]])
    refused("near misses", [row for row in rows if not row["labels"] and near_miss(row)], tutor)
    others = [row for row in rows if row["kind"] in ("out-of-scope", "nonsense") and not near_miss(row) and not row["labels"]]
    refused("other out of scope", others, tutor)
    reliability(asked, tutor)
    latency([row["text"] for row in rows], tutor.index)
    cross_validation()


def wanted(row: dict) -> set[str]:
    """The lessons that are right for a row."""
    return {LESSONS.get(label, label) for label in row["labels"]}


def near_miss(row: dict) -> bool:
    return "[near-miss]" in row["source"]


def routed(text: str, tutor: Tutor) -> tuple[list[Match], Decision]:
    """The lessons near a question, and what is decided."""
    matches = rank(text, tutor.index)
    return [match for match in matches if match.slug != OTHER], decide(matches, tutor.library.lessons)


def share(hits: list[bool]) -> str:
    return f"{100 * sum(hits) / len(hits):5.1f} % of {len(hits)}" if hits else "none"


def in_scope(lang: str, rows: list[dict], tutor: Tutor) -> None:
    """Top-1, top-3, answered and wrong, abstained."""
    found = [(wanted(row), *routed(row["text"], tutor)) for row in rows]
    print(f"{lang}: top-1 {share([bool(near) and near[0].slug in right for right, near, _ in found])}"
          f" · top-3 {share([not right.isdisjoint(match.slug for match in near[:3]) for right, near, _ in found])}"
          f" · answered and wrong {share([told.kind == 'answer' and told.slug not in right for right, _, told in found])}"
          f" · abstained {share([told.kind != 'answer' for _, _, told in found])}")


def several(rows: list[dict], tutor: Tutor) -> None:
    """Of prompts about two things, those of which both are found among the parts."""
    found = [{routed(part.text, tutor)[1].slug for part in read(row["text"], row["lang"])} for row in rows]
    print("several at once, two found:", share([len(slugs & wanted(row)) > 1 for slugs, row in zip(found, rows, strict=True)]))


def contextual(rows: list[dict]) -> None:
    """Follow-ups and commands that are taken as such."""
    taken = [any(part.kind != "question" for part in read(row["text"], row["lang"])) for row in rows]
    print("follow-ups and commands:", share(taken))


def refused(name: str, rows: list[dict], tutor: Tutor) -> None:
    """What should be declined and is answered."""
    print(f"{name} accepted:", share([routed(row["text"], tutor)[1].kind == "answer" for row in rows]))


def reliability(rows: list[dict], tutor: Tutor) -> None:
    """By band of the score, how often the best lesson is right."""
    found = [(near[0].score, near[0].slug in wanted(row)) for row in rows if (near := routed(row["text"], tutor)[0])]
    for low, high in itertools.pairwise(BANDS):
        print(f"score {low:.1f} to {min(high, 1):.1f}: right", share([right for score, right in found if low <= score < high]))


def latency(texts: list[str], index: Index) -> None:
    """Milliseconds to route one question."""
    times = sorted(seconds(text, index) * 1e3 for _ in range(5) for text in texts)
    print(f"milliseconds: median {statistics.median(times):.2f}, p99 {times[int(0.99 * len(times))]:.2f}, most {times[-1]:.2f}")


def seconds(text: str, index: Index) -> float:
    began = time.perf_counter()
    rank(text, index)
    return time.perf_counter() - began


def cross_validation() -> None:
    """A fifth of our phrases at a time, asked of an index built without them."""
    phrases = with_terms(load(house_folder("content").joinpath("phrases")), ())
    for lang, table in phrases.by_language.items():
        hits = [hit for fold in range(5) for hit in of_the_rest(phrases, table, fold)]
        print(f"five-fold on our own phrases, {lang}: top-1 {share(hits)}")


def of_the_rest(phrases: Phrases, table: dict, fold: int) -> list[bool]:
    kept = {lang: {slug: tuple(text for place, text in enumerate(texts) if place % 5 != fold) for slug, texts in each.items()}
            for lang, each in phrases.by_language.items()}
    index = build(replace(phrases, by_language=kept))
    left_out = [(slug, text) for slug, texts in table.items() if slug != OTHER for text in texts[fold::5]]
    return [next((match.slug for match in rank(text, index) if match.slug != OTHER), "") == slug for slug, text in left_out]


if __name__ == "__main__":
    main()
