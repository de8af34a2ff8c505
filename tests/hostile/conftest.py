"""One application on a real SQLite file for the whole corpus, and a real server for what only a socket can send."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tutor.conversations import open_tutor
from tutor.settings import Settings
from tutor.store import close_store
from tutor.web import create_app


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hostile") / "tutor.db"


@pytest.fixture(scope="session")
def client(database: Path) -> Iterator[FlaskClient]:
    app = create_app(Settings(f"sqlite:///{database}", False), open_tutor())
    yield app.test_client()
    close_store(app.extensions["tutor"].store)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    """The address of the site as its own command serves it."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    folder = tmp_path_factory.mktemp("server")
    environ = {**os.environ, "TUTOR_DATABASE_URL": f"sqlite:///{folder / 'tutor.db'}", "TUTOR_RATE_LIMITS": "off"}
    command = [sys.executable, "-m", "tutor", "serve", "--port", str(port)]
    with (folder / "log").open("w") as log, subprocess.Popen(
        command, env=environ, stdout=subprocess.PIPE, stderr=log, text=True
    ) as process:
        assert process.stdout
        assert any(line.startswith("Tutor:") for line in process.stdout), (folder / "log").read_text()
        yield "127.0.0.1", port
        process.terminate()
