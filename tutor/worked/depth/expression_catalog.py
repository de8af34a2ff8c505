"""Well-known small expressions as lists of elementary operations, each with its formula and its local derivatives."""

from collections.abc import Callable
from dataclasses import dataclass

from tutor.engine.tape import Scalar, log, maximum, relu, sin


@dataclass(frozen=True)
class Operation:
    """One kind of node: its formula over {x}, {y} and the constant {c}, and the local derivative by each operand.

    `tape` computes it from scalars and the constant.
    """

    formula: str
    slopes: tuple[str, ...]
    tape: Callable[..., Scalar]


@dataclass(frozen=True)
class Node:
    """A named value of a graph: what operation made it, and from which values."""

    name: str
    symbol: str
    operation: str
    operands: tuple[str, ...]
    constant: int = 0

    def formula(self) -> str:
        """The node as an expression over its operands."""
        return self._filled(OPERATIONS[self.operation].formula)

    def slopes(self) -> tuple[str, ...]:
        """The local derivative by each operand, as expressions."""
        return tuple(map(self._filled, OPERATIONS[self.operation].slopes))

    def _filled(self, formula: str) -> str:
        return formula.format(x=self.operands[0], y=self.operands[-1], c=self.constant)


@dataclass(frozen=True)
class Graph:
    """Variables (name, symbol, usual value), and nodes in the order of the forward pass; the last is the output."""

    variables: tuple[tuple[str, str, float], ...]
    nodes: tuple[Node, ...]


OPERATIONS: dict[str, Operation] = {
    "add": Operation("{x} + {y}", ("1", "1"), lambda x, y, c: x + y),
    "subtract": Operation("{x} - {y}", ("1", "-1"), lambda x, y, c: x - y),
    "multiply": Operation("{x}*{y}", ("{y}", "{x}"), lambda x, y, c: x * y),
    "max": Operation("max({x}, {y})", ("step_function({x} - {y})", "1 - step_function({x} - {y})"),
                     lambda x, y, c: maximum(x, y)),
    "log": Operation("log({x})", ("1/{x}",), lambda x, c: log(x)),
    "sin": Operation("sin({x})", ("cos({x})",), lambda x, c: sin(x)),
    "relu": Operation("relu({x})", ("step_function({x})",), lambda x, c: relu(x)),
    "square": Operation("{x}**2", ("2*{x}",), lambda x, c: x**2),
    "cube": Operation("{x}**3", ("3*{x}**2",), lambda x, c: x**3),
    "plus": Operation("{x} + {c}", ("1",), lambda x, c: x + c),
    "times": Operation("{c}*{x}", ("{c}",), lambda x, c: c * x),
    "over": Operation("{x}/{c}", ("1/{c}",), lambda x, c: x / c),
    "into": Operation("{c}/{x}", ("-{c}/{x}**2",), lambda x, c: c / x),
}

GRAPHS: dict[str, Graph] = {
    "baydin": Graph(
        (("x1", "x_1", 2.0), ("x2", "x_2", 5.0)),
        (
            Node("v1", "v_1", "log", ("x1",)),
            Node("v2", "v_2", "multiply", ("x1", "x2")),
            Node("v3", "v_3", "sin", ("x2",)),
            Node("v4", "v_4", "add", ("v1", "v2")),
            Node("f", "f", "subtract", ("v4", "v3")),
        )),
    "micrograd": Graph(
        (("a", "a", -4.0), ("b", "b", 2.0)),
        (
            Node("c1", "c_1", "add", ("a", "b")),
            Node("p", "p", "multiply", ("a", "b")),
            Node("q", "q", "cube", ("b",)),
            Node("d1", "d_1", "add", ("p", "q")),
            Node("u1", "u_1", "plus", ("c1",), 1),
            Node("c2", "c_2", "add", ("c1", "u1")),
            Node("u2", "u_2", "plus", ("c2",), 1),
            Node("u3", "u_3", "subtract", ("u2", "a")),
            Node("c3", "c_3", "add", ("c2", "u3")),
            Node("s1", "s_1", "add", ("b", "a")),
            Node("r1", "r_1", "relu", ("s1",)),
            Node("m1", "m_1", "times", ("d1",), 2),
            Node("n1", "n_1", "add", ("m1", "r1")),
            Node("d2", "d_2", "add", ("d1", "n1")),
            Node("s2", "s_2", "subtract", ("b", "a")),
            Node("r2", "r_2", "relu", ("s2",)),
            Node("m2", "m_2", "times", ("d2",), 3),
            Node("n2", "n_2", "add", ("m2", "r2")),
            Node("d3", "d_3", "add", ("d2", "n2")),
            Node("e", "e", "subtract", ("c3", "d3")),
            Node("f", "f", "square", ("e",)),
            Node("k1", "k_1", "over", ("f",), 2),
            Node("k2", "k_2", "into", ("f",), 10),
            Node("g", "g", "add", ("k1", "k2")),
        )),
    "circuit": Graph(
        (("x", "x", -2.0), ("y", "y", 5.0), ("z", "z", -4.0)),
        (Node("q", "q", "add", ("x", "y")), Node("f", "f", "multiply", ("q", "z")))),
    "product": Graph((("x", "x", 4.0), ("y", "y", -3.0)), (Node("f", "f", "multiply", ("x", "y")),)),
    "fork_max": Graph(
        (("x", "x", 3.0), ("y", "y", -4.0), ("z", "z", 2.0), ("w", "w", -1.0)),
        (
            Node("p", "p", "multiply", ("x", "y")),
            Node("m", "m", "max", ("z", "w")),
            Node("s", "s", "add", ("p", "m")),
            Node("f", "f", "times", ("s",), 2),
        )),
    "cubes": Graph(
        (("a1", "a_1", 2.0), ("a2", "a_2", 3.0), ("b1", "b_1", 6.0), ("b2", "b_2", 4.0)),
        (
            Node("k1", "k_1", "cube", ("a1",)), Node("k2", "k_2", "cube", ("a2",)),
            Node("m1", "m_1", "times", ("k1",), 3), Node("m2", "m_2", "times", ("k2",), 3),
            Node("s1", "s_1", "square", ("b1",)), Node("s2", "s_2", "square", ("b2",)),
            Node("q1", "Q_1", "subtract", ("m1", "s1")), Node("q2", "Q_2", "subtract", ("m2", "s2")),
            Node("f", "S", "add", ("q1", "q2")),
        )),
}
