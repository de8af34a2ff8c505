"""What the numbers of a network are called: the name and the LaTeX symbol of every value, layer by layer."""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import product


@dataclass(frozen=True)
class Shape:
    """What decides the formulas of a network: `sizes` (inputs first), activations, loss and number of rows.

    `shifted` asks for the forms of softmax and of the logistic losses that hold for very large z.
    """

    sizes: tuple[int, ...]
    activations: tuple[str, ...]
    loss: str
    rows: int
    shifted: bool = False

    @cached_property
    def single(self) -> bool:
        """One input and one unit in every layer: unit and input indices say nothing and are left out."""
        return set(self.sizes) == {1}

    @cached_property
    def layers(self) -> range:
        """The layers' numbers, from 1."""
        return range(1, len(self.sizes))

    @cached_property
    def spans(self) -> tuple[tuple[int, int, int], ...]:
        """Where each layer stands in the flat vector of parameters: its first weight, its first bias, and its end."""
        ends = [0]
        for layer in self.layers:
            weights = self.sizes[layer] * self.sizes[layer - 1]
            ends += [ends[-1] + weights, ends[-1] + weights + self.sizes[layer]]
        return tuple(zip(ends[0::2], ends[1::2], ends[2::2], strict=False))

    @property
    def outputs(self) -> int:
        """Units of the last layer."""
        return self.sizes[-1]

    def units(self, layer: int) -> range:
        """The numbers of a layer's units, from 1; layer 0 is the inputs."""
        return range(1, self.sizes[layer] + 1)

    def cells(self, layer: int) -> tuple[tuple[int, int], ...]:
        """(row, unit) of a layer in the order in which an array (rows, units) is read."""
        return tuple(product(range(1, self.rows + 1), self.units(layer)))


@dataclass(frozen=True)
class Named:
    """A number's name in expressions and its LaTeX symbol."""

    name: str
    symbol: str


@dataclass(frozen=True)
class Look:
    """How one forward pass is written: before names, beside symbols, and which of its parameters are the updated ones."""

    phase: str = "forward"
    prefix: str = ""
    mark: str = ""
    new_weights: bool = False
    new_biases: bool = False


FIRST = Look()


def unit(shape: Shape, letter: str, layer: int, cell: tuple[int, int], look: Look = FIRST) -> Named:
    """z, a or another letter of one unit in one row: z1_2, with several rows z1_2_r3."""
    row, number = cell
    name = look.prefix + letter + _joined(shape, (layer, number)) + (f"_r{row}" if shape.rows > 1 else "")
    marks = (f"[{row}]" if shape.rows > 1 else "") + look.mark
    return Named(name, _decorated(shape, LETTERS.get(letter, letter), layer, (number,), marks))


def x(shape: Shape, cell: tuple[int, int]) -> Named:
    """An input of one row."""
    return _datum(shape, "x", cell, FIRST)


def t(shape: Shape, cell: tuple[int, int]) -> Named:
    """A target of one row."""
    return _datum(shape, "t", cell, FIRST)


def term(shape: Shape, cell: tuple[int, int], look: Look) -> Named:
    """What one output of one row adds to the loss."""
    return _datum(shape, "e", cell, look)


def _datum(shape: Shape, letter: str, cell: tuple[int, int], look: Look) -> Named:
    row, number = cell
    several = shape.rows > 1
    name = look.prefix + letter + ("" if shape.single else str(number)) + (f"_r{row}" if several else "")
    marks = (f"[{row}]" if several else "") + look.mark
    return Named(name, _scripted(LETTERS.get(letter, letter), marks, "" if shape.single else str(number)))


def before(shape: Shape, layer: int, cell: tuple[int, int], look: Look = FIRST) -> Named:
    """What a unit of the next layer reads: an input or an activation."""
    return unit(shape, "a", layer, cell, look) if layer else x(shape, cell)


def weight(shape: Shape, layer: int, to: int, source: int, new: bool = False) -> Named:
    """The weight of unit `to` of a layer on unit (or input) `source` before it; the updated one if `new`."""
    return _parameter(shape, "w", layer, (to, source), new)


def bias(shape: Shape, layer: int, to: int, new: bool = False) -> Named:
    """The bias of a unit; the updated one if `new`."""
    return _parameter(shape, "b", layer, (to,), new)


def _parameter(shape: Shape, letter: str, layer: int, numbers: tuple[int, ...], new: bool) -> Named:
    name = ("new_" if new else "") + letter + _joined(shape, (layer, *numbers))
    return Named(name, _decorated(shape, letter, layer, numbers, "+" if new else ""))


def slope_of_loss(of: Named, name: str) -> Named:
    """The derivative of the loss with respect to another number."""
    return Named(name, rf"\frac{{\partial L}}{{\partial {of.symbol}}}")


@lru_cache(maxsize=64)
def parameters(shape: Shape, layer: int, new: bool = False) -> tuple[Named, ...]:
    """A layer's parameters in the engine's order: the weights row by row, then the biases; the updated ones if `new`."""
    pairs = product(shape.units(layer), shape.units(layer - 1))
    return (*(weight(shape, layer, to, source, new) for to, source in pairs),
            *(bias(shape, layer, to, new) for to in shape.units(layer)))


@lru_cache(maxsize=32)
def given(shape: Shape) -> tuple[Named, ...]:
    """All that a network's formulas start from: inputs and targets row by row, then the parameters layer by layer."""
    return (*(x(shape, cell) for cell in shape.cells(0)), *(t(shape, cell) for cell in shape.cells(shape.layers[-1])),
            *(parameter for layer in shape.layers for parameter in parameters(shape, layer)))


LETTERS = {"d": r"\delta", "e": r"\ell", "top": "m"}


def _joined(shape: Shape, numbers: tuple[int, ...]) -> str:
    return str(numbers[0]) if shape.single else "_".join(map(str, numbers))


def _decorated(shape: Shape, letter: str, layer: int, numbers: tuple[int, ...], marks: str) -> str:
    """The layer as an upper index in parentheses and the units as lower ones; with single units the layer is enough."""
    if shape.single:
        return _scripted(letter, marks, str(layer))
    return _scripted(letter, f"({layer}){marks}", ("," if max(shape.sizes) > 9 else "").join(map(str, numbers)))


def _scripted(letter: str, upper: str, lower: str) -> str:
    return letter + (f"^{{{upper}}}" if upper else "") + (f"_{_braced(lower)}" if lower else "")


def _braced(lower: str) -> str:
    return lower if len(lower) == 1 else f"{{{lower}}}"
