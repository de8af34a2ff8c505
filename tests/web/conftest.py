"""An application on a real SQLite file, and clients of it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tutor.conversations import Tutor, open_tutor
from tutor.settings import Settings
from tutor.store import close_store
from tutor.web import create_app


@pytest.fixture(scope="session")
def tutor() -> Tutor:
    return open_tutor()


def _opened(tutor: Tutor, folder: Path, rate_limits: bool) -> Iterator[Flask]:
    app = create_app(Settings(f"sqlite:///{folder / 'tutor.db'}", rate_limits), tutor)
    yield app
    close_store(app.extensions["tutor"].store)


@pytest.fixture
def app(tutor: Tutor, tmp_path: Path) -> Iterator[Flask]:
    yield from _opened(tutor, tmp_path, False)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def limited_app(tutor: Tutor, tmp_path: Path) -> Iterator[Flask]:
    yield from _opened(tutor, tmp_path, True)


@pytest.fixture
def ask(client: FlaskClient) -> Callable[..., TestResponse]:
    """Asks a question through the API."""

    def post(question: str, **fields: Any) -> TestResponse:
        return client.post("/api/v1/ask", json={"question": question, **fields})

    return post
