"""Reverse-mode differentiation of ordinary arithmetic: every value remembers what it was made of."""

import math
from dataclasses import dataclass, field


@dataclass(frozen=True, eq=False)
class Scalar:
    """A number, and the scalars it came from, each with the derivative of this number with respect to it.

    A `Scalar(2.0)` without parents is a variable; plain numbers in an expression are constants and leave no node.
    """

    value: float
    parents: tuple[tuple["Scalar", float], ...] = field(default=(), repr=False)

    def __add__(self, other: "Scalar | float") -> "Scalar":
        if isinstance(other, Scalar):
            return Scalar(self.value + other.value, ((self, 1.0), (other, 1.0)))
        return Scalar(self.value + other, ((self, 1.0),))

    def __mul__(self, other: "Scalar | float") -> "Scalar":
        if isinstance(other, Scalar):
            return Scalar(self.value * other.value, ((self, other.value), (other, self.value)))
        return Scalar(self.value * other, ((self, float(other)),))

    def __pow__(self, power: float) -> "Scalar":
        return Scalar(self.value**power, ((self, power * self.value ** (power - 1)),))

    def __neg__(self) -> "Scalar":
        return self * -1.0

    def __sub__(self, other: "Scalar | float") -> "Scalar":
        return self + -other

    def __truediv__(self, other: "Scalar | float") -> "Scalar":
        return self * other**-1.0

    def __rsub__(self, other: float) -> "Scalar":
        return -self + other

    def __rtruediv__(self, other: float) -> "Scalar":
        return self**-1.0 * other

    __radd__ = __add__
    __rmul__ = __mul__


def exp(x: Scalar) -> Scalar:
    """e to the power x."""
    value = math.exp(x.value)
    return Scalar(value, ((x, value),))


def log(x: Scalar) -> Scalar:
    """The natural logarithm."""
    return Scalar(math.log(x.value), ((x, 1.0 / x.value),))


def tanh(x: Scalar) -> Scalar:
    """The hyperbolic tangent."""
    value = math.tanh(x.value)
    return Scalar(value, ((x, 1.0 - value * value),))


def sigmoid(x: Scalar) -> Scalar:
    """1 / (1 + e^-x), without overflow on either side."""
    e = math.exp(-abs(x.value))
    value = (1.0 if x.value >= 0 else e) / (1.0 + e)
    return Scalar(value, ((x, value * (1.0 - value)),))


def relu(x: Scalar) -> Scalar:
    """The larger of x and 0; its slope at 0 is 0."""
    return Scalar(max(x.value, 0.0), ((x, 1.0 if x.value > 0 else 0.0),))


def sin(x: Scalar) -> Scalar:
    """The sine of an angle in radians."""
    return Scalar(math.sin(x.value), ((x, math.cos(x.value)),))


def maximum(x: Scalar, y: Scalar) -> Scalar:
    """The larger of two; the derivative goes to the one that was taken, to the second where they are equal."""
    first = 1.0 if x.value > y.value else 0.0
    return Scalar(max(x.value, y.value), ((x, first), (y, 1.0 - first)))


def adjoints(output: Scalar) -> dict[Scalar, float]:
    """The derivative of `output` with respect to every scalar it was made of; where paths meet they are added."""
    found = {output: 1.0}
    for scalar in _from_the_output(output):
        for parent, slope in scalar.parents:
            found[parent] = found.get(parent, 0.0) + slope * found[scalar]
    return found


def _from_the_output(output: Scalar) -> list[Scalar]:
    """Every scalar after all the scalars made from it; iterative, so that no graph is too deep."""
    order: list[Scalar] = []
    seen: set[Scalar] = set()
    waiting: list[tuple[Scalar, bool]] = [(output, False)]
    while waiting:
        scalar, parents_done = waiting.pop()
        if parents_done:
            order.append(scalar)
        elif scalar not in seen:
            seen.add(scalar)
            waiting.append((scalar, True))
            waiting += [(parent, False) for parent, _ in scalar.parents]
    return order[::-1]
