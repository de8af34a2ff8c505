"""A small expression as a graph: every value going forward, every adjoint coming back, and the same by differences."""

from collections.abc import Iterator, Sequence
from typing import Any

from tutor.engine.tape import Scalar, adjoints
from tutor.worked.depth.expression_catalog import GRAPHS, OPERATIONS, Graph, Node
from tutor.worked.gradient_check import H
from tutor.worked.inputs import Choice, InvalidInput, Number, Record
from tutor.worked.network.problem import LARGEST
from tutor.worked.receipt import GradientCheck, ParameterCheck, Receipt, Step, step, step_symbols

NAME = "expression-graph"
DEFAULT = "baydin"
PLACES = ("first", "second", "third", "fourth")  # a variable takes the place of its number
LEAST_OF_LOG = 0.01  # keeps the argument of a logarithm positive when it is moved by h


def _usual(graph: Graph) -> dict[str, float]:
    return {place: value for place, (_, _, value) in zip(PLACES, graph.variables, strict=False)}


FIELDS = Record(
    {"expression": Choice(DEFAULT, tuple(GRAPHS)),
     **{place: Number({"third": 1.0, "fourth": 1.0, **_usual(GRAPHS[DEFAULT])}[place], -LARGEST, LARGEST) for place in PLACES}},
    by="expression", presets={name: _usual(graph) for name, graph in GRAPHS.items()},
)

Values = dict[str, Scalar]  # variables and nodes by name


def compute(inputs: dict[str, Any]) -> Receipt:
    """Forward node by node, backward adjoint by adjoint, and a central difference for every variable."""
    graph = GRAPHS[inputs["expression"]]
    _check_domain(graph, inputs)
    point = {name: inputs[place] for (name, _, _), place in zip(graph.variables, PLACES, strict=False)}
    try:
        values, check = _checked(graph, point)
    except ZeroDivisionError as error:  # micrograd's expression divides by one of its values
        raise InvalidInput("/first", "not-finite", {}) from error
    steps = (*_forward_steps(graph, values), *_backward_steps(graph, values))
    return Receipt(
        NAME, inputs, point, {**{name: symbol for name, symbol, _ in graph.variables}, **step_symbols(steps)}, steps,
        numbers=_numbers(graph, values, check), arrays={"slopes": _rows(graph, check)},
        gradient_check=check, conventions=(f"expression-{inputs['expression'].replace('_', '-')}", *_conventions(graph, check)),
    )


def _check_domain(graph: Graph, inputs: dict[str, Any]) -> None:
    logs = {node.operands[0] for node in graph.nodes if node.operation == "log"}
    for (name, _, _), place in zip(graph.variables, PLACES, strict=False):
        if name in logs and inputs[place] < LEAST_OF_LOG:
            raise InvalidInput(f"/{place}", "too-small", {"low": LEAST_OF_LOG})


def _run(graph: Graph, point: dict[str, float]) -> Values:
    values = {name: Scalar(value) for name, value in point.items()}
    for node in graph.nodes:
        operands = [values[name] for name in node.operands]
        values[node.name] = OPERATIONS[node.operation].tape(*operands, c=node.constant)
    return values


def _output(graph: Graph, values: Values) -> Scalar:
    return values[graph.nodes[-1].name]


def _forward_steps(graph: Graph, values: Values) -> Iterator[Step]:
    for node in graph.nodes:
        yield step(node.name, node.symbol, node.formula(), values[node.name].value, "forward")


def _backward_steps(graph: Graph, values: Values) -> Iterator[Step]:
    """From the output back: an adjoint adds, for each use of the value, the adjoint above times the local derivative."""
    found = adjoints(_output(graph, values))
    named = [*((name, symbol) for name, symbol, _ in graph.variables), *((node.name, node.symbol) for node in graph.nodes)]
    for name, symbol in reversed(named):
        paths = " + ".join(f"adj_{user.name}*{_factor(slope)}" for user, slope in _uses(graph, name))
        yield step(f"adj_{name}", rf"\bar{{{symbol}}}", paths or "1", found[values[name]], "backward")


def _factor(slope: str) -> str:
    return slope if slope.isalnum() else f"({slope})"


def _uses(graph: Graph, name: str) -> Iterator[tuple[Node, str]]:
    """The nodes that read a value, each with its local derivative by it."""
    for node in graph.nodes:
        for operand, slope in zip(node.operands, node.slopes(), strict=True):
            if operand == name:
                yield node, slope


def _checked(graph: Graph, point: dict[str, float]) -> tuple[Values, GradientCheck]:
    values = _run(graph, point)
    found = adjoints(_output(graph, values))
    moved = {name: tuple(_run(graph, {**point, name: point[name] + h}) for h in (H, -H)) for name in point}
    numeric = {name: _difference(graph, pair, name) for name, pair in moved.items()}
    scale = max(abs(number) for name in point for number in (found[values[name]], numeric[name])) or 1.0
    rows = tuple(
        ParameterCheck(name, found[values[name]], numeric[name], abs(found[values[name]] - numeric[name]) / scale,
                       any(_choices(graph, side) != _choices(graph, values) for side in moved[name]))
        for name in point)
    return values, GradientCheck(H, max((each.relative_error for each in rows if not each.kink), default=0.0), rows)


def _difference(graph: Graph, pair: Sequence[Values], name: str) -> float:
    above, below = pair
    return (_output(graph, above).value - _output(graph, below).value) / (above[name].value - below[name].value)


def _choices(graph: Graph, values: Values) -> list[bool]:
    """Which side of its kink every maximum and every ReLU is on."""
    return [values[node.operands[0]].value > (values[node.operands[1]].value if node.operation == "max" else 0.0)
            for node in graph.nodes if node.operation in ("max", "relu")]


def _numbers(graph: Graph, values: Values, check: GradientCheck) -> dict[str, float]:
    names = [*values][:-1]
    return {
        "value": _output(graph, values).value, "operations": float(len(graph.nodes)),
        "variables": float(len(graph.variables)), "forks": float(sum(len([*_uses(graph, name)]) > 1 for name in names)),
        "passes_numeric": 2.0 * len(graph.variables), "largest_check_error": check.max_relative_error,
        **{f"slope_{number}": each.analytic for number, each in enumerate(check.parameters, 1)},
        **{f"numeric_{number}": each.numeric for number, each in enumerate(check.parameters, 1)},
    }


def _rows(graph: Graph, check: GradientCheck) -> list[list[Any]]:
    """Per variable the symbol of its derivative, its adjoint and its central difference."""
    output = graph.nodes[-1].symbol
    return [[rf"\frac{{\partial {output}}}{{\partial {symbol}}}", each.analytic, each.numeric]
            for (_, symbol, _), each in zip(graph.variables, check.parameters, strict=True)]


def _conventions(graph: Graph, check: GradientCheck) -> Iterator[str]:
    operations: Sequence[str] = [node.operation for node in graph.nodes]
    yield "float64"
    if "relu" in operations:
        yield "relu-at-zero"
    if "max" in operations:
        yield "max-tie"
    yield "difference-h"
    if any(each.kink for each in check.parameters):
        yield "near-tie" if "max" in operations else "near-kink"
