"""The programs for other libraries are run as a learner would run them, and print the digits of the receipts."""

import ast
import importlib.util
import json
import re
import subprocess
import sys
from functools import cache

import numpy as np
import pytest
from test_random_networks import random_inputs

from tutor.engine.activations import ACTIVATIONS
from tutor.engine.losses import LOSSES
from tutor.engine.optimizers import OPTIMIZERS
from tutor.worked import EXAMPLES, InvalidInput, work
from tutor.worked.elsewhere import codes

MODULES = {"numpy": "numpy", "pytorch": "torch", "keras": "tensorflow", "jax": "jax"}
RUNNER = """
import contextlib, io, json, sys
outputs = []
for code in json.load(sys.stdin):
    with contextlib.redirect_stdout(io.StringIO()) as output:
        exec(compile(code, "program", "exec"), {"__name__": "__main__"})
    outputs.append(output.getvalue())
json.dump(outputs, sys.stdout)
"""
ENDS = {"training-loop": ("loss", "loss_last"), "xor": ("loss_start", "loss_end"),
        "forward-only": ("train_loss_start", "train_loss_end")}
LINE = re.compile(r"([A-Za-z][\w ]*?) ([-\[\d].*)")
ORDERS = ("simultaneous", "simultaneous", "sequential")
RANDOM = {f"random-{seed}": ("network-step", {**random_inputs(seed), "update": ORDERS[seed % 3]}) for seed in range(42)}


def small(loss="half_squared_error", **changes):
    hidden = {"weights": [[0.0, 0.0], [0.5, 0.25]], "biases": [0.0, -0.5], "activation": "relu"}
    output = {"weights": [[1.0, -30.0], [0.5, 0.25]], "biases": [0.0, 0.0], "activation": "identity"}
    output["activation"] = {"cross_entropy": "softmax", "binary_cross_entropy": "sigmoid"}.get(loss, "identity")
    return {"x": [[1.0, 0.0], [2.0, 3.0]], "t": [[0.0, 1.0], [1.0, 0.0]], "layers": [hidden, output], "loss": loss, **changes}


def hidden(activation, **changes):
    """Its first unit stands on the kink at 0, its second far from it."""
    inputs = small(**changes)
    inputs["layers"][0] = {"weights": [[0.0, 0.0], [12.0, -4.0]], "biases": [0.0, 1.0], "activation": activation}
    return inputs


def wide():
    random = np.random.Generator(np.random.PCG64(0))
    layers = [{"weights": random.normal(0, 0.3, (16, 16)).tolist(), "biases": random.normal(0, 0.3, 16).tolist(),
               "activation": "tanh"} for _ in range(8)]
    return {"x": random.normal(0, 1, (16, 16)).tolist(), "t": random.normal(0, 1, (16, 16)).tolist(), "layers": layers}


def optimizer(name, **changes):
    return {"optimizer": {"name": name, **changes}}


CASES = {
    **{name: (name, {}) for name in ("network-step", "training-loop", "twelve-gradients", "xor", "forward-only")},
    **RANDOM,
    **{f"{name}-at-0": ("network-step", hidden(name)) for name in ACTIVATIONS if name != "softmax"},
    **{f"{name}-in-turn": ("network-step", hidden(name, update="sequential")) for name in ACTIVATIONS if name != "softmax"},
    **{f"sure-{loss}": ("network-step", small(loss)) for loss in ("cross_entropy", "binary_cross_entropy")},
    "classes": ("network-step", small("cross_entropy", t=[1, 0], steps=3)),
    "classes-in-turn": ("network-step", small("cross_entropy", t=[1, 0], update="sequential")),
    "wide": ("network-step", wide()),
    "wide-in-turn": ("network-step", {**wide(), **optimizer("adamw"), "update": "sequential"}),
    "one-layer-in-turn": ("network-step", {**small(update="sequential"), "layers": small()["layers"][1:]}),
    "no-momentum": ("network-step", {**optimizer("nesterov", momentum=0.0), "steps": 3}),
    "inside-in-turn": ("network-step", {**optimizer("rmsprop", epsilon_inside_root=True), "update": "sequential", "steps": 3}),
    "weights-in-turn": ("network-step", {**optimizer("adamw"), "update": "sequential", "steps": 3, "train_biases": False}),
    "no-rate": ("network-step", optimizer("adam", learning_rate=0.0)),
    "twelve-classes": ("twelve-gradients", small("cross_entropy", t=[1, 0])),
    "loop": ("training-loop", {"x": -1.5, "w1": 2.0, "steps": 100, "learning_rate": 0.25}),
    "xor-line": ("xor", {"hidden": 0, "epochs": 20}),
    "xor-tanh": ("xor", {"hidden": 5, "activation": "tanh", "seed": 12, "epochs": 50}),
    "xor-identity": ("xor", {"hidden": 3, "activation": "identity", "epochs": 20}),
    "spirals": ("forward-only", {"points_per_class": 7, "hidden": 3, "steps": 40, "seed": 5}),
}
LIKE_OTHERS = {*RANDOM} - {*[*RANDOM][::8]} | {
    f"{name}-in-turn" for name in ("wide", "identity", "sigmoid", "tanh", "relu", "elu", "softplus")}


@cache
def outputs(library):
    """What every program prints, by case."""
    if importlib.util.find_spec(MODULES[library]) is None:
        pytest.skip(f"{MODULES[library]} is not installed")
    cases = [case for case in CASES if is_run(library, case)]
    programs = json.dumps([codes(*CASES[case])[library] for case in cases])
    done = subprocess.run([sys.executable, "-W", "error", "-c", RUNNER], input=programs, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return dict(zip(cases, json.loads(done.stdout), strict=True))


def printed(library, case):
    return {name: json.loads(value) for name, value in LINE.findall(outputs(library)[case])}


def near(found, wanted, tolerance=1e-12):
    """Relative to the largest entry."""
    return np.shape(found) == np.shape(wanted) and np.abs(np.subtract(found, wanted)).max() <= tolerance * np.abs(wanted).max()


@cache
def receipt(case):
    return work(*CASES[case])


def is_run(library, case):
    """JAX compiles every program anew, which takes it a second a layer: it is spared most of those like others."""
    return library != "jax" or case not in LIKE_OTHERS


def of(*examples):
    """Cases of these examples, and the library to run them with."""
    return [(case, library) for library in MODULES for case, (name, _) in CASES.items()
            if name in examples and is_run(library, case)]


def test_the_cases_hold_every_activation_loss_and_optimizer():
    inputs = [inputs for _, inputs in RANDOM.values()]
    assert {layer["activation"] for each in inputs for layer in each["layers"]} == set(ACTIVATIONS)
    assert {each["loss"] for each in inputs} == set(LOSSES)
    pairs = {(each["optimizer"]["name"], each["update"]) for each in inputs}
    assert pairs == {(name, order) for name in OPTIMIZERS for order in set(ORDERS)}


@pytest.mark.parametrize(("case", "library"), of("network-step"))
def test_a_step_prints_the_digits_of_its_receipt(case, library):
    arrays, found = receipt(case).arrays, printed(library, case)
    assert near(found["loss"], arrays["losses"][0])
    assert near(found["loss after"], arrays["losses"][-1])
    for name, letters in (("grad_weights", "dW"), ("grad_biases", "db"), ("new_weights", "W"), ("new_biases", "b")):
        for layer, wanted in enumerate(arrays[name], start=1):
            assert near(found[f"{letters}{layer}"], wanted), f"{letters}{layer}"


def first_gradient(case, found):
    """The printed derivatives in the order of the receipt's own check."""
    wanted = [parameter.analytic for parameter in receipt(case).gradient_check.parameters]
    names = [name for name in found if name.startswith("d")]
    return np.concatenate([np.ravel(found[name]) for name in names]), wanted


@pytest.mark.parametrize(("case", "library"), of("twelve-gradients", "training-loop", "xor", "forward-only"))
def test_the_first_gradient_is_the_one_that_the_receipt_checks(case, library):
    assert near(*first_gradient(case, printed(library, case)))


@pytest.mark.parametrize(("case", "library"), of("training-loop", "xor", "forward-only"))
def test_a_run_starts_and_ends_with_the_losses_of_its_receipt(case, library):
    numbers, found = receipt(case).numbers, printed(library, case)
    before, after = ENDS[CASES[case][0]]
    assert near(found["loss"], numbers[before])
    assert near(found["loss after"], numbers[after], 1e-10)  # hundreds of steps amplify the last bit


@pytest.mark.parametrize(("case", "library"), of("xor"))
def test_a_trained_xor_network_has_the_parameters_of_its_receipt(case, library):
    for number, layer in enumerate(receipt(case).arrays["trained"], start=1):
        assert near(printed(library, case)[f"W{number}"], layer["weights"], 1e-10)


@pytest.mark.parametrize(("case", "library"), of("forward-only"))
def test_validation_rows_are_the_same_points(case, library):
    numbers, found = receipt(case).numbers, printed(library, case)
    assert near(found["validation loss"], numbers["validation_loss_start"])
    assert near(found["validation loss after"], numbers["validation_loss_end"], 1e-10)


@pytest.mark.parametrize("case", CASES)
def test_every_program_is_python_that_a_reader_can_take_in(case):
    for code in codes(*CASES[case]).values():
        ast.parse(code)
        assert max(map(len, code.splitlines())) <= 150
        assert not re.search(r" \n|\n{4}|\n\n\Z", code)


def test_usual_programs_fit_on_a_page():
    assert all(code.count("\n") <= 50 for code in codes("network-step", {}).values())


def test_tensorflow_is_asked_only_for_what_its_documentation_has():
    used = {name for case in CASES.values() for name in re.findall(r"\btf\.[\w.]+", codes(*case)["keras"])}
    nn = {"relu", "elu", "softplus", "softmax", "sigmoid_cross_entropy_with_logits", "softmax_cross_entropy_with_logits",
          "sparse_softmax_cross_entropy_with_logits"}
    plain = {"constant", "Variable", "float64", "transpose", "sigmoid", "tanh", "sqrt", "reduce_sum", "reduce_mean", "zeros_like",
             "where", "math.erf", "GradientTape"}
    assert used == {f"tf.{name}" for name in plain} | {f"tf.nn.{name}" for name in nn}


def test_the_libraries_come_in_the_order_in_which_they_are_shown():
    assert list(codes("network-step", {})) == ["numpy", "pytorch", "keras", "jax"]


def test_examples_without_a_network_have_no_programs():
    empty = [name for name in EXAMPLES if codes(name, {}) == {}]
    assert set(EXAMPLES) - set(empty) == {"network-step", "training-loop", "twelve-gradients", "xor", "forward-only"}


def test_inputs_that_do_not_fit_are_refused_as_they_are_for_the_receipt():
    with pytest.raises(InvalidInput):
        codes("network-step", {"t": [[1.0]]})
