"""The tables, and the version of them this code reads and writes."""

from datetime import UTC, datetime

import sqlalchemy as sa

HEAD = "0001"  # the newest file in migrations/versions

metadata = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


class Utc(sa.TypeDecorator[datetime]):
    """A moment in UTC, timezone-aware in Python on every database; SQLite knows no time zones and keeps it bare."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        return value and value.astimezone(UTC)  # SQLite's driver writes the numbers and drops the zone

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        return value and (value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC))


conversations = sa.Table(
    "conversations",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("lang", sa.Text, nullable=False),
    sa.Column("started_at", Utc, nullable=False),
)

# One row for a question and its answer; `answer` is what `tutor.answer.to_text` wrote. Numbers count from 1.
# Rows are appended and never deleted: a deletion empties them in place, and then `conversation` is null. When SQLite
# deletes rows it moves their neighbours between pages and leaves stale copies of them behind, secure_delete or not.
exchanges = sa.Table(
    "exchanges",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("conversation", sa.Text, sa.ForeignKey("conversations.id", ondelete="CASCADE")),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("asked_at", Utc, nullable=False),
    sa.Column("question", sa.Text, nullable=False),
    sa.Column("lang", sa.Text, nullable=False),
    sa.Column("answer", sa.Text, nullable=False),
    sa.UniqueConstraint("conversation", "number"),
)
