"""Where examples are computed: measurements alone, one at a time, kept for a minute with their time."""

import os
import subprocess
import threading

import pytest

from tutor.compute import Workbench
from tutor.worked import InvalidInput, UnknownExample

SMALL = {"width": 16, "batch": 16, "seeds": 1}


def test_a_measurement_is_kept_for_a_minute_with_its_time() -> None:
    bench = Workbench()
    first, second = bench.work("depth-cost", SMALL), bench.work("depth-cost", SMALL)
    assert second.numbers["measured_at"] == first.numbers["measured_at"]
    assert second == first


def measuring_now() -> int:
    """How many processes of ours measure at this moment."""
    listed = subprocess.run(["pgrep", "-P", str(os.getpid()), "-f", "tutor.worked"], capture_output=True, text=True)
    return len(listed.stdout.split())


def test_two_measurements_never_run_at_once() -> None:
    bench, seen = Workbench(), [0]
    inputs = [{**SMALL, "width": width} for width in (16, 24, 32)]
    threads = [threading.Thread(target=bench.work, args=("depth-cost", chosen)) for chosen in inputs]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        seen.append(measuring_now())
    assert max(seen) == 1


def test_the_measurements_shape_is_that_of_a_network_that_gets_deeper() -> None:
    receipt = Workbench().work("depth-cost", {"width": 64, "batch": 32, "seeds": 1})
    times = [receipt.numbers[f"time_{depth}"] for depth in (1, 2, 4, 8)]
    assert times == sorted(times)
    assert receipt.numbers["flops_layer"] == 6 * 32 * 64**2
    assert receipt.numbers["parameters_layer"] == 64**2 + 64


def test_other_examples_are_computed_here() -> None:
    assert Workbench().work("network-step", {}).measured is None


@pytest.mark.parametrize("name", ["depth-cost", "network-step"])
def test_a_wrong_input_is_refused_before_anything_is_computed(name: str) -> None:
    with pytest.raises(InvalidInput):
        Workbench().work(name, {"colour": 1})


def test_an_unknown_example_is_refused() -> None:
    with pytest.raises(UnknownExample):
        Workbench().work("../secrets", {})
