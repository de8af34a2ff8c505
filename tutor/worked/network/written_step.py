"""A training step of a network written out: forward, loss, backward, update, and the forward pass after it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from tutor.worked.network.names import Look
from tutor.worked.network.problem import Problem
from tutor.worked.network.run import Run, Schedule, Update, first_update, train
from tutor.worked.network.updates import Rule, settings_used, update_part
from tutor.worked.network.values import (
    Passes,
    Written,
    backward_part,
    forward_part,
    loss_part,
    run_passes,
    shape_of,
)


@dataclass(frozen=True)
class Work:
    """All that was computed for one receipt."""

    problem: Problem
    schedule: Schedule
    passes: Passes
    done: Update
    run: Run


def take_step(problem: Problem, schedule: Schedule, steps: int) -> Work:
    """The passes of a problem, the first update, and a run of so many steps."""
    passes = run_passes(problem)
    done = first_update(problem, schedule, passes)
    return Work(problem, schedule, passes, done, train(problem, schedule, passes, done, steps))


def used_settings(work: Work) -> dict[str, float]:
    """The optimizer's settings that the formulas mention, by name."""
    return {name: getattr(work.schedule.settings, name) for name in settings_used(_rule(work.schedule))}


def _rule(schedule: Schedule) -> Rule:
    settings = schedule.settings
    return Rule(settings.name, settings.weight_decay, settings.epsilon_inside_root, schedule.trained is None)


def step_parts(work: Work) -> Iterator[Written]:
    """Forward, loss, backward and update; in a sequential update the last two take turns, from the output backwards."""
    shape, trace, rule = work.passes.shape, work.passes.trace, _rule(work.schedule)
    yield forward_part(shape, trace)
    yield loss_part(shape, work.problem, trace)
    yield from _sequential_parts(work, rule) if work.schedule.sequential else _simultaneous_parts(work, rule)


def _simultaneous_parts(work: Work, rule: Rule) -> Iterator[Written]:
    shape = work.passes.shape
    for layer in reversed(shape.layers):
        yield backward_part(shape, work.done.used, layer)
    for layer in shape.layers:
        yield update_part(shape, rule, work.passes, work.done, layer)


def _sequential_parts(work: Work, rule: Rule) -> Iterator[Written]:
    shape = work.passes.shape
    for layer in reversed(shape.layers):
        yield backward_part(shape, work.done.used, layer, new_weights=True)
        yield update_part(shape, rule, work.passes, work.done, layer)


def after_parts(work: Work) -> Iterator[Written]:
    """The forward pass after a run of one step."""
    after, trace = replace(work.problem, network=work.run.last.network), work.run.last.trace
    shape = shape_of(after, trace)
    look = Look("after", "after_", "+", new_weights=True, new_biases=work.schedule.trained is None)
    yield forward_part(shape, trace, look)
    yield loss_part(shape, after, trace, look)
