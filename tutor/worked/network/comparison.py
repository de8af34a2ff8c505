"""One gradient used in several ways: three optimizers on one weight, and the loss after three kinds of first step."""

from functools import lru_cache
from math import isfinite

import numpy as np

from tutor.engine.network import Array
from tutor.engine.optimizers import OptimizerSettings, optimizer_state, update
from tutor.worked.network.formulas import Head, head
from tutor.worked.network.names import Named, Shape, weight
from tutor.worked.network.problem import Problem
from tutor.worked.network.run import Schedule, first_update, losses_at, weights_only
from tutor.worked.network.values import Passes, Written

SGD = OptimizerSettings("sgd", 0.5)
ADAM = OptimizerSettings("adam", 0.01)
RMSPROP = OptimizerSettings("rmsprop", 0.01, alpha=0.9)
PROBES = (
    ("probe_sgd", r"\mathrm{SGD}", SGD, "{w} - probe_rate_sgd*{g}"),
    ("probe_adam", r"\mathrm{Adam}", ADAM, "{w} - probe_rate_adam*{g}/(sqrt({g}**2) + probe_epsilon)"),
    ("probe_rmsprop", r"\mathrm{RMSProp}", RMSPROP,
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
    """The last layer's first weight after one first step of each optimizer."""
    at = probe_place(shape)
    start, slope = passes.parameters[at : at + 1], passes.gradient[at : at + 1]
    return probe_heads(shape), [update(settings, start, slope, optimizer_state(settings.name, start))[0].item()
                                for _, _, settings, _ in PROBES]


def probe_place(shape: Shape) -> int:
    """Where the last layer's first weight stands in the flat vector."""
    return shape.spans[-1][0]


@lru_cache(maxsize=32)
def probe_heads(shape: Shape) -> tuple[Head, ...]:
    """The first step of each optimizer, written out: after bias correction Adam's means are g and g²."""
    probe = weight(shape, shape.layers[-1], 1, 1)
    return tuple(head(Named(name, rf"{probe.symbol}\big|_{{{title}}}"),
                      formula.format(w=probe.name, g=f"d{probe.name}"), "compare")
                 for name, title, _, formula in PROBES)


def losses_after(problem: Problem, schedule: Schedule, passes: Passes, losses: tuple[float, ...]) -> dict[str, float]:
    """The loss after one step of the weights alone, with the biases, and of the weights alone, output layer first.

    `losses` are those of `schedule` itself, before and after its first step. A loss that is not finite is left out.
    """
    own = (schedule.trained is None, schedule.sequential)
    others = [name for name, kind in KINDS.items() if kind != own]
    moved = np.stack([_moved(problem, schedule.settings, passes, KINDS[name]) for name in others])
    found = dict(zip(others, losses_at(problem, moved).tolist(), strict=True))
    known = {name: losses[1] for name, kind in KINDS.items() if kind == own and len(losses) > 1}
    return {name: loss for name, loss in {**found, **known}.items() if isfinite(loss)}


def _moved(problem: Problem, settings: OptimizerSettings, passes: Passes, kind: tuple[bool, bool]) -> Array:
    """All parameters after one step of one kind."""
    train_biases, sequential = kind
    schedule = Schedule(settings, None if train_biases else weights_only(problem.network), sequential)
    return first_update(problem, schedule, passes).parameters
