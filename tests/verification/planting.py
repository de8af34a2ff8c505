"""Receipts as a wrong program would write them: consistent with themselves, wrong in their mathematics.

A formula is changed in every step that it stands in, and all that follows from it is computed again: later steps, the
numbers, the arrays and the gradient check, which such a program would have computed from its own wrong derivatives.
"""

import copy
import math
import re

WORD = re.compile(r"\b[A-Za-z_]\w*\b(?!\()")
FUNCTIONS = {
    "sigmoid": lambda z: 1 / (1 + math.exp(-z)), "tanh": math.tanh, "relu": lambda z: max(z, 0.0),
    "step_function": lambda z: float(z > 0), "exp": math.exp, "log": math.log, "sqrt": math.sqrt, "max": max, "abs": abs,
    "elu": lambda z: z if z > 0 else math.expm1(z), "softplus": lambda z: math.log1p(math.exp(z)), "pi": math.pi,
    "normal_cdf": lambda z: math.erfc(-z / math.sqrt(2)) / 2,
}  # fmt: skip


def rewritten(receipt, steps, pattern, replacement):
    """The receipt with `pattern` replaced in the expressions of all steps whose names match `steps` in full."""
    planted = copy.deepcopy(receipt)
    changed = 0
    for step in planted["steps"]:
        if re.fullmatch(steps, step["name"]):
            step["expression"], count = re.subn(pattern, replacement, step["expression"])
            changed += count
    assert changed, (steps, pattern)
    return recomputed(planted, receipt)


def recomputed(planted, before):
    """Every step from its expression, and whatever repeats a step of the receipt `before`."""
    known = dict(planted["values"])
    for step in planted["steps"]:
        words = set(WORD.findall(step["expression"])) - {"pi"}
        step["operands"] = {name: known[name] for name in words}
        step["value"] = known[step["name"]] = float(eval(step["expression"], {**FUNCTIONS, **known}))
    moved = {step["value"]: known[step["name"]] for step in before["steps"] if step["value"] != known[step["name"]]}
    assert moved
    planted["numbers"], planted["arrays"] = _followed(planted["numbers"], moved), _followed(planted["arrays"], moved)
    if planted["example"] == "network-step":
        planted["arrays"] |= _arrays(planted, known)
    _believed(planted, known)
    return planted


def _arrays(planted, known):
    """The arrays of a network of several units, entry by entry from the steps; what is no step stays."""
    rows = len(planted["inputs"]["x"])
    ends = [f"_r{row + 1}" for row in range(rows)] if rows > 1 else [""]

    def entry(array, before, at, *units):
        stays = planted["arrays"][array][at]
        for unit in units:
            stays = stays[unit]
        return known.get("_".join([f"{before}{at + 1}", *(str(unit + 1) for unit in units)]), stays)

    def made(layer, at):
        outs, ins = range(len(layer["biases"])), range(len(layer["weights"][0]))
        for array, letter in (("z", "z"), ("a", "a"), ("delta", "d")):
            yield array, [[known[f"{letter}{at + 1}_{unit + 1}{end}"] for unit in outs] for end in ends]
        for array, before in (("grad_weights", "dw"), ("new_weights", "new_w")):
            yield array, [[entry(array, before, at, to, source) for source in ins] for to in outs]
        for array, before in (("grad_biases", "db"), ("new_biases", "new_b")):
            yield array, [entry(array, before, at, to) for to in outs]

    layers = [dict(made(layer, at)) for at, layer in enumerate(planted["inputs"]["layers"])]
    return {array: [layer[array] for layer in layers] for array in layers[0]}


def _followed(value, moved):
    if isinstance(value, list):
        return [_followed(each, moved) for each in value]
    if isinstance(value, dict):
        return {name: _followed(each, moved) for name, each in value.items()}
    return moved.get(value, value) if isinstance(value, float) else value


def _believed(planted, known):
    """A check that compares the wrong derivatives with themselves and finds no error."""
    for row in planted["gradient_check"]["parameters"]:
        if planted["inputs"].get("update") != "sequential":
            row["analytic"] = known.get(f"d{row['name']}", row["analytic"])
        row["numeric"], row["relative_error"] = row["analytic"], 0.0
    planted["gradient_check"]["max_relative_error"] = 0.0
    planted["numbers"]["largest_check_error"] = 0.0


def sold_as(receipt, **inputs):
    """The receipt of one computation with the inputs of another, its values made to agree with them."""
    planted = copy.deepcopy(receipt)
    for name, given in inputs.items():
        merges = isinstance(given, dict)
        planted["inputs"][name] = {**planted["inputs"][name], **given} if merges else given
        for setting, value in (given if merges else {}).items():
            if setting in planted["values"]:
                planted["values"][setting] = value
    return planted


def put(receipt, value, *path):
    """The receipt with another value at a path, nothing else changed; a function is given what stood there."""
    planted = copy.deepcopy(receipt)
    *above, last = path
    place = planted
    for each in above:
        place = place[each]
    place[last] = value(place[last]) if callable(value) else value
    return planted


def at_step(receipt, name):
    """Where a step stands."""
    return [step["name"] for step in receipt["steps"]].index(name)
