"""How a database is opened, read and written: PostgreSQL by its address, SQLite by a recipe that loses nothing."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from tutor.store.schema import conversations

DRIVERS = {
    "sqlite": "sqlite+pysqlite",
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
}
PRAGMAS = (
    "PRAGMA busy_timeout=5000",  # milliseconds; first, so that the next line waits its turn
    "PRAGMA journal_mode=WAL",  # readers never wait for a writer
    "PRAGMA synchronous=FULL",  # what was acknowledged survives a power cut
    "PRAGMA foreign_keys=ON",
    "PRAGMA secure_delete=ON",  # deleted pages are overwritten with zeros
)
CONNECTIONS = 16
PATIENCE, PATIENCE_WAIT = 100, 0.02  # tries, and seconds between them, of a pragma that finds the file locked
ERASING_ATTEMPTS = 10
ERASING_WAIT = 100  # milliseconds an attempt may hold up the writers of other processes
Execute = Callable[[sa.Executable, Mapping[str, Any]], list[Any]]  # a statement and its values give rows
SOME_ROW = sa.select(conversations.c.id).limit(1)


class UnsupportedDatabase(ValueError):
    """The address names a database that is neither PostgreSQL nor an SQLite file."""

    def __init__(self, database: str) -> None:
        super().__init__(database)
        self.database = database


class MissingDriver(ImportError):
    """The database's driver is not installed; `install` is the line that installs it."""

    def __init__(self, install: str) -> None:
        super().__init__(install)
        self.install = install


class StoreUnavailable(ConnectionError):
    """The database did not answer, or not in time; `reason` is what its driver said."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NotErased(TimeoutError):
    """Deleted, but a program that has been reading since before keeps the text in SQLite's log, after `attempts`."""

    def __init__(self, attempts: int) -> None:
        super().__init__(attempts)
        self.attempts = attempts


@dataclass(frozen=True)
class Store:
    """An open database: one pool of connections seen by readers and by writers, and the turn that writers wait for.

    SQLite lets one writer in at a time and makes the others sleep and try again; waiting for a lock of our own, before
    a connection is taken, is much shorter. PostgreSQL needs no such turn.
    """

    readers: sa.Engine
    writers: sa.Engine
    turn: AbstractContextManager[Any]


def open_store(url: str) -> Store:
    """A store at `sqlite:///path` or `postgresql://…`; nothing is connected yet and no table is made.

    Raises UnsupportedDatabase, or MissingDriver when the driver of PostgreSQL is not installed.
    """
    try:
        address = sa.make_url(url)
    except sa.exc.ArgumentError:
        raise UnsupportedDatabase(url.partition(":")[0]) from None  # the rest may hold a password
    driver = DRIVERS.get(address.drivername, address.drivername)
    if driver == DRIVERS["sqlite"] and address.database not in (None, "", ":memory:"):
        return _sqlite(address)
    if driver == DRIVERS["postgresql"]:
        return _postgresql(address.set(drivername=driver))
    raise UnsupportedDatabase(address.drivername)


def close_store(store: Store) -> None:
    """Closes the pool's connections; SQLite's log is folded into its file with the last of them."""
    store.readers.dispose()


def alive(store: Store) -> bool:
    """Whether the database answers and holds our tables."""
    try:
        with reading(store) as connection:
            connection.execute(SOME_ROW)
    except (StoreUnavailable, sa.exc.DatabaseError):
        return False
    return True


@contextmanager
def reading(store: Store) -> Iterator[sa.Connection]:
    """A short transaction that sees one state of the database; raises StoreUnavailable."""
    with _unavailable(store), store.readers.begin() as connection:
        yield connection


@contextmanager
def writing(store: Store) -> Iterator[Execute]:
    """A transaction that is whole and on disk when the block ends, or undone if it raises; raises StoreUnavailable.

    It gives what executes a statement and returns its rows, straight on the driver: SQLAlchemy's own way takes as long
    as half a commit.
    """
    with store.turn, _unavailable(store), closing(store.writers.raw_connection()) as connection:
        cursor, begin = connection.cursor(), store.writers.get_execution_options().get("begin")
        try:
            if begin:  # PostgreSQL's driver begins by itself
                cursor.execute(begin)
            yield partial(_execute, cursor, store.writers.dialect)
            connection.commit()
        except BaseException:
            connection.rollback()
            raise


@contextmanager
def restructuring(store: Store) -> Iterator[sa.Connection]:
    """As `writing`, for changes to the tables themselves."""
    with store.turn, _unavailable(store), store.writers.begin() as connection:
        yield connection


@dataclass(frozen=True)
class Written:
    """A statement as text: its parameters in order, those that have a value of their own, how the driver wants some."""

    text: str
    names: tuple[str, ...]
    fixed: Mapping[str, Any]
    forms: Mapping[str, Callable[[Any], Any]]


def _execute(cursor: Any, dialect: sa.Dialect, statement: sa.Executable, values: Mapping[str, Any]) -> list[Any]:
    """The rows of a statement that is written out once."""
    written = _written_out(statement, dialect, tuple(values))
    found = {name: values.get(name, written.fixed.get(name)) for name in written.names}
    bound = {name: written.forms[name](value) if name in written.forms else value for name, value in found.items()}
    cursor.execute(written.text, bound if dialect.paramstyle == "pyformat" else [bound[name] for name in written.names])
    return list(cursor.fetchall()) if cursor.description else []


@lru_cache(maxsize=16)
def _written_out(statement: Any, dialect: sa.Dialect, keys: tuple[str, ...]) -> Written:
    columns = {column.name for column in statement.table.columns} if statement.is_insert else set()
    compiled = statement.compile(dialect=dialect, column_keys=[key for key in keys if key in columns] or None)
    names = tuple(compiled.positiontup or compiled.binds)
    forms = {name: compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect) for name in names}
    return Written(str(compiled), names, compiled.params, {name: form for name, form in forms.items() if form})


def erase(store: Store) -> None:
    """Folds SQLite's log into its file and empties it, since deleted text lives on in the log; raises NotErased.

    PostgreSQL overwrites what was deleted by itself, later; when is its administrator's choice.
    """
    if store.readers.dialect.name == "sqlite":
        for _ in range(ERASING_ATTEMPTS):
            if _emptied_the_log(store):
                return
            time.sleep(ERASING_WAIT / 1000)
        raise NotErased(ERASING_ATTEMPTS)


def _emptied_the_log(store: Store) -> bool:
    # Straight on the driver: SQLAlchemy would open a transaction, and inside one SQLite refuses to checkpoint.
    with store.turn, _unavailable(store), closing(store.writers.raw_connection()) as connection:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={ERASING_WAIT}")
        try:
            busy, _, _ = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            cursor.execute(PRAGMAS[0])
    return not busy


@contextmanager
def _unavailable(store: Store) -> Iterator[None]:
    driver: Any = store.readers.dialect.loaded_dbapi
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        raise StoreUnavailable(str(error.orig)) from error
    except (PoolTimeout, driver.OperationalError, driver.InterfaceError) as error:
        raise StoreUnavailable(str(error)) from error


def _sqlite(address: sa.URL) -> Store:
    # The driver neither begins nor commits by itself: its own rule begins late, and two writers then lose updates.
    # No transaction is open when a connection comes back: `reading` and `writing` end theirs.
    engine = _engine(address, connect_args={"isolation_level": None}, pool_reset_on_return=None)
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin)
    return Store(engine, engine.execution_options(begin="BEGIN IMMEDIATE"), threading.Lock())


def _postgresql(address: sa.URL) -> Store:
    try:
        engine = _engine(address, pool_pre_ping=True)
    except ImportError as error:
        raise MissingDriver('pip install "psycopg[binary]"') from error
    return Store(engine, engine, nullcontext())


def _engine(address: sa.URL, **options: Any) -> sa.Engine:
    # Learners' words stay out of error messages and logs; the connection used last is the one with a warm cache.
    return sa.create_engine(
        address, pool_size=CONNECTIONS, max_overflow=0, pool_use_lifo=True, hide_parameters=True, **options
    )


def _set_pragmas(connection: sqlite3.Connection, _record: object) -> None:
    for pragma in PRAGMAS:
        _patiently(connection, pragma)


def _patiently(connection: sqlite3.Connection, pragma: str) -> None:
    """Two processes that turn one new file to write-ahead logging at once may be refused without waiting; so we wait."""
    for _ in range(PATIENCE):
        try:
            connection.execute(pragma)
        except sqlite3.OperationalError:
            time.sleep(PATIENCE_WAIT)
        else:
            return
    connection.execute(pragma)


def _begin(connection: sa.Connection) -> None:
    # A writer that began as a reader cannot be made to wait when another writes first: it fails. So it says so at once.
    # Straight on the driver, in a quarter of the time.
    driver: Any = connection.connection.driver_connection
    driver.execute(connection.get_execution_options().get("begin", "BEGIN"))
