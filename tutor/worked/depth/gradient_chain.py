"""A chain of layers with one unit each: the slopes that multiply on the way back, and what is left of the gradient."""

from collections.abc import Iterator
from math import log10
from typing import Any

import numpy as np

from tutor.engine.activations import ACTIVATIONS, LEAK
from tutor.engine.backprop import near_kink
from tutor.engine.network import Array, Layer, Network, Trace, flatten, forward, unflatten
from tutor.worked.gradient_check import H
from tutor.worked.inputs import Choice, Integer, Number, Record
from tutor.worked.network.formulas import ACTIVATION_FORMULAS, SLOPE_FORMULAS
from tutor.worked.receipt import GradientCheck, ParameterCheck, Receipt, Step, step, step_symbols

NAME = "gradient-chain"
FIELDS = Record({
    "depth": Integer(10, 1, 50), "w": Number(1.0, -10.0, 10.0),
    "activation": Choice("sigmoid", tuple(name for name in ACTIVATIONS if name != "softmax")),
    "x": Number(0.5, -10.0, 10.0),
})
SHOWN = 10  # layers written out
SMALL, LARGE = 1e-3, 1e3  # a gradient below has vanished, above has exploded
SETTINGS = (("sigmoid", 1.0), ("sigmoid", 4.0), ("relu", 0.5), ("relu", 1.0), ("relu", 2.0))  # compared from START
START = 0.5
BOUND = 0.25  # the steepest slope of a sigmoid


def compute(inputs: dict[str, Any]) -> Receipt:
    """Forward values, the slope of every layer, their products from both ends, and the gradient of every weight."""
    network, x = _chain(inputs["depth"], inputs["activation"], inputs["w"]), np.array([[inputs["x"]]])
    trace = forward(network, x)
    slopes = _slopes(network, trace)
    steps, check = tuple(_steps(inputs, trace, slopes)), _check(network, trace, slopes)
    leak = {"negative_slope": LEAK} if inputs["activation"] == "leaky_relu" else {}
    return Receipt(
        NAME, inputs, {**{name: float(inputs[name]) for name in ("w", "x", "depth")}, **leak},
        {"w": "w", "x": "x", "depth": "N", **({"negative_slope": "c"} if leak else {}), **step_symbols(steps)}, steps,
        numbers={**_outcome(slopes), **_compared(inputs["depth"]), "largest_check_error": check.max_relative_error,
                 **{f"product_{layer}": value for layer, value in enumerate(np.cumprod(slopes).tolist(), 1)}},
        arrays=_arrays(inputs["depth"], trace, slopes), gradient_check=check,
        conventions=tuple(_conventions(inputs["activation"], check)),
    )


def _chain(depth: int, activation: str, w: float) -> Network:
    return Network(tuple(Layer(np.array([[w]]), np.zeros(1), activation) for _ in range(depth)))


def _slopes(network: Network, trace: Trace) -> Array:
    """The derivative of each layer's activation by the one before it, w φ'(z): (depth,)."""
    return network.layers[0].weights.item() * _local(network, trace)


def _local(network: Network, trace: Trace) -> Array:
    """φ'(z) of each layer: (depth,)."""
    pairs = zip(network.layers, trace.z, trace.a, strict=True)
    return np.array([ACTIVATIONS[layer.activation].slope(z, a).item() for layer, z, a in pairs])


def _steps(inputs: dict[str, Any], trace: Trace, slopes: Array) -> Iterator[Step]:
    """The first layers forward, their slopes, and the products of the slopes."""
    activation, shown = inputs["activation"], range(1, min(inputs["depth"], SHOWN) + 1)
    for layer in shown:
        before = f"a_{layer - 1}" if layer > 1 else "x"
        yield step(f"z_{layer}", f"z_{{{layer}}}", f"w*{before}", trace.z[layer - 1].item(), "forward")
        formula = ACTIVATION_FORMULAS[activation].format(z=f"z_{layer}")
        yield step(f"a_{layer}", f"a_{{{layer}}}", formula, trace.a[layer - 1].item(), "forward")
    for layer in shown:
        formula = SLOPE_FORMULAS[activation].format(z=f"z_{layer}", a=f"a_{layer}")
        yield step(f"slope_{layer}", f"s_{{{layer}}}", f"w*({formula})", slopes[layer - 1].item(), "backward")
    for layer, value in zip(shown, np.cumprod(slopes).tolist(), strict=False):
        expression = f"product_{layer - 1}*slope_{layer}" if layer > 1 else "slope_1"
        symbol = rf"\frac{{\partial a_{{{layer}}}}}{{\partial x}}"
        yield step(f"product_{layer}", symbol, expression, value, "chain")


def _outcome(slopes: Array) -> dict[str, float]:
    gradient = slopes.prod().item()
    return {"gradient": gradient, "size": abs(gradient), "vanishes": float(abs(gradient) < SMALL),
            "explodes": float(abs(gradient) > LARGE), "small": SMALL, "large": LARGE,
            "slope_least": np.abs(slopes).min().item(), "slope_most": np.abs(slopes).max().item()}


def _compared(depth: int) -> dict[str, float]:
    """What other weights and activations leave at the same depth, and what no sigmoid chain of weight 1 exceeds."""
    bounds = {f"bound_{layers}": BOUND**layers for layers in (5, 10, 20)}
    left = {_key(activation, w): abs(_products(depth, activation, w)[-1].item()) for activation, w in SETTINGS}
    return {**bounds, "bound": BOUND**depth, **left}


def _key(activation: str, w: float) -> str:
    return f"{activation}_{'half' if w == 0.5 else int(w)}"


def _products(depth: int, activation: str, w: float) -> Array:
    network = _chain(depth, activation, w)
    return np.cumprod(_slopes(network, forward(network, np.array([[START]]))))


def _arrays(depth: int, trace: Trace, slopes: Array) -> dict[str, Any]:
    """Rows from the input to the output; logarithms are decimal, and a gradient of 0 has none."""
    forwards, back = np.cumprod(slopes), _from_the_output(slopes)
    compared = np.log10(np.abs([_products(depth, *setting) for setting in SETTINGS]))
    numbers = range(1, depth + 1)
    return {
        "layers": [[number, trace.a[number - 1].item(), slopes[number - 1].item(), forwards[number - 1].item()]
                   for number in numbers],
        "arriving": [[place, log10(abs(value))] for place, value in enumerate(back.tolist()) if value],
        "compared": [[0, *[0.0] * len(SETTINGS)], *([number, *compared[:, number - 1].tolist()] for number in numbers)],
    }


def _from_the_output(slopes: Array) -> Array:
    """The derivative of the output by the input and by every activation: (depth + 1,)."""
    return np.cumprod(np.append(slopes, 1.0)[::-1])[::-1]


def _check(network: Network, trace: Trace, slopes: Array) -> GradientCheck:
    """The derivative of the output by the input and by every weight, relative to the largest of them."""
    before = np.array([trace.inputs.item(), *(a.item() for a in trace.a[:-1])])
    back = _from_the_output(slopes)
    analytic = np.append(back[1:] * _local(network, trace) * before, back[0])
    numeric, kinks = _numeric(network, trace.inputs)
    errors = np.abs(analytic - numeric) / (np.abs([analytic, numeric]).max() or 1.0)
    names = [*(f"w_{number}" for number in range(1, len(slopes) + 1)), "x"]
    rows = zip(names, analytic.tolist(), numeric.tolist(), errors.tolist(), kinks, strict=True)
    largest = float(errors[~np.array(kinks)].max(initial=0.0))
    return GradientCheck(H, largest, tuple(ParameterCheck(*row) for row in rows))


def _numeric(network: Network, x: Array) -> tuple[Array, list[bool]]:
    """Central differences of the output by every weight and by the input, and which of them cross a kink."""
    flat, depth = flatten(network), len(network.layers)
    moves = H * np.eye(2 * depth)[::2]  # a layer's weight stands before its bias
    sides = [forward(unflatten(network, flat + sign * moves), x).a[-1].ravel() for sign in (1, -1)]
    by_input = forward(network, np.array([x[0] + H, x[0] - H]))
    outputs = by_input.a[-1].ravel()
    kinked = any(ACTIVATIONS[layer.activation].kink for layer in network.layers)
    crossed = kinked and any(((z > 0) != (z[0] > 0)).any() for z in by_input.z)
    numeric = np.append((sides[0] - sides[1]) / (2 * H), (outputs[0] - outputs[1]) / (2 * H))
    return numeric, [*near_kink(network, x)[::2].tolist(), bool(crossed)]


def _conventions(activation: str, check: GradientCheck) -> Iterator[str]:
    yield "float64"
    if ACTIVATIONS[activation].kink:
        yield "relu-at-zero"
    yield "difference-h"
    if any(each.kink for each in check.parameters):
        yield "near-kink"
