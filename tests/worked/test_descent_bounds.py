"""The examples about descent hold for every input within their bounds: sound steps and finite numbers only."""

import random
from math import exp, isfinite, log

import pytest
from evaluation import assert_sound

from tutor.worked.descent import (
    descent_two_dimensions,
    gradient_clipping,
    gradient_descent,
    line_of_cars,
    minibatch_noise,
    optimizers_race,
    saddle_point,
)
from tutor.worked.fields import Choice, Flag, Integer, Number, Numbers
from tutor.worked.inputs import normalise
from tutor.worked.receipt import every_number

EXAMPLES = (gradient_descent, descent_two_dimensions, optimizers_race, line_of_cars, minibatch_noise, saddle_point,
            gradient_clipping)
LIMIT = {"draws": 300, "points": 64}  # keeps these tests short


def corner(field, chance):
    return chance.choice([field.low, field.high, field.default])


def within(field, chance):
    if isinstance(field, Integer):
        return chance.randint(field.low, field.high)
    if field.low > 0 and chance.random() < 0.7:
        return min(field.high, max(field.low, exp(chance.uniform(log(field.low), log(field.high)))))
    return chance.uniform(field.low, field.high)


def drawn(field, chance, pick):
    match field:
        case Choice():
            return chance.choice(field.options)
        case Flag():
            return chance.random() < 0.5
        case Numbers():
            number = Number(field.default[0], field.low, field.high)
            return [pick(number, chance) for _ in range(chance.randint(1, field.most[0]))]
    return pick(field, chance)


def inputs_of(example, seed, pick):
    chance = random.Random(seed)
    inputs = {name: drawn(field, chance, pick) for name, field in example.FIELDS.fields.items()}
    inputs |= {name: min(most, inputs[name]) for name, most in LIMIT.items() if name in inputs}
    if example is line_of_cars:
        size = min(len(inputs["x"]), len(inputs["y"]))
        inputs |= {"x": inputs["x"][:size], "y": inputs["y"][:size], "batch": min(size, inputs["batch"]), "steps": 40}
    return normalise(example.FIELDS, inputs)


@pytest.mark.parametrize("pick", [within, corner])
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.NAME)
def test_thirty_receipts_are_sound_and_finite(example, pick):
    for seed in range(30):
        inputs = inputs_of(example, seed, pick)
        receipt = example.compute(inputs)
        assert_sound(receipt)
        assert all(map(isfinite, every_number(receipt).values()))
        assert receipt.inputs == inputs


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.NAME)
def test_the_default_is_checked_and_is_no_longer_than_a_page(example):
    receipt = example.compute(normalise(example.FIELDS, {}))
    assert len(receipt.steps) <= 60
    assert receipt.gradient_check is None or receipt.gradient_check.max_relative_error < 1e-7
    assert "diverged" not in receipt.conventions


@pytest.mark.parametrize(("example", "inputs"), [
    (gradient_descent, {"function": "quartic", "x0": 1000, "learning_rate": 1000, "steps": 200}),
    (descent_two_dimensions, {"c2": 1000, "learning_rate": 1000, "steps": 200}),
    (line_of_cars, {"x": [1000.0, -1000.0], "y": [1000.0, 1000.0], "learning_rate": 1000, "steps": 1000}),
    (saddle_point, {"a": 1000, "y0": 0.0, "learning_rate": 10, "steps": 1000}),
])
def test_what_diverges_ends_at_finite_numbers_and_says_so(example, inputs):
    receipt = example.compute(normalise(example.FIELDS, inputs))
    assert_sound(receipt)
    assert "diverged" in receipt.conventions
