"""Expressions as graphs, and gradient checks by width: published adjoints, the tape, and the shape of the error."""

import itertools
import math
import random

import pytest
from evaluation import assert_sound, evaluate

from tutor.worked.depth import expression_graph, gradient_check_by_h
from tutor.worked.depth.expression_catalog import GRAPHS
from tutor.worked.inputs import InvalidInput, normalise
from tutor.worked.receipt import every_number


def work(example, **inputs):
    return example.compute(normalise(example.FIELDS, inputs))


def values(receipt):
    return {step.name: step.value for step in receipt.steps}


def slopes(receipt):
    return [each.analytic for each in receipt.gradient_check.parameters]


def test_published_baydin_reverse():
    receipt = work(expression_graph)
    found = values(receipt)
    assert [found[name] for name in ("v1", "v2", "v3", "v4", "f")] == pytest.approx([0.693, 10, -0.959, 10.693, 11.652], abs=5e-4)
    assert (found["adj_x1"], found["adj_x2"]) == pytest.approx((5.5, 1.716), abs=5e-4)
    assert receipt.numbers["forks"] == 2


def test_published_micrograd_readme():
    receipt = work(expression_graph, expression="micrograd")
    assert receipt.numbers["value"] == pytest.approx(24.70408163265306, rel=0, abs=1e-13)
    assert slopes(receipt) == pytest.approx([138.8338, 645.5773], rel=0, abs=5e-5)


def test_published_cs231n_circuit():
    receipt = work(expression_graph, expression="circuit")
    assert (values(receipt)["q"], receipt.numbers["value"], slopes(receipt)) == (3, -12, [-4, -4, 3])
    assert slopes(work(expression_graph, expression="product")) == [-3, 4]
    assert slopes(work(expression_graph, expression="fork_max")) == [-8, 6, 2, 0]


def test_published_torch_blitz():
    receipt = work(expression_graph, expression="cubes")
    assert slopes(receipt) == [36, 81, -12, -8]
    assert receipt.numbers["value"] == (3 * 8 - 36) + (3 * 27 - 16)


@pytest.mark.parametrize("expression", GRAPHS)
def test_every_node_has_a_value_and_an_adjoint_and_every_variable_a_difference(expression):
    receipt = work(expression_graph, expression=expression)
    assert_sound(receipt)
    graph = GRAPHS[expression]
    names = [*receipt.values, *(node.name for node in graph.nodes)]
    assert {f"adj_{name}" for name in names} == {step.name for step in receipt.steps if step.phase == "backward"}
    assert receipt.gradient_check.max_relative_error < 1e-8
    assert receipt.numbers["operations"] == len(graph.nodes)


@pytest.mark.parametrize("expression", GRAPHS)
def test_the_graphs_formulas_are_its_function_at_any_point(expression):
    """The steps, evaluated in plain Python from other values, move as the adjoints say."""
    source, graph = random.Random(2), GRAPHS[expression]
    for _ in range(30):
        point = {place: source.uniform(0.5, 3) for place in expression_graph.PLACES}
        receipt = work(expression_graph, expression=expression, **point)
        assert_sound(receipt)
        for name, slope in zip(receipt.values, slopes(receipt), strict=True):
            sides = [_evaluated(graph, {**receipt.values, name: receipt.values[name] + h}) for h in (1e-6, -1e-6)]
            if not any(each.kink for each in receipt.gradient_check.parameters):
                assert slope == pytest.approx((sides[0] - sides[1]) / 2e-6, rel=1e-5, abs=1e-5 * abs(sides[0]))


def _evaluated(graph, known):
    for node in graph.nodes:
        known = {**known, node.name: evaluate(node.formula(), known)}
    return known[graph.nodes[-1].name]


@pytest.mark.parametrize("expression", GRAPHS)
def test_the_ends_of_the_bounds_are_finite(expression):
    for point in itertools.product((-1e3, 1e3), repeat=4):
        given = dict(zip(expression_graph.PLACES, point, strict=True))
        if expression == "baydin":
            given["first"] = max(given["first"], 0.01)
        receipt = work(expression_graph, expression=expression, **given)
        assert_sound(receipt)
        assert all(map(math.isfinite, every_number(receipt).values()))


def test_a_logarithm_needs_a_positive_number():
    with pytest.raises(InvalidInput) as refusal:
        work(expression_graph, first=0)
    assert (refusal.value.pointer, refusal.value.reason, refusal.value.values) == ("/first", "too-small", {"low": 0.01})
    assert work(expression_graph, expression="product", first=0).numbers["value"] == 0


def test_a_division_by_zero_is_refused():
    """At (3, 0) the two halves of micrograd's expression are both 12, and it divides by the square of their difference."""
    with pytest.raises(InvalidInput) as refusal:
        work(expression_graph, expression="micrograd", first=3, second=0)
    assert refusal.value.pointer == "/first"


def test_a_tie_goes_to_the_second_and_is_marked():
    receipt = work(expression_graph, expression="fork_max", third=1, fourth=1)
    assert slopes(receipt)[2:] == [0, 2]
    assert [each.kink for each in receipt.gradient_check.parameters] == [False, False, True, True]
    assert {"max-tie", "near-tie", "expression-fork-max"} <= set(receipt.conventions)


def test_the_error_of_a_central_difference_has_the_documented_digits():
    numbers = work(gradient_check_by_h).numbers
    wanted = {1: 1.5e-4, 3: 1.6e-8, 5: 2.5e-12, 8: 3.3e-9, 12: 2.4e-5}
    assert [numbers[f"error_{exponent}"] for exponent in wanted] == pytest.approx([*wanted.values()], rel=0.05)
    assert numbers["one_sided_error_5"] == pytest.approx(4.3e-6, rel=0.02)
    assert (numbers["best_h"], numbers["error_best"]) == (1e-5, numbers["error_5"])


def test_a_ten_times_narrower_difference_errs_a_hundred_times_less_until_round_off():
    numbers = work(gradient_check_by_h).numbers
    for exponent in (1, 2, 3):
        assert numbers[f"error_{exponent}"] / numbers[f"error_{exponent + 1}"] == pytest.approx(100, rel=0.1)
        assert numbers[f"one_sided_error_{exponent}"] / numbers[f"one_sided_error_{exponent + 1}"] == pytest.approx(10, rel=0.1)
    assert numbers["error_12"] > 1e3 * numbers["error_8"] > 1e3 * numbers["error_5"]


def test_the_learners_width_gives_the_row_of_that_width():
    receipt = work(gradient_check_by_h, h=1e-3)
    assert receipt.numbers["error_central"] == receipt.numbers["error_3"]
    assert receipt.arrays["rows"][2] == [1e-3, receipt.numbers["central"], receipt.numbers["error_3"],
                                         receipt.numbers["one_sided_error_3"]]
    assert receipt.gradient_check.h == 1e-3


def test_a_forgotten_factor_is_found():
    source = random.Random(3)
    for _ in range(30):
        receipt = work(gradient_check_by_h, w=source.uniform(-2, 2), x=source.uniform(0.1, 2), b=source.uniform(-2, 2), t=3)
        assert_sound(receipt)
        assert receipt.numbers["error_central"] < 1e-7 < receipt.numbers["wrong_above"] < receipt.numbers["buggy_error"]


@pytest.mark.parametrize("corner", [*itertools.product((-10, 0, 10), (-10, 0, 10), (-10, 10), (0, 1), (1e-14, 1e-5, 0.5))])
def test_every_corner_is_finite_even_where_the_gradient_is_nothing(corner):
    receipt = work(gradient_check_by_h, **dict(zip("wxbth", corner, strict=True)))
    assert_sound(receipt)
    assert all(map(math.isfinite, every_number(receipt).values()))
    assert receipt.numbers["error_central"] <= 1
