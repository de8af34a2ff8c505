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
import urllib.request
from collections.abc import Callable

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
            measure(f"http://127.0.0.1:{port}")
        finally:
            server.terminate()
            server.wait()


def measure(site: str) -> None:
    """All clients at once, each asking its questions one after another."""
    for question in ASKED:
        ask(site, question)
    print(f"{CLIENTS} clients, {EACH} requests each{'median':>12}{'p99':>8}{'most':>8}{'errors':>8}   milliseconds")
    for name, action in (("answers", lambda n: ask(site, ASKED[n % len(ASKED)])), ("/health", lambda n: read(f"{site}/health"))):
        times, errors = together(action)
        times.sort()
        figures = statistics.median(times), times[int(0.99 * len(times))], times[-1]
        print(f"{name:<31}{figures[0]:>12.1f}{figures[1]:>8.1f}{figures[2]:>8.1f}{errors:>8}")


def together(action: Callable[[int], object]) -> tuple[list[float], int]:
    """Milliseconds of every request of every client, and how many failed."""
    times: list[float] = []
    failed: list[int] = []

    def client(start: int) -> None:
        for number in range(start, start + EACH):
            began = time.perf_counter()
            try:
                action(number)
                times.append((time.perf_counter() - began) * 1e3)
            except OSError:
                failed.append(number)

    threads = [threading.Thread(target=client, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times, len(failed)


def ask(site: str, question: str) -> None:
    """One question by the API, its answer read to the end."""
    body = json.dumps({"question": question}).encode()
    read(urllib.request.Request(f"{site}/api/v1/ask", body, {"Content-Type": "application/json"}))


def read(what: str | urllib.request.Request) -> None:
    """One request, read to the end."""
    with urllib.request.urlopen(what, timeout=30) as reply:
        reply.read()


if __name__ == "__main__":
    main()
