"""What the examples take and refuse, where the refusal points, and what their schemas promise."""

import copy

import jsonschema
import pytest

from tutor.worked import EXAMPLES, InvalidInput, UnknownExample, normal_inputs, work
from tutor.worked.inputs import default, json_schema

MAZUR = normal_inputs("network-step", {})
SCHEMA = jsonschema.Draft202012Validator(json_schema(EXAMPLES["network-step"].fields, lambda pointer: pointer))
ROW, LAYER = MAZUR["x"][0], MAZUR["layers"][0]


def layer(**changes):
    return {"layers": [{**LAYER, **changes}, MAZUR["layers"][1]]}


def last(**changes):
    return {"layers": [LAYER, {**MAZUR["layers"][1], **changes}]}


REFUSED = [
    ({"colour": 1}, "/colour", "unknown-field", {"field": "colour"}),
    ({"a/b~c": 1}, "/a~1b~0c", "unknown-field", {"field": "a/b~c"}),
    ([], "", "not-an-object", {}),
    ({"x": 3}, "/x", "not-a-list", {}),
    ({"x": [3]}, "/x/0", "not-a-list", {}),
    ({"x": []}, "/x", "too-few", {"least": 1}),
    ({"x": [ROW] * 17}, "/x", "too-many", {"most": 16}),
    ({"x": [[0.0] * 17]}, "/x/0", "too-many", {"most": 16}),
    ({"x": [ROW, [1.0]]}, "/x/1", "ragged", {"expected": 2, "found": 1}),
    ({"x": [[0.1, "0.2"]]}, "/x/0/1", "not-a-number", {}),
    ({"x": [[0.1, True]]}, "/x/0/1", "not-a-number", {}),
    ({"x": [[0.1, None]]}, "/x/0/1", "not-a-number", {}),
    ({"x": [[float("nan"), 0.1]]}, "/x/0/0", "not-a-number", {}),
    ({"x": [[float("inf"), 0.1]]}, "/x/0/0", "too-large", {"high": 1e3}),
    ({"x": [[1000.1, 0.1]]}, "/x/0/0", "too-large", {"high": 1e3}),
    ({"x": [[10**400, 0.1]]}, "/x/0/0", "too-large", {"high": 1e3}),
    ({"x": [[0.1, -1000.1]]}, "/x/0/1", "too-small", {"low": -1e3}),
    ({"x": [[0.1]]}, "/layers/0/weights/0", "wrong-shape", {"expected": 1, "found": 2}),
    ({"x": [ROW, ROW]}, "/t", "wrong-shape", {"expected": 2, "found": 1}),
    ({"t": [[0.5]]}, "/t/0", "wrong-shape", {"expected": 2, "found": 1}),
    ({"t": [1]}, "/t/0", "not-a-list", {}),
    ({"t": [0.5]}, "/t/0", "not-an-integer", {}),
    ({"layers": []}, "/layers", "too-few", {"least": 1}),
    ({"layers": [LAYER] * 9}, "/layers", "too-many", {"most": 8}),
    ({"layers": [{"biases": [0.0, 0.0]}]}, "/layers/0/weights", "missing", {}),
    (layer(weights=[[0.0, 0.0]] * 17), "/layers/0/weights", "too-many", {"most": 16}),
    (layer(weights=[[0.0, 2000.0], [0.0, 0.0]]), "/layers/0/weights/0/1", "too-large", {"high": 1e3}),
    (layer(weights=[[0.0, 1.0], [1.0]]), "/layers/0/weights/1", "ragged", {"expected": 2, "found": 1}),
    (layer(biases=[0.35]), "/layers/0/biases", "wrong-shape", {"expected": 2, "found": 1}),
    (layer(activation="softmax"), "/layers/0/activation", "softmax-not-last", {}),
    (layer(size=3), "/layers/0/size", "unknown-field", {"field": "size"}),
    (last(weights=[[0.1], [0.2]]), "/layers/1/weights/0", "wrong-shape", {"expected": 2, "found": 1}),
    ({"loss": "cross_entropy"}, "/loss", "loss-needs-activation",
     {"loss": "cross_entropy", "activation": "softmax", "found": "sigmoid"}),
    ({"loss": "binary_cross_entropy", **last(activation="tanh")}, "/loss", "loss-needs-activation",
     {"loss": "binary_cross_entropy", "activation": "sigmoid", "found": "tanh"}),
    ({"loss": "binary_cross_entropy", "t": [[0.5, 1.5]]}, "/t/0/1", "too-large", {"high": 1}),
    ({"loss": "binary_cross_entropy", "t": [[-0.5, 0.5]]}, "/t/0/0", "too-small", {"low": 0}),
    ({"loss": "cross_entropy", "t": [[0.5, 0.6]], **last(activation="softmax")}, "/t/0", "not-a-distribution", {"sum": 1.1}),
    ({"loss": "cross_entropy", "t": [2], **last(activation="softmax")}, "/t/0", "too-large", {"high": 1}),
    ({"loss": "cross_entropy", "t": [-1], **last(activation="softmax")}, "/t/0", "too-small", {"low": 0}),
    ({"optimizer": {"name": "magic"}}, "/optimizer/name", "not-a-choice", None),
    ({"optimizer": {"name": ["sgd"]}}, "/optimizer/name", "not-a-choice", None),
    ({"optimizer": "sgd"}, "/optimizer", "not-an-object", {}),
    ({"optimizer": {"lr": 0.1}}, "/optimizer/lr", "unknown-field", {"field": "lr"}),
    ({"optimizer": {"alpha": 0.9, "rho": 0.9}}, "/optimizer/rho", "unknown-field", {"field": "rho"}),
    ({"optimizer": {"learning_rate": -0.1}}, "/optimizer/learning_rate", "too-small", {"low": 0}),
    ({"optimizer": {"learning_rate": 1001}}, "/optimizer/learning_rate", "too-large", {"high": 1e3}),
    ({"optimizer": {"beta1": 1}}, "/optimizer/beta1", "too-large", {"high": 0.999999}),
    ({"steps": 0}, "/steps", "too-small", {"low": 1}),
    ({"steps": 10_001}, "/steps", "too-large", {"high": 10_000}),
    ({"steps": 1.5}, "/steps", "not-an-integer", {}),
    ({"steps": True}, "/steps", "not-an-integer", {}),
    ({"steps": float("inf")}, "/steps", "not-an-integer", {}),
    ({"train_biases": 1}, "/train_biases", "not-a-boolean", {}),
    ({"update": "random"}, "/update", "not-a-choice", {"options": ("simultaneous", "sequential")}),
]


@pytest.mark.parametrize(("given", "pointer", "reason", "values"), REFUSED)
def test_what_cannot_be_taken_is_refused_where_and_why(given, pointer, reason, values):
    with pytest.raises(InvalidInput) as refused:
        work("network-step", given)
    assert (refused.value.pointer, refused.value.reason) == (pointer, reason)
    assert values is None or refused.value.values == values


@pytest.mark.parametrize("given", [
    {"x": [[0, -1000]], "t": [[1000, 0]]}, {"x": [ROW] * 16, "t": [[0.1, 0.2]] * 16}, {"steps": 3.0}, {"optimizer": {}},
    {"layers": [LAYER] * 7 + [MAZUR["layers"][1]]}, {"loss": "cross_entropy", "t": [1], **last(activation="softmax")},
    {"loss": "cross_entropy", "t": [[0.25, 0.75]], **last(activation="softmax")}, last(activation="softmax"),
])
def test_whatever_lies_within_the_bounds_is_taken(given):
    assert work("network-step", given).steps


def test_whole_numbers_become_floats_and_integral_floats_become_whole():
    inputs = normal_inputs("network-step", {"x": [[1, 0]], "steps": 2.0})
    assert [type(number) for number in inputs["x"][0]] == [float, float]
    assert (inputs["steps"], type(inputs["steps"])) == (2, int)


@pytest.mark.parametrize(("name", "preset"), [
    ("sgd", {"learning_rate": 0.5}), ("adam", {"learning_rate": 0.001, "epsilon": 1e-8}),
    ("rmsprop", {"learning_rate": 0.01, "alpha": 0.99}), ("adamw", {"learning_rate": 0.001, "weight_decay": 0.01}),
    ("adagrad", {"learning_rate": 0.01, "epsilon": 1e-10}),
])
def test_an_optimizer_not_told_otherwise_uses_its_own_defaults(name, preset):
    found = normal_inputs("network-step", {"optimizer": {"name": name}})["optimizer"]
    assert {key: found[key] for key in preset} == preset
    given = normal_inputs("network-step", {"optimizer": {"name": name, "learning_rate": 0.25}})["optimizer"]
    assert given["learning_rate"] == 0.25


def test_the_decay_rate_of_rmsprop_may_be_called_rho():
    assert normal_inputs("network-step", {"optimizer": {"name": "rmsprop", "rho": 0.9}})["optimizer"]["alpha"] == 0.9


@pytest.mark.parametrize("name", EXAMPLES)
def test_defaults_are_complete_and_stay_as_they_are(name):
    start = default(EXAMPLES[name].fields)
    assert normal_inputs(name, start) == start == normal_inputs(name, {})


def test_reading_inputs_leaves_the_defaults_alone():
    inputs = normal_inputs("network-step", {})
    inputs["layers"][0]["weights"][0][0] = 7.0
    assert normal_inputs("network-step", {})["layers"][0]["weights"][0][0] == 0.15


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_schema_is_valid_and_its_defaults_satisfy_it(name):
    schema = json_schema(EXAMPLES[name].fields, lambda pointer: pointer)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(normal_inputs(name, {}), schema, jsonschema.Draft202012Validator)
    assert {key: part["default"] for key, part in schema["properties"].items()} == normal_inputs(name, {})


# What only shows when fields are seen together, or (NaN, an alias beside its name) cannot be said in a schema.
TOGETHER = {"wrong-shape", "ragged", "softmax-not-last", "loss-needs-activation", "not-a-distribution"}
UNSAID = ("/t/0", "/t/0/0", "/t/0/1", "/x/0/0", "/optimizer/rho")


@pytest.mark.parametrize("given", [case[0] for case in REFUSED if case[2] not in TOGETHER and case[1] not in UNSAID])
def test_a_schema_refuses_what_is_refused(given):
    assert not SCHEMA.is_valid(given)


@pytest.mark.parametrize("given", [case[0] for case in REFUSED if case[2] in TOGETHER])
def test_a_schema_accepts_what_only_does_not_fit_together(given):
    assert SCHEMA.is_valid(given)


def test_a_refusal_carries_values_and_survives_being_sent_elsewhere():
    refused = copy.copy(InvalidInput("/x", "too-many", {"most": 16}))
    assert (refused.pointer, refused.reason, refused.values) == ("/x", "too-many", {"most": 16})


def test_an_unknown_example_is_named():
    with pytest.raises(UnknownExample) as unknown:
        work("telepathy", {})
    assert unknown.value.name == "telepathy"
