"""The network that reads questions, as a worked example of itself: every step from the words it hears to the lessons' chances."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import exp, sqrt

from tutor.dialogue.receipts import Receipt, Step, step, step_symbols
from tutor.dialogue.router import Reading, Router, chances, reading

NAME = "router"
MOST_SHOWN = 3
MOST_READ = 200  # characters of a question, so that its steps can be read


@dataclass(frozen=True)
class Portrait:
    """What was heard of a question, the likeliest subjects with their chances, and the receipt of these.

    `heard` are features with their inputs x; a feature is a word without its ending, or two neighbours, or "" for all
    words that the network does not know. `features` and `subjects` count what it has.
    """

    heard: tuple[tuple[str, float], ...]
    likely: tuple[tuple[str, float], ...]
    receipt: Receipt
    features: int
    subjects: int


def portrait(question: str, router: Router) -> Portrait | None:
    """How the network reads a question; None where no word of it tells."""
    question = question[:MOST_READ]
    if not chances(question, router):
        return None
    heard = reading(question, router)
    amounts = [amount * weight for amount, weight in zip(heard.amounts, heard.importance, strict=True)]
    length = sqrt(sum(amount**2 for amount in amounts))
    inputs = [amount / length for amount in amounts]
    scores = [sum(x * row[slug] for x, row in zip(inputs, heard.weights, strict=True)) for slug in range(len(router.slugs))]
    best = sorted(range(len(scores)), key=lambda slug: -scores[slug])[:MOST_SHOWN]
    rest = sum(exp(score) for slug, score in enumerate(scores) if slug not in best)
    receipt = _receipt(question, heard, best, rest)
    likely = tuple((router.slugs[slug], receipt.numbers[f"p_{place}"]) for place, slug in enumerate(best, 1))
    return Portrait(tuple(zip(heard.features, inputs, strict=True)), likely, receipt, len(router.features), len(router.slugs))


def _receipt(question: str, heard: Reading, best: Sequence[int], rest: float) -> Receipt:
    places = range(1, len(heard.features) + 1)
    given = {**{f"a_{i}": a for i, a in zip(places, heard.amounts, strict=True)},
             **{f"m_{i}": m for i, m in zip(places, heard.importance, strict=True)},
             **{f"w_{k}_{i}": row[slug] for k, slug in enumerate(best, 1) for i, row in zip(places, heard.weights, strict=True)},
             "rest": rest}  # fmt: skip
    known, steps = dict(given), list[Step]()
    for name, symbol, expression, phase in _formulas(len(heard.features), len(best)):
        value = float(eval(expression, {"__builtins__": {}, "exp": exp, "sqrt": sqrt}, known))
        known[name] = value
        steps.append(step(name, symbol, expression, value, phase))
    symbols = {name: _symbol(name) for name in given}
    numbers = {each.name: each.value for each in steps if each.phase == "choose"}
    return Receipt(NAME, {"question": question}, given, {**symbols, **step_symbols(tuple(steps))}, tuple(steps), numbers)


def _formulas(features: int, lessons: int) -> Iterator[tuple[str, str, str, str]]:
    """Name, symbol, expression and phase of every step, in order."""
    every = range(1, features + 1)
    for i in every:
        yield f"u_{i}", f"u_{{{i}}}", f"a_{i}*m_{i}", "weigh"
    yield "length", "L", f"sqrt({' + '.join(f'u_{i}**2' for i in every)})", "weigh"
    for i in every:
        yield f"x_{i}", f"x_{{{i}}}", f"u_{i}/length", "weigh"
    for k in range(1, lessons + 1):
        yield f"z_{k}", f"z_{{{k}}}", " + ".join(f"w_{k}_{i}*x_{i}" for i in every), "score"
    yield "total", "S", " + ".join([*(f"exp(z_{k})" for k in range(1, lessons + 1)), "rest"]), "choose"
    for k in range(1, lessons + 1):
        yield f"p_{k}", f"p_{{{k}}}", f"exp(z_{k})/total", "choose"


def _symbol(name: str) -> str:
    letter, _, indices = name.partition("_")
    return f"{letter}_{{{indices.replace('_', ',')}}}" if indices else "R"
