"""Sixteen clients at once against a served tutor: how long each waits for a whole answer over HTTP.

Run with `python -m tests.benchmarks.clients`. The peer is the cheapest page of the same server (/health), asked by the
same clients in the same run: the ratio says what an answer costs beyond the server itself.
"""

import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from http.client import HTTPConnection

from tests.benchmarks.turn import QUESTIONS

CLIENTS, EACH = 16, 40
ASKED = (*QUESTIONS, "Why are there hidden layers?", "At what stage is backpropagation used?")


def main() -> None:
    """Serve, ask, and print the median and the 99th percentile of both."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        env = {**os.environ, "TUTOR_DATABASE_URL": f"sqlite:///{folder}/tutor.db", "TUTOR_RATE_LIMITS": "off"}
        server = subprocess.Popen([sys.executable, "-m", "tutor", "serve", "--port", str(port)], env=env, stdout=subprocess.PIPE)
        assert server.stdout and server.stdout.readline() and server.stdout.readline()
        try:
            measure(port)
        finally:
            server.terminate()
            server.wait()


def measure(port: int) -> None:
    """All clients at once, each asking its questions one after another."""
    warm = HTTPConnection("127.0.0.1", port)
    for number in range(len(ASKED)):
        ask(warm, number)
    print(f"{CLIENTS} clients, {EACH} requests each{'median':>12}{'p99':>8}{'most':>8}{'errors':>8}   milliseconds")
    for name, action in (("answers", ask), ("/health", health)):
        times, errors = together(port, action)
        times.sort()
        figures = statistics.median(times), times[int(0.99 * len(times))], times[-1]
        print(f"{name:<31}{figures[0]:>12.1f}{figures[1]:>8.1f}{figures[2]:>8.1f}{errors:>8}")


def together(port: int, action: Callable[[HTTPConnection, int], None]) -> tuple[list[float], int]:
    """Milliseconds of every request of every client, each on a connection of its own, and how many failed."""
    times: list[float] = []
    failed: list[int] = []

    def client(start: int) -> None:
        connection = HTTPConnection("127.0.0.1", port, timeout=30)
        for number in range(start, start + EACH):
            began = time.perf_counter()
            try:
                action(connection, number)
                times.append((time.perf_counter() - began) * 1e3)
            except OSError:
                failed.append(number)

    threads = [threading.Thread(target=client, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times, len(failed)


def ask(connection: HTTPConnection, number: int) -> None:
    """One question by the API, its answer read to the end."""
    body = json.dumps({"question": ASKED[number % len(ASKED)]}).encode()
    connection.request("POST", "/api/v1/ask", body, {"Content-Type": "application/json"})
    expect(connection, 201)


def health(connection: HTTPConnection, _: int) -> None:
    """The cheapest page."""
    connection.request("GET", "/health")
    expect(connection, 200)


def expect(connection: HTTPConnection, status: int) -> None:
    """Read the reply to its end; OSError for any other status."""
    reply = connection.getresponse()
    reply.read()
    if reply.status != status:
        raise OSError(reply.status)


if __name__ == "__main__":
    main()
