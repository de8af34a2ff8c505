"""Every fault is a problem with a status, a code and a sentence in the reader's language; never a stack, never a secret."""

import ast
import inspect
import json
from importlib import import_module
from pathlib import Path

import pytest
from flask import abort

import tutor
from tutor.language import Language
from tutor.store import NotErased, StoreUnavailable
from tutor.web.errors import ERRORS, TITLES, row_of
from tutor.web.reasons import NAMED, REASONS, WHOLE

API = "/api/v1"
FOLDER = Path(tutor.__file__).parent
# The command line and the verifier, which it alone calls, are beside the web; what they raise never reaches a request.
ABOVE = ("cli", "__main__", "verification", "verdicts")
JSON = {"Content-Type": "application/json"}


def modules():
    paths = (path.relative_to(FOLDER).with_suffix("") for path in FOLDER.rglob("*.py") if "migrations" not in path.parts)
    names = (".".join(part for part in path.parts if part != "__init__") for path in paths if path.parts[0] not in ABOVE)
    return [import_module(f"tutor.{name}" if name else "tutor") for name in names if not name.endswith("__main__")]


def test_every_exception_of_ours_is_in_the_table():
    ours = {
        kind
        for module in modules()
        for _, kind in inspect.getmembers(module, inspect.isclass)
        if issubclass(kind, Exception) and kind.__module__.startswith("tutor.")
    }
    assert len(ours) >= 15
    assert ours - set(ERRORS) == set()


def test_every_status_of_the_table_has_a_title():
    assert {row.status for row in ERRORS.values()} <= set(TITLES)


def test_every_reason_that_is_raised_has_its_sentence():
    raised = {
        word.value
        for path in FOLDER.rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") in ("InvalidInput", "MalformedBody", "_Refused")
        for word in call.args[1:2]
        if isinstance(word, ast.Constant)
    }
    assert len(raised) > 15
    assert raised - set(REASONS) == set()


def test_every_sentence_about_faults_is_in_french(tutor):
    french: Language = tutor.languages["fr"]
    messages = [row.detail for row in ERRORS.values()] + list(TITLES.values()) + list(REASONS.values()) + [WHOLE, NAMED]
    assert [message for message in messages if message not in french.messages] == []


FAULTS = [
    ("GET", "/lessons/none", None, 404, "unknown-lesson"),
    ("GET", "/examples/none", None, 404, "unknown-example"),
    ("POST", "/examples/none", b"{}", 404, "unknown-example"),
    ("GET", "/conversations/none", None, 404, "unknown-conversation"),
    ("DELETE", "/conversations/none", None, 404, "unknown-conversation"),
    ("GET", "/conversations/none/export", None, 404, "unknown-conversation"),
    ("GET", "/nothing", None, 404, "not-found"),
    ("PUT", "/lessons", b"{}", 405, "method-not-allowed"),
    ("GET", "/lessons?lang=zz", None, 400, "unknown-language"),
    ("GET", "/lessons?lang=../../x", None, 400, "unknown-language"),
    ("GET", "/lessons?lang=", None, 400, "unknown-language"),
    ("POST", "/ask", b'{"question": "What?", "lang": "zz"}', 400, "unknown-language"),
    ("POST", "/ask", b"{", 400, "malformed-json"),
    ("POST", "/ask", b'"\xff"', 400, "malformed-json"),
    ("POST", "/ask", b'{"question": "a", "question": "b"}', 400, "malformed-json"),
    ("POST", "/examples/network-step", b'{"inputs": {"steps": NaN}}', 400, "malformed-json"),
    ("POST", "/examples/network-step", b'{"inputs":' + b"[" * 20 + b"]" * 20 + b"}", 400, "malformed-json"),
    ("POST", "/ask", b'{"question": "' + b"a" * 40_000 + b'"}', 413, "too-large"),
    ("POST", "/examples/network-step", b" " * (256 * 1024 + 1), 413, "too-large"),
]


@pytest.mark.parametrize("method, path, body, status, code", FAULTS)
@pytest.mark.parametrize("lang", ["en", "fr"])
def test_a_fault_is_a_problem_in_the_readers_language(client, method, path, body, status, code, lang):
    response = client.open(API + path, method=method, data=body, headers={**JSON, "Accept-Language": lang})
    problem = response.get_json()
    assert (response.status_code, response.content_type) == (status, "application/problem+json")
    assert (problem["status"], problem["code"]) == (status, code)
    assert response.headers["Content-Language"] == lang
    assert response.headers["Cache-Control"] == "no-store"
    assert problem["title"] == client.application.extensions["tutor"].tutor.languages[lang].translate(TITLES[status])


VALUES = [
    ({"optimizer": {"learning_rate": 1e9}}, "/inputs/optimizer/learning_rate"),
    ({"optimizer": {"learning_rate": True}}, "/inputs/optimizer/learning_rate"),
    ({"steps": 1.5}, "/inputs/steps"),
    ({"steps": "3"}, "/inputs/steps"),
    ({"steps": 10_001}, "/inputs/steps"),
    ({"loss": "nonsense"}, "/inputs/loss"),
    ({"x": [[0.1, 0.2], [0.3]]}, "/inputs/x/1"),
    ({"x": [[0.1, "0.2"]]}, "/inputs/x/0/1"),
    ({"nonsense": 1}, "/inputs/nonsense"),
    ({"a/b~c": 1}, "/inputs/a~1b~0c"),
]


@pytest.mark.parametrize("inputs, pointer", VALUES)
def test_a_wrong_value_is_pointed_at(client, inputs, pointer):
    response = client.post(f"{API}/examples/network-step", json={"inputs": inputs})
    assert response.status_code == 422
    assert [error["pointer"] for error in response.get_json()["errors"]] == [pointer]


def test_a_wrong_value_is_told_with_its_bound_in_the_readers_language(client):
    body = {"inputs": {"steps": 10_001}}
    english, french = (client.post(f"{API}/examples/network-step?lang={lang}", json=body).get_json() for lang in ("en", "fr"))
    assert english["errors"][0]["detail"] == "inputs.steps: This must be at most 10,000."
    assert "10\u202f000" in french["errors"][0]["detail"] and french["title"] != english["title"]


QUESTIONS = [
    ({}, "/question"),
    ({"question": None}, "/question"),
    ({"question": ""}, "/question"),
    ({"question": " \n\t"}, "/question"),
    ({"question": 5}, "/question"),
    ({"question": ["What?"]}, "/question"),
    ({"question": "a" * 2001}, "/question"),
    ({"question": "a\0b"}, "/question"),
    ({"question": "What?", "lang": 1}, "/lang"),
    ({"question": "What?", "conversation": {}}, "/conversation"),
    ({"question": "What?", "voice": "deep"}, "/voice"),
]


@pytest.mark.parametrize("body, pointer", QUESTIONS)
def test_a_wrong_question_is_pointed_at(client, body, pointer):
    response = client.post(f"{API}/ask", json=body)
    assert (response.status_code, response.get_json()["errors"][0]["pointer"]) == (422, pointer)


def test_a_question_may_have_two_thousand_characters_after_trimming(client):
    body = json.dumps({"question": " " * 100 + "\N{THINKING FACE}" * 2000 + "\n"}, ensure_ascii=False).encode()
    assert client.post(f"{API}/ask", data=body, headers=JSON).status_code == 201


def test_a_body_without_its_length_is_refused(client):
    response = client.post(f"{API}/ask", headers=JSON)
    assert (response.status_code, response.get_json()["code"]) == (411, "length-required")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "", "application/json; charset=latin-1"])
def test_a_body_of_another_kind_is_refused(client, kind):
    response = client.post(f"{API}/ask", data=b'{"question": "What?"}', content_type=kind)
    assert (response.status_code, response.get_json()["code"]) == (415, "not-json")


def test_a_refused_method_is_told_with_those_allowed(client):
    assert "GET" in client.delete(f"{API}/lessons").headers["Allow"]


class Secret(Exception):
    """What a fault in our own code would be."""


def _fails_with(app, error):
    def view():
        raise error

    app.add_url_rule("/api/v1/fails", "fails_for_programs", view)
    app.add_url_rule("/en/fails", "fails_for_people", view)
    return app.test_client()


@pytest.mark.parametrize("path", ["/api/v1/fails", "/en/fails"])
def test_a_fault_of_ours_tells_nothing_of_itself(app, path):
    response = _fails_with(app, Secret("the learner's words")).get(path)
    assert response.status_code == 500
    assert not any(word in response.text for word in ("learner's", "Secret", "Traceback", "test_errors"))


@pytest.mark.parametrize("error", [StoreUnavailable("disk of the learner"), NotErased(20)])
def test_what_may_work_later_says_when(app, error):
    response = _fails_with(app, error).get("/api/v1/fails")
    assert (response.status_code, response.headers["Retry-After"].isdigit()) == (503, True)
    assert "learner" not in response.text


def test_any_http_fault_has_a_row():
    for status in (400, 404, 405, 408, 412, 413, 414, 415, 416, 418, 428, 431, 500, 501, 502):
        with pytest.raises(Exception) as caught:
            abort(status)
        assert row_of(caught.value).status in TITLES


PAGES = [("/en/nothing", "en"), ("/fr/nothing", "fr"), ("/nothing/", "en"), ("/no/thing", "en"), ("/fr/lessons/none", "fr")]


@pytest.mark.parametrize("path, lang", PAGES)
def test_people_get_a_page_in_the_language_of_the_address(client, path, lang):
    response = client.get(path)
    assert (response.status_code, response.mimetype) == (404, "text/html")
    assert response.headers["Content-Language"] == lang and f'<html lang="{lang}"' in response.text


def test_readiness_fails_when_the_database_is_gone(app, client, tmp_path):
    for path in tmp_path.iterdir():
        path.unlink()
    app.extensions["tutor"].store.readers.dispose()
    assert client.get("/ready").status_code == 503
    assert client.get("/health").status_code == 200
