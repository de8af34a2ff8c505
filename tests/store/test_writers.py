"""Many writers at once, and writers that die: nothing acknowledged is lost, and numbers have no gaps."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

import pytest
import sqlalchemy as sa

from tutor.answer import Answer
from tutor.store import Store, begin_conversation, find_conversation, latest, save
from tutor.store.database import writing

THREADS, TURNS = 16, 12
NOW = datetime(2026, 1, 1, tzinfo=UTC)

SAVES = """
import sys
from datetime import UTC, datetime
from tutor.answer import Answer
from tutor.store import open_store, save
store = open_store(sys.stdin.readline().strip())
id = sys.stdin.readline().strip()
while True:
    print(save(store, id, "a question " * 40, Answer("en", "1", ()), datetime.now(UTC)).number, flush=True)
"""
BEGINS = """
import sys
from datetime import UTC, datetime
from tutor.answer import Answer
from tutor.store import begin_conversation, close_store, open_store, upgrade
for address in sys.stdin:
    store = open_store(address.strip())
    upgrade(store)
    print(begin_conversation(store, "ready", Answer("en", "1", ()), datetime.now(UTC)).id, flush=True)
    close_store(store)
"""


def saved_by_threads(store: Store, ids: list[str]) -> list[tuple[str, int]]:
    """What each of the threads was told it saved, turn by turn; all start together."""
    together = Barrier(THREADS)

    def talk(thread: int) -> list[tuple[str, int]]:
        together.wait()
        id, words = ids[thread % len(ids)], [f"{thread} {turn}" for turn in range(TURNS)]
        return [(text, save(store, id, text, Answer("en", "1", ()), NOW).number) for text in words]

    with ThreadPoolExecutor(THREADS) as threads:
        return [told for tolds in threads.map(talk, range(THREADS)) for told in tolds]


def test_sixteen_threads_in_one_conversation_leave_no_gap_and_lose_nothing(store: Store, answer: Answer) -> None:
    id = begin_conversation(store, "start", answer, NOW).id
    told = saved_by_threads(store, [id])
    found = [(exchange.question, exchange.number) for exchange in find_conversation(store, id).exchanges]
    assert found == [("start", 1), *sorted(told, key=lambda one: one[1])]
    assert [number for _, number in found] == list(range(1, THREADS * TURNS + 2))


def test_sixteen_threads_in_four_conversations_stay_apart(store: Store, answer: Answer) -> None:
    ids = [begin_conversation(store, "start", answer, NOW).id for _ in range(4)]
    saved_by_threads(store, ids)
    for id in ids:
        numbers = [exchange.number for exchange in find_conversation(store, id).exchanges]
        assert numbers == list(range(1, THREADS * TURNS // 4 + 2))


def test_a_reader_does_not_wait_for_a_writer(store: Store, answer: Answer) -> None:
    begun = begin_conversation(store, "before", answer, NOW)
    with writing(store):
        assert latest(store, begun.id, 1) == begun.exchanges


def test_a_writer_that_fails_leaves_nothing_and_lets_the_next_in(store: Store, answer: Answer) -> None:
    begun = begin_conversation(store, "before", answer, NOW)
    with pytest.raises(KeyError), writing(store) as execute:
        execute(sa.text("DELETE FROM conversations"), {})
        raise KeyError
    assert save(store, begun.id, "after", answer, NOW).number == 2


@pytest.mark.parametrize("after", [1, 40])
def test_a_killed_process_loses_no_acknowledged_turn(
    store: Store, address: str, answer: Answer, child: Callable, after: int
) -> None:
    id = begin_conversation(store, "start", answer, NOW).id
    writer = child(SAVES)
    writer.stdin.write(f"{address}\n{id}\n")
    told = [int(writer.stdout.readline()) for _ in range(after)]
    writer.kill()
    told += [int(number) for number in writer.communicate()[0].split("\n")[:-1]]
    numbers = [exchange.number for exchange in find_conversation(store, id).exchanges]
    # One more than was told may be there: it was on disk, and the process died before it could say so.
    assert numbers == list(range(1, len(numbers) + 1))
    assert told[-1] <= len(numbers) <= told[-1] + 1
    assert save(store, id, "and on", answer, NOW).number == len(numbers) + 1


def test_two_processes_start_at_once_on_a_new_database(new_address: Callable[[], str], child: Callable) -> None:
    both = [child(BEGINS), child(BEGINS)]
    for _ in range(6):
        address = new_address()
        for process in both:
            process.stdin.write(address + "\n")
        assert all(len(process.stdout.readline()) > 20 for process in both)


def test_two_processes_in_one_conversation_leave_no_gap(
    store: Store, address: str, answer: Answer, child: Callable
) -> None:
    id = begin_conversation(store, "start", answer, NOW).id
    both = [child(SAVES), child(SAVES)]
    for process in both:
        process.stdin.write(f"{address}\n{id}\n")
    told = [int(process.stdout.readline()) for _ in range(60) for process in both]
    for process in both:
        process.kill()
        process.wait()
    numbers = [exchange.number for exchange in find_conversation(store, id).exchanges]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(set(told)) == len(told)
