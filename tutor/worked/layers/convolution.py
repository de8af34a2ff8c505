"""A convolution in one dimension by hand: a kernel slides along a list, and its gradient comes back the same way."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from tutor.engine.losses import LOSSES
from tutor.engine.network import Array, parameter_count
from tutor.worked.conventions import check_conventions
from tutor.worked.function_check import Function, check_function
from tutor.worked.inputs import Integer, InvalidInput, Number, Numbers, Record
from tutor.worked.layers.sliding import Slide, in_order, matrix, windows
from tutor.worked.network.problem import LARGEST
from tutor.worked.receipt import GradientCheck, Receipt, Step, step, step_symbols

NAME = "convolution"
FIELDS = Record({
    "x": Numbers([1.0, 2.0, 3.0, 4.0, 5.0], -LARGEST, LARGEST, (12,)),
    "kernel": Numbers([1.0, 0.0, -1.0], -LARGEST, LARGEST, (5,)),
    "bias": Number(0.0, -LARGEST, LARGEST),
    "stride": Integer(1, 1, 4),
    "padding": Integer(0, 0, 4),
    "t": Number(1.0, -LARGEST, LARGEST),
})
LOSS = LOSSES["half_squared_error"]
SIZES = {"n": "n", "kernel_size": "k", "stride": "s", "padding": "p"}


@dataclass(frozen=True)
class Convolution:
    """What is computed: inputs (n,), kernel (k,), outputs and those of the flipped kernel (m,), and all derivatives."""

    slide: Slide
    x: Array
    kernel: Array
    outputs: Array
    flipped: Array
    loss: float
    delta: Array
    to_kernel: Array
    to_bias: Array
    to_x: Array


def compute(inputs: dict[str, Any]) -> Receipt:
    """Every output and every derivative written out, and the dense layer that gives the same outputs."""
    work = _convolve(inputs)
    steps, check = tuple(_steps(work)), _check(inputs, work)
    dense = matrix(work.slide, work.kernel)
    return Receipt(
        NAME, inputs, _values(inputs, work), {**_symbols(work), **step_symbols(steps)}, steps,
        numbers={**{each.name: each.value for each in steps}, "largest_check_error": check.max_relative_error,
                 "largest_dense_difference": float(np.abs(dense @ work.x + inputs["bias"] - work.outputs).max())},
        arrays={"outputs": [[place, *pair] for place, pair in enumerate(_pairs(work), 1)], "dense": dense.tolist()},
        gradient_check=check,
        conventions=("float64", "cross-correlation", "zero-padding", "half-squared-error", *check_conventions(check)),
    )


def _pairs(work: Convolution) -> Iterable[tuple[float, float]]:
    return zip(work.outputs.tolist(), work.flipped.tolist(), strict=True)


def _slide(inputs: dict[str, Any]) -> Slide:
    slide = Slide(len(inputs["x"]), len(inputs["kernel"]), inputs["stride"], inputs["padding"])
    if slide.outputs < 1:
        raise InvalidInput("/kernel", "too-many", {"most": slide.length + 2 * slide.padding})
    return slide


def _convolve(inputs: dict[str, Any]) -> Convolution:
    slide, x, kernel = _slide(inputs), np.array(inputs["x"]), np.array(inputs["kernel"])
    seen = windows(slide, x)
    outputs = in_order(seen * kernel) + inputs["bias"]
    loss, delta = _loss_and_delta(outputs, inputs["t"])
    return Convolution(
        slide, x, kernel, outputs, flipped=in_order(seen * kernel[::-1]) + inputs["bias"], loss=loss, delta=delta,
        to_kernel=in_order(delta * seen.T), to_bias=in_order(delta), to_x=in_order(delta * matrix(slide, kernel).T))


def _loss_and_delta(outputs: Array, t: float) -> tuple[float, Array]:
    """Half the squared error of all outputs together, one row; and its slope at each."""
    targets = np.full((1, outputs.size), t)
    return float(LOSS.value(outputs[None], targets)), LOSS.gradient(outputs[None], targets)[0]


def _values(inputs: dict[str, Any], work: Convolution) -> dict[str, float]:
    return {**_numbered("x", work.x), **_numbered("w", work.kernel), "b": inputs["bias"], "t": inputs["t"],
            "n": float(work.slide.length), "kernel_size": float(work.slide.size),
            "stride": float(work.slide.stride), "padding": float(work.slide.padding)}


def _numbered(letter: str, values: Array) -> dict[str, float]:
    return {f"{letter}_{place}": value for place, value in enumerate(values.tolist(), 1)}


def _symbols(work: Convolution) -> dict[str, str]:
    letters = {"x": work.slide.length, "w": work.slide.size}
    numbered = {f"{letter}_{place}": _at(letter, place) for letter, count in letters.items() for place in range(1, count + 1)}
    return {**numbered, "b": "b", "t": "t", **SIZES}


def _at(letter: str, place: int) -> str:
    return f"{letter}_{{{place}}}"


def _slope(symbol: str) -> str:
    return rf"\frac{{\partial L}}{{\partial {symbol}}}"


# The steps, in the order in which they are read.


def _steps(work: Convolution) -> Iterator[Step]:
    yield step("output_length", "m", "floor((n + 2*padding - kernel_size)/stride) + 1", float(work.slide.outputs), "count")
    yield from _output_steps(work, "y", "y", work.outputs.tolist())
    yield from _output_steps(work, "flipped", r"\tilde{y}", work.flipped.tolist())
    yield from _loss_steps(work)
    yield from _gradient_steps(work)
    yield from _count_steps(work)


def _output_steps(work: Convolution, name: str, letter: str, values: list[float]) -> Iterator[Step]:
    """The flipped kernel is read from its end."""
    size = work.slide.size
    taps = range(1, size + 1) if name == "y" else range(size, 0, -1)
    for place, (reads, value) in enumerate(zip(work.slide.reads, values, strict=True), 1):
        products = [f"w_{tap}*x_{read + 1}" for tap, read in zip(taps, reads, strict=True) if read is not None]
        yield step(f"{name}_{place}", _at(letter, place), " + ".join([*products, "b"]), value,
                   "forward" if name == "y" else "flipped")


def _loss_steps(work: Convolution) -> Iterator[Step]:
    places = range(1, work.slide.outputs + 1)
    yield step("loss", "L", f"({' + '.join(f'(y_{place} - t)**2' for place in places)})/2", work.loss, "loss")
    for place, value in zip(places, work.delta.tolist(), strict=True):
        yield step(f"d_{place}", _at(r"\delta", place), f"y_{place} - t", value, "backward")


def _gradient_steps(work: Convolution) -> Iterator[Step]:
    """A number of the kernel, and an input, collect one product from every place where the two met."""
    met = [(place, tap, read + 1) for place, reads in enumerate(work.slide.reads, 1)
           for tap, read in enumerate(reads, 1) if read is not None]
    for tap, value in enumerate(work.to_kernel.tolist(), 1):
        products = [f"d_{place}*x_{read}" for place, one, read in met if one == tap]
        yield step(f"dw_{tap}", _slope(_at("w", tap)), " + ".join(products) or "0", value, "backward")
    places = range(1, work.slide.outputs + 1)
    yield step("db", _slope("b"), " + ".join(f"d_{place}" for place in places), work.to_bias.item(), "backward")
    for place, value in enumerate(work.to_x.tolist(), 1):
        products = [f"d_{output}*w_{tap}" for output, tap, read in met if read == place]
        yield step(f"dx_{place}", _slope(_at("x", place)), " + ".join(products) or "0", value, "backward")


def _count_steps(work: Convolution) -> Iterator[Step]:
    shared, dense = work.slide.size + 1, parameter_count((work.slide.length, work.slide.outputs))
    yield step("parameters_convolution", r"P_{\mathrm{conv}}", "kernel_size + 1", float(shared), "count")
    yield step("parameters_dense", r"P_{\mathrm{dense}}", "output_length*(n + 1)", float(dense), "count")
    yield step("parameters_ratio", r"P_{\mathrm{dense}} / P_{\mathrm{conv}}", "parameters_dense/parameters_convolution",
               dense / shared, "count")


def _check(inputs: dict[str, Any], work: Convolution) -> GradientCheck:
    """Kernel, bias and inputs together are the numbers that the loss depends on."""
    ends = (work.slide.size, work.slide.size + 1)

    def loss(flat: Array) -> float:
        kernel, bias, x = np.split(flat, ends)
        return _loss_and_delta(windows(work.slide, x) @ kernel + bias, inputs["t"])[0]

    names = (*_numbered("w", work.kernel), "b", *_numbered("x", work.x))
    at = np.concatenate([work.kernel, [inputs["bias"]], work.x])
    analytic = np.concatenate([work.to_kernel, [work.to_bias], work.to_x])
    return check_function(Function(loss, names, (at.size,)), at, analytic)
