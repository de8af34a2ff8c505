"""What only a socket can send, against the site as its own command serves it."""

import socket

import pytest

QUESTION = b'{"question": "How does the chain rule get involved?"}'
FORM = b"question=How+does+the+chain+rule+get+involved%3F"
POST = b"POST /api/v1/ask HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
FORM_POST = b"POST /en/ask HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"


def chunked(body):
    return b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)


REFUSED = {
    "chunks": POST + chunked(QUESTION),
    "a form in chunks": FORM_POST + chunked(FORM),
    "a megabyte in chunks": POST + chunked(b'{"question": "' + b"a" * 1_000_000 + b'"}'),
    "chunks of nonsense": POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n" + QUESTION,
    "chunks without an end": POST + b"Transfer-Encoding: chunked\r\n\r\n5\r\n",
    "chunks and a length": POST + b"Content-Length: 53\r\n" + chunked(QUESTION),
    "another coding": POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "no length": POST + b"\r\n" + QUESTION,
    "negative length": POST + b"Content-Length: -5\r\n\r\n" + QUESTION,
    "two lengths": POST + b"Content-Length: 53\r\nContent-Length: 5\r\n\r\n" + QUESTION,
    "length in words": POST + b"Content-Length: many\r\n\r\n" + QUESTION,
    "a huge length": POST + b"Content-Length: 99999999999999999999\r\n\r\n" + QUESTION,
    "less than promised": POST + b"Content-Length: 100\r\n\r\n" + QUESTION,
    "less of a form than promised": FORM_POST + b"Content-Length: 100\r\n\r\n" + FORM,
    "a delete in chunks": b"DELETE /api/v1/conversations/x HTTP/1.1\r\nHost: localhost\r\n" + chunked(b"x"),
    "nonsense": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    "a header without a name": b"GET / HTTP/1.1\r\nHost: localhost\r\n: x\r\n\r\n",
    "a folded header": b"GET / HTTP/1.1\r\nHost: localhost\r\nAccept: a\r\n b\r\n\r\n",
    "a nul in a header": b"GET / HTTP/1.1\r\nHost: localhost\r\nAccept-Language: \0\r\n\r\n",
    "a header of 100 kilobytes": b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 100_000 + b"\r\n\r\n",
    "an address of 100 kilobytes": b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
}


def say(server, data):
    """What the server answers before it closes or falls silent; b"" where it hangs up."""
    with socket.create_connection(server, timeout=10) as connection:
        try:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            return connection.recv(65536)
        except OSError:  # it hung up while we were still speaking
            return b""


@pytest.mark.parametrize("data", REFUSED.values(), ids=REFUSED)
def test_what_no_browser_sends_is_refused_and_the_site_goes_on(server, data):
    answer = say(server, data)
    assert answer == b"" or answer.split(b" ")[1].startswith(b"4"), answer[:500]
    assert say(server, b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("head, body", [(POST, QUESTION), (FORM_POST, FORM)])
def test_a_body_in_chunks_is_told_to_give_its_length(server, head, body):
    assert say(server, head + chunked(body)).split(b" ")[1] == b"411"


def test_a_body_with_its_length_is_answered(server):
    answer = say(server, POST + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(QUESTION) + QUESTION)
    assert answer.split(b" ")[1] == b"201"


def test_the_first_of_two_requests_cannot_hide_the_second(server):
    hidden = b"GET /api/v1/lessons HTTP/1.1\r\nHost: localhost\r\n\r\n"
    answer = say(server, POST + b"Content-Length: 0\r\n" + chunked(b"")[:-5] + b"0\r\n\r\n" + hidden)
    assert answer.count(b"HTTP/1.1 ") <= 1 and b" 200 " not in answer.split(b"\r\n")[0]
