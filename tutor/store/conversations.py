"""What is remembered of a conversation, and the statements that write, read and delete it."""

import secrets
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam, func

from tutor.answer import Answer, Conversation, Exchange, from_text, to_text
from tutor.store.database import Store, erase, reading, writing
from tutor.store.schema import conversations, exchanges

ID_BYTES = 16  # 128 random bits: who holds an id may read the conversation

BEGIN = conversations.insert()
# On PostgreSQL the row is locked until the commit, so that two exchanges cannot take one number; SQLite has one writer.
HOLD = sa.select(conversations.c.id).where(conversations.c.id == bindparam("conversation_id")).with_for_update()
NEXT_NUMBER = (
    sa.select(func.coalesce(func.max(exchanges.c.number), 0) + 1)
    .where(exchanges.c.conversation == bindparam("conversation_id"))
    .scalar_subquery()
)
ADD = (
    exchanges.insert()
    .values(conversation=bindparam("conversation_id"), number=NEXT_NUMBER)
    .returning(exchanges.c.number)
)
FIRST = exchanges.insert().values(conversation=bindparam("conversation_id"), number=1)
EXCHANGE = (exchanges.c.number, exchanges.c.asked_at, exchanges.c.question, exchanges.c.answer)
WHOLE = (
    sa.select(conversations.c.lang.label("begun_in"), *EXCHANGE)
    .join_from(conversations, exchanges)
    .where(conversations.c.id == bindparam("conversation_id"))
    .order_by(exchanges.c.number)
)
LATEST = (
    sa.select(*EXCHANGE)
    .where(exchanges.c.conversation == bindparam("conversation_id"))
    .order_by(exchanges.c.number.desc())
    .limit(bindparam("most", type_=sa.Integer))
)
# Words, number, time and language go; an empty row stays, since SQLite's way of deleting rows copies their neighbours.
EMPTY = (
    exchanges.update()
    .where(exchanges.c.conversation == bindparam("conversation_id"))
    .values(conversation=None, number=0, asked_at=datetime.fromtimestamp(0, UTC), question="", lang="", answer="")
)
DELETE = conversations.delete().where(conversations.c.id == bindparam("conversation_id")).returning(conversations.c.id)


class UnknownConversation(LookupError):
    """No conversation has this id: it never existed, or was deleted."""

    def __init__(self, id: str) -> None:
        super().__init__(id)
        self.id = id


class UnstorableText(ValueError):
    """A text with a character that no database keeps: NUL or half a surrogate pair, at `position` in `field` (0: somewhere)."""

    def __init__(self, field: str, position: int) -> None:
        super().__init__(field, position)
        self.field = field
        self.position = position


class NaiveTime(ValueError):
    """A time without a time zone, which could mean any of them."""

    def __init__(self, time: datetime) -> None:
        super().__init__(time)
        self.time = time


def begin_conversation(store: Store, question: str, answer: Answer, asked_at: datetime) -> Conversation:
    """A new conversation, in the language of its first answer, kept together with that exchange in one transaction.

    Raises UnstorableText and NaiveTime before anything is written, StoreUnavailable.
    """
    row = _row(secrets.token_urlsafe(ID_BYTES), question, answer, asked_at)
    with writing(store) as execute:
        execute(BEGIN, {"id": row["conversation_id"], "lang": answer.lang, "started_at": row["asked_at"]})
        execute(FIRST, row)
    return Conversation(row["conversation_id"], answer.lang, (Exchange(1, row["asked_at"], question, answer),))


def save(store: Store, conversation: str, question: str, answer: Answer, asked_at: datetime) -> Exchange:
    """The exchange, kept under the conversation's next number; on disk when this returns.

    Raises UnknownConversation, UnstorableText, NaiveTime (nothing is written then), StoreUnavailable.
    """
    row = _row(_possible(conversation), question, answer, asked_at)
    with writing(store) as execute:
        if not execute(HOLD, row):
            raise UnknownConversation(conversation)
        ((number,),) = execute(ADD, row)
    return Exchange(number, row["asked_at"], question, answer)


def find_conversation(store: Store, conversation: str) -> Conversation:
    """Everything said under this id, in order; raises UnknownConversation, StoreUnavailable."""
    rows = _read(store, WHOLE, {"conversation_id": _possible(conversation)})
    if not rows:
        raise UnknownConversation(conversation)
    return Conversation(conversation, rows[0].begun_in, tuple(_exchange(row) for row in rows))


def latest(store: Store, conversation: str, most: int) -> tuple[Exchange, ...]:
    """The last `most` exchanges (at least 1), oldest first; raises UnknownConversation, StoreUnavailable."""
    rows = _read(store, LATEST, {"conversation_id": _possible(conversation), "most": most})
    if not rows:
        raise UnknownConversation(conversation)
    return tuple(_exchange(row) for row in reversed(rows))


def delete_conversation(store: Store, conversation: str) -> None:
    """Deletes every word of a conversation; when this returns, an SQLite file holds none of them.

    Raises UnknownConversation, StoreUnavailable, and NotErased when another program keeps the deleted text in SQLite's
    log: then delete again, until the conversation is unknown.
    """
    row = {"conversation_id": _possible(conversation)}
    with writing(store) as execute:
        execute(EMPTY, row)
        found = execute(DELETE, row)
    erase(store)
    if not found:
        raise UnknownConversation(conversation)


def _read(store: Store, statement: sa.Select[Any], values: dict[str, Any]) -> list[Any]:
    with reading(store) as connection:
        return list(connection.execute(statement, values))


def _exchange(row: Any) -> Exchange:
    return Exchange(row.number, row.asked_at, row.question, from_text(row.answer))


def _row(conversation: str, question: str, answer: Answer, asked_at: datetime) -> dict[str, Any]:
    if asked_at.tzinfo is None:
        raise NaiveTime(asked_at)
    texts = {"question": question, "lang": answer.lang, "answer": _written(answer)}
    for field, text in texts.items():
        if (position := _unstorable(text)) is not None:
            raise UnstorableText(field, position)
    return {"conversation_id": conversation, "asked_at": asked_at.astimezone(UTC), **texts}


def _written(answer: Answer) -> str:
    try:
        return to_text(answer)
    except TypeError as error:  # the writer of JSON refuses half a surrogate pair without saying where
        raise UnstorableText("answer", 0) from error


def _unstorable(text: str) -> int | None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        return error.start
    return text.index("\0") if "\0" in text else None


def _possible(conversation: str) -> str:
    # An address may hold anything; an id that no database can compare is an id that nothing has.
    if _unstorable(conversation) is not None:
        raise UnknownConversation(conversation)
    return conversation
