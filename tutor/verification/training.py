"""Optimizers as the documentation of PyTorch writes them, and a run of full-batch steps, in copies."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tutor.verification.mathematics import Array, grainy, spread
from tutor.verification.passes import Above, Forward, Parameters, Slopes, copies, forward, layer_slopes
from tutor.verification.problem import Problem, Training

PARTED = 1e-6  # of the largest parameter, from which on copies go different ways
Settings = Mapping[str, float]
Memory = tuple[Array, Array]  # the averages m and v of one array of parameters
# settings, gradient, memory before and the step's number -> memory after, and what the learning rate multiplies
Rule = Callable[[Settings, Array, Memory, int], tuple[Memory, Array]]


@dataclass(frozen=True)
class Moved:
    """One array of parameters after a step: the gradient with weight decay, what the optimizer keeps, the new values."""

    gradient: Array
    memory: Memory
    new: Array


@dataclass(frozen=True)
class Step:
    """Per layer the derivatives a step moved along, and its moved weights and biases."""

    slopes: tuple[Slopes, ...]
    moved: tuple[tuple[Moved, Moved], ...]

    @property
    def parameters(self) -> Parameters:
        """The new parameters."""
        return [(weights.new, biases.new) for weights, biases in self.moved]


@dataclass(frozen=True)
class Run:
    """The losses (steps + 1, COPIES) before each step and after the last, the first passes, and the last parameters.

    A copy that is no longer finite has no loss (NaN) from there on; `diverged` (COPIES,) says after which step, 0 for never.
    `horizon` is the step after which the copies have parted (steps + 1 if they never do): what a chaotic run does beyond it
    hangs on the last digit of every operation. A number that has been apart may meet again by chance, and knows no more
    digits for it: the second copy of `last` is as far from the first as any copy ever was.
    """

    losses: Array
    first: tuple[Forward, ...]
    last: Parameters
    diverged: Array
    horizon: int


def _sgd(settings: Settings, g: Array, memory: Memory, number: int) -> tuple[Memory, Array]:
    return memory, g


def _momentum(settings: Settings, g: Array, memory: Memory, number: int) -> tuple[Memory, Array]:
    buffer = settings["momentum"] * memory[1] + g
    return (memory[0], buffer), buffer


def _nesterov(settings: Settings, g: Array, memory: Memory, number: int) -> tuple[Memory, Array]:
    buffer = settings["momentum"] * memory[1] + g
    return (memory[0], buffer), g + settings["momentum"] * buffer


def _squares(settings: Settings, g: Array, memory: Memory) -> Array:
    return settings["alpha"] * memory[1] + (1.0 - settings["alpha"]) * g**2


def _rmsprop(settings: Settings, g: Array, memory: Memory, number: int) -> tuple[Memory, Array]:
    v = _squares(settings, g, memory)
    return (memory[0], v), g / (np.sqrt(v) + settings["epsilon"])


def _rmsprop_inside(settings: Settings, g: Array, memory: Memory, number: int) -> tuple[Memory, Array]:
    v = _squares(settings, g, memory)
    return (memory[0], v), g / np.sqrt(v + settings["epsilon"])


def _adam(settings: Settings, g: Array, memory: Memory, number: int) -> tuple[Memory, Array]:
    beta1, beta2 = settings["beta1"], settings["beta2"]
    m = beta1 * memory[0] + (1.0 - beta1) * g
    v = beta2 * memory[1] + (1.0 - beta2) * g**2
    m_hat, v_hat = m / (1.0 - beta1**number), v / (1.0 - beta2**number)
    return (m, v), m_hat / (np.sqrt(v_hat) + settings["epsilon"])


def _adagrad(settings: Settings, g: Array, memory: Memory, number: int) -> tuple[Memory, Array]:
    v = memory[1] + g**2
    return (memory[0], v), g / (np.sqrt(v) + settings["epsilon"])


RULES: dict[str, Rule] = {
    "sgd": _sgd, "momentum": _momentum, "nesterov": _nesterov, "rmsprop": _rmsprop, "adam": _adam, "adamw": _adam,
    "adagrad": _adagrad,
}
KEPT = {"sgd": "", "momentum": "v", "nesterov": "v", "rmsprop": "v", "adam": "mv", "adamw": "mv", "adagrad": "v"}


def is_coupled(training: Training) -> bool:
    """Weight decay goes through the gradient."""
    return training.settings["weight_decay"] > 0 and training.optimizer != "adamw"


def moved(training: Training, old: Array, gradient: Array, memory: Memory, number: int) -> Moved:
    """One optimizer step of one array of parameters."""
    settings = training.settings
    rate, decay = settings["learning_rate"], settings["weight_decay"]
    g = gradient + decay * old if is_coupled(training) else gradient
    start = old - rate * decay * old if training.optimizer == "adamw" else old
    inside = training.optimizer == "rmsprop" and training.inside_root
    memory, direction = (_rmsprop_inside if inside else RULES[training.optimizer])(settings, g, memory, number)
    return Moved(g, memory, grainy(start - rate * direction, 6, np.abs(start) + np.abs(rate * direction)))


def take_step(problem: Problem, training: Training, done: Forward, before: Step | None, number: int) -> Step:
    """A step from a pass; sequentially, the output layer moves first and the layers below read its new weights."""
    found: list[Slopes] = []
    moves: list[tuple[Moved, Moved]] = []
    above: Above | None = None
    for layer in reversed(range(len(done.z))):
        slopes = layer_slopes(problem, done, layer, above)
        moves.append(_layer_moved(training, done, slopes, before, (layer, number)))
        found.append(slopes)
        above = slopes.delta, moves[-1][0].new if training.sequential else done.parameters[layer][0]
    return Step(tuple(reversed(found)), tuple(reversed(moves)))


def _layer_moved(
    training: Training, done: Forward, slopes: Slopes, before: Step | None, place: tuple[int, int]
) -> tuple[Moved, Moved]:
    layer, number = place
    (weights, biases), kept = done.parameters[layer], before.moved[layer] if before else None
    memories = [each.memory for each in kept] if kept else [_empty(weights), _empty(biases)]
    first = moved(training, weights, slopes.weights, memories[0], number)
    second = moved(training, biases, slopes.biases, memories[1], number)
    return first, second if training.train_biases else Moved(second.gradient, second.memory, biases)


def _empty(array: Array) -> Memory:
    return np.zeros_like(array), np.zeros_like(array)


def run(problem: Problem, training: Training, shown: int) -> Run:
    """All steps of a training; the passes of the first `shown` points are kept."""
    done = last = forward(problem, copies(problem))
    losses, first, diverged, horizon = [done.loss], [done], np.zeros(done.loss.shape), training.steps + 1
    apart, step = np.zeros(_flat(done).shape[1]), None
    for number in range(1, training.steps + 1):
        step = take_step(problem, training, done, step, number)
        done = forward(problem, step.parameters)
        diverged = np.where((diverged == 0) & ~_finite(done), number, diverged)
        losses.append(np.where(diverged == 0, done.loss, np.nan))
        if diverged.all():
            break
        last = done if diverged[0] == 0 else last
        apart = np.maximum(apart, spread(_flat(done))) if last is done else apart
        horizon = min(horizon, number) if apart.max() > PARTED * np.abs(_flat(last)[0]).max() else horizon
        first += [done] if number < shown else []
    return Run(np.array(losses), tuple(first), _as_far(last, apart), diverged, horizon)


def _finite(done: Forward) -> NDArray[np.bool_]:
    """Which copies have a finite loss and finite parameters."""
    numbers: Array = np.column_stack([_flat(done), done.loss])
    return np.asarray(np.isfinite(numbers).all(1))


def _flat(done: Forward) -> Array:
    return np.concatenate([part.reshape(len(part), -1) for pair in done.parameters for part in pair], axis=1)


def _as_far(done: Forward, apart: Array) -> Parameters:
    """The parameters of a pass, the second copy so far from the first."""
    start = 0
    pairs = []
    for pair in done.parameters:
        moved = [part.copy() for part in pair]
        for part in moved:
            part[1] = part[0] + apart[start:start + part[0].size].reshape(part[0].shape)
            start += part[0].size
        pairs.append((moved[0], moved[1]))
    return pairs
