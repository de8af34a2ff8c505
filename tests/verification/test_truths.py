"""True receipts: none is rejected, whatever was asked for; and what is not confirmed is counted."""

import json
import subprocess
import sys

import numpy as np
import pytest
from planting import put
from served import served
from truth_inputs import truth

from tutor.cli import main
from tutor.conversations import open_tutor
from tutor.dialogue.view import receipt_mapping
from tutor.verification import verify
from tutor.worked import work

COUNT = 200  # 2000 by hand, now and then
CHUNK = 20
EXAMPLES = ["network-step", "training-loop", "chain-rule-neuron", "twelve-gradients", "forward-only", "xor"]


@pytest.mark.parametrize("start", range(0, COUNT, CHUNK))
def test_no_true_receipt_is_rejected(start):
    wrong = {seed: verify(served(*truth(seed))).findings for seed in range(start, start + CHUNK)}
    assert {seed: findings[:3] for seed, findings in wrong.items() if findings} == {}


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_example_holds_at_its_defaults(name):
    verdict = verify(served(name, {}))
    assert (verdict.example, verdict.findings, verdict.skipped) == (name, (), 0)
    assert verdict.steps > 8


def deep(activation, weight, **more):
    layers = [{"weights": [[weight, -weight], [0.5 * weight, weight]], "biases": [0.1, -0.2], "activation": activation}] * 3
    return {"x": [[0.5, -1.0], [1.5, 0.25]], "t": [[0.0, 1.0], [1.0, 0.5]], "layers": layers, **more}


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu", "leaky_relu", "elu", "gelu", "softplus", "identity"])
@pytest.mark.parametrize("weight", [1e-6, 5.0, 60.0, 1000.0])
def test_saturated_and_vanishing_units_are_no_fault(activation, weight):
    assert verify(served("network-step", deep(activation, weight))).findings == ()


@pytest.mark.parametrize(("last", "loss"), [("softmax", "cross_entropy"), ("sigmoid", "binary_cross_entropy")])
@pytest.mark.parametrize("scale", [0.01, 8.0, 30.0, 345.0, 1000.0])
def test_very_sure_outputs_are_no_fault(last, loss, scale):
    layers = [{"weights": [[scale, 0.0], [0.0, -scale]], "biases": [0.0, 0.0], "activation": last}]
    inputs = {"x": [[1.0, 1.0], [-1.0, 2.0]], "t": [[1.0, 0.0], [0.0, 1.0]], "layers": layers, "loss": loss}
    assert verify(served("network-step", inputs)).findings == ()


def test_units_on_a_kink_are_counted_and_not_judged():
    layers = [{"weights": [[1.0]], "biases": [0.0], "activation": "relu"}]
    verdict = verify(served("network-step", {"x": [[0.0]], "t": [[1.0]], "layers": layers}))
    assert verdict.findings == ()
    assert verdict.skipped > 0


@pytest.mark.parametrize("seed", range(6))
def test_a_divergence_is_no_fault(seed):
    random = np.random.Generator(np.random.PCG64(seed))
    layers = [{"weights": random.normal(0, 1, (2, 2)).tolist(), "biases": [0.1, 0.2], "activation": "identity"}] * (1 + seed % 3)
    inputs = {"x": [[0.5, -1.0]], "t": [[0.0, 1.0]], "layers": layers, "steps": 400,
              "optimizer": {"name": ["sgd", "nesterov"][seed % 2], "learning_rate": 30.0}}
    receipt = served("network-step", inputs)
    assert receipt["measured"]
    assert verify(receipt).findings == ()
    assert verify(served("training-loop", {"learning_rate": 500.0 + seed, "steps": 500})).findings == ()


def test_a_divergence_in_the_first_step_is_no_fault():
    layers = [{"weights": [[1000.0] * 4] * 4, "biases": [0.0] * 4, "activation": "identity"}] * 8
    for update in ("simultaneous", "sequential"):
        inputs = {"x": [[1000.0] * 4], "t": [[0.0] * 4], "layers": layers, "update": update, "steps": 5,
                  "optimizer": {"learning_rate": 1000.0}}
        assert verify(served("network-step", inputs)).findings == ()


def test_a_long_run_holds_to_its_last_loss():
    receipt = served("network-step", {"steps": 3000, "optimizer": {"name": "adam", "learning_rate": 0.01}})
    assert verify(receipt).findings == ()
    assert not verify(put(receipt, lambda loss: loss * (1 + 1e-6), "arrays", "losses", 2900)).holds


@pytest.fixture(scope="module")
def receipt_file(tmp_path_factory):
    shelf = open_tutor().shelves["fr"]
    file = tmp_path_factory.mktemp("receipts") / "receipt.json"
    file.write_text(json.dumps(receipt_mapping(work("network-step", {}), shelf)), "utf-8")
    return file


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_what_the_api_serves_is_verified_by_the_command(receipt_file, lang, capsys):
    assert main(["verify", str(receipt_file), "--lang", lang]) == 0
    told, refused = capsys.readouterr()
    assert "61" in told and refused == ""


def test_a_wrong_receipt_is_named_place_by_place(receipt_file, capsys):
    wrong = json.loads(receipt_file.read_text("utf-8"))
    wrong["steps"][0]["value"] += 1e-6
    wrong_file = receipt_file.with_name("wrong.json")
    wrong_file.write_text(json.dumps(wrong), "utf-8")
    assert main(["verify", str(wrong_file)]) == 1
    told, refused = capsys.readouterr()
    assert "z1_1: " in told and "0.377501" in told and refused.startswith("tutor: ")


@pytest.mark.parametrize("text", ["", "[1", "[]", "3", "[" * 100_000, "\x00"])
def test_what_is_no_receipt_is_unreadable(text, tmp_path, capsys):
    file = tmp_path / "receipt.json"
    file.write_text(text, "utf-8")
    assert main(["verify", str(file)]) == 2
    assert main(["verify", str(tmp_path / "none.json")]) == 2
    assert capsys.readouterr().err.count("tutor: ") == 2


def test_the_standard_input_is_a_file_too(receipt_file):
    command = [sys.executable, "-m", "tutor", "verify", "-"]
    done = subprocess.run(command, input=receipt_file.read_bytes(), capture_output=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, b"")
