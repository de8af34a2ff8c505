"""How a database is brought to this code's version of the tables, from code: an installed wheel has no alembic.ini."""

from pathlib import Path

import sqlalchemy as sa

from tutor.store.database import Store, reading, writing
from tutor.store.schema import HEAD

FOLDER = Path(__file__).parent
VERSION = sa.select(sa.table("alembic_version", sa.column("version_num")).c.version_num)
MIGRATING = 7_885_867_982  # any number of ours: the name of PostgreSQL's lock on migrating


def upgrade(store: Store) -> None:
    """Makes or changes the tables up to this version, or does nothing; several processes may start at once.

    The whole migration is one transaction that begins before the version is read. Raises StoreUnavailable.
    """
    if _version(store) == HEAD:
        return
    with writing(store) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(MIGRATING)))
        _migrate(connection)


def _version(store: Store) -> str | None:
    with reading(store) as connection:
        if sa.inspect(connection).has_table("alembic_version"):
            return connection.execute(VERSION).scalar()
    return None


def _migrate(connection: sa.Connection) -> None:
    # Here and not above: most starts migrate nothing, and the import is half of a start.
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    command.upgrade(config, "head")
