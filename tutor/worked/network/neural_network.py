"""The smallest whole network read as a function: weighted sums, activations, and what moving one weight does."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from tutor.engine.activations import ACTIVATIONS, LEAK
from tutor.engine.backprop import near_kink
from tutor.engine.network import Array, Layer, Network, Trace, flatten, forward, parameter_count, sizes, unflatten
from tutor.worked.conventions import check_conventions
from tutor.worked.function_check import Function, check_function
from tutor.worked.inputs import Choice, InvalidInput, Number, Numbers, Record
from tutor.worked.network.formulas import ACTIVATION_FORMULAS, SLOPE_FORMULAS, forward_heads
from tutor.worked.network.names import Shape, parameters
from tutor.worked.receipt import GradientCheck, Receipt, Step, step, step_symbols

NAME = "neural-network"
INPUTS = 2
LARGEST = 100.0  # of any number given: the written slopes keep their digits up to here
FIELDS = Record({
    "x": Numbers([1.0, 0.2], -LARGEST, LARGEST, (INPUTS,)),
    "weights": Numbers([[2.0, 2.0], [-2.0, -2.0]], -LARGEST, LARGEST, (3, INPUTS)),
    "biases": Numbers([-1.0, 3.0], -LARGEST, LARGEST, (3,)),
    "activation": Choice("tanh", tuple(name for name in ACTIVATIONS if name != "softmax")),
    "output_weights": Numbers([3.0, 3.0], -LARGEST, LARGEST, (3,)),
    "output_bias": Number(-3.0, -LARGEST, LARGEST),
    "nudge": Number(0.1, -LARGEST, LARGEST),
})
GRID = np.linspace(-0.5, 1.5, 25)
PICTURE_DIGITS = 4


@dataclass(frozen=True)
class Work:
    """The network, its answer, its answer after the nudge, and the slope of the output by every parameter (P,)."""

    network: Network
    shape: Shape
    x: Array
    trace: Trace
    nudged: Trace
    gradient: Array


def compute(inputs: dict[str, Any]) -> Receipt:
    """Every unit's weighted sum and activation, the nudged answer, and the network as a map over the plane."""
    work = _work(inputs)
    steps, check = tuple(_steps(inputs, work)), _check(work)
    leak = {"negative_slope": LEAK} if inputs["activation"] == "leaky_relu" else {}
    return Receipt(
        NAME, inputs, {**_values(inputs, work), **leak},
        {**_symbols(work), **({"negative_slope": "c"} if leak else {}), **step_symbols(steps)}, steps,
        numbers={**{each.name: each.value for each in steps}, "largest_check_error": check.max_relative_error},
        arrays={"map": _map(work.network), "points": [[*inputs["x"], float(work.trace.a[-1].item() > 0.5)]],
                "corners": _corners(work.network)},
        gradient_check=check, conventions=tuple(_conventions(inputs, check)),
    )


def _conventions(inputs: dict[str, Any], check: GradientCheck) -> Iterator[str]:
    yield from ("float64", "weights-out-in", "sigmoid-output")
    if inputs["activation"] == "identity":
        yield "still-linear"
    if ACTIVATIONS[inputs["activation"]].kink:
        yield "relu-at-zero"
    yield from check_conventions(check)


def _work(inputs: dict[str, Any]) -> Work:
    network, x = _network(inputs), np.array([inputs["x"]])
    moved = flatten(network)
    moved[0] += inputs["nudge"]
    widths = sizes(network)
    shape = Shape(widths, (inputs["activation"], "sigmoid"), "half_squared_error", 1)
    trace = forward(network, x)
    return Work(network, shape, x, trace, forward(unflatten(network, moved), x), _gradient(network, trace))


def _network(inputs: dict[str, Any]) -> Network:
    hidden = len(inputs["weights"])
    for pointer, found, expected in (("/x", len(inputs["x"]), INPUTS), ("/weights/0", len(inputs["weights"][0]), INPUTS),
                                     ("/biases", len(inputs["biases"]), hidden),
                                     ("/output_weights", len(inputs["output_weights"]), hidden)):
        if found != expected:
            raise InvalidInput(pointer, "wrong-shape", {"expected": expected, "found": found})
    first = Layer(np.array(inputs["weights"]), np.array(inputs["biases"]), inputs["activation"])
    return Network((first, Layer(np.array([inputs["output_weights"]]), np.array([inputs["output_bias"]]), "sigmoid")))


def _gradient(network: Network, trace: Trace) -> Array:
    """The derivative of the output itself, without any loss, by every parameter in the engine's flat order."""
    slopes = [ACTIVATIONS[layer.activation].slope(z, a)[0]
              for layer, z, a in zip(network.layers, trace.z, trace.a, strict=True)]
    delta = network.layers[1].weights[0] * slopes[1] * slopes[0]
    parts = (np.outer(delta, trace.inputs[0]).ravel(), delta, slopes[1] * trace.a[0][0], slopes[1])
    return np.concatenate(parts) + 0.0  # no minus before a zero


def _values(inputs: dict[str, Any], work: Work) -> dict[str, float]:
    given = {f"x{place}": value for place, value in enumerate(inputs["x"], 1)}
    flat = zip(_parameter_names(work), flatten(work.network).tolist(), strict=True)
    return {**given, **dict(flat), "nudge": inputs["nudge"], "inputs": float(INPUTS), "hidden": float(work.shape.sizes[1])}


def _parameter_names(work: Work) -> list[str]:
    return [each.name for layer in work.shape.layers for each in parameters(work.shape, layer)]


def _symbols(work: Work) -> dict[str, str]:
    every = [each for layer in work.shape.layers for each in parameters(work.shape, layer)]
    return {"x1": "x_1", "x2": "x_2", **{each.name: each.symbol for each in every},
            "nudge": r"\Delta w", "inputs": "d", "hidden": "n"}


def _steps(inputs: dict[str, Any], work: Work) -> Iterator[Step]:
    values = [value for z, a in zip(work.trace.z, work.trace.a, strict=True) for value in (*z[0].tolist(), *a[0].tolist())]
    for (name, symbol, expression, operands, phase), value in zip(forward_heads(work.shape), values, strict=True):
        yield Step(name, symbol, expression, operands, value, phase)
    yield step("composed", "f(x_1, x_2)", _composed(inputs["activation"], work.shape), work.trace.a[1].item(), "composed")
    yield from _nudge_steps(inputs, work)
    count = float(parameter_count(work.shape.sizes))
    yield step("parameters", "P", "(inputs + 1)*hidden + (hidden + 1)", count, "count")


def _composed(activation: str, shape: Shape) -> str:
    """The whole network as one expression of its inputs: functions inside a function."""
    sums = (f"w1_{unit}_1*x1 + w1_{unit}_2*x2 + b1_{unit}" for unit in shape.units(1))
    hidden = (ACTIVATION_FORMULAS[activation].format(z=f"({inside})") for inside in sums)
    return f"sigmoid({' + '.join(f'w2_1_{unit}*({a})' for unit, a in enumerate(hidden, 1))} + b2_1)"


def _nudge_steps(inputs: dict[str, Any], work: Work) -> Iterator[Step]:
    """The first weight of the first unit moves; the output follows through that unit alone."""
    after, units = work.nudged, range(2, work.shape.sizes[1] + 1)
    act = ACTIVATION_FORMULAS[inputs["activation"]]
    others = "".join(f" + w2_1_{unit}*a1_{unit}" for unit in units)
    slope = SLOPE_FORMULAS[inputs["activation"]].format(z="z1_1", a="a1_1")
    before, moved = work.trace.a[1].item(), after.a[1].item()
    yield step("nudged_z", r"z^{(1)+}_1", "(w1_1_1 + nudge)*x1 + w1_1_2*x2 + b1_1", after.z[0][0, 0].item(), "nudge")
    yield step("nudged_a", r"a^{(1)+}_1", act.format(z="nudged_z"), after.a[0][0, 0].item(), "nudge")
    yield step("nudged_sum", r"z^{(2)+}_1", f"w2_1_1*nudged_a{others} + b2_1", after.z[1].item(), "nudge")
    yield step("nudged_output", r"a^{(2)+}_1", "sigmoid(nudged_sum)", moved, "nudge")
    yield step("change", r"\Delta y", "nudged_output - a2_1", moved - before, "nudge")
    yield step("slope", r"\frac{\partial y}{\partial w^{(1)}_{11}}", f"a2_1*(1 - a2_1)*w2_1_1*({slope})*x1",
               work.gradient[0].item(), "nudge")
    yield step("predicted_change", r"\frac{\partial y}{\partial w^{(1)}_{11}}\,\Delta w", "slope*nudge",
               work.gradient[0].item() * inputs["nudge"], "nudge")


def _map(network: Network) -> list[list[float]]:
    """Outputs over the square [-0.5, 1.5]²: a row for each x2, lowest first, and x1 from left to right in it."""
    x1, x2 = np.meshgrid(GRID, GRID)
    outputs = forward(network, np.column_stack([x1.ravel(), x2.ravel()])).a[-1]
    picture: list[list[float]] = outputs.reshape(x1.shape).round(PICTURE_DIGITS).tolist()
    return picture


def _corners(network: Network) -> list[list[float]]:
    """The output at the four corners of the unit square: x1, x2, y."""
    corners = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    rows: list[list[float]] = np.column_stack([corners, forward(network, corners).a[-1]]).tolist()
    return rows


def _check(work: Work) -> GradientCheck:
    """The slope of the output by every weight and bias; a parameter that carries a unit over a kink is marked."""
    ends = [end for _, _, end in work.shape.spans]
    kinks = near_kink(work.network, work.x)

    def output(flat: Array) -> float:
        return float(forward(unflatten(work.network, flat), work.x).a[-1].item())

    def piece(flat: Array) -> bool:
        return bool(kinks[flat != flatten(work.network)].any())

    function = Function(output, _parameter_names(work), np.diff([0, *ends]).tolist(), piece)
    return check_function(function, flatten(work.network), work.gradient)
