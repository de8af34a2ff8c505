"""Questions written by people who had not seen the phrases: most reach their lesson, and what is not taught is declined."""

import pytest

from tests.benchmarks.routing import OWN, contextual_hits, near_miss, requests_of, right, routed, rows_of, several_hits, slips
from tutor.conversations import Tutor

ROWS = rows_of(OWN)
ASKED = [row for row in ROWS if row["kind"] in ("single", "param")]
ELSEWHERE = [row for row in ROWS if row["kind"] in ("out-of-scope", "nonsense")]


def share(hits: list[bool]) -> float:
    return sum(hits) / len(hits)


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_most_questions_reach_their_lesson(lang: str, tutor: Tutor) -> None:
    rows = [row for row in ASKED if row["lang"] == lang]
    assert share([right(row, routed(row["text"], tutor)[0], tutor) for row in rows]) > 0.87
    assert share([right(row, routed(slips(row["text"]), tutor)[0], tutor) for row in rows]) > 0.82
    assert share([routed(row["text"], tutor)[1].kind == "abstain" for row in rows]) < 0.05


def test_most_texts_that_ask_for_two_lessons_get_both_and_few_others_do(tutor: Tutor) -> None:
    rows = [row for row in ROWS if row["kind"] == "multi"]
    assert share(several_hits(rows, tutor)) > 0.75
    assert share([len(requests_of(row, tutor)) > 1 for row in ASKED]) < 0.07


def test_what_is_not_taught_is_hardly_ever_answered(tutor: Tutor) -> None:
    answered = [(near_miss(row), routed(row["text"], tutor)[1].kind == "answer") for row in ELSEWHERE]
    assert share([hit for near, hit in answered if near]) < 0.1
    assert share([hit for near, hit in answered if not near]) < 0.04


def test_follow_ups_are_taken_as_such(tutor: Tutor) -> None:
    rows = [row for row in ROWS if row["kind"] in ("followup", "command")]
    assert share(contextual_hits(rows, tutor)) > 0.9
