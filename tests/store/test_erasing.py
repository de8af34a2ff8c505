"""Deletion: the rows go, and on SQLite no file keeps a word of them."""

import random
import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from tutor.answer import Answer, Part
from tutor.store import (
    NotErased,
    Store,
    UnknownConversation,
    begin_conversation,
    delete_conversation,
    find_conversation,
    latest,
    save,
)
from tutor.store.database import reading

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
MARK = re.compile(rb"<\d{6}>")


def database_file(store: Store) -> Path:
    return Path(store.readers.url.database or "")


def on_disk(store: Store) -> bytes:
    """The bytes of the file and of every file beside it: the log, the index of the log."""
    file = database_file(store)
    return b"".join(path.read_bytes() for path in sorted(file.parent.glob(file.name + "*")))


def rows(store: Store) -> list[str]:
    """Every value of every row, as text."""
    with reading(store) as connection:
        tables = [connection.execute(sa.text(f"SELECT * FROM {name}")).all() for name in ("conversations", "exchanges")]
    return [str(value) for table in tables for row in table for value in row]


def spoken(store: Store, text: str, turns: int) -> str:
    """A conversation that says `text` in each question and, twice, in each answer."""
    answer = Answer("en", "1", (Part("answer", text, receipt={"words": text}),))
    id = begin_conversation(store, text, answer, NOW).id
    for _ in range(turns - 1):
        save(store, id, text, answer, NOW)
    return id


def test_a_deleted_conversation_is_unknown(store: Store, answer: Answer) -> None:
    id = begin_conversation(store, "?", answer, NOW).id
    delete_conversation(store, id)
    for verb in (find_conversation, delete_conversation):
        with pytest.raises(UnknownConversation):
            verb(store, id)
    with pytest.raises(UnknownConversation):
        latest(store, id, 8)
    with pytest.raises(UnknownConversation):
        save(store, id, "still there?", answer, NOW)


def test_no_column_keeps_words_id_or_time(store: Store) -> None:
    id = spoken(store, "secret", 3)
    assert any("secret" in value for value in rows(store))
    assert any("2026" in value for value in rows(store))
    delete_conversation(store, id)
    assert not [value for value in rows(store) if "secret" in value or id in value or "2026" in value]


def test_other_conversations_stay_whole(store: Store, answer: Answer) -> None:
    ids = [spoken(store, f"text {n}", 3) for n in range(6)]
    before = [find_conversation(store, id) for id in ids[1::2]]
    for id in ids[::2]:
        delete_conversation(store, id)
    assert [find_conversation(store, id) for id in ids[1::2]] == before


@pytest.mark.parametrize("length", [1, 100, 3_000, 200_000])
def test_a_deleted_text_is_in_no_file(sqlite_store: Store, length: int) -> None:
    id = spoken(sqlite_store, "SECRET" * length, 4)
    spoken(sqlite_store, "kept", 2)
    assert b"SECRET" in on_disk(sqlite_store)
    delete_conversation(sqlite_store, id)
    assert b"SECRET" not in on_disk(sqlite_store)
    assert b"kept" in on_disk(sqlite_store)


@pytest.mark.parametrize("seed", [2, 10, 27, 29])
def test_deleting_among_many_leaves_no_copy_of_a_neighbour(sqlite_store: Store, seed: int) -> None:
    """With these seeds, deleting rows fails: SQLite moves their neighbours and leaves stale copies in the old places."""
    dice, marks, living = random.Random(seed), iter(range(100_000, 900_000)), {}
    for _ in range(120):
        text = "".join(f"<{next(marks)}>" for _ in range(dice.choice([1, 4, 16])))
        living[spoken(sqlite_store, text, dice.choice([1, 2, 3]))] = set(MARK.findall(text.encode()))
        if dice.random() < 0.8:
            id = dice.choice(list(living))
            delete_conversation(sqlite_store, id)
            del living[id]
            assert set(MARK.findall(on_disk(sqlite_store))) == set().union(*living.values())


def test_a_reader_elsewhere_that_keeps_deleted_text_in_the_log_is_told(sqlite_store: Store) -> None:
    id = spoken(sqlite_store, "SECRET", 1)
    with closing(sqlite3.connect(database_file(sqlite_store), isolation_level=None)) as backup:
        backup.execute("BEGIN")
        backup.execute("SELECT * FROM exchanges").fetchall()
        with pytest.raises(NotErased):
            delete_conversation(sqlite_store, id)
        assert b"SECRET" in on_disk(sqlite_store)
    with pytest.raises(UnknownConversation):
        delete_conversation(sqlite_store, id)
    assert b"SECRET" not in on_disk(sqlite_store)
