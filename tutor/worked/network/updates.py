"""The first step of every optimizer, written out parameter by parameter as the heads of steps."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from tutor.worked.network.formulas import Head, head
from tutor.worked.network.names import Named, Shape, parameters
from tutor.worked.network.run import Update
from tutor.worked.network.values import Passes, Written

# What an optimizer computes before the new value: the letter of each array it keeps, and its formula in the first step.
MEMORY_FORMULAS: dict[str, tuple[tuple[str, str], ...]] = {
    "sgd": (),
    "momentum": (("v", "{g}"),),
    "nesterov": (("v", "{g}"),),
    "rmsprop": (("v", "(1 - alpha)*{g}**2"),),
    "adam": (("m", "(1 - beta1)*{g}"), ("v", "(1 - beta2)*{g}**2")),
    "adamw": (("m", "(1 - beta1)*{g}"), ("v", "(1 - beta2)*{g}**2")),
    "adagrad": (("v", "{g}**2"),),
}
ADAM_MOVE = "learning_rate*({m}/(1 - beta1))/(sqrt({v}/(1 - beta2)) + epsilon)"
MOVE_FORMULAS = {
    "sgd": "learning_rate*{g}",
    "momentum": "learning_rate*{v}",
    "nesterov": "learning_rate*({g} + momentum*{v})",
    "rmsprop": "learning_rate*{g}/(sqrt({v}) + epsilon)",
    "adam": ADAM_MOVE,
    "adamw": ADAM_MOVE,
    "adagrad": "learning_rate*{g}/(sqrt({v}) + epsilon)",
}
RMSPROP_INSIDE_MOVE = "learning_rate*{g}/sqrt({v} + epsilon)"
# The settings that stand in an optimizer's formulas, with their symbols.
SETTING_SYMBOLS = {
    "learning_rate": r"\eta", "momentum": r"\mu", "alpha": r"\alpha", "beta1": r"\beta_1", "beta2": r"\beta_2",
    "epsilon": r"\varepsilon", "weight_decay": r"\lambda",
}
SETTINGS_USED = {
    "sgd": (), "momentum": (), "nesterov": ("momentum",), "rmsprop": ("alpha", "epsilon"),
    "adam": ("beta1", "beta2", "epsilon"), "adamw": ("beta1", "beta2", "epsilon"), "adagrad": ("epsilon",),
}


@dataclass(frozen=True)
class Rule:
    """What decides the formulas of an update."""

    optimizer: str
    weight_decay: float
    epsilon_inside_root: bool
    train_biases: bool


def settings_used(rule: Rule) -> tuple[str, ...]:
    """The settings that the formulas of the first step mention."""
    return ("learning_rate", *SETTINGS_USED[rule.optimizer], *(("weight_decay",) if rule.weight_decay else ()))


@lru_cache(maxsize=64)
def update_heads(shape: Shape, rule: Rule, layer: int) -> tuple[Head, ...]:
    """Parameter by parameter: the gradient with weight decay (if any), what the optimizer keeps, the new value."""
    start, end = _trained(shape, rule, layer)
    pairs = zip(parameters(shape, layer), parameters(shape, layer, True), strict=True)
    return tuple(each for old, new in islice(pairs, end - start) for each in _moved(rule, old, new))


def _moved(rule: Rule, old: Named, new: Named) -> Iterator[Head]:
    known = {"g": f"d{old.name}"}
    if is_coupled(rule):
        named = Named(f"reg_{old.name}", rf"g_{{{old.symbol}}}")
        yield head(named, f"d{old.name} + weight_decay*{old.name}", "update")
        known["g"] = named.name
    for letter, formula in MEMORY_FORMULAS[rule.optimizer]:
        named = Named(f"{letter}_{old.name}", rf"{letter}_{{{old.symbol}}}")
        yield head(named, formula.format(**known), "update")
        known[letter] = named.name
    yield head(new, f"{_start(rule, old)} - {_move(rule).format(**known)}", "update")


def is_coupled(rule: Rule) -> bool:
    """Weight decay is added to the gradient (AdamW shrinks the weight instead)."""
    return rule.weight_decay > 0 and rule.optimizer != "adamw"


def _start(rule: Rule, parameter: Named) -> str:
    shrinks = rule.weight_decay > 0 and not is_coupled(rule)
    return f"{parameter.name}*(1 - learning_rate*weight_decay)" if shrinks else parameter.name


def _move(rule: Rule) -> str:
    inside = rule.optimizer == "rmsprop" and rule.epsilon_inside_root
    return RMSPROP_INSIDE_MOVE if inside else MOVE_FORMULAS[rule.optimizer]


def _trained(shape: Shape, rule: Rule, layer: int) -> tuple[int, int]:
    """Where the parameters of a layer that training changes stand in the flat vector; the biases are the last."""
    start, weights_end, end = shape.spans[layer - 1]
    return start, end if rule.train_biases else weights_end


def update_part(shape: Shape, rule: Rule, passes: Passes, done: Update, layer: int) -> Written:
    """The first update of one layer's trained parameters."""
    start, end = _trained(shape, rule, layer)
    decayed = [done.gradient + rule.weight_decay * passes.parameters] if is_coupled(rule) else []
    columns = [column[start:end].tolist() for column in (*decayed, *done.state.arrays, done.parameters)]
    return update_heads(shape, rule, layer), [value for row in zip(*columns, strict=True) for value in row]
