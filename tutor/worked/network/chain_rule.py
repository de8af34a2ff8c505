"""The chain rule on one neuron, factor by factor, and on a fork where two paths meet."""

from dataclasses import replace
from typing import Any

import numpy as np

from tutor.engine.activations import ACTIVATIONS, LEAK
from tutor.engine.backprop import loss_of
from tutor.engine.network import Layer, Network, forward, unflatten
from tutor.engine.tape import Scalar, adjoints
from tutor.worked.conventions import check_conventions
from tutor.worked.gradient_check import H, check_gradient
from tutor.worked.inputs import Choice, Number, Record
from tutor.worked.network.formulas import ACTIVATION_FORMULAS, SLOPE_FORMULAS
from tutor.worked.network.problem import LARGEST, Problem
from tutor.worked.network.values import Passes, run_passes
from tutor.worked.receipt import GradientCheck, Receipt, Step, step, step_symbols

NAME = "chain-rule-neuron"
LOSS = "half_squared_error"


def _number(default: float) -> Number:
    return Number(default, -LARGEST, LARGEST)


FIELDS = Record({
    "w": _number(0.5), "x": _number(2.0), "b": _number(-0.5), "t": _number(1.0),
    "activation": Choice("sigmoid", tuple(name for name in ACTIVATIONS if name != "softmax")),
    "u": _number(2.0),
})
SYMBOLS = {"w": "w", "x": "x", "b": "b", "t": "t", "u": "u", "h": "h"}
GIVEN = ("w", "x", "b", "t", "u")


def compute(inputs: dict[str, Any]) -> Receipt:
    """The factors of dL/dw, their product, and the same derivative by a central difference."""
    problem = _problem(inputs)
    passes = run_passes(problem)
    check = _check(problem, passes)
    steps = (*_forward_steps(inputs["activation"], passes), *_backward_steps(inputs, problem, passes),
             *_difference_steps(inputs["activation"], problem, passes), *_fork_steps(inputs["u"]))
    leak = {"negative_slope": LEAK} if inputs["activation"] == "leaky_relu" else {}
    return Receipt(
        example=NAME, inputs=inputs, steps=steps, gradient_check=check,
        values={**{name: inputs[name] for name in GIVEN}, "h": H, **leak},
        symbols={**SYMBOLS, **({"negative_slope": "c"} if leak else {}), **step_symbols(steps)},
        numbers={**{each.name: each.value for each in steps}, "largest_check_error": check.max_relative_error},
        conventions=("float64", "half-squared-error", *_kink_convention(inputs["activation"]), *check_conventions(check)),
    )


def _problem(inputs: dict[str, Any]) -> Problem:
    layer = Layer(np.array([[inputs["w"]]]), np.array([inputs["b"]]), inputs["activation"])
    return Problem(Network((layer,)), np.array([[inputs["x"]]]), np.array([[inputs["t"]]]), LOSS)


def _check(problem: Problem, passes: Passes) -> GradientCheck:
    """The neuron's parameters are called w and b here."""
    check = check_gradient(problem, passes.shape, passes.gradient)
    return replace(check, parameters=tuple(each._replace(name=each.name[0]) for each in check.parameters))


def _kink_convention(activation: str) -> tuple[str, ...]:
    return ("relu-at-zero",) if ACTIVATIONS[activation].kink else ()


def _forward_steps(activation: str, passes: Passes) -> tuple[Step, ...]:
    return (
        step("z", "z", "w*x + b", passes.trace.z[0].item(), "forward"),
        step("a", "a", ACTIVATION_FORMULAS[activation].format(z="z"), passes.trace.a[0].item(), "forward"),
        step("loss", "L", "(a - t)**2/2", passes.found.loss.item(), "loss"),
    )


def _backward_steps(inputs: dict[str, Any], problem: Problem, passes: Passes) -> tuple[Step, ...]:
    found, slope = passes.found, SLOPE_FORMULAS[inputs["activation"]].format(z="z", a="a")
    to_input = (found.delta[0] @ problem.network.layers[0].weights).item()
    return (
        step("dL_da", _partial("L", "a"), "a - t", found.upstream[0].item(), "backward"),
        step("da_dz", _partial("a", "z"), slope, found.slope[0].item(), "backward"),
        step("dz_dw", _partial("z", "w"), "x", inputs["x"], "backward"),
        step("dL_dw", _partial("L", "w"), "dL_da*da_dz*dz_dw", found.weights[0].item(), "backward"),
        step("dL_db", _partial("L", "b"), "dL_da*da_dz", found.biases[0].item(), "backward"),
        step("dL_dx", _partial("L", "x"), "dL_da*da_dz*w", to_input, "backward"),
    )


def _partial(of: str, by: str) -> str:
    return rf"\frac{{\partial {of}}}{{\partial {by}}}"


def _difference_steps(activation: str, problem: Problem, passes: Passes) -> tuple[Step, ...]:
    """The loss a little to the right and to the left in w, and the slope between the two points."""
    moved = unflatten(problem.network, passes.parameters + np.array([[H, 0.0], [-H, 0.0]]))
    plus, minus = loss_of(moved, forward(moved, problem.inputs), problem.targets, LOSS).tolist()
    formula = ACTIVATION_FORMULAS[activation]
    return (
        step("loss_plus", "L(w + h)", f"({formula.format(z='((w + h)*x + b)')} - t)**2/2", plus, "difference"),
        step("loss_minus", "L(w - h)", f"({formula.format(z='((w - h)*x + b)')} - t)**2/2", minus, "difference"),
        step("dL_dw_numeric", r"\frac{\Delta L}{\Delta w}", "(loss_plus - loss_minus)/(2*h)",
             (plus - minus) / (2 * H), "difference"),
    )


def _fork_steps(u: float) -> tuple[Step, ...]:
    """u is used by a product and by a sum; the derivatives along the two paths are added."""
    start = Scalar(u)
    product, multiple = start * start, 3 * start
    f = product + multiple
    return (
        step("f", "f", "u*u + 3*u", f.value, "fork"),
        step("path_product", r"\frac{\partial (u\,u)}{\partial u}", "2*u", adjoints(product)[start], "fork"),
        step("path_sum", r"\frac{\partial (3\,u)}{\partial u}", "3", adjoints(multiple)[start], "fork"),
        step("df_du", r"\frac{\mathrm{d} f}{\mathrm{d} u}", "path_product + path_sum", adjoints(f)[start], "fork"),
    )
