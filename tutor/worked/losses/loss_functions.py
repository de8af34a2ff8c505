"""Several losses on one prediction side by side, and a classifier scored by the hinge loss and by cross-entropy."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from tutor.engine.backprop import loss_of
from tutor.engine.losses import LOSSES
from tutor.engine.network import Array, Layer, Network, Trace, forward
from tutor.engine.training import accuracy
from tutor.worked.inputs import Integer, InvalidInput, Number, Numbers, Record
from tutor.worked.listed import largest, listed, listed_steps, listed_symbols, total
from tutor.worked.receipt import GradientCheck, Receipt, Step, step, step_symbols
from tutor.worked.slope_check import CONVENTION, check_slopes

NAME = "loss-functions"
LARGEST = 100.0
MOST = 6
# The classifier and the scores of Stanford's CS231n notes.
FIELDS = Record({
    "target": Integer(1, 0, 1), "probability": Number(0.9, 0.001, 0.999),
    "scores": Numbers([13.0, -7.0, 11.0], -LARGEST, LARGEST, (MOST,)), "scores_class": Integer(1, 1, MOST),
    "margin": Number(10.0, 0.0, LARGEST),
    "weights": Numbers([[0.01, -0.05, 0.1, 0.05], [0.7, 0.2, 0.05, 0.16], [0.0, -0.45, -0.2, 0.03]],
                       -LARGEST, LARGEST, (MOST, MOST)),
    "x": Numbers([-15.0, 22.0, -44.0, 56.0], -LARGEST, LARGEST, (MOST,)),
    "biases": Numbers([0.0, 0.2, -0.3], -LARGEST, LARGEST, (MOST,)), "true_class": Integer(3, 1, MOST),
})
H = 1e-6
COMPARED = (0.9, 0.6, 0.1)
CURVE = np.arange(5, 96) / 100.0
CHANCE = (2, 3, 10, 1000)  # numbers of classes
LOSS_NAMES = ("squared", "absolute", "cross_entropy")
SLOPE_NAMES = tuple(f"{name}_slope" for name in LOSS_NAMES)
# Two models' probabilities of the right answer on three rows: the lower loss is not the higher accuracy.
MODELS = {"cautious": np.array([[0.6], [0.6], [0.6]]), "bold": np.array([[0.99], [0.99], [0.4]])}


def compute(inputs: dict[str, Any]) -> Receipt:
    """Losses and slopes at one probability, the hinge loss of given scores, and both losses of a linear classifier."""
    _check_fit(inputs)
    check = _check(inputs)
    steps = (*_pointwise_steps(inputs), *_hinge_steps(inputs), *_classifier_steps(inputs))
    return Receipt(
        example=NAME, inputs=inputs, steps=steps, gradient_check=check,
        values=_values(inputs), symbols={**_symbols(inputs), **step_symbols(steps)},
        numbers={**_compared(inputs["target"]), **_chances(), **_models(), "largest_check_error": check.max_relative_error},
        arrays={"table": _rows(COMPARED, inputs["target"]), "probabilities": _rows(CURVE, inputs["target"]),
                "chance": [[classes, _chance(classes)] for classes in CHANCE]},
        conventions=("float64", CONVENTION),
    )


def _check_fit(inputs: dict[str, Any]) -> None:
    classes = len(inputs["weights"])
    for pointer, found, expected in (("/weights/0", len(inputs["weights"][0]), len(inputs["x"])),
                                     ("/biases", len(inputs["biases"]), classes)):
        if found != expected:
            raise InvalidInput(pointer, "wrong-shape", {"expected": expected, "found": found})
    for name, most in (("scores_class", len(inputs["scores"])), ("true_class", classes)):
        if inputs[name] > most:
            raise InvalidInput(f"/{name}", "too-large", {"high": most})


def _values(inputs: dict[str, Any]) -> dict[str, float]:
    weights = (listed(f"w_{row}_#", numbers) for row, numbers in enumerate(inputs["weights"], 1))
    return {
        "t": float(inputs["target"]), "p": inputs["probability"], **listed("s_#", inputs["scores"]),
        "margin": inputs["margin"], **{name: value for row in weights for name, value in row.items()},
        **listed("x_#", inputs["x"]), **listed("b_#", inputs["biases"]), "classes": float(len(inputs["biases"])),
    }


def _symbols(inputs: dict[str, Any]) -> dict[str, str]:
    classes, width = len(inputs["biases"]), len(inputs["x"])
    weights = (listed_symbols(f"w_{row}_#", f"w_{{{row}#}}", width) for row in range(1, classes + 1))
    return {
        "t": "t", "p": "p", **listed_symbols("s_#", "s_{#}", len(inputs["scores"])), "margin": r"\Delta",
        **{name: symbol for row in weights for name, symbol in row.items()},
        **listed_symbols("x_#", "x_{#}", width), **listed_symbols("b_#", "b_{#}", classes), "classes": "K",
    }


def _columns(p: Array, t: float) -> Array:
    """Squared, absolute and cross-entropy loss of each probability, then their slopes: (..., 6)."""
    squared, binary = LOSSES["squared_error"], LOSSES["binary_cross_entropy"]
    target = np.asarray(t)
    return np.stack([squared.terms(p, target), np.abs(p - target), binary.terms(p, target),
                     squared.slope(p, target), np.sign(p - target), binary.slope(p, target)], axis=-1)


def _rows(probabilities: Sequence[float] | Array, t: float) -> list[list[float]]:
    """A probability, then `_columns`, a row each."""
    p = np.asarray(probabilities)
    rows: list[list[float]] = np.column_stack([p, _columns(p, t)]).tolist()
    return rows


def _pointwise_steps(inputs: dict[str, Any]) -> tuple[Step, ...]:
    found = _columns(np.array(inputs["probability"]), inputs["target"]).tolist()
    losses, slopes = ("(p - t)**2", "abs(p - t)", "-(t*log(p) + (1 - t)*log(1 - p))"), (
        "2*(p - t)", "(p - t)/abs(p - t)", "(p - t)/(p*(1 - p))")
    titles = ("2", "1", r"\mathrm{CE}")
    return (
        *(step(name, f"L_{{{title}}}(p)", formula, value, "loss")
          for name, title, formula, value in zip(LOSS_NAMES, titles, losses, found[:3], strict=True)),
        *(step(name, f"L'_{{{title}}}(p)", formula, value, "backward")
          for name, title, formula, value in zip(SLOPE_NAMES, titles, slopes, found[3:], strict=True)),
    )


def _check(inputs: dict[str, Any]) -> GradientCheck:
    """Each loss reads a probability of its own, so that one function of three numbers checks the three slopes."""
    p, t = inputs["probability"], inputs["target"]
    slopes = dict(zip(SLOPE_NAMES, _columns(np.array(p), t)[3:].tolist(), strict=True))

    def losses(points: Array) -> Array:
        added: Array = np.diagonal(_columns(points, t)[..., :3], axis1=-2, axis2=-1).sum(-1)
        return added

    return check_slopes(losses, np.full(3, p), slopes, H)


def _violations(scores: Array, right: int, margin: float) -> Array:
    """By how much each score comes within the margin of the right one's, which itself counts 0."""
    found: Array = np.maximum(0.0, scores - scores[right - 1] + margin)
    found[right - 1] = 0.0
    return found


def _violation_steps(names: tuple[str, str, str], scores: Array, right: int, margin: float) -> tuple[Step, ...]:
    """A term for every wrong class, and their sum; `names` are those of a score, of the loss and of the margin."""
    score, loss, width = names
    found = _violations(scores, right, margin)
    wrong = [place for place in range(1, scores.size + 1) if place != right]
    terms = tuple(step(f"{loss}_{place}", rf"h_{{{place}}}" if score == "s" else rf"v_{{{place}}}",
                       f"max(0, {score}_{place} - {score}_{right} + {width})", float(found[place - 1]), "margin")
                  for place in wrong)
    symbol = "H(s)" if score == "s" else "H(z)"
    return (*terms, step(loss, symbol, " + ".join(each.name for each in terms) or "0", float(found.sum()), "margin"))


def _hinge_steps(inputs: dict[str, Any]) -> tuple[Step, ...]:
    names = ("s", "hinge", "margin")
    return _violation_steps(names, np.array(inputs["scores"]), inputs["scores_class"], inputs["margin"])


def _classifier_steps(inputs: dict[str, Any]) -> tuple[Step, ...]:
    """The scores of the linear classifier, its hinge loss with a margin of 1, and its cross-entropy."""
    network = Network((Layer(np.array(inputs["weights"]), np.array(inputs["biases"]), "softmax"),))
    trace, right = forward(network, np.array([inputs["x"]])), inputs["true_class"]
    return (*_score_steps(trace, len(inputs["x"])), *_violation_steps(("z", "svm", "1"), trace.z[0][0], right, 1.0),
            *_softmax_steps(network, trace, right))


def _score_steps(trace: Trace, width: int) -> tuple[Step, ...]:
    return tuple(step(f"z_{row}", f"z_{{{row}}}", f"{total(f'w_{row}_#*x_#', width)} + b_{row}", score, "forward")
                 for row, score in enumerate(trace.z[0][0].tolist(), 1))


def _softmax_steps(network: Network, trace: Trace, right: int) -> tuple[Step, ...]:
    z, a = trace.z[0], trace.a[0]
    classes = z.shape[-1]
    powers, targets = np.exp(z[0] - z.max()), np.eye(classes)[right - 1 : right]
    return (
        step("top", "m", largest("z_#", classes), float(z.max()), "softmax"),
        *listed_steps(("e_#", "e_{#}", "exp(z_# - top)"), powers.tolist(), "softmax"),
        step("total", "S", total("e_#", classes), float(powers.sum()), "softmax"),
        step("p_true", r"p_{\ast}", f"e_{right}/total", float(a[0, right - 1]), "softmax"),
        step("softmax_loss", r"L_{\mathrm{CE}}(z)", f"log(total) - (z_{right} - top)",
             float(loss_of(network, trace, targets, "cross_entropy")), "softmax"),
        step("chance", r"L_{\mathrm{CE}}\left(\tfrac{1}{K}\right)", "-log(1/classes)", _chance(classes), "softmax"),
    )


def _chance(classes: int) -> float:
    """The cross-entropy of an answer that gives every class the same probability."""
    even, target = np.full((1, classes), 1.0 / classes), np.eye(classes)[:1]
    return float(LOSSES["cross_entropy"].value(even, target))


def _compared(t: int) -> dict[str, float]:
    """The three losses at each compared probability, named by its percentage, and the cross-entropy at one half."""
    named = {f"{name}_{100 * row[0]:.0f}": value
             for row in _rows(COMPARED, t) for name, value in zip(LOSS_NAMES, row[1:4], strict=True)}
    return {**named, "cross_entropy_half": _rows([0.5], t)[0][3]}


def _chances() -> dict[str, float]:
    return {f"chance_{classes}": _chance(classes) for classes in CHANCE}


def _models() -> dict[str, float]:
    ones = np.ones((3, 1))
    return {f"{name}_{kind}": value for name, p in MODELS.items() for kind, value in (
        ("loss", float(LOSSES["binary_cross_entropy"].value(p, ones))), ("accuracy", accuracy(p, ones)))}
