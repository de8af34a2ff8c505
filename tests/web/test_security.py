"""The headers of every reply, who may send what from where, the session cookie, and how many questions one may ask."""

import pytest

from tutor.web.limits import COUNTED, PER_ADDRESS, PER_SESSION
from tutor.web.security import HEADERS, MOST_BYTES_OF

ASK = "/api/v1/ask"
QUESTION = {"question": "How does the chain rule get involved?"}
PATHS = [
    "/", "/en/", "/fr/lessons", "/en/nothing", "/static/nothing", "/health", "/api/v1/lessons", "/api/v1/openapi.json",
    "/api/v1/nothing", "/api/v1/lessons?lang=zz", "/api/v1/conversations/none",
]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_every_reply_carries_the_headers(client, path):
    headers = client.get(path).headers
    assert {name: headers.get(name) for name in HEADERS} == HEADERS
    assert "Cache-Control" in headers


def test_the_policy_allows_no_inline_code_and_no_other_site(client):
    policy = client.get("/en/").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
    assert not any(word in policy for word in ("unsafe", "http:", "https:", "*"))


CROSS_SITE = [
    ({}, True),
    ({"Origin": "http://localhost"}, True),
    ({"Origin": "http://LOCALHOST"}, True),
    ({"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}, True),
    ({"Sec-Fetch-Site": "none"}, True),
    ({"Sec-Fetch-Site": "same-site"}, False),
    ({"Sec-Fetch-Site": "cross-site"}, False),
    ({"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"}, False),
    ({"Sec-Fetch-Site": "nonsense"}, False),
    ({"Origin": "http://localhost:8000"}, False),
    ({"Origin": "http://localhost.evil.example"}, False),
    ({"Origin": "http://evil.example"}, False),
    ({"Origin": "null"}, False),
    ({"Origin": ""}, False),
    ({"Origin": "http://["}, False),
    ({"Origin": "null", "Sec-Fetch-Site": "none"}, False),
    ({"Origin": "null", "Sec-Fetch-Site": "same-origin"}, True),
    ({"Origin": "http://evil.example", "Sec-Fetch-Site": "same-origin"}, False),
]


@pytest.mark.parametrize("headers, allowed", CROSS_SITE)
@pytest.mark.parametrize("method, path", [("POST", ASK), ("POST", "/en/ask"), ("DELETE", "/api/v1/conversations/none")])
def test_another_site_cannot_make_a_browser_change_anything(client, headers, allowed, method, path):
    response = client.open(path, method=method, json=QUESTION, headers=headers)
    assert (response.status_code != 403) == allowed


def test_another_site_may_link_to_pages(client):
    assert client.get("/en/", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200


def test_the_host_is_read_from_no_header_of_a_proxy(client):
    headers = {"Origin": "http://evil.example", "X-Forwarded-Host": "evil.example"}
    assert client.post(ASK, json=QUESTION, headers=headers).status_code == 403


def test_reading_sets_no_cookie(limited_app):
    client = limited_app.test_client()
    assert not any("Set-Cookie" in client.get(path).headers for path in PATHS)


@pytest.mark.parametrize("url, secure", [("http://localhost", False), ("https://localhost", True)])
def test_the_first_question_begins_a_session(limited_app, url, secure):
    client = limited_app.test_client()
    cookie = client.post(ASK, json=QUESTION, base_url=url).headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and ("Secure" in cookie) == secure
    assert len(cookie.partition("=")[2].partition(";")[0]) == 22  # 128 bits, six a character
    assert "Set-Cookie" not in client.post(ASK, json=QUESTION, base_url=url).headers


@pytest.mark.parametrize("forged", ["", "x", "a" * 4000, "../../../../etc/passwd", "é" * 22])
def test_a_forged_session_is_replaced(limited_app, forged):
    client = limited_app.test_client()
    client.set_cookie("tutor_session", forged)
    assert "tutor_session=" in client.post(ASK, json=QUESTION).headers["Set-Cookie"]


# A refused body counts as well, and costs the test nothing.
def put(client, times, **headers):
    return [client.post(ASK, data=b"{", content_type="application/json", headers=headers) for _ in range(times)]


def test_a_session_may_ask_thirty_questions_a_minute(limited_app):
    client = limited_app.test_client()
    replies = put(client, PER_SESSION.amount + 1)
    assert [reply.status_code for reply in replies] == [400] * 30 + [429]
    assert 1 <= int(replies[-1].headers["Retry-After"]) <= 60
    assert replies[-1].get_json()["code"] == "too-many-questions"


def test_another_session_at_the_same_address_may_still_ask(limited_app):
    put(limited_app.test_client(), PER_SESSION.amount + 1)
    assert put(limited_app.test_client(), 1)[0].status_code == 400


def test_an_address_may_ask_six_hundred_questions_a_minute_whatever_its_sessions(limited_app):
    client = limited_app.test_client(use_cookies=False)
    forwarded = {"X-Forwarded-For": "10.0.0.1"}
    assert {reply.status_code for reply in put(client, PER_ADDRESS.amount)} == {400}
    assert put(client, 1, **forwarded)[0].status_code == 429
    elsewhere = {"REMOTE_ADDR": "10.0.0.2"}
    assert client.post(ASK, data=b"{", environ_overrides=elsewhere).status_code == 415


def test_only_asking_and_computing_count(limited_app):
    client = limited_app.test_client()
    put(client, PER_SESSION.amount)
    assert client.post("/en/ask", data={"question": "What?"}).status_code == 429
    assert client.post("/api/v1/examples/network-step", json={}).status_code == 429
    assert client.get("/api/v1/examples/network-step").status_code == 200
    assert client.delete("/api/v1/conversations/none").status_code == 404


def test_limits_that_are_off_count_nothing(client):
    assert {reply.status_code for reply in put(client, PER_SESSION.amount + 5)} == {400}
    assert client.get_cookie("tutor_session") is None


def test_every_endpoint_named_by_a_limit_exists(app):
    assert {*COUNTED, *MOST_BYTES_OF} <= set(app.view_functions)


def test_an_unsafe_reply_is_kept_by_nobody(client):
    reply = client.post(ASK, json=QUESTION)
    assert reply.headers["Cache-Control"] == "no-store"
    for path in (reply.get_json()["url"], f"{reply.get_json()['url']}/export", reply.get_json()["html"]):
        assert client.get(path).headers["Cache-Control"] == "no-store"
