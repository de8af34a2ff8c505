"""What the steps of a network's receipt must be, by name, each with the distance that rounding explains."""

from dataclasses import dataclass, replace

import numpy as np

from tutor.verification.findings import RELATIVE, TINY, Known
from tutor.verification.mathematics import SAFETY, Array, spread
from tutor.verification.names import Names
from tutor.verification.passes import Forward, Slopes, backward, copies, forward
from tutor.verification.problem import Problem, Training
from tutor.verification.training import KEPT, Moved, Step, is_coupled, take_step

Table = dict[str, Known]
# Whether the biases move, and whether the output layer moves first, in the steps that every receipt compares.
KINDS = {
    "loss_after_weights_only": (False, False),
    "loss_after_with_biases": (True, False),
    "loss_after_sequential": (False, True),
}


@dataclass(frozen=True)
class Case:
    """A problem and its training, if any; `after` says that the pass after the first update is written out too."""

    problem: Problem
    training: Training | None
    after: bool


def named(names: list[str], copied: Array) -> Table:
    """Copies (COPIES, …) as numbers by name, with their slack."""
    values, away = copied[0].ravel(), spread(copied).ravel()
    slack = RELATIVE * np.abs(values) + SAFETY * away + TINY
    return dict(zip(names, zip(values.tolist(), slack.tolist(), strict=True), strict=True))


def forward_table(names: Names, done: Forward, before: str = "") -> Table:
    """z, a, the largest z of a row, the terms of the loss and the loss."""
    table: Table = {}
    for layer, z, a in zip(names.layers, done.z, done.a, strict=True):
        table |= named(names.units(f"{before}z", layer), z) | named(names.units(f"{before}a", layer), a)
    last = names.layers[-1]
    table |= named(names.rows_of(f"{before}top", last), done.z[-1].max(-1)) | named(names.data(f"{before}e", last), done.terms)
    return table | named(["loss_after" if before else "loss"], done.loss)


def slopes_table(names: Names, slopes: tuple[Slopes, ...]) -> Table:
    """g, s, d and the derivatives of the parameters, layer by layer."""
    table: Table = {}
    for layer, found in zip(names.layers, slopes, strict=True):
        for letter, copied in (("g", found.upstream), ("s", found.slope), ("d", found.delta)):
            table |= {} if copied is None else named(names.units(letter, layer), copied)
        table |= named(names.weights(layer, "d"), found.weights) | named(names.biases(layer, "d"), found.biases)
    return table


def update_table(names: Names, training: Training, step: Step) -> Table:
    """What the optimizer keeps and the new value of every parameter that moves."""
    table: Table = {}
    for layer, (weights, biases) in zip(names.layers, step.moved, strict=True):
        table |= _moved_table(names.weights(layer), training, weights)
        table |= _moved_table(names.biases(layer), training, biases) if training.train_biases else {}
    return table


def _moved_table(names: list[str], training: Training, moved: Moved) -> Table:
    kept = KEPT[training.optimizer]
    arrays = {"m_": moved.memory[0], "v_": moved.memory[1], "reg_": moved.gradient, "new_": moved.new}
    shown = [*(f"{letter}_" for letter in kept), *(["reg_"] if is_coupled(training) else []), "new_"]
    return {name: known for mark in shown for name, known in named([mark + name for name in names], arrays[mark]).items()}


def one_step_losses(problem: Problem, training: Training, done: Forward) -> Table:
    """The loss after one step of each kind that receipts compare."""
    table: Table = {}
    for name, (train_biases, sequential) in KINDS.items():
        kind = replace(training, train_biases=train_biases, sequential=sequential)
        after = forward(problem, take_step(problem, kind, done, None, 1).parameters)
        table |= named([name], after.loss)
    return table


def step_table(case: Case) -> Table:
    """Every step of the receipt of a case: forward, loss and backward; with a training its first update, and what is after."""
    problem, names = case.problem, case.problem.names
    done = forward(problem, copies(problem))
    table = forward_table(names, done)
    if case.training is None:
        return table | slopes_table(names, backward(problem, done))
    step = take_step(problem, case.training, done, None, 1)
    table |= slopes_table(names, step.slopes) | update_table(names, case.training, step)
    return table | (forward_table(names, forward(problem, step.parameters), "after_") if case.after else {})
