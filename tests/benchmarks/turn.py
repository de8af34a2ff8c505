"""What a whole turn costs in process: route, live example, an answer rendered in French, committed to a real SQLite file.

Run with `python -m tests.benchmarks.turn`. The peer is the same turn's floor: one commit of the same bytes by the
standard library's sqlite3 with the same pragmas, so that the ratio says what we add to keeping an answer safe.
"""

import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tutor.answer import to_text
from tutor.settings import Settings
from tutor.web import create_app

QUESTIONS = (
    "Est-ce que la rétropropagation ajuste les poids ?", "Quelles sont les étapes de l'entraînement ?",
    "Comment la règle de la chaîne intervient-elle ?", "Quelles sont les implémentations de la rétropropagation ?",
)  # fmt: skip
ROUNDS = 150


def timed(action: Callable[[], object]) -> float:
    """Milliseconds of one call."""
    started = time.perf_counter()
    action()
    return (time.perf_counter() - started) * 1e3


def floor(folder: Path, text: str) -> Callable[[], object]:
    """The peer: one transaction that keeps these bytes."""
    connection = sqlite3.connect(folder / "floor.db", isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("CREATE TABLE kept (text TEXT)")

    def keep() -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO kept VALUES (?)", (text,))
        connection.execute("COMMIT")

    return keep


def row(name: str, times: list[float]) -> str:
    """Median and spread, in milliseconds."""
    times.sort()
    low, high = times[len(times) // 20], times[-len(times) // 20]
    return f"{name:<44}{statistics.median(times):>8.2f}{low:>8.2f}{high:>8.2f}"


def main() -> None:
    """Print medians with their 5-95 % range, the parts of a turn in turn."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Settings(f"sqlite:///{folder}/tutor.db", False))
        measure(app, Path(folder))


def measure(app, folder: Path) -> None:
    """Interleave the turn and its floor, question by question."""
    from tutor.conversations import Question, ask

    rooms = app.extensions["tutor"]
    client = app.test_client()
    _, exchange = ask(rooms.store, rooms.tutor, Question(QUESTIONS[0], None, "fr", "fr"))
    keep = floor(folder, to_text(exchange.answer))
    pages: dict[str, list[float]] = {question: [] for question in QUESTIONS}
    verbs: dict[str, list[float]] = {question: [] for question in QUESTIONS}
    floors: list[float] = []
    for _ in range(ROUNDS):
        for question in QUESTIONS:
            form = {"data": {"question": question}, "headers": {"X-Fragment": "1"}}
            pages[question].append(timed(lambda form=form: client.post("/fr/ask", **form)))
            verbs[question].append(timed(lambda q=question: ask(rooms.store, rooms.tutor, Question(q, None, "fr", "fr"))))
            floors.append(timed(keep))
    print(f"{'milliseconds':<44}{'median':>8}{'5 %':>8}{'95 %':>8}")
    for question in QUESTIONS:
        print(row(f"ask + HTML  {question[:30]}", pages[question]))
        print(row(f"ask alone   {question[:30]}", verbs[question]))
    print(row("floor: sqlite3 commits the same bytes", floors))


if __name__ == "__main__":
    main()
