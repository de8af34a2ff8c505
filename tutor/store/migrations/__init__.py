"""How a database is brought to this code's version of the tables, from code: an installed wheel has no alembic.ini."""

from pathlib import Path

import sqlalchemy as sa

from tutor.store.database import Store, reading, restructuring
from tutor.store.schema import HEAD, metadata

FOLDER = Path(__file__).parent
VERSIONS = sa.Table(  # as Alembic makes it
    "alembic_version",
    sa.MetaData(),
    sa.Column("version_num", sa.String(32), nullable=False),
    sa.PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)
MIGRATING = 7_885_867_982  # any number of ours: the name of PostgreSQL's lock on migrating


def upgrade(store: Store) -> None:
    """Makes or changes the tables up to this version, or does nothing; several processes may start at once.

    The whole migration is one transaction that begins before the version is read. Raises StoreUnavailable.
    """
    with reading(store) as connection:
        if _version(connection) == HEAD:
            return
    with restructuring(store) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(MIGRATING)))
        if not sa.inspect(connection).get_table_names():
            _create(connection)
        elif _version(connection) != HEAD:
            migrate(connection)


def _version(connection: sa.Connection) -> str | None:
    known = sa.inspect(connection).has_table(VERSIONS.name)
    return connection.execute(sa.select(VERSIONS.c.version_num)).scalar() if known else None


def _create(connection: sa.Connection) -> None:
    """The newest tables at once: a new database has no steps to go through, and a first start need not load Alembic."""
    metadata.create_all(connection)
    VERSIONS.create(connection)
    connection.execute(VERSIONS.insert(), {"version_num": HEAD})


def migrate(connection: sa.Connection) -> None:
    """Goes through the migrations that the database has not seen yet."""
    # Here and not above: most starts migrate nothing, and the import is half of a start.
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    command.upgrade(config, "head")
