"""The migrations make the tables that the schema declares, from wherever the package is installed."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

import tutor
from tutor.store import Store, StoreUnavailable, alive, close_store, open_store, upgrade
from tutor.store.database import reading, restructuring
from tutor.store.migrations import FOLDER, VERSIONS, migrate
from tutor.store.schema import HEAD, metadata

STARTS = """
import sys
from tutor.store import close_store, open_store, upgrade
store = open_store(sys.stdin.readline().strip())
upgrade(store)
close_store(store)
print("alembic" in sys.modules, flush=True)
"""


def shape(engine: sa.Engine) -> dict[str, Any]:
    """Everything the database itself says of its tables."""
    look = sa.inspect(engine)
    ask = (look.get_pk_constraint, look.get_foreign_keys, look.get_unique_constraints, look.get_indexes)
    names = sorted(look.get_table_names())
    columns = {name: [{**column, "type": str(column["type"])} for column in look.get_columns(name)] for name in names}
    return {name: (columns[name], *(answers(name) for answers in ask)) for name in names}


@pytest.fixture
def migrated(new_address: Callable[[], str]) -> Iterator[Store]:
    """A database that went through every migration, as those do that are older than this version."""
    store = open_store(new_address())
    with restructuring(store) as connection:
        migrate(connection)
    yield store
    close_store(store)


def test_alembic_finds_no_difference_between_the_migrations_and_the_schema(migrated: Store) -> None:
    with reading(migrated) as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_a_new_database_has_the_tables_of_a_migrated_one(store: Store, migrated: Store) -> None:
    assert shape(store.readers) == shape(migrated.readers)
    assert set(shape(store.readers)) == {*metadata.tables, VERSIONS.name}
    for each in (store, migrated):
        with reading(each) as connection:
            assert connection.execute(sa.select(VERSIONS)).all() == [(HEAD,)]


def test_the_newest_migration_is_the_version_this_code_expects() -> None:
    assert ScriptDirectory(str(FOLDER)).get_heads() == [HEAD]


def test_upgrading_again_changes_nothing_and_does_not_load_alembic(
    store: Store, address: str, child: Callable
) -> None:
    before = shape(store.readers)
    program = child(STARTS)
    assert program.communicate(address + "\n")[0] == "False\n"
    assert shape(store.readers) == before


def test_a_migration_that_fails_leaves_the_database_as_it_was(address: str) -> None:
    store = open_store(address)
    with store.writers.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE exchanges (in_the_way INTEGER)")  # the second table of the migration
    with pytest.raises((StoreUnavailable, sa.exc.ProgrammingError)):
        upgrade(store)
    assert list(shape(store.readers)) == ["exchanges"]
    assert not alive(store)
    close_store(store)


def test_the_package_migrates_from_any_folder(
    new_on_sqlite: Callable[[], str], child: Callable, tmp_path: Path
) -> None:
    house, elsewhere = Path(tutor.__file__).parent, tmp_path / "50%s of"
    shutil.copytree(house / "store", elsewhere / "tutor" / "store")
    for name in ("__init__.py", "answer.py"):
        shutil.copy(house / name, elsewhere / "tutor")
    address = new_on_sqlite()
    with closing(sqlite3.connect(address.removeprefix("sqlite:///"))) as connection:
        connection.execute("CREATE TABLE of_someone_else (x INTEGER)")  # so that the migrations are gone through
    program = child(f"import sys; sys.path.insert(0, {str(elsewhere)!r})\n{STARTS}")
    assert program.communicate(address + "\n")[0] == "True\n"
    store = open_store(address)
    assert alive(store)
    close_store(store)
