"""What a dense network holds and costs: parameters, operations and memory, layer by layer, and what one more costs."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from tutor.engine.network import forward_flops, parameter_count, step_flops
from tutor.engine.optimizers import OPTIMIZERS
from tutor.worked.inputs import Integer, InvalidInput, Numbers, Record
from tutor.worked.receipt import Receipt, Step, step, step_symbols

NAME = "parameter-count"
MOST_UNITS = 10_000
FIELDS = Record({
    "sizes": Numbers([64.0, 32.0, 32.0, 10.0], 1, MOST_UNITS, (9,)),
    "batch": Integer(32, 1, 4096), "number_bytes": Integer(8, 1, 8),
})


def compute(inputs: dict[str, Any]) -> Receipt:
    """Counts only: nothing is trained or measured."""
    sizes, batch = _sizes(inputs["sizes"]), inputs["batch"]
    steps = (*_parameter_steps(sizes), *_flops_steps(sizes, batch), *_memory_steps(sizes, inputs), *_more_steps(sizes, batch))
    units = {f"n_{place}": float(size) for place, size in enumerate(sizes)}
    symbols = {f"n_{place}": f"n_{{{place}}}" for place in range(len(sizes))}
    return Receipt(
        NAME, inputs, {**units, "batch": float(batch), "number_bytes": float(inputs["number_bytes"])},
        {**symbols, "batch": "B", "number_bytes": r"\beta", **step_symbols(steps)}, steps,
        numbers={**{each.name: each.value for each in steps}, **_doubled(sizes), "layers": float(len(sizes) - 1),
                 "hidden_layers": float(len(sizes) - 2), "batch": float(batch), "number_bytes": float(inputs["number_bytes"])},
        arrays={"layers": [[number, before, units, (before + 1) * units, *[forward_flops((before, units), batch)] * 3]
                           for number, (before, units) in enumerate(pairwise(sizes), 1)]},
        conventions=("exact-counts", "flops-products", "no-slope-to-inputs"),
    )


def _sizes(given: list[float]) -> tuple[int, ...]:
    if len(given) < 2:
        raise InvalidInput("/sizes", "wrong-shape", {"expected": 2, "found": len(given)})
    for place, size in enumerate(given):
        if not size.is_integer():
            raise InvalidInput(f"/sizes/{place}", "not-an-integer", {})
    return tuple(map(int, given))


def _count(name: str, symbol: str, expression: str, value: float, phase: str = "count") -> Step:
    return step(name, symbol, expression, float(value), phase)


def _joined(name: str, numbers: range) -> str:
    return " + ".join(f"{name}_{number}" for number in numbers)


def _parameter_steps(sizes: tuple[int, ...]) -> Iterator[Step]:
    for number, pair in enumerate(pairwise(sizes), 1):
        yield _count(f"parameters_{number}", f"P_{{{number}}}", f"(n_{number - 1} + 1)*n_{number}", parameter_count(pair))
    yield _count("parameters", "P", _joined("parameters", range(1, len(sizes))), parameter_count(sizes))


def _flops_steps(sizes: tuple[int, ...], batch: int) -> Iterator[Step]:
    """Per layer the product of the forward pass and the two of the backward pass, then whole passes."""
    layers = range(1, len(sizes))
    for number, pair in enumerate(pairwise(sizes), 1):
        flops = forward_flops(pair, batch)
        yield _count(f"forward_{number}", f"F_{{{number}}}", f"2*batch*n_{number - 1}*n_{number}", flops, "operations")
        yield _count(f"backward_dw_{number}", f"F^W_{{{number}}}", f"2*n_{number}*batch*n_{number - 1}", flops, "operations")
        yield _count(f"backward_dx_{number}", f"F^X_{{{number}}}", f"2*batch*n_{number}*n_{number - 1}", flops, "operations")
    forward = forward_flops(sizes, batch)
    backward = step_flops(sizes, batch) - forward
    towards = "".join(f" + backward_dx_{number}" for number in layers[1:])
    yield _count("forward", "F", _joined("forward", layers), forward, "operations")
    yield _count("backward", "F_{<}", _joined("backward_dw", layers) + towards, backward, "operations")
    yield _count("training_step", r"F_{\Sigma}", "forward + backward", forward + backward, "operations")
    first = forward_flops(sizes[:2], batch)
    per_weight = "(forward_1 + backward_dw_1 + backward_dx_1)/(batch*n_0*n_1)"
    yield _count("per_weight", "c", per_weight, 3 * first / (batch * sizes[0] * sizes[1]), "operations")


def _memory_steps(sizes: tuple[int, ...], inputs: dict[str, Any]) -> Iterator[Step]:
    """Bytes of weights, gradients, what the optimizer remembers, and the outputs kept for the backward pass."""
    parameters, kept = parameter_count(sizes), inputs["batch"] * sum(sizes[1:])
    yield _count("kept", "A", f"batch*({_joined('n', range(1, len(sizes)))})", kept, "memory")
    for name in ("sgd", "momentum", "adam"):
        remembered = OPTIMIZERS[name].arrays
        value = inputs["number_bytes"] * ((2 + remembered) * parameters + kept)
        expression = f"number_bytes*({2 + remembered}*parameters + kept)"
        yield _count(f"memory_{name}", f"M_{remembered}", expression, value, "memory")


def _more_steps(sizes: tuple[int, ...], batch: int) -> Iterator[Step]:
    """One more layer as wide as the last one before the outputs, put after it; and one more unit in that one."""
    last, width = len(sizes) - 2, sizes[-2]
    deeper = (*sizes[:-1], width, sizes[-1])
    more, flops = parameter_count(deeper) - parameter_count(sizes), forward_flops(deeper, batch) - forward_flops(sizes, batch)
    yield _count("layer_parameters", r"\Delta P", f"n_{last}**2 + n_{last}", more, "one-more")
    yield _count("layer_flops", r"\Delta F", f"6*batch*n_{last}**2", 3 * flops, "one-more")
    if last:
        wider = parameter_count((*sizes[:-2], width + 1, sizes[-1])) - parameter_count(sizes)
        yield _count("unit_parameters", r"\Delta P_1", f"n_{last - 1} + 1 + n_{last + 1}", wider, "one-more")


def _doubled(sizes: tuple[int, ...]) -> dict[str, float]:
    """All parameters with every hidden layer twice as wide, and with every hidden layer there twice."""
    wide = (sizes[0], *(2 * size for size in sizes[1:-1]), sizes[-1])
    deep = (sizes[0], *(size for size in sizes[1:-1] for _ in range(2)), sizes[-1])
    return {"parameters_wide": float(parameter_count(wide)), "parameters_deep": float(parameter_count(deep))}
