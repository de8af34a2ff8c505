"""Which output and loss belong together: three pairs with one delta, and what a mismatched pair does when saturated."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from tutor.engine.activations import ACTIVATIONS, pull_back
from tutor.engine.backprop import Gradients, gradients
from tutor.engine.losses import FUSED, LOSSES, fused_delta
from tutor.engine.network import Array, Layer, Network, Trace, forward
from tutor.worked.inputs import Integer, InvalidInput, Number, Numbers, Record
from tutor.worked.listed import largest, listed, listed_steps, listed_symbols, total
from tutor.worked.receipt import GradientCheck, Receipt, Step, step, step_symbols
from tutor.worked.slope_check import CONVENTION, check_slopes

NAME = "output-layers"
LARGEST = 100.0
MOST = 6
SATURATION = 30.0  # beyond it the slope of the sigmoid is lost to rounding
# The logits and labels are those of Keras's page on binary cross-entropy.
FIELDS = Record({
    "regression_z": Number(2.5, -LARGEST, LARGEST), "regression_t": Number(3.0, -LARGEST, LARGEST),
    "binary_z": Number(0.51, -LARGEST, LARGEST), "binary_t": Integer(1, 0, 1),
    "scores": Numbers([1.0, -2.0, 0.0], -LARGEST, LARGEST, (MOST,)), "true_class": Integer(1, 1, MOST),
    "logits": Numbers([-18.6, 0.51, 2.94, -12.8], -LARGEST, LARGEST, (MOST,)),
    "labels": Numbers([0.0, 1.0, 0.0, 0.0], 0.0, 1.0, (MOST,)),
    "saturated_z": Number(-10.0, -SATURATION, SATURATION), "saturated_t": Integer(1, 0, 1),
})
H = 1e-5
CURVE = np.linspace(-12.0, 12.0, 121)
PAIRS = {
    "regression": ("identity", "mean_squared_error"), "binary": ("sigmoid", "binary_cross_entropy"),
    "several": ("softmax", "cross_entropy"),
}
LOGISTIC_TERM = "relu({z}) - {t}*{z} + log(1 + exp(-abs({z})))"


@dataclass(frozen=True)
class Output:
    """An output activation and its loss on one row: pre-activations (1, n), the forward and the backward pass."""

    z: Array
    trace: Trace
    found: Gradients


def compute(inputs: dict[str, Any]) -> Receipt:
    """Output, loss and delta for a number, for yes or no and for one class of several; then the logits and saturation."""
    _check_fit(inputs)
    targets = _targets(inputs)
    outputs = _outputs(inputs, targets)
    check = _check(outputs, targets)
    steps = (*_regression_steps(outputs["regression"]), *_binary_steps(outputs["binary"]),
             *_several_steps(outputs["several"]), *_logit_steps(inputs), *_saturation_steps(inputs))
    return Receipt(
        example=NAME, inputs=inputs, steps=steps, gradient_check=check,
        values=_values(inputs, targets["several"][0]), symbols={**_symbols(inputs), **step_symbols(steps)},
        numbers={**_factors(outputs, targets), "largest_check_error": check.max_relative_error},
        arrays={"slopes": _slope_rows(CURVE, inputs["saturated_t"]),
                "rows": [[logit, label, float(_sigmoid(np.array([logit]))[0])]
                         for logit, label in zip(inputs["logits"], inputs["labels"], strict=True)]},
        conventions=("float64", "classes-from-one", CONVENTION),
    )


def _check_fit(inputs: dict[str, Any]) -> None:
    if inputs["true_class"] > len(inputs["scores"]):
        raise InvalidInput("/true_class", "too-large", {"high": len(inputs["scores"])})
    if len(inputs["labels"]) != len(inputs["logits"]):
        raise InvalidInput("/labels", "wrong-shape", {"expected": len(inputs["logits"]), "found": len(inputs["labels"])})


def _output(z: Array, t: Array, activation: str, loss: str) -> Output:
    """One pass through a layer that only applies the activation: its delta is dL/dz."""
    network = Network((Layer(np.eye(z.size), np.zeros(z.size), activation),))
    trace = forward(network, z)
    return Output(z, trace, gradients(network, trace, t, loss))


def _targets(inputs: dict[str, Any]) -> dict[str, Array]:
    """A row (1, n) for each kind of output; one-hot for several classes."""
    hot = np.eye(len(inputs["scores"]))[[inputs["true_class"] - 1]]
    return {"regression": np.array([[inputs["regression_t"]]]), "binary": np.array([[float(inputs["binary_t"])]]), "several": hot}


def _outputs(inputs: dict[str, Any], targets: dict[str, Array]) -> dict[str, Output]:
    z = {"regression": [inputs["regression_z"]], "binary": [inputs["binary_z"]], "several": inputs["scores"]}
    return {name: _output(np.array([z[name]]), targets[name], *pair) for name, pair in PAIRS.items()}


def _check(outputs: dict[str, Output], targets: dict[str, Array]) -> GradientCheck:
    """The three losses added up: each reads pre-activations of its own."""
    regression, binary, several = outputs.values()
    deltas = {"regression_delta": regression.found.delta[0].item(), "binary_delta": binary.found.delta[0].item(),
              **listed("delta_#", several.found.delta[0][0].tolist())}

    def losses(points: Array) -> Array:
        squared = LOSSES["mean_squared_error"].terms(points[:, 0], targets["regression"][0])
        logistic = FUSED["sigmoid", "binary_cross_entropy"](points[:, 1], targets["binary"][0])
        categorical: Array = FUSED["softmax", "cross_entropy"](points[:, 2:], targets["several"]).sum(-1)
        return squared + logistic + categorical

    return check_slopes(losses, np.concatenate([each.z[0] for each in outputs.values()]), deltas, H)


def _regression_steps(output: Output) -> tuple[Step, ...]:
    return (
        step("regression_a", "a_{r}", "regression_z", output.trace.a[0].item(), "regression"),
        step("regression_loss", "L_{r}", "(regression_a - regression_t)**2", float(output.found.loss), "regression"),
        step("regression_delta", r"\delta_{r}", "2*(regression_a - regression_t)", output.found.delta[0].item(), "regression"),
    )


def _binary_steps(output: Output) -> tuple[Step, ...]:
    term = LOGISTIC_TERM.format(z="binary_z", t="binary_t")
    return (
        step("binary_a", "a_{b}", "sigmoid(binary_z)", output.trace.a[0].item(), "binary"),
        step("binary_loss", "L_{b}", term, float(output.found.loss), "binary"),
        step("binary_delta", r"\delta_{b}", "binary_a - binary_t", output.found.delta[0].item(), "binary"),
    )


def _several_steps(output: Output) -> Iterator[Step]:
    z, a, delta = output.z[0], output.trace.a[0][0], output.found.delta[0][0]
    powers = np.exp(z - z.max())
    yield step("top", "m", largest("s_#", z.size), float(z.max()), "several")
    yield step("total", "S", total("exp(s_# - top)", z.size), float(powers.sum()), "several")
    yield from listed_steps(("p_#", "p_{#}", "exp(s_# - top)/total"), a.tolist(), "several")
    terms = total("t_#*(log(total) - (s_# - top))", z.size)
    yield step("several_loss", "L_{s}", terms, float(output.found.loss), "several")
    yield from listed_steps(("delta_#", r"\delta_{#}", "p_# - t_#"), delta.tolist(), "several")


def _sigmoid(z: Array) -> Array:
    return ACTIVATIONS["sigmoid"].function(z)


def _logit_steps(inputs: dict[str, Any]) -> Iterator[Step]:
    """The mean loss of several yes-or-no answers, from their logits."""
    z, t = np.array(inputs["logits"]), np.array(inputs["labels"])
    terms = FUSED["sigmoid", "binary_cross_entropy"](z, t)
    mean = float(LOSSES["binary_cross_entropy"].mean(terms[:, None]))
    yield from listed_steps(("q_#", "q_{#}", "sigmoid(l_#)"), _sigmoid(z).tolist(), "logits")
    yield from listed_steps(("term_#", r"\ell_{#}", LOGISTIC_TERM.format(z="l_#", t="y_#")), terms.tolist(), "logits")
    yield step("bce", "L", f"({total('term_#', z.size)})/answers", mean, "logits")


def _slopes(z: Array, t: float) -> tuple[Array, Array, Array]:
    """A sigmoid's output, and dL/dz under half the squared error and under cross-entropy, element by element."""
    a, target = _sigmoid(z), np.asarray(float(t))
    slope = ACTIVATIONS["sigmoid"].slope(z, a)
    squared = pull_back("sigmoid", LOSSES["half_squared_error"].slope(a, target), slope, a)
    return a, squared, fused_delta(a[..., None, None], target)[..., 0, 0]


def _slope_rows(z: Array, t: float) -> list[list[float]]:
    _, squared, logistic = _slopes(z, t)
    rows: list[list[float]] = np.column_stack([z, squared, logistic]).tolist()
    return rows


def _saturation_steps(inputs: dict[str, Any]) -> tuple[Step, ...]:
    a, squared, logistic = (found.item() for found in _slopes(np.array([inputs["saturated_z"]]), inputs["saturated_t"]))
    return (
        step("saturated_a", "a", "sigmoid(saturated_z)", a, "saturated"),
        step("squared_slope", "g_{2}", "(saturated_a - saturated_t)*(saturated_a*(1 - saturated_a))", squared, "saturated"),
        step("cross_entropy_slope", r"g_{\mathrm{CE}}", "saturated_a - saturated_t", logistic, "saturated"),
        step("slope_ratio", r"\frac{g_{\mathrm{CE}}}{g_{2}}", "cross_entropy_slope/squared_slope", logistic / squared,
             "saturated"),
    )


def _factors(outputs: dict[str, Output], targets: dict[str, Array]) -> dict[str, float]:
    """By pair, what prediction minus target is multiplied by in delta; left out where there is no difference."""
    sizes = {name: (np.abs(output.found.delta[0]).max(), np.abs(output.trace.a[0] - targets[name]).max())
             for name, output in outputs.items()}
    return {f"{name}_factor": float(delta / error) for name, (delta, error) in sizes.items() if error > 0}


def _values(inputs: dict[str, Any], hot: Array) -> dict[str, float]:
    single = ("regression_z", "regression_t", "binary_z", "binary_t", "saturated_z", "saturated_t")
    return {**{name: float(inputs[name]) for name in single}, **listed("s_#", inputs["scores"]),
            **listed("t_#", hot.tolist()), **listed("l_#", inputs["logits"]),
            **listed("y_#", inputs["labels"]), "answers": float(len(inputs["logits"]))}


def _symbols(inputs: dict[str, Any]) -> dict[str, str]:
    classes, answers = len(inputs["scores"]), len(inputs["logits"])
    return {"regression_z": "z_{r}", "regression_t": "t_{r}", "binary_z": "z_{b}", "binary_t": "t_{b}",
            "saturated_z": "z", "saturated_t": "t", "answers": "n", **listed_symbols("s_#", "s_{#}", classes),
            **listed_symbols("t_#", "t_{#}", classes), **listed_symbols("l_#", "l_{#}", answers),
            **listed_symbols("y_#", "y_{#}", answers)}
