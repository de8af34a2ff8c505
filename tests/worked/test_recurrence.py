"""The recurrent network unrolled in time, and the smallest network as a function of two inputs."""

import numpy as np
import pytest
from any_inputs import any_inputs, computed
from evaluation import assert_sound

from tutor.engine.activations import ACTIVATIONS
from tutor.worked.inputs import InvalidInput, normalise
from tutor.worked.layers import recurrent_step
from tutor.worked.network import neural_network

WEIGHTS = ("w_x", "w_h", "b", "w_y")
LEAST = 1e-150  # of a complex step: no digit is lost however small it is


def worked(module, **inputs):
    return module.compute(normalise(module.FIELDS, inputs))


def loss_of(inputs, w_x, w_h, b, w_y):
    h = inputs["h0"]
    for x in inputs["x"]:
        h = np.tanh(w_x * x + w_h * h + b)
    return (w_y * h - inputs["t"]) ** 2 / 2


def complex_step(inputs):
    """Each derivative from one evaluation a tiny imaginary step away."""
    at = np.array([inputs[name] for name in WEIGHTS], dtype=complex)
    return [loss_of(inputs, *(at + 1j * LEAST * np.eye(4)[place])).imag / LEAST for place in range(4)]


@pytest.fixture(scope="module")
def unrolled():
    return worked(recurrent_step)


@pytest.mark.parametrize("inputs", [{}, {"w_h": 2.5, "x": [0.1] * 5}, {"x": [1.0], "h0": -0.5}, {"w_h": -1.5, "b": 0.0}])
def test_the_gradient_is_that_of_a_complex_step(inputs):
    receipt = worked(recurrent_step, **inputs)
    found = [receipt.numbers[f"d{name}"] for name in WEIGHTS]
    assert found == pytest.approx(complex_step(receipt.inputs), rel=1e-11, abs=1e-14)
    assert receipt.numbers["tape_difference"] < 1e-14
    assert receipt.gradient_check.max_relative_error < 1e-7


@pytest.mark.parametrize("seed", range(30))
def test_every_recurrent_step_is_sound_and_agrees_with_the_tape(seed):
    receipt = computed(recurrent_step, any_inputs(recurrent_step.FIELDS, seed))
    assert_sound(receipt)
    largest = max(1.0, *(abs(receipt.numbers[f"d{name}"]) for name in WEIGHTS))
    assert receipt.numbers["tape_difference"] <= 1e-12 * largest


def test_the_recurrent_weights_gradient_is_the_sum_over_time(unrolled):
    parts = [unrolled.numbers[f"dw_h_{moment}"] for moment in range(1, 5)]
    assert unrolled.numbers["dw_h"] == pytest.approx(sum(parts), rel=1e-14)
    assert [row[1] for row in unrolled.arrays["contributions"]] == parts
    assert parts[0] == 0  # nothing was remembered before the first input


def test_the_factor_through_time_is_what_the_first_state_still_does_to_the_last(unrolled):
    def last(h1):
        h = h1
        for x in unrolled.inputs["x"][1:]:
            h = np.tanh(0.5 * x + 0.8 * h + 0.1)
        return h

    h1 = next(step.value for step in unrolled.steps if step.name == "h_1")
    assert unrolled.numbers["factor_through_time"] == pytest.approx(last(h1 + 1j * LEAST).imag / LEAST, rel=1e-12)
    assert unrolled.arrays["factors"][-1] == [3, pytest.approx(unrolled.numbers["factor_size"])]


@pytest.mark.parametrize(("w_h", "outcome"), [(0.2, "vanishes"), (0.9, "shrinks"), (3.0, "grows")])
def test_whether_the_factor_vanishes_shrinks_or_grows_is_computed(w_h, outcome):
    receipt = worked(recurrent_step, w_h=w_h, w_x=0, b=0, x=[0] * 5)
    assert receipt.numbers["factor_size"] == pytest.approx(w_h**4)  # at the state 0 every slope is 1
    assert receipt.numbers[outcome] == 1
    assert receipt.numbers["shrinks"] == 1 - receipt.numbers["grows"]


def test_a_single_moment_has_no_factor_through_time():
    receipt = worked(recurrent_step, x=[1.0])
    assert "factor_through_time" not in receipt.numbers
    assert receipt.numbers["factor_size"] == 1


def by_hand(inputs, weights):
    act = ACTIVATIONS[inputs["activation"]].function
    hidden = act(np.array(weights) @ np.array(inputs["x"]) + np.array(inputs["biases"]))
    return 1 / (1 + np.exp(-(np.array(inputs["output_weights"]) @ hidden + inputs["output_bias"])))


def test_the_default_network_answers_as_exclusive_or():
    corners = worked(neural_network).arrays["corners"]
    assert [round(y) for _, _, y in corners] == [0, 1, 1, 0]
    assert corners[1][2] == pytest.approx(1 / (1 + np.exp(-(6 * np.tanh(1) - 3))))


@pytest.mark.parametrize("activation", [name for name in ACTIVATIONS if name != "softmax"])
@pytest.mark.parametrize("hidden", [1, 2, 3])
def test_a_network_of_any_activation_is_its_composed_formula(activation, hidden):
    source = np.random.default_rng(hidden)
    receipt = worked(neural_network, activation=activation, x=[0.7, -0.3], output_bias=0.2, nudge=0.05,
                     weights=source.normal(size=(hidden, 2)).tolist(), biases=source.normal(size=hidden).tolist(),
                     output_weights=source.normal(size=hidden).tolist())
    assert_sound(receipt)
    assert receipt.numbers["composed"] == pytest.approx(by_hand(receipt.inputs, receipt.inputs["weights"]), rel=1e-12)
    assert receipt.gradient_check.max_relative_error < 1e-7
    assert len(receipt.gradient_check.parameters) == receipt.numbers["parameters"] == 4 * hidden + 1


@pytest.mark.parametrize("seed", range(30))
def test_every_small_network_within_its_bounds_is_sound(seed):
    source, hidden = np.random.default_rng(seed), seed % 3 + 1
    sizes = {"x": 2, "weights": (hidden, 2), "biases": hidden, "output_weights": hidden}
    numbers = [-100.0, 0.0, 100.0] if seed % 2 else source.uniform(-9, 9, 50)
    fixed = {name: source.choice(numbers, shape).tolist() for name, shape in sizes.items()}
    assert_sound(computed(neural_network, any_inputs(neural_network.FIELDS, seed, fixed)))


def test_a_nudged_weight_moves_the_output_by_about_its_slope():
    receipt = worked(neural_network, nudge=1e-4)
    weights = np.array(receipt.inputs["weights"])
    weights[0, 0] += 1e-4
    change = by_hand(receipt.inputs, weights) - by_hand(receipt.inputs, receipt.inputs["weights"])
    assert receipt.numbers["change"] == pytest.approx(change, abs=1e-15)
    assert receipt.numbers["predicted_change"] == pytest.approx(change, rel=1e-3)


def test_a_silent_relu_unit_passes_no_nudge_on():
    receipt = worked(neural_network, activation="relu", weights=[[-1, 0]], biases=[-5], output_weights=[2], x=[1, 1])
    assert receipt.numbers["change"] == receipt.numbers["slope"] == 0


@pytest.mark.parametrize(("inputs", "pointer"), [
    ({"x": [1]}, "/x"), ({"weights": [[1], [2]]}, "/weights/0"), ({"biases": [1]}, "/biases"),
    ({"output_weights": [1, 2, 3]}, "/output_weights"),
])
def test_sizes_that_do_not_fit_are_refused_where_they_stand(inputs, pointer):
    with pytest.raises(InvalidInput) as refused:
        worked(neural_network, **inputs)
    assert refused.value.pointer == pointer
