"""Random and extreme inputs of an example with lists of any length, and what is computed from them."""

import math
import random

from tutor.worked.inputs import Choice, Integer, InvalidInput, Number, Numbers, normalise
from tutor.worked.receipt import every_number


def any_inputs(fields, seed, fixed=None):
    """Complete inputs; every third seed takes each number from an end of its range."""
    source = random.Random(seed)
    given = {name: _drawn(field, source, seed % 3 == 0) for name, field in fields.fields.items()}
    return normalise(fields, {**given, **(fixed or {})})


def _drawn(field, source, at_end):
    match field:
        case Choice():
            return source.choice(field.options)
        case Integer():
            return source.choice([field.low, field.high]) if at_end else source.randint(field.low, field.high)
        case Number():
            return _number(field, source, at_end)
        case Numbers():
            return _nested(field, [source.randint(1, most) for most in field.most], source, at_end)
    raise AssertionError(field)


def _number(field, source, at_end):
    if at_end:
        return source.choice([field.low, field.high, min(max(0.0, field.low), field.high)])
    size = 10 ** source.uniform(-2, math.log10(max(abs(field.low), abs(field.high))))
    return min(max(source.choice([-1, 1]) * size, field.low), field.high)


def _nested(field, shape, source, at_end):
    if not shape:
        return _number(field, source, at_end)
    return [_nested(field, shape[1:], source, at_end) for _ in range(shape[0])]


def computed(module, inputs):
    """The receipt with every number finite, or None where the inputs do not fit together."""
    try:
        receipt = module.compute(inputs)
    except InvalidInput:
        return None
    assert all(map(math.isfinite, every_number(receipt).values()))
    return receipt
