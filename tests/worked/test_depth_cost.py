"""The cost of depth: exact counts, the shape of the measurement, seeded steps to a target. Never microseconds."""

import math
from datetime import datetime

import pytest

from tutor.engine.network import parameter_count, step_flops
from tutor.worked.depth import depth_cost
from tutor.worked.depth.depth_cost import FIELDS, compute
from tutor.worked.inputs import normalise


@pytest.fixture(scope="module")
def receipt():
    return compute(normalise(FIELDS, {}))


def test_the_documented_counts_of_one_more_layer(receipt):
    assert receipt.numbers["flops_layer"] == 786432
    assert receipt.numbers["parameters_layer"] == 4160
    assert receipt.numbers["bytes_layer"] == 8 * (4160 + 4160 + 32 * 64)


def test_the_counted_ratios_are_the_engines(receipt):
    flops = {depth: step_flops((2, *[64] * depth, 2), 32) for depth in (1, 2, 4, 8)}
    assert receipt.numbers["flops_ratio_2_1"] == flops[2] / flops[1]
    assert receipt.numbers["flops_ratio_8_4"] == flops[8] / flops[4]


def test_deeper_takes_longer(receipt):
    times = [receipt.numbers[f"time_{depth}"] for depth in (1, 2, 4, 8)]
    assert times == sorted(times)
    assert receipt.numbers["slope"] > 0
    assert receipt.numbers["ratio_8_4_low"] <= receipt.numbers["ratio_8_4"] <= receipt.numbers["ratio_8_4_high"]


def test_the_table_of_times_has_its_range_and_its_counts(receipt):
    assert [row[0] for row in receipt.arrays["times"]] == [1, 2, 3, 4, 5, 6, 8]
    for depth, middle, low, high, flops, parameters in receipt.arrays["times"]:
        assert 0 < low <= middle <= high
        widths = (2, *[64] * depth, 2)
        assert (flops, parameters) == (step_flops(widths, 32), parameter_count(widths))


def test_the_measurement_says_when_it_was_taken_and_whether_to_trust_it(receipt):
    taken = datetime.fromisoformat(receipt.measured["at"])
    assert taken.timestamp() == receipt.numbers["measured_at"]
    trusted = receipt.numbers["cpu_over_wall"] >= 0.85 and receipt.numbers["spread"] <= 2
    assert receipt.measured["reliable"] == trusted == bool(receipt.numbers["reliable"])
    assert ("busy-machine" in receipt.conventions) == (not trusted)


def test_a_second_layer_learns_the_spirals_in_fewer_steps(receipt):
    assert all(receipt.numbers[f"reached_{depth}"] == 3 for depth in (1, 2, 3, 4, 6, 8))
    assert receipt.numbers["steps_2"] < receipt.numbers["steps_1"] / 2


def test_a_run_is_steps_times_time_per_step(receipt):
    for _, reached, steps, microseconds, milliseconds in receipt.arrays["runs"]:
        assert reached == 3
        assert milliseconds == pytest.approx(steps * microseconds / 1000)


def test_steps_to_the_target_are_the_same_for_a_seed_every_time(receipt):
    alone = compute(normalise(FIELDS, {"width": 4, "batch": 1, "seeds": 1}))
    again = compute(normalise(FIELDS, {"width": 8, "batch": 4, "seeds": 1}))
    steps = [name for name in alone.numbers if name.startswith("steps_")]
    assert len(steps) == 6
    assert [alone.numbers[name] for name in steps] == [again.numbers[name] for name in steps]


def test_a_target_that_is_not_reached_leaves_no_number(monkeypatch):
    monkeypatch.setattr(depth_cost, "CAP", 3)
    receipt = compute(normalise(FIELDS, {"width": 4, "batch": 1, "activation": "sigmoid"}))
    assert receipt.numbers["reached_8"] == 0
    assert "steps_8" not in receipt.numbers
    depth, reached, steps, microseconds, milliseconds = receipt.arrays["runs"][-1]
    assert (depth, reached, steps, milliseconds) == (8, 0, None, None)
    assert math.isfinite(microseconds)
