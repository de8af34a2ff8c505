"""The arrays and numbers of a network's receipt against its steps and against a training of our own."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from math import isfinite
from typing import Any

import numpy as np

from tutor.verification.expected import Case, Table, named, one_step_losses
from tutor.verification.findings import TINY, Finding, Known, near, unlike
from tutor.verification.mathematics import Array, spread
from tutor.verification.passes import Forward, Slopes, backward, copies, forward
from tutor.verification.probes import probe_names
from tutor.verification.training import PARTED, Run, take_step

Receipt = Mapping[str, Any]
Column = tuple[str, list[str], Array]  # an array's name, the names of its entries in one layer, and their copies
TAPE = 1.0  # number by number, activations are put together by way of 1 (softplus is log(exp(z) + 1))
MILLION = 1e6
BORDER = 1  # steps by which two right runs may differ in where they leave the range of floats


def array_findings(receipt: Receipt, case: Case, done: Forward, trained: Run) -> Iterator[Finding]:
    """z, a, the derivatives and the new parameters of a network-step, layer by layer, entry by entry."""
    steps = {} if trained.diverged[0] == 1 else {step["name"]: step["value"] for step in receipt["steps"]}
    used = _used(case, done)
    for at in range(len(used)):
        for column in _first_step(case, done, used[at], at):
            yield from _entries(receipt, column, at, steps)
        for column in _after(case, trained, at):
            yield from _entries(receipt, column, at, steps if case.after else {})
    yield from _end_findings(receipt, case, trained)


def _end_findings(receipt: Receipt, case: Case, trained: Run) -> Iterator[Finding]:
    """The last loss is the loss of the new parameters, whatever led to them."""
    weights, biases = receipt["arrays"].get("new_weights"), receipt["arrays"].get("new_biases")
    try:
        pairs = zip(weights, biases, case.problem.parameters, strict=True)
        parameters = tuple((np.array(w, float).reshape(old.shape), np.array(b, float).reshape(fixed.shape))
                           for w, b, (old, fixed) in pairs)
    except (TypeError, ValueError):
        return  # told where arrays are read
    done = forward(replace(case.problem, parameters=parameters), copies(replace(case.problem, parameters=parameters)))
    yield from unlike("arrays/losses", _losses(receipt)[-1], named([""], done.loss)[""], "wrong-value")


def _first_step(case: Case, done: Forward, used: Slopes, at: int) -> Sequence[Column]:
    names, layer = case.problem.names, at + 1
    return (
        ("z", names.units("z", layer), done.z[at]), ("a", names.units("a", layer), done.a[at]),
        ("delta", names.units("d", layer), used.delta),
        ("grad_weights", names.weights(layer, "d"), used.weights), ("grad_biases", names.biases(layer, "d"), used.biases),
    )


def _after(case: Case, trained: Run, at: int) -> Sequence[Column]:
    names, (weights, biases) = case.problem.names, trained.last[at]
    return (("new_weights", names.weights(at + 1, "new_"), weights), ("new_biases", names.biases(at + 1, "new_"), biases))


def _used(case: Case, done: Forward) -> Sequence[Slopes]:
    """What the first update moves along, unless it overflows."""
    true = backward(case.problem, done)
    used = take_step(case.problem, case.training, done, None, 1).slopes if case.training else true
    return used if all(np.isfinite(part[0]).all() for each in used for part in (each.weights, each.biases)) else true


def _entries(receipt: Receipt, column: Column, at: int, steps: Mapping[str, float]) -> Iterator[Finding]:
    array, names, copied = column
    try:
        found = np.array(receipt["arrays"][array][at])
    except (KeyError, IndexError, TypeError, ValueError):
        found = np.zeros(0)
    if found.shape != copied.shape[1:] or found.dtype.kind not in "if":
        yield Finding(f"arrays/{array}/{at}", "wrong-shape", {})
        return
    for (name, known), entry in zip(named(names, copied).items(), found.ravel().tolist(), strict=True):
        if name in steps:
            yield from unlike(f"arrays/{array}/{name}", entry, near(steps[name]), "array-differs")
        yield from unlike(f"arrays/{array}/{name}", entry, known, "wrong-value")


def run_findings(receipt: Receipt, steps: int, trained: Run) -> Iterator[Finding]:
    """Every loss of the run, how many there are, and whether the run diverged where it is said to."""
    losses, ends = _numbers(receipt["arrays"].get("losses")), _lengths(steps, trained)
    if len(losses) not in ends:
        yield Finding("arrays/losses", "wrong-length", {"expected": min(ends), "found": len(losses)})
    table = named([f"arrays/losses/{place}" for place in range(len(trained.losses))], _as_far(trained.losses).T)
    for loss, (place, known) in zip(losses, table.items(), strict=False):
        yield from unlike(place, loss, known, "wrong-value")
    diverged, measured = len(losses) <= steps, receipt["measured"] or {}
    if measured.get("diverged_at") != (len(losses) if diverged else None):
        yield Finding("measured", "wrong-divergence", {})
    yield from unlike("numbers/diverged", receipt["numbers"].get("diverged", np.nan), (float(diverged), 0.0), "wrong-divergence")


def _as_far(losses: Array) -> Array:
    """Losses (steps + 1, COPIES) that, once parted, stay as far apart as they have been since."""
    away = spread(losses.T)
    parted = np.maximum.accumulate(away > PARTED * np.abs(losses[:, 0]))
    far = losses.copy()
    far[:, 1] = far[:, 0] + np.maximum(away, np.maximum.accumulate(np.where(parted, away, 0.0)))
    return far


def _numbers(value: Any) -> list[float]:
    return value if isinstance(value, list) and all(isinstance(each, int | float) for each in value) else []


def _lengths(steps: int, trained: Run) -> set[int]:
    """How many losses there may be: one more than steps, or as many as the step at which any copy diverged."""
    ends = {int(step) for step in trained.diverged}
    near_by = {end + by for end in ends - {0} for by in range(-BORDER, BORDER + 1)}
    beyond = range(trained.horizon, steps + 2) if trained.horizon <= steps else ()
    return {min(end, steps + 1) for end in near_by if end > 0} | ({steps + 1} if 0 in ends else set()) | set(beyond)


def number_table_findings(receipt: Receipt, table: Table, complete: bool) -> Iterator[Finding]:
    """The numbers are those we find; `complete` asks that none is missing."""
    for name, known in table.items():
        if name in receipt["numbers"]:
            yield from unlike(f"numbers/{name}", receipt["numbers"][name], known, "wrong-value")
        elif complete and all(map(isfinite, known)):
            yield Finding(f"numbers/{name}", "missing-field", {})


def _exactly(value: float) -> Known:
    return value, 0.0


def _losses(receipt: Receipt) -> list[float]:
    return _numbers(receipt["arrays"].get("losses")) or [np.nan]


def network_step_numbers(receipt: Receipt, case: Case, done: Forward) -> Table:
    """The numbers of a network-step; the loss after the last step is the last of the run's."""
    slope = probe_names(case.problem)[1]
    gradient = backward(case.problem, done)[-1].weights[:, 0, 0]
    loss = named(["loss"], done.loss)["loss"]
    return {
        "loss": loss, "loss_after_backward": loss, "loss_after": near(_losses(receipt)[-1]),
        "parameters": _exactly(_count(done)), "probe": _exactly(float(case.problem.parameters[-1][0][0, 0])),
        "probe_gradient": named([slope], gradient)[slope],
        **(one_step_losses(case.problem, case.training, done) if case.training else {}),
    }  # fmt: skip


def training_loop_numbers(receipt: Receipt, case: Case, done: Forward) -> Table:
    """The numbers of a training-loop."""
    losses = _losses(receipt)
    return {**named(["loss"], done.loss), "loss_after": near(losses[min(1, len(losses) - 1)]), "loss_last": near(losses[-1]),
            "steps_run": _exactly(len(losses) - 1.0)}


def twelve_gradients_numbers(receipt: Receipt, case: Case, done: Forward) -> Table:
    """The numbers of twelve-gradients: passes, and the largest differences between three ways."""
    count, check = _count(done), receipt["gradient_check"]
    apart = max((abs(row["analytic"] - row["numeric"]) for row in check["parameters"]), default=0.0) if check else np.nan
    return {**named(["loss"], done.loss), "parameters": _exactly(count), "passes_backprop": _exactly(2.0),
            "passes_numeric": _exactly(2.0 * count), "million_parameters": _exactly(MILLION),
            "million_passes": _exactly(2.0 * MILLION), "numeric_difference": near(apart),
            "tape_difference": near(max((abs(row[1] - row[2]) for row in _rows(receipt, "gradients", 4)), default=np.nan))}


def _count(done: Forward) -> float:
    return float(sum(part[0].size for pair in done.parameters for part in pair))


def _rows(receipt: Receipt, name: str, columns: int) -> list[list[Any]]:
    """The rows of an array whose numbers stand from its second column on; none where it is not of that form."""
    rows = receipt["arrays"].get(name)
    fits = isinstance(rows, list) and all(isinstance(row, list) and len(row) == columns and _numbers(row[1:]) for row in rows)
    return rows if fits else []


def three_ways_findings(receipt: Receipt, case: Case, done: Forward) -> Iterator[Finding]:
    """Per parameter the derivative by matrices and on the tape, and the check's difference."""
    names, slopes = case.problem.names, backward(case.problem, forward(case.problem, done.parameters, TAPE))
    table: Table = {}
    for layer, found in zip(names.layers, slopes, strict=True):
        table |= named(names.weights(layer), found.weights) | named(names.biases(layer), found.biases)
    rows, check = _rows(receipt, "gradients", 4), receipt["gradient_check"]
    if not (len(rows) == len(table) == len(check["parameters"] if check else ())):
        yield Finding("arrays/gradients", "wrong-shape", {})
        return
    for (name, known), row, checked in zip(table.items(), rows, check["parameters"], strict=True):
        place = f"arrays/gradients/{name}"
        yield from unlike(place, row[1], _exactly(checked["analytic"]), "array-differs")
        yield from unlike(place, row[3], _exactly(checked["numeric"]), "array-differs")
        yield from unlike(place, row[2], known, "wrong-value")


def loop_findings(receipt: Receipt, trained: Run) -> Iterator[Finding]:
    """The first rows of a loop: step, loss, output and both weights."""
    losses = _losses(receipt)
    rows = [row for row in _rows(receipt, "loop", 5) if _numbers(row)]
    if not rows or len(rows) > len(losses):
        yield Finding("arrays/loop", "wrong-shape", {})
    for number, (row, done) in enumerate(zip(rows, trained.first, strict=False)):
        first, second = (weights.reshape(len(weights)) for weights, _ in done.parameters)
        copied = {"output": done.a[-1].reshape(len(first)), "w1": first, "w2": second}
        yield from unlike(f"arrays/loop/{number}/step", row[0], _exactly(number), "wrong-value")
        yield from unlike(f"arrays/loop/{number}/loss", row[1], (losses[min(number, len(losses) - 1)], TINY), "array-differs")
        for (name, column), entry in zip(copied.items(), row[2:], strict=True):
            yield from unlike(f"arrays/loop/{number}/{name}", entry, named([name], column)[name], "wrong-value")


NUMBERS: dict[str, Callable[[Receipt, Case, Forward], Table]] = {
    "network-step": network_step_numbers, "training-loop": training_loop_numbers, "twelve-gradients": twelve_gradients_numbers,
}
