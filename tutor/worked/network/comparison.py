"""One gradient used in several ways: three optimizers on one weight, and the loss after three kinds of first step."""

from dataclasses import replace
from functools import lru_cache
from math import isfinite, sqrt
from types import CodeType

import numpy as np

from tutor.engine.network import Array
from tutor.engine.optimizers import OptimizerSettings
from tutor.worked.network.formulas import Head, head
from tutor.worked.network.names import Named, Shape, weight
from tutor.worked.network.run import Schedule, first_update, in_turn, losses_at, weights_only
from tutor.worked.network.values import Passes, Written
from tutor.worked.network.written_step import Work

SGD = OptimizerSettings("sgd", 0.5)
ADAM = OptimizerSettings("adam", 0.01)
RMSPROP = OptimizerSettings("rmsprop", 0.01, alpha=0.9)
PROBES = (
    ("probe_sgd", r"\mathrm{SGD}", "{w} - probe_rate_sgd*{g}"),
    ("probe_adam", r"\mathrm{Adam}", "{w} - probe_rate_adam*{g}/(sqrt({g}**2) + probe_epsilon)"),
    ("probe_rmsprop", r"\mathrm{RMSProp}",
     "{w} - probe_rate_rmsprop*{g}/(sqrt((1 - probe_rho)*{g}**2) + probe_epsilon)"),
)
PROBE_VALUES = {
    "probe_rate_sgd": SGD.learning_rate, "probe_rate_adam": ADAM.learning_rate,
    "probe_rate_rmsprop": RMSPROP.learning_rate, "probe_rho": RMSPROP.alpha, "probe_epsilon": ADAM.epsilon,
}
PROBE_SYMBOLS = {
    "probe_rate_sgd": r"\eta_{\mathrm{SGD}}", "probe_rate_adam": r"\eta_{\mathrm{Adam}}",
    "probe_rate_rmsprop": r"\eta_{\mathrm{RMSProp}}", "probe_rho": r"\rho", "probe_epsilon": r"\epsilon",
}
# Whether the biases are trained, and whether the output layer is updated first.
KINDS = {
    "loss_after_weights_only": (False, False),
    "loss_after_with_biases": (True, False),
    "loss_after_sequential": (False, True),
}


def probe_part(shape: Shape, passes: Passes) -> Written:
    """The last layer's first weight after one first step of each optimizer: the values of the formulas themselves."""
    at, heads = probe_place(shape), probe_heads(shape)
    probe = weight(shape, shape.layers[-1], 1, 1).name
    known = {probe: float(passes.parameters[at]), f"d{probe}": float(passes.gradient[at]), **PROBE_VALUES}
    return heads, [eval(_code(expression), {"__builtins__": {}, "sqrt": sqrt}, known) for _, _, expression, _, _ in heads]


@lru_cache(maxsize=64)
def _code(expression: str) -> CodeType:
    return compile(expression, "<formula>", "eval")


def probe_place(shape: Shape) -> int:
    """Where the last layer's first weight stands in the flat vector."""
    return shape.spans[-1][0]


@lru_cache(maxsize=32)
def probe_heads(shape: Shape) -> tuple[Head, ...]:
    """The first step of each optimizer, written out: after bias correction Adam's means are g and g²."""
    probe = weight(shape, shape.layers[-1], 1, 1)
    return tuple(head(Named(name, rf"{probe.symbol}\big|_{{{title}}}"),
                      formula.format(w=probe.name, g=f"d{probe.name}"), "compare")
                 for name, title, formula in PROBES)


def losses_after(work: Work) -> dict[str, float]:
    """The loss after one step of the weights alone, with the biases, and of the weights alone, output layer first.

    A loss that is not finite is left out.
    """
    own = (work.schedule.trained is None, work.schedule.sequential)
    moved = {name: parameters for name, parameters in _moved(work).items() if KINDS[name] != own}
    found = dict(zip(moved, losses_at(work.problem, np.stack(list(moved.values()))).tolist(), strict=True))
    known = {name: work.run.losses[1] for name, kind in KINDS.items() if kind == own and len(work.run.losses) > 1}
    return {name: loss for name, loss in {**found, **known}.items() if isfinite(loss)}


def _moved(work: Work) -> dict[str, Array]:
    """All parameters after one step of each kind; they all begin with the simultaneous step of everything."""
    problem, passes, settings = work.problem, work.passes, work.schedule.settings
    plain = work.schedule.trained is None and not work.schedule.sequential
    whole = work.done if plain else first_update(problem, Schedule(settings, None, False), passes)
    mask = weights_only(problem.network)
    weights = replace(whole, parameters=np.where(mask, whole.parameters, passes.parameters))
    last_first = in_turn(problem, Schedule(settings, mask, True), passes, weights)
    return dict(zip(KINDS, (weights.parameters, whole.parameters, last_first.parameters), strict=True))
