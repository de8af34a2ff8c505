"""Inputs drawn at random within the bounds of a record, and inputs at its corners, for examples of scalars and lists."""

import numpy as np

from tutor.worked.inputs import Choice, Integer, Number, Numbers, normalise


def drawn(record, seed, size=3):
    """Complete random inputs; every flat list has `size` entries."""
    random = np.random.Generator(np.random.PCG64(seed))
    return normalise(record, {name: _drawn(field, random, size) for name, field in record.fields.items()})


def corners(record):
    """Complete inputs with all numbers at their lowest, at their highest, and each alone at either end."""
    ends = {name: (field.low, field.high) for name, field in record.fields.items() if isinstance(field, Number | Integer)}
    for end in (0, 1):
        yield normalise(record, {name: pair[end] for name, pair in ends.items()})
        for name, pair in ends.items():
            yield normalise(record, {name: pair[end]})


def _drawn(field, random, size):
    match field:
        case Number():
            return float(random.uniform(field.low, field.high))
        case Integer():
            return int(random.integers(field.low, field.high, endpoint=True))
        case Choice():
            return str(random.choice(field.options))
        case Numbers():
            return random.uniform(field.low, field.high, (size,) * len(field.most)).tolist()
    raise AssertionError(field)
