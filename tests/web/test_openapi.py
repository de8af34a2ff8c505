"""The description of the API says what the API does: its routes, and the shape of real replies."""

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from tutor.web.calls import CALLS, PROBES, address
from tutor.web.errors import ERRORS

QUESTION = {"question": "1. How does the chain rule get involved?\n2. What is the capital of Mongolia?"}


@pytest.fixture
def described(client):
    return client.get("/api/v1/openapi.json").get_json()


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_the_description_is_valid(client, lang):
    description = client.get(f"/api/v1/openapi.json?lang={lang}").get_json()
    assert list(OpenAPIV31SpecValidator(description).iter_errors()) == []


def test_every_route_is_described_and_nothing_else(app, described):
    routes = {
        (rule.rule.replace("<", "{").replace(">", "}"), method.lower())
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith(("api.", "probes."))
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    assert {(path, method) for path, methods in described["paths"].items() for method in methods} == routes


def test_every_code_of_a_problem_is_described(described):
    assert set(described["components"]["schemas"]["Code"]["enum"]) == {row.code for row in ERRORS.values()}


def check(described, response):
    """A response against the schema that the description gives for its call and status."""
    request = response.request
    call = next(call for call in (*CALLS, *PROBES) if call.method == request.method and _fits(address(call), request.path))
    reply = described["paths"][address(call)][call.method.lower()]["responses"][str(response.status_code)]
    schema = reply["content"][response.mimetype]["schema"]
    Draft202012Validator({**schema, "components": described["components"]}).validate(response.get_json())


def _fits(template, path):
    pieces = list(zip(template.split("/"), path.split("/"), strict=False))
    return template.count("/") == path.count("/") and all(a == b or a.startswith("{") for a, b in pieces)


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_lessons_and_examples_are_as_described(client, described, lang, tutor):
    check(described, client.get(f"/api/v1/lessons?lang={lang}"))
    check(described, client.get(f"/api/v1/examples?lang={lang}"))
    for slug in tutor.library.lessons:
        for depth in ("short", "technical"):
            check(described, client.get(f"/api/v1/lessons/{slug}?lang={lang}&depth={depth}"))


def test_receipts_are_as_described(client, described):
    for row in client.get("/api/v1/examples").get_json()["examples"]:
        check(described, client.get(row["url"]))


def test_answers_and_conversations_are_as_described(client, described):
    reply = client.post("/api/v1/ask", json=QUESTION)
    check(described, reply)
    check(described, client.get(reply.get_json()["url"]))
    check(described, client.get(f"{reply.get_json()['url']}/export?format=json"))


@pytest.mark.parametrize("path", ["/health", "/ready", "/api/v1/openapi.json", "/api/v1/lessons/none", "/api/v1/lessons?lang=zz"])
def test_other_replies_are_as_described(client, described, path):
    check(described, client.get(path))


@pytest.mark.parametrize("body", [b"{", b"{}", b'{"question": ""}', b'{"question": "a", "x": 1}', b"{}" * 20_000])
def test_problems_are_as_described(client, described, body):
    check(described, client.post("/api/v1/ask", data=body, content_type="application/json"))


def test_the_defaults_of_every_example_are_a_described_body(client, described):
    schema = {"$ref": "#/components/schemas/Inputs", "components": described["components"]}
    for row in client.get("/api/v1/examples").get_json()["examples"]:
        Draft202012Validator(schema).validate({"inputs": row["inputs"]["default"]})
