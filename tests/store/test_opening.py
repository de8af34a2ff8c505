"""How a store is opened: which addresses, what SQLite is told, and what is said when a database does not answer."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa

from tutor.answer import Answer
from tutor.store import (
    MissingDriver,
    Store,
    StoreUnavailable,
    UnsupportedDatabase,
    alive,
    begin_conversation,
    close_store,
    find_conversation,
    open_store,
    save,
    upgrade,
)
from tutor.store.database import reading, writing

NOBODY = "postgresql://nobody@127.0.0.1:1/nothing"


@pytest.mark.parametrize("writer", ["postgresql", "postgres", "postgresql+psycopg"])
def test_every_way_to_write_a_postgresql_address_is_psycopg(writer: str) -> None:
    store = open_store(f"{writer}://ada:secret@example.org/tutor")
    assert store.readers.url.render_as_string(hide_password=False) == "postgresql+psycopg://ada:secret@example.org/tutor"


@pytest.mark.parametrize(
    "address",
    ["mysql://root:secret@localhost/x", "mysql:/root:secret", "sqlite://", "sqlite:///:memory:", "sqlite+aiosqlite:///x"],
)
def test_another_database_is_refused_by_name_without_its_password(address: str) -> None:
    with pytest.raises(UnsupportedDatabase) as refused:
        open_store(address)
    assert refused.value.database == address.partition(":")[0]
    assert "secret" not in str(refused.value)


def test_a_missing_driver_names_the_line_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(MissingDriver) as missing:
        open_store(NOBODY)
    assert missing.value.install == 'pip install "psycopg[binary]"'


def test_every_sqlite_connection_follows_the_recipe(sqlite_store: Store) -> None:
    recipe = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000, "secure_delete": 1}
    with reading(sqlite_store) as connection, writing(sqlite_store) as execute:
        for pragma in (connection.execute, partial(execute, values={})):
            assert {name: next(iter(pragma(sa.text(f"PRAGMA {name}"))))[0] for name in recipe} == recipe


def test_a_connection_that_the_server_closed_is_replaced(new_on_postgresql: Callable[[], str], answer: Answer) -> None:
    import psycopg

    address = new_on_postgresql()
    store = open_store(address)
    upgrade(store)
    id = begin_conversation(store, "?", answer, datetime.now(UTC)).id
    with pytest.raises(StoreUnavailable), writing(store) as execute:
        execute(sa.text("SELECT pg_terminate_backend(pg_backend_pid())"), {})
    assert save(store, id, "and on", answer, datetime.now(UTC)).number == 2
    with psycopg.connect(address) as other:
        other.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                      " AND datname = current_database()")  # fmt: skip
    assert save(store, id, "and on", answer, datetime.now(UTC)).number == 3
    close_store(store)


def test_an_upgraded_store_is_alive(store: Store) -> None:
    assert alive(store)


def test_a_database_without_our_tables_is_not_alive(address: str) -> None:
    store = open_store(address)
    assert not alive(store)
    close_store(store)


def test_a_database_that_does_not_answer_is_unavailable(tmp_path: Path) -> None:
    for address in (f"sqlite:///{tmp_path}/no/such/folder/tutor.db", NOBODY):
        store = open_store(address)
        assert not alive(store)
        for verb in (lambda store: find_conversation(store, "id"), upgrade):
            with pytest.raises(StoreUnavailable) as unavailable:
                verb(store)
            assert unavailable.value.reason


def test_a_store_that_was_closed_opens_again_with_everything(address: str, answer: Answer) -> None:
    for _ in range(2):
        store = open_store(address)
        upgrade(store)
        begun = begin_conversation(store, "?", answer, datetime.now(UTC))
        close_store(store)
    assert find_conversation(store, begun.id) == begun
    close_store(store)


def test_what_a_learner_said_stays_out_of_errors(store: Store, answer: Answer) -> None:
    with store.writers.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE exchanges RENAME TO gone")
    with pytest.raises(Exception) as failed:
        begin_conversation(store, "SECRET", answer, datetime.now(UTC))
    assert "SECRET" not in f"{failed.value} {failed.value.__cause__}"
