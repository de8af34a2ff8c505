"""The corpus against the whole site: every case is a clear refusal or a harmless answer, and nothing is half kept."""

import json
import re
import sqlite3
from html.parser import HTMLParser
from urllib.parse import urlencode

import pytest
from corpus import BODIES, HEADERS, INPUTS, PATHS, QUERIES, TEXTS

ASK = "/api/v1/ask"
EXAMPLE = "/api/v1/examples/network-step"
JSON = {"content_type": "application/json"}
READING = ("/api/v1/lessons", "/api/v1/lessons/backpropagation", "/api/v1/conversations/none/export", EXAMPLE,
           "/en/lessons/backpropagation", "/en/examples/network-step", "/fr/", "/health")  # fmt: skip


class Foreign(HTMLParser):
    """Collects what a page of ours never holds: inline code, elements that load, links that run."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag in ("img", "iframe", "object", "embed", "base", "style") or (tag == "script" and "src" not in given):
            self.found.append(tag)
        self.found += [name for name in given if name.startswith("on") or name in ("style", "srcdoc")]
        links = [given.get(name) or "" for name in ("href", "src", "action", "formaction", "xlink:href")]
        self.found += [link for link in links if link.strip().lower().startswith(("javascript:", "data:"))]


def foreign(html):
    parser = Foreign()
    parser.feed(html)
    return parser.found


def kept(database):
    """How many exchanges are stored, after checking that no conversation is without any."""
    with sqlite3.connect(database) as connection:
        empty = "SELECT count(*) FROM conversations WHERE id NOT IN (SELECT conversation FROM exchanges)"
        assert connection.execute(empty).fetchone() == (0,)
        (count,) = connection.execute("SELECT count(*) FROM exchanges").fetchone()
    connection.close()
    return count


def refused(response):
    assert 400 <= response.status_code < 500, response.text[:500]
    problem = response.get_json()
    assert problem["code"] and problem["title"] and problem["detail"]
    return True


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_any_text_is_answered_whole_or_refused_by_the_api(client, database, text):
    before = kept(database)
    response = client.post(ASK, data=json.dumps({"question": text}), **JSON)
    if response.status_code == 201:
        reply = response.get_json()
        assert client.get(reply["url"]).get_json()["exchanges"][0]["question"] == text.strip() == reply["question"]
        assert client.get(f"{reply['url']}/export?lang=fr").status_code == 200
        assert kept(database) == before + 1
    else:
        assert refused(response) and kept(database) == before


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("fragment", [{}, {"X-Fragment": "1"}], ids=["page", "fragment"])
def test_any_text_is_answered_harmlessly_or_refused_by_the_form(client, database, text, fragment):
    before = kept(database)
    body = urlencode({"question": text}, errors="surrogatepass")
    kind = "application/x-www-form-urlencoded"
    response = client.post("/en/ask", data=body, content_type=kind, headers=fragment, follow_redirects=True)
    assert (response.status_code == 200 and kept(database) == before + 1) or (
        400 <= response.status_code < 500 and kept(database) == before
    )
    assert response.mimetype == "text/html" and foreign(response.text) == []


def test_text_that_looks_like_a_template_is_shown_as_it_was_written(client):
    text = "{{ 7 * 7 }} %(x)s {0.__class__} <b>{loss}</b>"
    page = client.post("/fr/ask", data={"question": text}, follow_redirects=True).text
    assert "{{ 7 * 7 }} %(x)s {0.__class__} &lt;b&gt;{loss}&lt;/b&gt;" in page


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_body_that_is_not_ours_is_refused_and_keeps_nothing(client, database, body):
    before = kept(database)
    assert refused(client.post(ASK, data=body, **JSON))
    assert kept(database) == before


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_body_that_is_not_ours_is_refused_by_examples(client, body):
    assert refused(client.post(EXAMPLE, data=body if body != b"{}" else b'{"a":1}', **JSON))


@pytest.mark.parametrize("inputs", INPUTS.values(), ids=INPUTS)
def test_inputs_that_make_no_sense_are_refused(client, inputs):
    assert refused(client.post(EXAMPLE, data=b'{"inputs": ' + inputs + b"}", **JSON))


@pytest.mark.parametrize("kind", ["text/plain", "multipart/form-data", "application/xml", "application/json; charset=utf-7", ""])
def test_another_kind_of_body_is_refused(client, kind):
    response = client.post(ASK, data=b'{"question": "What?"}', content_type=kind)
    assert refused(response) and response.status_code == 415


@pytest.mark.parametrize("body", ["", "question", "question=", "q=1", "question=%00", "question=a&question=b", "%", "=" * 5000])
def test_a_form_that_is_not_ours_is_no_fault_of_ours(client, body):
    response = client.post("/en/ask", data=body, content_type="application/x-www-form-urlencoded", follow_redirects=True)
    assert response.status_code < 500


@pytest.mark.parametrize("conversation", ["x", "\0", "a" * 5000, "' OR 1=1 --", "../x", "{{7*7}}"])
def test_a_form_of_an_unknown_conversation_is_refused(client, database, conversation):
    before = kept(database)
    response = client.post("/en/ask", data={"question": "What?", "conversation": conversation})
    assert 400 <= response.status_code < 500 and kept(database) == before


@pytest.mark.parametrize("query", QUERIES)
def test_no_query_is_a_fault_of_ours(client, query):
    for path in READING:
        response = client.get(f"{path}?{query}")
        assert response.status_code < 500, path
        assert all(re.fullmatch("opened=[a-z.-]+;.*", cookie) for cookie in response.headers.getlist("Set-Cookie"))
        assert response.mimetype != "text/html" or foreign(response.text) == []


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_no_path_is_a_fault_of_ours(client, path, method):
    response = client.open(path, method=method)
    assert response.status_code < 500
    assert "root:" not in response.text and (response.mimetype != "text/html" or foreign(response.text) == [])


@pytest.mark.parametrize("headers", HEADERS, ids=str)
def test_no_header_is_a_fault_of_ours(client, headers):
    for path in READING:
        assert client.get(path, headers=headers).status_code < 500, path
    answer = client.post(ASK, data=b'{"question": "What?"}', headers={"Content-Type": "application/json", **headers})
    assert answer.status_code < 500


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND", "X" * 300])
def test_an_odd_method_is_refused(client, method):
    assert 400 <= client.open("/api/v1/lessons", method=method).status_code < 500
