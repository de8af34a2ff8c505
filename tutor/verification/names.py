"""What the numbers of a network are called in a receipt, in the order in which arrays are read."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product


@dataclass(frozen=True)
class Names:
    """The names of a network of `sizes` (inputs first) on so many rows; layers count from 1.

    Where everything is single, unit numbers are left out; with several rows a name ends in its row.
    """

    sizes: tuple[int, ...]
    rows: int

    @property
    def layers(self) -> range:
        """The layers' numbers."""
        return range(1, len(self.sizes))

    def units(self, letter: str, layer: int) -> list[str]:
        """z, a, g, s or d of a layer (rows, units)."""
        return [f"{letter}{layer}{self._unit('_', unit)}{self._row(row)}" for row, unit in self._cells(layer)]

    def data(self, letter: str, layer: int) -> list[str]:
        """x, t or e: the inputs' or the outputs' (rows, units)."""
        return [f"{letter}{self._unit('', unit)}{self._row(row)}" for row, unit in self._cells(layer)]

    def rows_of(self, letter: str, layer: int) -> list[str]:
        """One number a row of a layer."""
        return [f"{letter}{layer}{self._row(row)}" for row in range(1, self.rows + 1)]

    def weights(self, layer: int, before: str = "") -> list[str]:
        """A layer's weights (out, in), with something before each name."""
        pairs = product(range(1, self.sizes[layer] + 1), range(1, self.sizes[layer - 1] + 1))
        return [f"{before}w{layer}{self._unit('_', to)}{self._unit('_', source)}" for to, source in pairs]

    def biases(self, layer: int, before: str = "") -> list[str]:
        """A layer's biases (out,), with something before each name."""
        return [f"{before}b{layer}{self._unit('_', to)}" for to in range(1, self.sizes[layer] + 1)]

    def parameters(self, before: str = "") -> Iterator[list[str]]:
        """Per layer its weights, then its biases."""
        return ([*self.weights(layer, before), *self.biases(layer, before)] for layer in self.layers)

    def _cells(self, layer: int) -> Iterator[tuple[int, int]]:
        return product(range(1, self.rows + 1), range(1, self.sizes[layer] + 1))

    def _unit(self, mark: str, unit: int) -> str:
        return "" if set(self.sizes) == {1} else f"{mark}{unit}"

    def _row(self, row: int) -> str:
        return f"_r{row}" if self.rows > 1 else ""
