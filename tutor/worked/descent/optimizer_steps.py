"""The first step of every optimizer on one weight, written out, and the next steps of momentum, RMSProp and Adam."""

from collections.abc import Iterator, Mapping
from typing import Any

from tutor.worked.descent.path import Path
from tutor.worked.network.updates import ADAM_MOVE, MEMORY_FORMULAS, MOVE_FORMULAS, RMSPROP_INSIDE_MOVE
from tutor.worked.receipt import Step, step

TITLES = {
    "sgd": "SGD", "momentum": "mom", "nesterov": "Nes", "rmsprop": "RMS", "adam": "Adam", "adamw": "AdamW",
    "adagrad": "Ada",
}
# What an optimizer keeps, from the second step on: the letter and its formula; {v} is what it kept before.
NEXT_FORMULAS = {
    "momentum": (("v", "momentum*{v} + {g}"),),
    "rmsprop": (("v", "alpha*{v} + (1 - alpha)*{g}**2"),),
    "adam": (("m", "beta1*{m} + (1 - beta1)*{g}"), ("v", "beta2*{v} + (1 - beta2)*{g}**2")),
}
LAST = {"momentum": 2, "rmsprop": 3, "adam": 3}  # the last step that is written out


def first_steps(paths: Mapping[str, Path], inputs: Mapping[str, Any]) -> Iterator[Step]:
    """The slope at the start, then what each optimizer keeps, its move and where it arrives."""
    yield step("slope", "g", "curvature*start", paths["sgd"].gradients[0, 0].item(), "first-steps")
    for name, path in paths.items():
        known = {"g": "slope"}
        for place, (letter, formula) in enumerate(MEMORY_FORMULAS[name]):
            yield _kept(name, letter, 1, formula.format(**known), path.memory[1, place, 0].item())
            known[letter] = f"{name}_{letter}_1"
        decay = "*(1 - learning_rate*weight_decay)" if name == "adamw" else ""
        yield _arrival(name, 1, f"start{decay} - {_move(name, inputs).format(**known)}", path)


def _move(name: str, inputs: Mapping[str, Any]) -> str:
    return RMSPROP_INSIDE_MOVE if name == "rmsprop" and inputs["epsilon_inside_root"] else MOVE_FORMULAS[name]


def _kept(name: str, letter: str, at: int, expression: str, value: float) -> Step:
    phase = "first-steps" if at == 1 else "next-steps"
    return step(f"{name}_{letter}_{at}", rf"{letter}_{{{at}}}^{{\mathrm{{{TITLES[name]}}}}}", expression, value, phase)


def _arrival(name: str, at: int, expression: str, path: Path) -> Step:
    return _kept(name, "w", at, expression, path.points[at, 0].item())


def next_steps(paths: Mapping[str, Path], inputs: Mapping[str, Any]) -> Iterator[Step]:
    """Steps 2 and 3, as far as the paths go: the new slope, what is kept, where it arrives; and momentum's two moves."""
    for name, last in LAST.items():
        for at in range(2, min(last, paths[name].steps) + 1):
            yield from _next_step(name, at, paths[name], inputs)
    yield from _moves(paths["momentum"])


def _next_step(name: str, at: int, path: Path, inputs: Mapping[str, Any]) -> Iterator[Step]:
    before = f"{name}_w_{at - 1}"
    yield _kept(name, "g", at, f"curvature*{before}", path.gradients[at - 1, 0].item())
    known = {"g": f"{name}_g_{at}", **{letter: f"{name}_{letter}_{at - 1}" for letter, _ in NEXT_FORMULAS[name]}}
    for place, (letter, formula) in enumerate(NEXT_FORMULAS[name]):
        yield _kept(name, letter, at, formula.format(**known), path.memory[at, place, 0].item())
    known |= {letter: f"{name}_{letter}_{at}" for letter, _ in NEXT_FORMULAS[name]}
    move = _corrected(at) if name == "adam" else _move(name, inputs)
    yield _arrival(name, at, f"{before} - {move.format(**known)}", path)


def _corrected(at: int) -> str:
    """Adam's move with the bias corrections of a later step."""
    return ADAM_MOVE.replace("(1 - beta1)", f"(1 - beta1**{at})").replace("(1 - beta2)", f"(1 - beta2**{at})")


def _moves(path: Path) -> Iterator[Step]:
    """How far momentum moves the weight in its first two steps."""
    for at in range(1, min(LAST["momentum"], path.steps) + 1):
        before = f"momentum_w_{at - 1}" if at > 1 else "start"
        value = (path.points[at - 1, 0] - path.points[at, 0]).item()
        yield step(f"momentum_move_{at}", rf"\Delta w_{{{at}}}^{{\mathrm{{mom}}}}", f"{before} - momentum_w_{at}", value,
                   "next-steps")
