"""Planted faults: receipts as wrong programs would write them, and receipts with a wrong digit; none is let through."""

import pytest
from planting import at_step, put, rewritten, sold_as
from served import served

from tutor.verification import verify

WEIGHTS = ([[0.3, -0.7], [0.9, 0.4]], [[-0.6, 0.8], [1.1, -0.2]])
BIASES = ([0.15, -0.25], [0.35, -0.45])
X, T = [[0.6, -1.1], [-0.4, 0.7], [1.3, 0.2]], [[0.1, 0.8], [0.9, 0.3], [0.5, 0.6]]
CLASSES = {"last": "softmax", "loss": "cross_entropy", "t": [0, 1, 1]}
YES_NO = {"last": "sigmoid", "loss": "binary_cross_entropy"}
BY = {"name": "adam", "learning_rate": 0.1, "beta1": 0.8, "beta2": 0.9, "epsilon": 1e-3}


def network(hidden="sigmoid", last="sigmoid", rows=1, **options):
    """A true receipt of a 2-2-2 network, with any input of network-step."""
    layers = [{"weights": weights, "biases": biases, "activation": activation}
              for activation, weights, biases in zip((hidden, last), WEIGHTS, BIASES, strict=True)]
    t = options.pop("t", T)[:rows]
    return served("network-step", {"x": X[:rows], "t": t, "layers": layers, **options})


# What is wrong: (the network's options, names of steps, pattern in their expressions, replacement).
FORMULAS = {
    "transposed weight forwards": ({}, "z2_1", "w2_1_2", "w2_2_1"),
    "transposed weight backwards": ({}, "g1_1", "w2_2_1", "w2_1_2"),
    "transposed weights backwards, both units": ({}, r"g1_[12]", r"w2_([12])_([12])\*d2_([12])", r"w2_\2_\1*d2_\3"),
    "slope of the output forgotten": ({}, r"d2_\d", r"\*s2_\d", ""),
    "slope of a hidden unit forgotten": ({}, r"d1_\d", r"\*s1_\d", ""),
    "slope taken at z": ({}, r"s\d_\d", r"a(\d_\d)", r"z\1"),
    "slope of sigmoid taken at sigmoid(a)": ({}, r"s2_\d", r"a(2_\d)", r"sigmoid(a\1)"),
    "half lost in the loss": ({}, r"(after_)?e\d", "/2$", ""),
    "half lost in its derivative": ({}, r"g2_\d", "^(.*)$", r"(\1)/2"),
    "two lost in the derivative of a square": ({"loss": "squared_error"}, r"g2_\d", r"2\*", ""),
    "sum for the mean over rows": ({"rows": 3}, "(loss|loss_after|g2_.*)", "/3", ""),
    "mean for the sum over outputs": ({}, "(loss|loss_after|g2_.*)", "^(.*)$", r"(\1)/2"),
    "sign of the gradient": ({}, r"g2_\d", r"(a2_\d) - (t\d)", r"\2 - \1"),
    "sign of the update": ({}, "new_.*", " - ", " + "),
    "bias gradient dropped": ({}, r"db\d_\d", "^.*$", "0"),
    "bias gradient averaged twice": ({"rows": 3}, r"db\d_\d", "^(.*)$", r"(\1)/3"),
    "gradient of the wrong row": ({"rows": 3}, "dw1_1_1", "x1_r2", "x1_r3"),
    "only the first row in the gradient": ({"rows": 3}, "dw.*", r" \+ .*$", ""),
    "one path of a fork forgotten": ({}, r"g1_\d", r" \+ .*$", ""),
    "slope of tanh 1 - a": ({"hidden": "tanh"}, r"s1_\d", r"\*\*2", ""),
    "slope of tanh at z": ({"hidden": "tanh"}, r"s1_\d", r"a(1_\d)", r"z\1"),
    "slope of relu 1 below 0": ({"hidden": "relu"}, r"s1_\d", "^.*$", "1"),
    "slope of leaky relu .1": ({"hidden": "leaky_relu"}, r"s1_\d", "negative_slope", "0.1"),
    "slope of gelu without its second part": ({"hidden": "gelu"}, r"s1_\d", r" \+ .*$", ""),
    "slope of elu with its value": ({"hidden": "elu"}, r"s1_\d", "^.*$", "1"),
    "slope of softplus for softplus": ({"hidden": "softplus"}, r"s1_(\d)", r"sigmoid", "tanh"),
    "learning rate twice": ({}, "new_.*", "learning_rate", "learning_rate*learning_rate"),
    "weights of the first layer not updated": ({}, r"new_w1_.*", " - .*$", ""),
    "loss after from the weights before": ({}, r"after_z\d_\d", "new_", ""),
    "bias after from before": ({}, r"after_z\d_\d", "new_b", "b"),
    "softmax and cross-entropy by the diagonal alone": (CLASSES, r"d2_\d", r"^(a2_\d) - (t\d)$", r"(\1 - \2)*\1*(1 - \1)"),
    "softmax not divided": (CLASSES, r"a2_\d", r"/\((.*)\)$", r"/(1 + \1)"),
    "softmax's own derivative without the mean": ({"last": "softmax"}, r"d2_\d", r" - \(.*\)\)$", ")"),
    "logistic loss without its second term": (YES_NO, r"(after_)?e\d", r" \+ \(1 - t\d\)\*log\(.*\)\)$", ")"),
    "logistic delta with the slope again": (YES_NO, r"d2_\d", r"^(a2_\d) - (t\d)$", r"(\1 - \2)*\1*(1 - \1)"),
    "bias correction left out": ({"optimizer": BY}, "new_.*", r"/\(1 - beta[12]\)", ""),
    "first moment alone corrected": ({"optimizer": BY}, "new_.*", r"/\(1 - beta2\)", ""),
    "second moment alone corrected": ({"optimizer": BY}, "new_.*", r"/\(1 - beta1\)", ""),
    "second moment without its square": ({"optimizer": BY}, "v_.*", r"(\w+)\*\*2", r"abs(\1)"),
    "epsilon under the root": ({"optimizer": {**BY, "name": "rmsprop"}}, "new_.*", r"sqrt\((v_\w+)\) \+ epsilon",
                               r"sqrt(\1 + epsilon)"),
    "momentum dampened": ({"optimizer": {"name": "nesterov", "learning_rate": 0.1}}, "v_.*", "^", "(1 - momentum)*"),
    "nesterov without looking ahead": ({"optimizer": {"name": "nesterov", "learning_rate": 0.1}}, "new_.*",
                                       r"\(d\w+ \+ momentum\*(v_\w+)\)", r"\1"),
    "root forgotten by adagrad": ({"optimizer": {"name": "adagrad", "learning_rate": 0.1}}, "new_.*", "sqrt", ""),
    "decay of the wrong sign": ({"optimizer": {"learning_rate": 0.1, "weight_decay": 0.1}}, "reg_.*", r"\+", "-"),
    "decay on the weights alone": ({"optimizer": {"learning_rate": 0.1, "weight_decay": 0.1}}, "reg_b.*", r" \+ .*$", ""),
    "decay without the learning rate": ({"optimizer": {**BY, "name": "adamw", "weight_decay": 0.1}}, "new_.*",
                                        r"learning_rate\*weight_decay", "weight_decay"),
    "a weight's neighbour by a millionth": ({}, "new_w2_1_1", "learning_rate", "1.000001*learning_rate"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FORMULAS)
def test_a_wrong_formula_is_seen_though_all_else_follows_from_it(fault):
    options, steps, pattern, replacement = FORMULAS[fault]
    true = network(**options)
    assert verify(true).findings == ()
    planted = rewritten(true, steps, pattern, replacement)
    reasons = {finding.reason for finding in verify(planted).findings}
    assert reasons & {"wrong-value", "not-the-slope"}
    assert not reasons & {"expression-differs", "operand-differs", "number-differs", "error-differs", "array-differs"}


# What is wrong: (what was computed, what it is sold as).
SOLD = {
    "sequential as simultaneous": ({"update": "sequential"}, {"update": "simultaneous"}),
    "simultaneous as sequential": ({"update": "simultaneous"}, {"update": "sequential"}),
    "biases updated though fixed": ({"train_biases": True}, {"train_biases": False}),
    "biases fixed though trained": ({"train_biases": False}, {"train_biases": True}),
    "decay coupled when decoupled is said": ({"optimizer": {**BY, "weight_decay": 0.2}}, {"optimizer": {"name": "adamw"}}),
    "decay decoupled when coupled is said": (
        {"optimizer": {**BY, "name": "adamw", "weight_decay": 0.2}}, {"optimizer": {"name": "adam"}}),
    "decay on nothing": ({"optimizer": {"learning_rate": 0.5}}, {"optimizer": {"weight_decay": 0.2}}),
    "betas swapped": ({"optimizer": BY}, {"optimizer": {"beta1": 0.9, "beta2": 0.8}}),
    "epsilon inside sold as outside": (
        {"optimizer": {**BY, "name": "rmsprop", "epsilon_inside_root": True}}, {"optimizer": {"epsilon_inside_root": False}}),
    "epsilon outside sold as inside": (
        {"optimizer": {**BY, "name": "rmsprop"}}, {"optimizer": {"epsilon_inside_root": True}}),
    "plain descent sold as momentum": ({"steps": 3}, {"optimizer": {"name": "momentum"}}),
    "momentum sold as nesterov": ({"optimizer": {"name": "momentum"}, "steps": 2}, {"optimizer": {"name": "nesterov"}}),
    "learning rate of another run": ({"optimizer": {"learning_rate": 0.5}}, {"optimizer": {"learning_rate": 0.25}}),
    "one step too many": ({"steps": 3}, {"steps": 2}),
    "a square sold as its half": ({"loss": "squared_error"}, {"loss": "half_squared_error"}),
    "a sum sold as a mean": ({"loss": "squared_error"}, {"loss": "mean_squared_error"}),
    "another class": (CLASSES, {"t": [1]}),
    "another row": ({}, {"x": [[-1.1, 0.6]]}),
    "rows in another order": ({"rows": 3}, {"x": [X[1], X[0], X[2]]}),
}  # fmt: skip


@pytest.mark.parametrize("fault", SOLD)
def test_one_computation_is_not_sold_as_another(fault):
    computed, inputs = SOLD[fault]
    true = network(**computed)
    assert verify(true).holds
    assert not verify(sold_as(true, **inputs)).holds


def more(value):
    """A digit changed: one part in a million."""
    return value * (1 + 1e-6)


DIGITS = {
    "a step's value": ("steps", 20, "value"),
    "a number": ("numbers", "loss_after"),
    "a number of another run": ("numbers", "loss_after_sequential"),
    "a value": ("values", "w1_1_2"),
    "a setting": ("values", "learning_rate"),
    "an entry of z": ("arrays", "z", 0, 0, 1),
    "an entry of delta": ("arrays", "delta", 1, 0, 0),
    "an entry of the gradient": ("arrays", "grad_weights", 0, 1, 0),
    "an entry of the new biases": ("arrays", "new_biases", 1, 1),
    "a loss": ("arrays", "losses", 1),
    "a checked derivative": ("gradient_check", "parameters", 4, "analytic"),
    "a difference": ("gradient_check", "parameters", 4, "numeric"),
    "an error": ("gradient_check", "parameters", 4, "relative_error"),
    "the largest error": ("gradient_check", "max_relative_error"),
    "the width of the differences": ("gradient_check", "h"),
    "an input": ("inputs", "layers", 1, "weights", 0, 0),
}  # fmt: skip


@pytest.mark.parametrize("fault", DIGITS)
def test_one_part_in_a_million_is_seen(fault):
    assert not verify(put(network(), more, *DIGITS[fault])).holds


def test_a_loss_in_the_middle_of_a_run_is_seen():
    assert not verify(put(network(steps=40), more, "arrays", "losses", 23)).holds


def reasons_at(receipt, place):
    return [finding.reason for finding in verify(receipt).findings if finding.place == place]


def test_an_operand_of_another_value_is_named():
    true = network()
    planted = put(true, more, "steps", at_step(true, "z2_1"), "operands", "a1_1")
    assert reasons_at(planted, "z2_1") == ["operand-differs"]


def test_an_operand_from_a_later_step_is_named():
    true = network()
    here = at_step(true, "z2_1")
    early = put(true, lambda steps: [steps[here], *steps[:here], *steps[here + 1:]], "steps")
    assert reasons_at(early, "z2_1") == ["unknown-operand"]


def test_a_name_given_twice_is_named():
    true = network()
    assert reasons_at(put(true, lambda steps: [*steps, steps[3]], "steps"), true["steps"][3]["name"]) == ["given-twice"]


def test_an_operand_that_the_expression_does_not_read_is_named():
    true = network()
    planted = put(true, lambda operands: {**operands, "x1": true["values"]["x1"]}, "steps", at_step(true, "z2_1"), "operands")
    assert reasons_at(planted, "z2_1") == ["operands-do-not-match"]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), None, "0.5", True, 10**400])
def test_what_is_no_finite_number_is_named(value):
    assert [finding.place for finding in verify(put(network(), value, "steps", 5, "value")).findings] == ["steps/5/value"]


@pytest.mark.parametrize("field", ["inputs", "values", "numbers", "arrays", "steps", "gradient_check"])
def test_a_missing_field_is_named(field):
    planted = {name: value for name, value in network().items() if name != field}
    assert [(finding.place, finding.reason) for finding in verify(planted).findings] == [(field, "missing-field")]


@pytest.mark.parametrize("name", ["z1_1", "d2_2", "dw1_2_1", "db2_1", "new_b1_1", "after_a2_1", "loss"])
def test_a_missing_step_is_named(name):
    true = network()
    assert not verify(put(true, lambda steps: [step for step in steps if step["name"] != name], "steps")).holds


@pytest.mark.parametrize("expression", [
    "__import__('os')", "9**9**9**9", "(lambda: 1)()", "x1.real", "1/0", "log(-1)", "(" * 500, "-" * 5000 + "1",
    "x1 if 1 else x2", "True", "1j", "[1][0]", "sigmoid()", "max(1)", "exp(x=1)", "x1\0", "1 +",
])  # fmt: skip
def test_an_expression_that_is_no_arithmetic_is_refused_and_never_run(expression):
    assert reasons_at(put(network(), expression, "steps", 0, "expression"), "z1_1") == ["cannot-be-evaluated"]


def test_a_formula_that_is_right_by_coincidence_alone_is_seen():
    """With Mazur's equal biases, another unit's bias gives the right sum."""
    true = served("network-step", {})
    planted = put(true, lambda text: text.replace("b1_1", "b1_2"), "steps", 0, "expression")
    planted = put(planted, lambda operands: {**{n: v for n, v in operands.items() if n != "b1_1"}, "b1_2": 0.35},
                  "steps", 0, "operands")
    assert [(finding.place, finding.reason) for finding in verify(planted).findings][:1] == [("z1_1", "wrong-formula")]


def test_a_check_that_calls_everything_a_kink_is_seen():
    assert not verify(put(network(), True, "gradient_check", "parameters", 0, "kink")).holds


def test_one_sided_differences_are_not_central_ones():
    true = served("twelve-gradients", {"h": 1e-3})
    planted = put(true, lambda row: {**row, "numeric": row["numeric"] * (1 + 1e-5)}, "gradient_check", "parameters", 8)
    assert not verify(planted).holds


@pytest.mark.parametrize(("name", "path"), [
    ("training-loop", ("arrays", "losses", 12)), ("training-loop", ("arrays", "loop", 3, 4)), ("training-loop", ("inputs", "w2")),
    ("training-loop", ("numbers", "loss_last")), ("twelve-gradients", ("arrays", "gradients", 5, 2)),
    ("twelve-gradients", ("arrays", "gradients", 5, 1)), ("twelve-gradients", ("numbers", "tape_difference")),
    ("twelve-gradients", ("numbers", "numeric_difference")), ("chain-rule-neuron", ("steps", 3, "value")),
    ("chain-rule-neuron", ("numbers", "df_du")), ("chain-rule-neuron", ("values", "u")), ("xor", ("steps", 4, "value")),
    ("xor", ("gradient_check", "parameters", 2, "analytic")),
])  # fmt: skip
def test_a_digit_in_the_other_examples_is_seen(name, path):
    true = served(name, {})
    assert verify(true).holds
    assert not verify(put(true, lambda value: value * (1 + 1e-6) if value else 1e-6, *path)).holds


def test_a_loop_of_another_unit_is_seen():
    """Every formula of a tanh unit turned into one of sigmoid, values and all."""
    true = served("training-loop", {"steps": 1})
    planted = rewritten(rewritten(true, "(after_)?a1", "tanh", "sigmoid"), "s1", r"1 - a1\*\*2", "a1*(1 - a1)")
    assert not verify(planted).holds


def test_a_run_that_hides_its_divergence_is_seen():
    layers = [{"weights": [[1.0]], "biases": [0.5], "activation": "identity"}]
    wild = served("network-step", {"x": [[2.0]], "t": [[0.0]], "layers": layers, "steps": 200,
                                   "optimizer": {"name": "sgd", "learning_rate": 1000.0}})
    assert verify(wild).holds
    assert not verify(put(wild, None, "measured")).holds
    assert not verify(put(wild, lambda losses: losses[:-20], "arrays", "losses")).holds
    assert not verify(put(wild, 0.0, "numbers", "diverged")).holds
