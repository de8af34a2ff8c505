"""The command line as a user meets it: a real process, a real port, a clean stop."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

TUTOR = [sys.executable, "-m", "tutor"]


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, **environment}
    return subprocess.run([*TUTOR, *arguments], capture_output=True, text=True, env=env, timeout=60)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_question_is_answered_in_the_terminal_with_its_numbers() -> None:
    done = run("ask", "Why are there hidden layers?")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("|") > 10


def test_the_language_can_be_pinned() -> None:
    assert "\u202f" in run("ask", "What is backpropagation?", "--lang", "fr").stdout


def test_an_example_prints_its_receipt() -> None:
    done = run("example", "network-step", "--input", 'optimizer={"name": "sgd", "learning_rate": 0.1}')
    receipt = json.loads(done.stdout)
    assert receipt["inputs"]["optimizer"]["learning_rate"] == 0.1
    assert receipt["gradient_check"]["max_relative_error"] < 1e-7


@pytest.mark.parametrize(("arguments", "environment", "named"), [
    (["example", "nonsense"], {}, "nonsense"),
    (["example", "network-step", "--input", "steps=0"], {}, "steps"),
    (["example", "network-step", "--input", "steps"], {}, "NAME=VALUE"),
    (["ask", "x", "--lang", "zz"], {}, "--lang"),
    (["lessons"], {"TUTOR_DATABSE_URL": "x"}, "TUTOR_DATABSE_URL"),
    (["lessons"], {"TUTOR_DATABASE_URL": "mysql://x"}, "TUTOR_DATABASE_URL"),
    (["lessons"], {"TUTOR_DATABASE_URL": "sqlite:///:memory:"}, "file"),
    (["lessons"], {"TUTOR_RATE_LIMITS": "sometimes"}, "TUTOR_RATE_LIMITS"),
    (["example", "chain-rule-neuron", "--input", "w=abc", "--lang", "fr"], {}, "Il faut un nombre"),
    (["example", "chain-rule-neuron", "--input", "w=1", "--input", "x=abc"], {}, "number"),
    (["upgrade"], {"TUTOR_DATABASE_URL": "sqlite:////etc/passwd"}, "not an SQLite database"),
    (["upgrade"], {"TUTOR_DATABASE_URL": "sqlite:////etc"}, "cannot be a database"),
    (["upgrade"], {"TUTOR_DATABASE_URL": "sqlite:////proc/x.db"}, "cannot be a database"),
    (["upgrade"], {"TUTOR_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/x"}, "TUTOR_DATABASE_URL"),
    (["ask", "  "], {}, "from 1 to"),
    (["ask", "a" * 2001], {}, "from 1 to"),
])  # fmt: skip
def test_what_cannot_be_is_refused_with_a_sentence(arguments: list[str], environment: dict, named: str) -> None:
    done = run(*arguments, **environment)
    assert done.returncode == 1
    assert named in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_the_site_is_served_and_stops_within_five_seconds(tmp_path: Path, stop: signal.Signals) -> None:
    port = free_port()
    env = {**os.environ, "TUTOR_DATABASE_URL": f"sqlite:///{tmp_path}/deep/er/tutor.db"}
    server = subprocess.Popen([*TUTOR, "serve", "--port", str(port)], env=env, stdout=subprocess.PIPE, text=True)
    assert server.stdout
    lines = [server.stdout.readline(), server.stdout.readline()]
    assert "tutor.db" in lines[0]
    assert re.search(f"http://127.0.0.1:{port}/", lines[1])
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=10) as reply:
        assert reply.status == 200
    started = time.monotonic()
    server.send_signal(stop)
    assert server.wait(timeout=10) == 0
    assert time.monotonic() - started < 5
    server.stdout.close()


def test_a_killed_server_comes_back_with_every_acknowledged_turn(tmp_path: Path) -> None:
    port, env = free_port(), {**os.environ, "TUTOR_DATABASE_URL": f"sqlite:///{tmp_path}/tutor.db"}
    conversation = None
    for turn, question in enumerate(("What is the chain rule?", "Why hidden layers?", "What is backpropagation?"), 1):
        server = subprocess.Popen([*TUTOR, "serve", "--port", str(port)], env=env, stdout=subprocess.PIPE, text=True)
        assert server.stdout and server.stdout.readline() and server.stdout.readline()
        body = {"question": question} | ({"conversation": conversation} if conversation else {})
        conversation = post(f"http://127.0.0.1:{port}/api/v1/ask", body)["conversation"]
        kept = json.load(urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/conversations/{conversation}"))
        assert len(kept["exchanges"]) == turn
        kill_all(server)


def post(url: str, body: dict) -> dict:
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=30) as reply:
        return dict(json.load(reply))


def kill_all(server: subprocess.Popen) -> None:
    listed = subprocess.run(["pgrep", "-P", str(server.pid)], capture_output=True, text=True).stdout.split()
    for pid in [*map(int, listed), server.pid]:
        os.kill(pid, signal.SIGKILL)
    server.wait()
    server.stdout.close()
    time.sleep(0.2)
