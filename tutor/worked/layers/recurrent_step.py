"""A recurrent network written out: the same weights at every moment, and a gradient that is a sum over time."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from tutor.engine.network import Array
from tutor.worked.conventions import check_conventions
from tutor.worked.function_check import Function, check_function
from tutor.worked.inputs import Number, Numbers, Record
from tutor.worked.layers.recurrence import PARAMETERS, Backward, Case, Forward, backward, forward, tape_gradient
from tutor.worked.network.problem import LARGEST
from tutor.worked.receipt import GradientCheck, Receipt, Step, step, step_symbols

NAME = "recurrent-step"


def _number(default: float) -> Number:
    return Number(default, -LARGEST, LARGEST)


FIELDS = Record({
    "x": Numbers([1.0, 0.5, -1.0, 0.8], -LARGEST, LARGEST, (5,)),
    "w_x": _number(0.5), "w_h": _number(0.8), "b": _number(0.1), "w_y": _number(1.2),
    "h0": _number(0.0), "t": _number(1.0),
})
SYMBOLS = {"w_x": "w_x", "w_h": "w_h", "b": "b", "w_y": "w_y", "h_0": "h_0", "t": "t"}
FORGOTTEN = 0.1  # a factor back through time below this says that the beginning hardly counts


@dataclass(frozen=True)
class Work:
    """The case, its parameters (4,), both passes, and the factor dh_T/dh_1 between the last state and the first."""

    case: Case
    parameters: Array
    ahead: Forward
    back: Backward
    through: float


def compute(inputs: dict[str, Any]) -> Receipt:
    """Forward and backpropagation through time, every moment written out."""
    work = _work(inputs)
    steps, check = tuple(_steps(work)), _check(work)
    return Receipt(
        NAME, inputs, _values(inputs), {**_symbols(inputs), **step_symbols(steps)}, steps,
        numbers={**{each.name: each.value for each in steps}, **_outcome(work),
                 "largest_check_error": check.max_relative_error},
        arrays=_arrays(work), gradient_check=check,
        conventions=("float64", "half-squared-error", "shared-in-time", "gate-free", *check_conventions(check)),
    )


def _work(inputs: dict[str, Any]) -> Work:
    case = Case(np.array(inputs["x"]), inputs["h0"], inputs["t"])
    parameters = np.array([inputs[name] for name in PARAMETERS])
    ahead = forward(case, parameters)
    back = backward(case, parameters, ahead)
    return Work(case, parameters, ahead, back, float(np.prod(back.factor[1:])))


def _values(inputs: dict[str, Any]) -> dict[str, float]:
    given = {name: inputs[name] for name in (*PARAMETERS, "t")}
    return {**{f"x_{moment}": x for moment, x in enumerate(inputs["x"], 1)}, **given, "h_0": inputs["h0"]}


def _symbols(inputs: dict[str, Any]) -> dict[str, str]:
    return {**{f"x_{moment}": f"x_{moment}" for moment in range(1, len(inputs["x"]) + 1)}, **SYMBOLS}


def _partial(of: str, by: str) -> str:
    return rf"\frac{{\partial {of}}}{{\partial {by}}}"


# The steps, forward in time and back.


def _steps(work: Work) -> Iterator[Step]:
    last = work.case.x.size
    for moment, (z, h) in enumerate(zip(work.ahead.z.tolist(), work.ahead.h[1:].tolist(), strict=True), 1):
        yield step(f"z_{moment}", f"z_{moment}", f"w_x*x_{moment} + w_h*h_{moment - 1} + b", z, "forward")
        yield step(f"h_{moment}", f"h_{moment}", f"tanh(z_{moment})", h, "forward")
    yield step("y", "y", f"w_y*h_{last}", work.ahead.y, "forward")
    yield step("loss", "L", "(y - t)**2/2", work.ahead.loss, "loss")
    yield step("dy", _partial("L", "y"), "y - t", work.back.error, "backward")
    for moment in range(last, 0, -1):
        yield from _moment_steps(work, moment)
    yield from _factor_steps(work)
    yield from _gradient_steps(work)


def _moment_steps(work: Work, moment: int) -> Iterator[Step]:
    """What comes from the moment after (or from the output), times the slope of tanh."""
    upstream, slope, delta = (part[moment - 1].item() for part in (work.back.upstream, work.back.slope, work.back.delta))
    coming = f"d_{moment + 1}*w_h" if moment < work.case.x.size else "dy*w_y"
    yield step(f"g_{moment}", _partial("L", f"h_{moment}"), coming, upstream, "through-time")
    yield step(f"s_{moment}", _partial(f"h_{moment}", f"z_{moment}"), f"1 - h_{moment}**2", slope, "through-time")
    yield step(f"d_{moment}", _partial("L", f"z_{moment}"), f"g_{moment}*s_{moment}", delta, "through-time")


def _factor_steps(work: Work) -> Iterator[Step]:
    """How much of a state is left in the next one, and from the first state to the last."""
    last = work.case.x.size
    for moment, value in enumerate(work.back.factor[1:].tolist(), 2):
        yield step(f"factor_{moment}", _partial(f"h_{moment}", f"h_{moment - 1}"), f"w_h*s_{moment}", value, "factors")
    if last > 1:
        product = "*".join(f"factor_{moment}" for moment in range(2, last + 1))
        yield step("factor_through_time", _partial(f"h_{last}", "h_1"), product, work.through, "factors")


def _gradient_steps(work: Work) -> Iterator[Step]:
    """One contribution a moment to the gradient of the recurrent weight, then the sums."""
    moments = range(1, work.case.x.size + 1)
    for moment, value in zip(moments, _contributions(work), strict=True):
        yield step(f"dw_h_{moment}", rf"\left.{_partial('L', 'w_h')}\right|_{{{moment}}}",
                   f"d_{moment}*h_{moment - 1}", value, "summed")
    to_x, to_h, to_b, to_y = work.back.gradient.tolist()
    sums = (("w_h", "dw_h_{0}", to_h), ("w_x", "d_{0}*x_{0}", to_x), ("b", "d_{0}", to_b))
    for name, term, value in sums:
        yield step(f"d{name}", _partial("L", name), " + ".join(term.format(moment) for moment in moments), value, "summed")
    yield step("dw_y", _partial("L", "w_y"), f"dy*h_{work.case.x.size}", to_y, "summed")


def _contributions(work: Work) -> list[float]:
    """What each moment adds to dL/dw_h."""
    added: list[float] = (work.back.delta * work.ahead.h[:-1] + 0.0).tolist()  # no minus before a zero
    return added


# What is not a step.


def _outcome(work: Work) -> dict[str, float]:
    """1 for yes, 0 for no: the factor through time shrinks, grows, has all but gone."""
    size = abs(work.through)
    difference = np.abs(work.back.gradient - np.array(tape_gradient(work.case, work.parameters))).max()
    return {"moments": float(work.case.x.size), "tape_difference": float(difference), "factor_size": size,
            "shrinks": float(size < 1), "grows": float(size > 1), "vanishes": float(size < FORGOTTEN),
            "shared_parameters": float(work.parameters.size)}


def _arrays(work: Work) -> dict[str, Any]:
    """Per moment what it adds to the gradients of w_h and w_x; and the sizes of products of more and more factors."""
    added = zip(_contributions(work), (work.back.delta * work.case.x).tolist(), strict=True)
    return {"contributions": [[moment, *pair] for moment, pair in enumerate(added, 1)],
            "states": [[moment, h] for moment, h in enumerate(work.ahead.h.tolist())],
            "factors": _factor_sizes(work)}


def _factor_sizes(work: Work) -> list[list[float]]:
    """How much a state this many moments back still moves the last one, within the sequence."""
    sizes = np.cumprod(np.append(1.0, np.abs(work.back.factor[:0:-1])))
    return [[back, size] for back, size in enumerate(sizes.tolist())]


def _check(work: Work) -> GradientCheck:
    """The recurrent part is one layer, the output another."""

    def loss(parameters: Array) -> float:
        return forward(work.case, parameters).loss

    return check_function(Function(loss, PARAMETERS, (3, 1)), work.parameters, work.back.gradient)
