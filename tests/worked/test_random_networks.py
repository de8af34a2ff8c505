"""What every receipt of a network keeps, on networks drawn at random from all that may be asked for."""

from itertools import pairwise

import numpy as np
import pytest
from evaluation import assert_sound

from tutor.engine.activations import ACTIVATIONS
from tutor.engine.losses import LOSSES
from tutor.engine.optimizers import OPTIMIZERS
from tutor.worked import work

PLAIN = [name for name in ACTIVATIONS if name != "softmax"]
LAST = {"binary_cross_entropy": ["sigmoid"], "cross_entropy": ["softmax"]}
RATES = {"sgd": 0.1, "momentum": 0.1, "nesterov": 0.1, "rmsprop": 0.01, "adam": 0.01, "adamw": 0.01, "adagrad": 0.01}


def random_inputs(seed):
    random = np.random.Generator(np.random.PCG64(seed))
    sizes = random.integers(1, 5, random.integers(2, 5)).tolist()
    rows, loss = int(random.integers(1, 4)), sorted(LOSSES)[seed % len(LOSSES)]
    layers = [
        {"weights": random.normal(0, 1, (out, into)).tolist(), "biases": random.normal(0, 0.5, out).tolist(),
         "activation": str(random.choice(PLAIN))}
        for into, out in pairwise(sizes)
    ]
    layers[-1]["activation"] = str(random.choice(LAST.get(loss, [*PLAIN, "softmax"])))
    name = sorted(OPTIMIZERS)[seed % len(OPTIMIZERS)]
    return {
        "x": random.normal(0, 1, (rows, sizes[0])).tolist(), "t": targets(random, loss, rows, sizes[-1]),
        "layers": layers, "loss": loss,
        "optimizer": {"name": name, "learning_rate": RATES[name], "weight_decay": float(random.choice([0.0, 0.1])),
                      "epsilon_inside_root": bool(random.integers(2))},
        "steps": int(random.choice([1, 1, 3])), "train_biases": bool(random.integers(2)),
    }


def targets(random, loss, rows, outputs):
    if loss == "cross_entropy":
        return random.integers(0, outputs, rows).tolist()
    return (random.random((rows, outputs)) if loss == "binary_cross_entropy" else random.normal(0, 1, (rows, outputs))).tolist()


@pytest.mark.parametrize("seed", range(35))
def test_every_number_follows_from_the_numbers_before_it(seed):
    assert_sound(work("network-step", random_inputs(seed)))


@pytest.mark.parametrize("seed", range(12))
def test_a_sequential_update_is_written_out_as_truly(seed):
    assert_sound(work("network-step", {**random_inputs(seed), "update": "sequential"}))


@pytest.mark.parametrize("seed", range(35))
def test_the_gradient_is_the_slope_of_the_loss_for_every_parameter(seed):
    check = work("network-step", random_inputs(seed)).gradient_check
    assert [parameter for parameter in check.parameters if parameter.relative_error >= 1e-7 and not parameter.kink] == []
    assert check.max_relative_error < 1e-7


@pytest.mark.parametrize("seed", range(35))
def test_arrays_hold_the_same_numbers_as_the_steps(seed):
    receipt = work("network-step", random_inputs(seed))
    steps = {step.name: step.value for step in receipt.steps}
    single = all(np.size(layer["weights"]) == 1 for layer in receipt.inputs["layers"])
    for name, letter in (("grad_weights", "dw"), ("new_weights", "new_w"), ("grad_biases", "db")):
        if receipt.inputs["steps"] > 1 and name == "new_weights":
            continue
        for layer, array in enumerate(receipt.arrays[name], start=1):
            for place, value in np.ndenumerate(np.array(array)):
                indices = "" if single else "".join(f"_{number + 1}" for number in place)
                assert steps[f"{letter}{layer}{indices}"] == value


@pytest.mark.parametrize("seed", range(35))
def test_arrays_have_the_promised_shapes(seed):
    receipt = work("network-step", random_inputs(seed))
    rows, arrays = len(receipt.inputs["x"]), receipt.arrays
    for place, layer in enumerate(receipt.inputs["layers"]):
        units = len(layer["biases"])
        assert {np.shape(arrays[name][place]) for name in ("z", "a", "delta")} == {(rows, units)}
        assert {np.shape(arrays[name][place]) for name in ("grad_biases", "new_biases")} == {(units,)}
        assert {np.shape(arrays[name][place]) for name in ("grad_weights", "new_weights")} == {np.shape(layer["weights"])}
    assert len(arrays["losses"]) == receipt.inputs["steps"] + 1
    assert arrays["losses"][0] == receipt.numbers["loss"]
    assert arrays["losses"][-1] == receipt.numbers["loss_after"]


@pytest.mark.parametrize("seed", range(0, 35, 5))
def test_a_tape_finds_the_same_gradient(seed):
    inputs = {name: random_inputs(seed)[name] for name in ("x", "t", "layers", "loss")}
    receipt = work("twelve-gradients", inputs)
    assert receipt.numbers["tape_difference"] < 1e-12
    assert_sound(receipt)
