"""What a whole turn costs in process: route, live example, an answer composed in French, committed to a real SQLite file.

Run with `python -m tests.benchmarks.turn`. The peer is the same turn's floor: one commit of the same bytes by the
standard library's sqlite3 with the same pragmas, so that the ratio says what we add to keeping an answer safe.
"""

import gc
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from flask import Flask

from tutor.answer import to_text
from tutor.conversations import Question, ask
from tutor.dialogue.view import view
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
    return f"{name:<48}{statistics.median(times):>8.2f}{low:>8.2f}{high:>8.2f}"


def main() -> None:
    """Print medians with their 5-95 % range, the parts of a turn in turn."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Settings(f"sqlite:///{folder}/tutor.db", False))
        gc.freeze()  # as a served tutor does
        measure(app, Path(folder))


def measure(app: Flask, folder: Path) -> None:
    """Interleave the turn, the same over HTTP's WSGI, and the floor, question by question."""
    rooms = app.extensions["tutor"]
    shelf = rooms.tutor.shelves["fr"]

    def turn(question: str) -> None:
        view(ask(rooms.store, rooms.tutor, Question(question, None, "fr", "fr"))[1], shelf)

    client = app.test_client()
    keep = floor(folder, to_text(ask(rooms.store, rooms.tutor, Question(QUESTIONS[0], None, "fr", "fr"))[1].answer))
    found: dict[str, list[float]] = {}
    for _ in range(ROUNDS):
        for question in QUESTIONS:
            form = {"data": {"question": question}, "headers": {"X-Fragment": "1"}}
            found.setdefault(f"turn   {question[:38]}", []).append(timed(partial(turn, question)))
            found.setdefault(f"+ HTML {question[:38]}", []).append(timed(partial(client.post, "/fr/ask", **form)))
            found.setdefault("floor: sqlite3 commits the same bytes", []).append(timed(keep))
    print(f"{'milliseconds':<48}{'median':>8}{'5 %':>8}{'95 %':>8}")
    print(row("all turns", [time for name, times in found.items() if name.startswith("turn") for time in times]))
    for name in sorted(found):
        print(row(name, found[name]))


if __name__ == "__main__":
    main()
