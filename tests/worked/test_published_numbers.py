"""Figures that others printed, to their last digit: Mazur, PyTorch's and micrograd's pages, Google, Keras, Kingma and Ba."""

import pytest

from tutor.engine.tape import Scalar, adjoints, relu
from tutor.worked import work

MAZUR_FORWARD = {
    "z1_1": (0.3775, 5e-11), "a1_1": (0.593269992, 5e-10), "a1_2": (0.596884378, 5e-10), "z2_1": (1.105905967, 5e-10),
    "a2_1": (0.75136507, 5e-9), "a2_2": (0.772928465, 5e-10), "e1": (0.274811083, 5e-10), "e2": (0.023560026, 5e-10),
    "loss": (0.298371109, 5e-10),
}
MAZUR_BACKWARD = {
    "g2_1": (0.74136507, 5e-9), "s2_1": (0.186815602, 5e-10), "d2_1": (0.138498562, 5e-10),
    "dw2_1_1": (0.082167041, 5e-10), "g1_1": (0.036350306, 5e-10), "s1_1": (0.241300709, 5e-10),
    "dw1_1_1": (0.000438568, 5e-10),
}
MAZUR_UPDATE = {
    "new_w1_1_1": (0.149780716, 5e-10), "new_w1_1_2": (0.19956143, 5e-9), "new_w1_2_1": (0.24975114, 5e-9),
    "new_w1_2_2": (0.29950229, 5e-9), "new_w2_1_1": (0.35891648, 5e-9), "new_w2_1_2": (0.408666186, 5e-10),
    "new_w2_2_1": (0.51130127, 5e-10), "new_w2_2_2": (0.561370121, 5e-10), "new_b1_1": (0.345614323, 6e-10),
    "new_b1_2": (0.345022873, 6e-10), "new_b2_1": (0.530750719, 6e-10), "new_b2_2": (0.619049118, 6e-10),
}
CARS = {
    "x": [[3.5], [3.69], [3.44], [3.43], [4.34], [4.42], [2.37]],
    "t": [[18], [15], [18], [16], [15], [14], [24]],
    "layers": [{"weights": [[0.0]], "biases": [0.0], "activation": "identity"}],
    "loss": "mean_squared_error", "optimizer": {"learning_rate": 0.01},
}


@pytest.fixture(scope="module")
def mazur():
    return {step.name: step.value for step in work("network-step", {}).steps}


@pytest.mark.parametrize("name", [*MAZUR_FORWARD, *MAZUR_BACKWARD, *MAZUR_UPDATE])
def test_mazurs_network_gives_mazurs_figures(mazur, name):
    value, tolerance = {**MAZUR_FORWARD, **MAZUR_BACKWARD, **MAZUR_UPDATE}[name]
    assert mazur[name] == pytest.approx(value, rel=0, abs=tolerance)


def test_mazurs_loss_after_one_update_is_known_in_three_variants():
    numbers = work("network-step", {}).numbers
    assert numbers["loss_after_weights_only"] == pytest.approx(0.29102777369359933, rel=0, abs=1e-15)
    assert numbers["loss_after_with_biases"] == pytest.approx(0.280471447, rel=0, abs=5e-10)
    assert numbers["loss_after_sequential"] == pytest.approx(0.291027924, rel=0, abs=5e-10)


@pytest.mark.parametrize(("update", "digits"), [("sequential", 0.291027924), ("simultaneous", 0.291027774)])
def test_the_order_of_the_update_decides_which_of_mazurs_losses_comes_out(update, digits):
    receipt = work("network-step", {"update": update, "train_biases": False})
    assert receipt.numbers["loss_after"] == pytest.approx(digits, rel=0, abs=5e-10)


def test_ten_thousand_steps_of_mazurs_network_end_where_he_prints():
    receipt = work("network-step", {"update": "sequential", "train_biases": False, "steps": 10_000})
    assert receipt.numbers["loss_after"] == pytest.approx(0.000035085, rel=0, abs=5e-10)


def test_one_gradient_moves_the_same_weight_differently_with_three_optimizers(mazur):
    moved = [mazur[f"probe_{name}"] for name in ("sgd", "adam", "rmsprop")]
    assert moved == pytest.approx([0.358916, 0.390000, 0.368377], rel=0, abs=5e-7)


def test_a_line_through_seven_cars_is_learnt_as_in_googles_course():
    runs = [work("network-step", {**CARS, "steps": steps}) for steps in range(1, 6)]
    assert runs[-1].arrays["losses"] == pytest.approx([303.71, 170.84, 103.17, 68.70, 51.13, 42.17], rel=0, abs=0.005)
    weights = [run.arrays["new_weights"][0][0][0] for run in runs]
    biases = [run.arrays["new_biases"][0][0] for run in runs]
    assert weights == pytest.approx([1.2, 2.05, 2.66, 3.09, 3.4], rel=0, abs=0.0051)
    assert biases == pytest.approx([0.34, 0.59, 0.78, 0.91, 1.01], rel=0, abs=0.0051)


def test_binary_cross_entropy_from_scores_is_keras():
    inputs = {"x": [[-18.6], [0.51], [2.94], [-12.8]], "t": [[0], [1], [0], [0]], "loss": "binary_cross_entropy",
              "layers": [{"weights": [[1.0]], "biases": [0.0], "activation": "sigmoid"}]}
    receipt = work("network-step", inputs)
    assert receipt.numbers["loss"] == pytest.approx(0.865458, rel=0, abs=5e-7)
    outputs = [row[0] for row in receipt.arrays["a"][0]]
    assert outputs == pytest.approx([8.3583869e-09, 0.62480646, 0.9497887, 2.7607643e-06], rel=1e-7)


@pytest.mark.parametrize("slope", [1e-4, 1e-2, 1.0, 1e2])
def test_adams_first_step_has_the_length_of_the_learning_rate(slope):
    inputs = {"x": [[slope]], "t": [[0.0]], "loss": "half_squared_error", "train_biases": False,
              "layers": [{"weights": [[1.0]], "biases": [1.0 - slope], "activation": "identity"}],
              "optimizer": {"name": "adam", "learning_rate": 0.01}}
    receipt = work("network-step", inputs)
    assert 1.0 - receipt.arrays["new_weights"][0][0][0] == pytest.approx(0.01, rel=0, abs=1.1e-6)


def test_the_small_tanh_network_learns_as_recomputed_by_hand():
    receipt = work("training-loop", {})
    steps = {step.name: step.value for step in receipt.steps}
    wanted = {"z1": 0.8, "a1": 0.664037, "a2": -0.165615, "loss": 0.221521, "g2": -0.665615, "dw2": -0.441993,
              "g1": 0.266246, "d1": 0.148846, "dw1": 0.148846, "new_w2": -0.355801, "new_b2": 0.166561,
              "new_w1": 0.785115, "new_b1": -0.014885, "loss_after": 0.158859}
    assert {name: steps[name] for name in wanted} == pytest.approx(wanted, rel=0, abs=5.1e-7)


def test_the_neuron_has_the_factors_of_the_textbook_example():
    numbers = work("chain-rule-neuron", {}).numbers
    wanted = {"z": 0.5, "a": 0.622459, "dL_da": -0.377541, "da_dz": 0.235004, "dz_dw": 2, "dL_dw": -0.177447,
              "dL_dw_numeric": -0.177447, "path_product": 4, "path_sum": 3, "df_du": 7}
    assert {name: numbers[name] for name in wanted} == pytest.approx(wanted, rel=0, abs=5.1e-7)


@pytest.mark.parametrize(("a", "b", "slopes"), [(2.0, 6.0, (36.0, -12.0)), (3.0, 4.0, (81.0, -8.0))])
def test_the_tape_gives_pytorchs_first_tutorial(a, b, slopes):
    x, y = Scalar(a), Scalar(b)
    found = adjoints(3 * x**3 - y**2)
    assert (found[x], found[y]) == slopes


def test_the_tape_gives_micrograds_front_page():
    a, b = Scalar(-4.0), Scalar(2.0)
    c, d = a + b, a * b + b**3
    c = c + c + 1
    c = c + (1 + c + -a)
    d = d + (d * 2 + relu(b + a))
    d = d + (3 * d + relu(b - a))
    f = (c - d) ** 2
    g = f / 2.0 + 10.0 / f
    found = adjoints(g)
    assert g.value == pytest.approx(24.70408163265306, rel=0, abs=1e-13)
    assert (found[a], found[b]) == pytest.approx((138.8338, 645.5773), rel=0, abs=5e-5)
