"""A convolution over a small image: the feature map of one kernel, max pooling, and where the gradient goes."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from tutor.engine.network import Array, parameter_count
from tutor.worked.function_check import Function, check_function
from tutor.worked.inputs import Choice, Integer, InvalidInput, Number, Numbers, Record
from tutor.worked.layers.image_filter import KERNEL, KERNELS, LOSS, POOL, Filtered, Layout, forward, run
from tutor.worked.layers.sliding import Slide
from tutor.worked.network.problem import LARGEST
from tutor.worked.receipt import GradientCheck, Receipt, Step, step, step_symbols

NAME = "convolution-2d"
OWN = "own"
IMAGE = [
    [0.0, 0.0, 1.0, 8.0, 9.0, 9.0],
    [0.0, 0.0, 2.0, 8.0, 9.0, 9.0],
    [0.0, 1.0, 5.0, 9.0, 9.0, 8.0],
    [0.0, 2.0, 7.0, 9.0, 8.0, 8.0],
    [1.0, 4.0, 8.0, 9.0, 8.0, 7.0],
    [1.0, 6.0, 9.0, 9.0, 8.0, 7.0],
]
FIELDS = Record({
    "image": Numbers(IMAGE, -LARGEST, LARGEST, (6, 6)),
    "kernel": Choice("edge", (*KERNELS, OWN)),
    "own_kernel": Numbers([[1.0, 0.0, -1.0], [2.0, 0.0, -2.0], [1.0, 0.0, -1.0]], -LARGEST, LARGEST, (KERNEL, KERNEL)),
    "bias": Number(0.0, -LARGEST, LARGEST),
    "stride": Integer(1, 1, 3),
    "padding": Integer(0, 0, 2),
    "t": Number(1.0, -LARGEST, LARGEST),
})
TAPS = tuple(product(range(1, KERNEL + 1), repeat=2))
PICTURE = 24  # cells along each side of a picture, at least, so that each number of a small map is a square
SIZES = {"height": "H", "width": "W", "kernel_size": "k", "pool_size": "q", "stride": "s", "padding": "p"}


@dataclass(frozen=True)
class Work:
    """The image (height, width), kernel and bias in one vector (10,), and all that comes of them."""

    layout: Layout
    image: Array
    parameters: Array
    found: Filtered


def compute(inputs: dict[str, Any]) -> Receipt:
    """Every output, pooled value and derivative written out, with the maps as arrays."""
    work = _work(inputs)
    steps, check = tuple(_steps(work)), _check(inputs, work)
    return Receipt(
        NAME, inputs, _values(inputs, work), {**_symbols(work), **step_symbols(steps)}, steps,
        numbers={**{each.name: each.value for each in steps}, **_numbers(work), "largest_check_error": check.max_relative_error},
        arrays=_arrays(work), gradient_check=check, conventions=tuple(_conventions(check)),
    )


def _conventions(check: GradientCheck) -> Iterator[str]:
    yield from ("float64", "cross-correlation", "zero-padding", "pooling-first", "half-squared-error", "gradient-check-h")
    if any(parameter.kink for parameter in check.parameters):
        yield "pooling-tie"


def _work(inputs: dict[str, Any]) -> Work:
    image, kernel = np.array(inputs["image"]), _kernel(inputs)
    down, across = (Slide(size, KERNEL, inputs["stride"], inputs["padding"]) for size in image.shape)
    for pointer, slide in (("/image", down), ("/image/0", across)):
        if slide.outputs < 1:
            raise InvalidInput(pointer, "wrong-shape", {"expected": KERNEL, "found": slide.length})
    parameters, layout = np.append(kernel, inputs["bias"]), Layout(down, across)
    return Work(layout, image, parameters, run(layout, image, parameters, inputs["t"]))


def _kernel(inputs: dict[str, Any]) -> Array:
    if inputs["kernel"] != OWN:
        return np.array(KERNELS[inputs["kernel"]])
    own = inputs["own_kernel"]
    for pointer, found in (("/own_kernel", len(own)), ("/own_kernel/0", len(own[0]))):
        if found != KERNEL:
            raise InvalidInput(pointer, "wrong-shape", {"expected": KERNEL, "found": found})
    return np.array(own)


def _values(inputs: dict[str, Any], work: Work) -> dict[str, float]:
    pixels = {_name("x", row + 1, column + 1): float(value) for (row, column), value in np.ndenumerate(work.image)}
    taps = {_name("w", *tap): value for tap, value in zip(TAPS, work.parameters.tolist(), strict=False)}
    height, width = work.image.shape
    return {**pixels, **taps, "b": inputs["bias"], "t": inputs["t"], "height": float(height), "width": float(width),
            "kernel_size": float(KERNEL), "pool_size": float(POOL),
            "stride": float(inputs["stride"]), "padding": float(inputs["padding"])}


def _symbols(work: Work) -> dict[str, str]:
    height, width = work.image.shape
    pixels = {_name("x", *at): _at("x", *at) for at in product(range(1, height + 1), range(1, width + 1))}
    return {**pixels, **{_name("w", *tap): _at("w", *tap) for tap in TAPS}, "b": "b", "t": "t", **SIZES}


def _name(letter: str, row: int, column: int) -> str:
    return f"{letter}_{row}_{column}"


def _at(letter: str, row: int, column: int) -> str:
    return f"{letter}_{{{row}{column}}}"


def _slope(symbol: str) -> str:
    return rf"\frac{{\partial L}}{{\partial {symbol}}}"


# The steps, in the order in which they are read.


def _steps(work: Work) -> Iterator[Step]:
    for name, symbol, slide in (("height", "H'", work.layout.down), ("width", "W'", work.layout.across)):
        expression = f"floor(({name} + 2*padding - kernel_size)/stride) + 1"
        yield step(f"output_{name}", symbol, expression, float(slide.outputs), "count")
    for (row, column), value in np.ndenumerate(work.found.features):
        products = [f"{_name('w', *tap)}*{pixel}" for tap, pixel in _met(work, row, column)]
        yield step(_name("f", row + 1, column + 1), _at("f", row + 1, column + 1), " + ".join([*products, "b"]),
                   float(value), "forward")
    yield from _pool_steps(work)
    yield from _backward_steps(work)
    yield from _count_steps(work)


def _met(work: Work, row: int, column: int) -> Iterator[tuple[tuple[int, int], str]]:
    """Each number of the kernel with the pixel it meets at one place; zeros of the padding are left out."""
    down, across = work.layout.down.reads[row], work.layout.across.reads[column]
    for (row_tap, column_tap), (y, x) in zip(TAPS, product(down, across), strict=True):
        if y is not None and x is not None:
            yield (row_tap, column_tap), _name("x", y + 1, x + 1)


def _pool_steps(work: Work) -> Iterator[Step]:
    high, wide = work.layout.pool
    for (row, column), value in np.ndenumerate(work.found.pooled):
        window = product(range(row * high + 1, (row + 1) * high + 1), range(column * wide + 1, (column + 1) * wide + 1))
        largest = ", ".join(_name("f", *cell) for cell in window)
        yield step(_name("p", row + 1, column + 1), _at("p", row + 1, column + 1),
                   f"max({largest})" if high * wide > 1 else largest, float(value), "pooling")
    squares = " + ".join(f"({_name('p', row + 1, column + 1)} - t)**2" for row, column in np.ndindex(work.found.pooled.shape))
    yield step("loss", "L", f"({squares})/2", work.found.loss, "loss")


def _backward_steps(work: Work) -> Iterator[Step]:
    """The slope at a pooled value goes to the feature that won, and from there to the kernel's numbers it was made of."""
    for (row, column), value in np.ndenumerate(work.found.delta):
        yield step(_name("d", row + 1, column + 1), _at(r"\delta", row + 1, column + 1),
                   f"{_name('p', row + 1, column + 1)} - t", float(value), "backward")
    met = [(_name("d", row + 1, column + 1), *pair) for (row, column), winner in np.ndenumerate(work.found.winners)
           for pair in _met(work, *divmod(int(winner), work.found.features.shape[1]))]
    for tap, value in zip(TAPS, work.found.to_kernel.tolist(), strict=True):
        products = [f"{delta}*{pixel}" for delta, one, pixel in met if one == tap]
        yield step(_name("dw", *tap), _slope(_at("w", *tap)), " + ".join(products) or "0", value, "backward")
    deltas = " + ".join(_name("d", row + 1, column + 1) for row, column in np.ndindex(work.found.delta.shape))
    yield step("db", _slope("b"), deltas, work.found.to_bias.item(), "backward")


def _count_steps(work: Work) -> Iterator[Step]:
    dense = parameter_count((work.image.size, work.found.features.size))
    yield step("parameters_convolution", r"P_{\mathrm{conv}}", "kernel_size**2 + 1", float(work.parameters.size), "count")
    yield step("parameters_dense", r"P_{\mathrm{dense}}", "output_height*output_width*(height*width + 1)", float(dense), "count")
    for name, symbol, size, slide in (("receptive_height", "R_H", "output_height", work.layout.down),
                                      ("receptive_width", "R_W", "output_width", work.layout.across)):
        reach = (min(POOL, slide.outputs) - 1) * slide.stride + KERNEL
        yield step(name, symbol, f"(min(pool_size, {size}) - 1)*stride + kernel_size", float(reach), "count")


# What is not a step.


def _numbers(work: Work) -> dict[str, float]:
    features = work.found.features
    return {"feature_least": float(features.min()), "feature_largest": float(features.max()),
            "feature_count": float(features.size), "pooled_count": float(work.found.pooled.size),
            "gradient_reached": float(work.found.winners.size)}


def _arrays(work: Work) -> dict[str, Any]:
    found = work.found
    return {"image": work.image.tolist(), "kernel": work.parameters[:-1].reshape(KERNEL, KERNEL).tolist(),
            "features": found.features.tolist(), "pooled": found.pooled.tolist(),
            "to_features": found.to_features.tolist(), "to_kernel": found.to_kernel.reshape(KERNEL, KERNEL).tolist(),
            "image_picture": _picture(work.image), "feature_picture": _picture(found.features)}


def _picture(cells: Array) -> list[list[float]]:
    """The cells as equal rectangles from 0 (the least) to 1 (the largest), the first row on top, as charts draw a map."""
    low, high = cells.min(), cells.max()
    shades = (cells - low) / (high - low) if high > low else np.zeros_like(cells)
    rows, columns = (-(-PICTURE // size) for size in cells.shape)
    picture: list[list[float]] = shades[::-1].repeat(rows, 0).repeat(columns, 1).round(3).tolist()
    return picture


def _check(inputs: dict[str, Any], work: Work) -> GradientCheck:
    """A pooled value that another feature wins at a little distance stands at a kink."""
    patches, t = work.found.patches, inputs["t"]

    def loss(parameters: Array) -> float:
        pooled = forward(work.layout, patches, parameters)[1].reshape(1, -1)
        return float(LOSS.value(pooled, np.full_like(pooled, t)))

    def piece(parameters: Array) -> list[Any]:
        winners: list[Any] = forward(work.layout, patches, parameters)[2].tolist()
        return winners

    names = (*(_name("w", *tap) for tap in TAPS), "b")
    function = Function(loss, names, (len(names),), piece)
    return check_function(function, work.parameters, np.append(work.found.to_kernel, work.found.to_bias))
