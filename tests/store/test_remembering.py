"""What is saved is found again, whole and in order, on both databases."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest

from tutor.answer import Answer, Conversation, Part
from tutor.store import (
    NaiveTime,
    Store,
    UnknownConversation,
    UnstorableText,
    begin_conversation,
    delete_conversation,
    find_conversation,
    latest,
    save,
)

NOON = datetime(2026, 3, 29, 12, 0, 0, 123456, tzinfo=UTC)
NO_ID = ["", "nobody", "\0", "\ud800", "'; drop table exchanges; --", "x" * 10_000]


def test_a_conversation_is_found_as_it_was_begun(store: Store, answer: Answer) -> None:
    begun = begin_conversation(store, "What is δ? 🧮", answer, NOON)
    assert find_conversation(store, begun.id) == begun
    assert (begun.lang, [exchange.number for exchange in begun.exchanges]) == ("fr", [1])


def test_an_exchange_is_found_as_it_was_saved(store: Store, answer: Answer) -> None:
    begun = begin_conversation(store, "first", answer, NOON)
    saved = save(store, begun.id, "second\n\t\x1b '\"%s{x}", Answer("en", "9", ()), NOON + timedelta(hours=1))
    assert find_conversation(store, begun.id) == Conversation(begun.id, "fr", (*begun.exchanges, saved))


def test_latest_is_the_end_of_the_conversation_oldest_first(store: Store, answer: Answer) -> None:
    begun = begin_conversation(store, "1", answer, NOON)
    saved = [save(store, begun.id, str(n), answer, NOON) for n in range(2, 13)]
    assert latest(store, begun.id, 3) == tuple(saved[-3:])
    assert latest(store, begun.id, 99) == (*begun.exchanges, *saved)


def test_conversations_number_their_exchanges_apart(store: Store, answer: Answer) -> None:
    one, other = (begin_conversation(store, "hello", answer, NOON).id for _ in range(2))
    numbers = [save(store, id, "?", answer, NOON).number for id in (one, other, one, other)]
    assert numbers == [2, 2, 3, 3]
    assert [len(find_conversation(store, id).exchanges) for id in (one, other)] == [3, 3]


def test_a_time_comes_back_in_utc_to_the_microsecond(store: Store, answer: Answer) -> None:
    told = NOON.astimezone(timezone(timedelta(hours=-5, minutes=-30)))
    begun = begin_conversation(store, "when?", answer, told)
    found = latest(store, begun.id, 1)[0].asked_at
    assert begun.exchanges[0].asked_at.isoformat() == found.isoformat() == "2026-03-29T12:00:00.123456+00:00"


def test_a_time_without_a_zone_is_refused(store: Store, answer: Answer) -> None:
    bare = NOON.replace(tzinfo=None)
    with pytest.raises(NaiveTime) as refused:
        begin_conversation(store, "when?", answer, bare)
    assert refused.value.time == bare


def test_ids_cannot_be_guessed(sqlite_store: Store, answer: Answer) -> None:
    ids = {begin_conversation(sqlite_store, "?", answer, NOON).id for _ in range(50)}
    assert len(ids) == 50
    assert all(len(id) >= 22 and id.isascii() for id in ids)  # 22 characters of 6 bits hold 128


@pytest.mark.parametrize(
    "verb",
    [
        find_conversation,
        lambda store, id: latest(store, id, 8),
        lambda store, id: save(store, id, "?", Answer("en", "1", ()), NOON),
        delete_conversation,
    ],
    ids=["find", "latest", "save", "delete"],
)
def test_an_id_that_names_nothing_is_unknown_to_every_verb(store: Store, verb: Callable) -> None:
    for id in NO_ID:
        with pytest.raises(UnknownConversation) as unknown:
            verb(store, id)
        assert unknown.value.id == id


def test_a_text_no_database_keeps_is_refused_whole(store: Store, answer: Answer) -> None:
    begun = begin_conversation(store, "first", answer, NOON)
    for text, position in [("a\0b", 1), ("né\ud83d", 2), ("\udfff", 0)]:
        with pytest.raises(UnstorableText) as refused:
            save(store, begun.id, text, answer, NOON)
        assert (refused.value.field, refused.value.position) == ("question", position)
    assert find_conversation(store, begun.id) == begun


def test_half_a_surrogate_inside_an_answer_is_refused(store: Store) -> None:
    with pytest.raises(UnstorableText) as refused:
        begin_conversation(store, "fine", Answer("en", "1", (Part("answer", "\udc00"),)), NOON)
    assert refused.value.field == "answer"


def test_every_other_character_is_kept(store: Store, answer: Answer) -> None:
    every = "".join(map(chr, [*range(1, 0xD800), *range(0xE000, 0x30000, 7), 0x10FFFF]))
    begun = begin_conversation(store, every, answer, NOON)
    assert latest(store, begun.id, 1)[0].question == every
