"""What holds for every worked example that trains networks: steps, symbols, checks, finite numbers."""

import json
import math

import pytest

from tutor.worked.capacity import xor
from tutor.worked.depth import depth_cost
from tutor.worked.inputs import normalise
from tutor.worked.network import forward_only
from tutor.worked.notation import latex, places
from tutor.worked.receipt import every_number, from_json, to_json

SMALL = {
    forward_only: {"points_per_class": 10, "hidden": 6, "steps": 40},
    xor: {"hidden": 3, "epochs": 60},
    depth_cost: {"width": 8, "batch": 8, "seeds": 1},
}
FUNCTIONS = {"relu": lambda z: max(z, 0.0)}


@pytest.fixture(scope="module", params=SMALL, ids=lambda module: module.NAME)
def receipt(request):
    return request.param.compute(normalise(request.param.FIELDS, SMALL[request.param]))


def test_every_step_is_what_its_expression_gives(receipt):
    known = dict(receipt.values)
    for step in receipt.steps:
        assert set(step.operands) <= set(known), step.name
        wanted = eval(step.expression, {"__builtins__": {}}, {**FUNCTIONS, **known})
        assert step.value == pytest.approx(wanted, rel=1e-12, abs=1e-12), step.name
        known[step.name] = step.value


def test_every_value_and_step_has_a_symbol_and_every_formula_prints(receipt):
    assert {*receipt.values, *(step.name for step in receipt.steps)} <= set(receipt.symbols)
    for step in receipt.steps:
        assert latex(step.expression, receipt.symbols)
        assert "num{" in places(step.expression, receipt.symbols)


def test_every_parameter_is_checked_and_agrees(receipt):
    check = receipt.gradient_check
    names = [parameter.name for parameter in check.parameters]
    assert len(set(names)) == len(names) > 0
    assert check.max_relative_error < 1e-7
    assert all(parameter.relative_error < 1e-7 for parameter in check.parameters if not parameter.kink)
    assert ("near-kink" in receipt.conventions) == any(parameter.kink for parameter in check.parameters)


def test_every_number_is_finite_and_the_receipt_survives_being_stored(receipt):
    assert all(math.isfinite(number) for number in every_number(receipt).values())
    assert from_json(json.loads(json.dumps(to_json(receipt), allow_nan=False))) == receipt


def test_the_same_inputs_give_the_same_receipt_save_for_measured_times(receipt):
    module = next(module for module in SMALL if receipt.example == module.NAME)
    again = module.compute(receipt.inputs)
    assert again.steps == receipt.steps
    assert again.gradient_check == receipt.gradient_check
    if receipt.measured is None:
        assert again == receipt
