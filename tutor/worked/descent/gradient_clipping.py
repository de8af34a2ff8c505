"""A gradient that is too long, clipped by its norm or entry by entry: the step with and without, and its direction."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from tutor.engine.network import Array
from tutor.engine.optimizers import OptimizerSettings, optimizer_state, update
from tutor.worked.inputs import Number, Numbers, Record
from tutor.worked.receipt import Receipt, Step, step, step_symbols

NAME = "gradient-clipping"
MOST = 8  # entries
FIELDS = Record({
    "gradient": Numbers([3.0, 4.0], -1e3, 1e3, most=(MOST,)),
    "max_norm": Number(1.0, 1e-6, 1e3), "max_value": Number(1.0, 1e-6, 1e3),
    "learning_rate": Number(0.1, 1e-6, 1e3),
})
SYMBOLS = {"max_norm": "c", "max_value": "v", "learning_rate": r"\eta"}
# The three gradients that a step may follow: the start of their names, and their symbols.
WAYS = {"g": "g", "clipped": r"\tilde{g}", "limited": r"\hat{g}"}


def compute(inputs: dict[str, Any]) -> Receipt:
    """Norm, factor and the two clipped gradients, then one step of plain gradient descent along each."""
    whole = np.array(inputs["gradient"])
    norm = _length(whole)
    factor = inputs["max_norm"] / max(norm, inputs["max_norm"])
    vectors = {"g": whole, "clipped": factor * whole, "limited": np.clip(whole, -inputs["max_value"], inputs["max_value"])}
    steps = (*_norm_steps(vectors, norm, factor), *_value_steps(vectors["limited"]), *_moves(vectors, inputs),
             *_cosine_steps(vectors))
    places = range(1, len(whole) + 1)
    return Receipt(
        example=NAME, inputs=inputs, steps=steps,
        values={**{f"g_{place}": value for place, value in zip(places, inputs["gradient"], strict=True)},
                **{name: inputs[name] for name in SYMBOLS}},
        symbols={**{f"g_{place}": f"g_{place}" for place in places}, **SYMBOLS, **step_symbols(steps)},
        numbers={"entries": float(len(whole)), "norm_clipped": float(norm > inputs["max_norm"]),
                 "values_limited": float((np.abs(whole) > inputs["max_value"]).sum())},
        arrays={"vectors": np.column_stack([places, *vectors.values()]).tolist()},
        conventions=("float64", "clipping-exact", *(() if _all_longer_than_nothing(vectors) else ("zero-gradient",))),
    )


def _norm(prefix: str, size: int) -> str:
    return "sqrt(" + " + ".join(f"{prefix}_{place}**2" for place in range(1, size + 1)) + ")"


def _length(vector: Array) -> float:
    return float(np.sqrt((vector**2).sum()))


def _norm_steps(vectors: dict[str, Array], norm: float, factor: float) -> Iterator[Step]:
    clipped = vectors["clipped"]
    yield step("norm", r"\lVert g \rVert", _norm("g", clipped.size), norm, "clip-norm")
    yield step("factor", "k", "max_norm/max(norm, max_norm)", factor, "clip-norm")
    for place, value in enumerate(clipped.tolist(), 1):
        yield step(f"clipped_{place}", rf"\tilde{{g}}_{place}", f"factor*g_{place}", value, "clip-norm")
    yield step("clipped_norm", r"\lVert \tilde{g} \rVert", _norm("clipped", clipped.size), _length(clipped), "clip-norm")


def _value_steps(limited: Array) -> Iterator[Step]:
    for place, value in enumerate(limited.tolist(), 1):
        yield step(f"limited_{place}", rf"\hat{{g}}_{place}", f"max(-max_value, min(max_value, g_{place}))", value, "clip-value")
    yield step("limited_norm", r"\lVert \hat{g} \rVert", _norm("limited", limited.size), _length(limited), "clip-value")


def _moves(vectors: dict[str, Array], inputs: dict[str, Any]) -> Iterator[Step]:
    """How far one step of gradient descent moves each parameter, whatever its value."""
    settings = OptimizerSettings("sgd", inputs["learning_rate"])
    for name, vector in vectors.items():
        start = np.zeros_like(vector)
        moved, _ = update(settings, start, vector, optimizer_state(settings.name, start))
        for place, value in enumerate(moved.tolist(), 1):
            symbol = rf"\Delta w_{place}({WAYS[name]})"
            yield step(f"move_{name}_{place}", symbol, f"-learning_rate*{name}_{place}", value, "update")


def _cosine_steps(vectors: dict[str, Array]) -> Iterator[Step]:
    """1 where the direction is kept; of a vector without length there is none."""
    if not _all_longer_than_nothing(vectors):
        return
    whole = vectors["g"]
    for name, norm in (("clipped", "clipped_norm"), ("limited", "limited_norm")):
        along = " + ".join(f"g_{place}*{name}_{place}" for place in range(1, whole.size + 1))
        cosine = float((whole * vectors[name]).sum()) / (_length(whole) * _length(vectors[name]))
        yield step(f"cosine_{name}", rf"\cos(g, {WAYS[name]})", f"({along})/(norm*{norm})", cosine, "clip-direction")


def _all_longer_than_nothing(vectors: dict[str, Array]) -> bool:
    return min(_length(vectors["g"]) * _length(vector) for vector in vectors.values()) > 0
