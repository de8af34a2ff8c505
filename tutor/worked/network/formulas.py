"""The formulas of a forward pass, a loss and a backward pass, written out unit by unit as the heads of steps."""

from collections.abc import Iterable, Iterator
from functools import lru_cache

from tutor.worked.network.names import (
    FIRST,
    Look,
    Named,
    Shape,
    before,
    bias,
    parameters,
    slope_of_loss,
    t,
    term,
    unit,
    weight,
)
from tutor.worked.notation import names

# name, symbol, expression, operands, phase: a step without its value.
Head = tuple[str, str, str, tuple[str, ...], str]

ACTIVATION_FORMULAS = {
    "identity": "{z}", "sigmoid": "sigmoid({z})", "tanh": "tanh({z})", "relu": "relu({z})",
    "leaky_relu": "max(negative_slope*{z}, {z})", "elu": "elu({z})", "gelu": "{z}*normal_cdf({z})",
    "softplus": "softplus({z})",
}
SLOPE_FORMULAS = {
    "identity": "1", "sigmoid": "{a}*(1 - {a})", "tanh": "1 - {a}**2", "relu": "step_function({z})",
    "leaky_relu": "negative_slope + (1 - negative_slope)*step_function({z})", "elu": "exp(-relu(-{z}))",
    "gelu": "normal_cdf({z}) + {z}*exp(-{z}**2/2)/sqrt(2*pi)", "softplus": "sigmoid({z})",
}
TERM_FORMULAS = {
    "half_squared_error": "({t} - {a})**2/2", "squared_error": "({t} - {a})**2",
    "mean_squared_error": "({t} - {a})**2", "cross_entropy": "-{t}*log({a})",
    "binary_cross_entropy": "-({t}*log({a}) + (1 - {t})*log(1 - {a}))",
}
SHIFTED_TERM_FORMULAS = {
    "cross_entropy": "{t}*(log({total}) - ({z} - {top}))",
    "binary_cross_entropy": "relu({z}) - {t}*{z} + log(1 + exp(-abs({z})))",
}
LOSS_SLOPE_FORMULAS = {
    "half_squared_error": "{a} - {t}", "squared_error": "2*({a} - {t})", "mean_squared_error": "2*({a} - {t})",
}


def head(named: Named, expression: str, phase: str) -> Head:
    """A step without its value; the operands are the names in the expression."""
    return named.name, named.symbol, expression, names(expression), phase


@lru_cache(maxsize=16)
def forward_heads(shape: Shape, look: Look = FIRST) -> tuple[Head, ...]:
    """Per layer all z, then all a, row by row."""
    return tuple(each for layer in shape.layers for each in _layer_heads(shape, layer, look))


def _layer_heads(shape: Shape, layer: int, look: Look) -> Iterator[Head]:
    for cell in shape.cells(layer):
        yield head(unit(shape, "z", layer, cell, look), _affine(shape, layer, cell, look), look.phase)
    if shape.activations[layer - 1] == "softmax":
        yield from _softmax_heads(shape, layer, look)
        return
    for cell in shape.cells(layer):
        formula = ACTIVATION_FORMULAS[shape.activations[layer - 1]].format(z=unit(shape, "z", layer, cell, look).name)
        yield head(unit(shape, "a", layer, cell, look), formula, look.phase)


def _affine(shape: Shape, layer: int, cell: tuple[int, int], look: Look) -> str:
    row, to = cell
    products = (f"{weight(shape, layer, to, source, look.new_weights).name}"
                f"*{before(shape, layer - 1, (row, source), look).name}" for source in shape.units(layer - 1))
    return " + ".join([*products, bias(shape, layer, to, look.new_biases).name])


def is_shifted(shape: Shape) -> bool:
    """Softmax subtracts the row's largest z first."""
    return shape.shifted and shape.activations[-1] == "softmax"


def _softmax_heads(shape: Shape, layer: int, look: Look) -> Iterator[Head]:
    if is_shifted(shape):
        for row in range(1, shape.rows + 1):
            row_of_z = ", ".join(unit(shape, "z", layer, (row, number), look).name for number in shape.units(layer))
            largest = f"max({row_of_z})" if shape.outputs > 1 else row_of_z
            yield head(top(shape, row, look), largest, look.phase)
    for row, number in shape.cells(layer):
        power = _power(shape, (row, number), look)
        yield head(unit(shape, "a", layer, (row, number), look), f"{power}/({_total(shape, row, look)})", look.phase)


def top(shape: Shape, row: int, look: Look) -> Named:
    """The largest z of a row of the last layer."""
    last = shape.layers[-1]
    name = f"{look.prefix}top{last}" + (f"_r{row}" if shape.rows > 1 else "")
    return Named(name, f"m^{{({last}){f'[{row}]' if shape.rows > 1 else ''}{look.mark}}}")


def _power(shape: Shape, cell: tuple[int, int], look: Look) -> str:
    z = unit(shape, "z", shape.layers[-1], cell, look).name
    return f"exp({z} - {top(shape, cell[0], look).name})" if is_shifted(shape) else f"exp({z})"


def _total(shape: Shape, row: int, look: Look) -> str:
    return " + ".join(_power(shape, (row, number), look) for number in shape.units(shape.layers[-1]))


@lru_cache(maxsize=16)
def loss_heads(shape: Shape, look: Look = FIRST) -> tuple[Head, ...]:
    """One term a row and output, then the loss: their sum over the outputs, and mean over the rows."""
    phase, name = ("loss", Named("loss", "L")) if look == FIRST else (look.phase, Named("loss_after", "L^{+}"))
    terms = [head(term(shape, cell, look), _term(shape, cell, look), phase) for cell in shape.cells(shape.layers[-1])]
    return *terms, head(name, _over(" + ".join(each[0] for each in terms), _count(shape)), phase)


def _term(shape: Shape, cell: tuple[int, int], look: Look) -> str:
    formulas = {**TERM_FORMULAS, **SHIFTED_TERM_FORMULAS} if shape.shifted else TERM_FORMULAS
    last, row = shape.layers[-1], cell[0]
    return formulas[shape.loss].format(
        t=t(shape, cell).name, a=unit(shape, "a", last, cell, look).name, z=unit(shape, "z", last, cell, look).name,
        top=top(shape, row, look).name, total=_total(shape, row, look))


def _count(shape: Shape) -> int:
    return shape.rows * shape.outputs if shape.loss == "mean_squared_error" else shape.rows


def _over(expression: str, count: int) -> str:
    if count == 1:
        return expression
    return f"({expression})/{count}" if any(mark in expression for mark in "+-*") else f"{expression}/{count}"


def is_fused(shape: Shape) -> bool:
    """Output activation and loss are differentiated together: delta is output minus target."""
    return shape.loss in ("binary_cross_entropy", "cross_entropy")


@lru_cache(maxsize=64)
def backward_heads(shape: Shape, layer: int, new_weights: bool = False) -> tuple[Head, ...]:
    """One layer: dL/da, slopes, deltas, then the derivatives of its weights and biases.

    `new_weights`: a hidden layer reads the already updated weights of the next one (sequential update).
    """
    return (*_upstream_heads(shape, layer, new_weights), *_slope_heads(shape, layer), *_delta_heads(shape, layer),
            *_parameter_heads(shape, layer))


def has_upstream(shape: Shape, layer: int) -> bool:
    """A fused output layer has no separate dL/da."""
    return not (is_fused(shape) and layer == shape.layers[-1])


def has_slope(shape: Shape, layer: int) -> bool:
    """Softmax has a Jacobian rather than one slope a unit."""
    return has_upstream(shape, layer) and shape.activations[layer - 1] != "softmax"


def _upstream_heads(shape: Shape, layer: int, new_weights: bool) -> Iterator[Head]:
    for cell in shape.cells(layer) if has_upstream(shape, layer) else ():
        a, name = unit(shape, "a", layer, cell), unit(shape, "g", layer, cell).name
        formula = _loss_slope(shape, cell) if layer == shape.layers[-1] else _pulled(shape, layer, cell, new_weights)
        yield head(slope_of_loss(a, name), formula, "backward")


def _loss_slope(shape: Shape, cell: tuple[int, int]) -> str:
    formula = LOSS_SLOPE_FORMULAS[shape.loss]
    return _over(formula.format(a=unit(shape, "a", shape.layers[-1], cell).name, t=t(shape, cell).name), _count(shape))


def _pulled(shape: Shape, layer: int, cell: tuple[int, int], new_weights: bool) -> str:
    row, source = cell
    return " + ".join(f"{weight(shape, layer + 1, to, source, new_weights).name}"
                      f"*{unit(shape, 'd', layer + 1, (row, to)).name}" for to in shape.units(layer + 1))


def _slope_heads(shape: Shape, layer: int) -> Iterator[Head]:
    for cell in shape.cells(layer) if has_slope(shape, layer) else ():
        z, a = unit(shape, "z", layer, cell), unit(shape, "a", layer, cell)
        symbol = rf"\frac{{\partial {a.symbol}}}{{\partial {z.symbol}}}"
        formula = SLOPE_FORMULAS[shape.activations[layer - 1]].format(z=z.name, a=a.name)
        yield head(Named(unit(shape, "s", layer, cell).name, symbol), formula, "backward")


def _delta_heads(shape: Shape, layer: int) -> Iterator[Head]:
    for cell in shape.cells(layer):
        yield head(unit(shape, "d", layer, cell), _delta(shape, layer, cell), "backward")


def _delta(shape: Shape, layer: int, cell: tuple[int, int]) -> str:
    row, _ = cell
    a, g = unit(shape, "a", layer, cell).name, unit(shape, "g", layer, cell).name
    if not has_upstream(shape, layer):
        return _over(f"{a} - {t(shape, cell).name}", shape.rows)
    if has_slope(shape, layer):
        return f"{g}*{unit(shape, 's', layer, cell).name}"
    mean = " + ".join(f"{unit(shape, 'g', layer, (row, number)).name}*{unit(shape, 'a', layer, (row, number)).name}"
                      for number in shape.units(layer))
    return f"{a}*({g} - ({mean}))"


def _parameter_heads(shape: Shape, layer: int) -> Iterator[Head]:
    formulas = (*_weight_formulas(shape, layer), *_bias_formulas(shape, layer))
    for parameter, formula in zip(parameters(shape, layer), formulas, strict=True):
        yield head(slope_of_loss(parameter, f"d{parameter.name}"), formula, "backward")


def _weight_formulas(shape: Shape, layer: int) -> Iterator[str]:
    for to in shape.units(layer):
        for source in shape.units(layer - 1):
            yield _sum(f"{unit(shape, 'd', layer, (row, to)).name}*{before(shape, layer - 1, (row, source)).name}"
                       for row in range(1, shape.rows + 1))


def _bias_formulas(shape: Shape, layer: int) -> Iterator[str]:
    for to in shape.units(layer):
        yield _sum(unit(shape, "d", layer, (row, to)).name for row in range(1, shape.rows + 1))


def _sum(expressions: Iterable[str]) -> str:
    return " + ".join(expressions)
