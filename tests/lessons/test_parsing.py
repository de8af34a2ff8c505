"""A lesson's file becomes a Lesson: sections, conditions, choices and fences, and nothing slips by."""

import pytest

from tutor.lessons.lesson import Comparison, MalformedLesson, messages
from tutor.lessons.parsing import holds, parse

HEAD = """+++
title = "T"
summary = "S."
example = "e"
see_also = []
next = ["N?"]
[[sources]]
title = "Book"
+++
"""
BODY = """# short
## verdict
**Yes.**
Two sentences.
## numbers
{if a < b and b <= 3} It fell to {a:2}.
{if a >= b} It rose.

```steps
show = ["z"]
digits = 9
```
```table
columns = ["A", "B"]
rows = "r"
formats = ["d", "1"]
if = "a < b"
```
```formula
x = \\num{a}
spoken: x is a.
```
## misconception
> The claim.
The correction.
## check
Which?
- [x] This — Because.
- [ ] That — Tempting.
# technical
## idea
1. First
2. Second
"""


def test_a_lesson_is_read_section_by_section() -> None:
    lesson = parse("s", HEAD + BODY)
    assert [section.kind for section in lesson.sections["short"]] == ["verdict", "numbers", "misconception", "check"]
    assert lesson.sections["short"][0].pieces[0].words["lines"] == ("**Yes.**", "Two sentences.")


def test_a_condition_opens_its_own_paragraph() -> None:
    first, second, *_ = parse("s", HEAD + BODY).sections["short"][1].pieces
    assert first.conditions == (Comparison("a", "<", "b"), Comparison("b", "<=", 3.0))
    assert second.words["lines"] == ("It rose.",)


def test_fences_keep_words_apart_from_data() -> None:
    steps, table, formula = parse("s", HEAD + BODY).sections["short"][1].pieces[2:]
    assert steps.data == {"show": ["z"], "digits": 9}
    assert (table.words["columns"], table.conditions) == (("A", "B"), (Comparison("a", "<", "b"),))
    assert (formula.data["latex"], formula.words["spoken"]) == (r"x = \num{a}", ("x is a.",))


def test_a_claim_ends_where_its_correction_begins() -> None:
    claim, correction = parse("s", HEAD + BODY).sections["short"][2].pieces
    assert (claim.words["lines"], correction.words["lines"]) == (("The claim.",), ("The correction.",))


def test_choices_carry_their_reasons() -> None:
    choices = parse("s", HEAD + BODY).sections["short"][3].pieces[1]
    assert choices.words == {"choices": ("This", "That"), "whys": ("Because.", "Tempting.")}
    assert choices.data["right"] == (True, False)


def test_every_sentence_is_a_message() -> None:
    found = list(messages(parse("s", HEAD + BODY)))
    assert found[:4] == ["T", "S.", "**Yes.**", "Two sentences."]
    assert {"It fell to {a:2}.", "A", "B", "x is a.", "Because.", "N?"} <= set(found)


@pytest.mark.parametrize(("text", "trouble"), [
    ("", "no head"),
    (HEAD.replace('title = "T"', 'titel = "T"') + BODY, "unknown keys"),
    (HEAD + "# short\n## opinion\nx\n# technical\n", "unknown section"),
    (HEAD + "# short\n## idea\nx\n", "depths must be"),
    (HEAD + "stray\n", "before a section"),
    (HEAD + "# short\n## idea\n```steps\nshow = [\n```\n# technical\n", "steps at line"),
    (HEAD + "# short\n## idea\n---\n# technical\n", "no place in a lesson"),
    (HEAD + "# short\n## idea\n{if a ~ b} x\n# technical\n", "a ~ b"),
])  # fmt: skip
def test_a_file_that_breaks_the_format_is_refused(text: str, trouble: str) -> None:
    with pytest.raises(MalformedLesson, match=trouble):
        dict(parse("s", text).sections)


@pytest.mark.parametrize(("sign", "truth"), [("<", False), (">", True), ("=", False), ("<=", False), (">=", True)])
def test_a_condition_is_judged_by_the_computed_numbers(sign: str, truth: bool) -> None:
    assert holds(Comparison("a", sign, 1.0), {"a": 2.0}) is truth
    assert holds(Comparison("a", sign, "missing"), {"a": 2.0}) is False
