"""What was said, kept: the public verbs of the store, which takes and returns the dataclasses of `tutor.answer`."""

from tutor.store.conversations import (
    NaiveTime,
    UnknownConversation,
    UnstorableText,
    begin_conversation,
    delete_conversation,
    find_conversation,
    latest,
    save,
)
from tutor.store.database import (
    MissingDriver,
    NotErased,
    Store,
    StoreUnavailable,
    UnsupportedDatabase,
    alive,
    close_store,
    open_store,
)
from tutor.store.migrations import upgrade

__all__ = [
    "MissingDriver",
    "NaiveTime",
    "NotErased",
    "Store",
    "StoreUnavailable",
    "UnknownConversation",
    "UnstorableText",
    "UnsupportedDatabase",
    "alive",
    "begin_conversation",
    "close_store",
    "delete_conversation",
    "find_conversation",
    "latest",
    "open_store",
    "save",
    "upgrade",
]
