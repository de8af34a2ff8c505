"""What is taught, checked as a whole: every lesson's shape, links, places and questions, in every language."""

import re
import string

import pytest

from tutor.conversations import open_tutor
from tutor.dialogue.answering import decided
from tutor.dialogue.blocks import context
from tutor.dialogue.page import Reading, compose, lesson_title
from tutor.dialogue.receipts import every_number
from tutor.lessons.lesson import DEPTHS, Lesson, messages, pieces
from tutor.lessons.parsing import parse
from tutor.lessons.template import Place, Words
from tutor.worked import EXAMPLES

TUTOR = open_tutor()
SLUGS = sorted(TUTOR.library.lessons)
CASES = [(slug, depth, code) for slug in SLUGS for depth in DEPTHS for code in TUTOR.shelves]
# Words of "the seed says" that no lesson may assert.
FALSE = (
    "backpropagation adjusts the weights", "backpropagation is a supervised", "is the difference between the predicted",
    "la rétropropagation ajuste", "la rétropropagation est un algorithme d'apprentissage supervisé",
)  # fmt: skip


@pytest.fixture(scope="module")
def receipts() -> dict:
    return {name: TUTOR.work(name, {}) for name in EXAMPLES}


def places(lesson: Lesson) -> list[Place]:
    words = [word for piece in pieces(lesson) for role in piece.words.values() for word in role]
    return [part for word in words if isinstance(word, Words) for part in word.html if isinstance(part, Place)]


@pytest.mark.parametrize("slug", SLUGS)
def test_a_lesson_has_every_part_a_good_answer_has(slug: str) -> None:
    for depth in DEPTHS:
        kinds = {section.kind for section in TUTOR.library.lessons[slug].sections[depth]}
        assert {"numbers", "limits", "misconception", "check"} <= kinds
    assert {"verdict", "idea"} <= {section.kind for section in TUTOR.library.lessons[slug].sections["short"]}


@pytest.mark.parametrize("slug", SLUGS)
def test_a_lesson_names_sources_and_two_to_four_next_questions(slug: str) -> None:
    lesson = TUTOR.library.lessons[slug]
    assert 1 <= len(lesson.sources) <= 3
    assert 2 <= len(lesson.next_questions) <= 4


@pytest.mark.parametrize("slug", SLUGS)
def test_every_place_is_filled_by_the_default_example(slug: str, receipts: dict) -> None:
    lesson = TUTOR.shelves["en"].edition.lessons[slug]
    receipt = receipts[lesson.example]
    known = set(every_number(receipt)) | set(receipt.texts)
    optional = {name for name in (place.name for place in places(lesson)) if name.startswith(("steps_", "reached_"))}
    assert {place.name for place in places(lesson)} - optional <= known


@pytest.mark.parametrize("slug", SLUGS)
def test_every_step_table_and_chart_shows_something(slug: str, receipts: dict) -> None:
    receipt = receipts[TUTOR.library.lessons[slug].example]
    steps = {step.name for step in receipt.steps}
    for piece in pieces(TUTOR.library.lessons[slug]):
        assert set(piece.data.get("show", ())) <= steps
        assert set(piece.data.get("bars", ())) <= set(every_number(receipt))
        assert piece.data.get("rows", next(iter(receipt.arrays), None)) in (None, *receipt.arrays)


@pytest.mark.parametrize(("slug", "depth", "code"), CASES)
def test_a_page_is_whole_in_every_language(slug: str, depth: str, code: str, receipts: dict) -> None:
    shelf = TUTOR.shelves[code]
    receipt = receipts[TUTOR.library.lessons[slug].example]
    page = compose(Reading(slug, depth, receipt), shelf.edition, shelf.language)
    kinds = [block.kind for block in page.blocks]
    assert {"numbers", "misconception", "check"} <= set(kinds)
    text = repr([block.data for block in page.blocks])
    assert "{if" not in text and "\ue000" not in text and "$$" not in text


@pytest.mark.parametrize(("slug", "depth"), [(slug, depth) for slug in SLUGS for depth in DEPTHS])
def test_both_languages_show_the_same_numbers_in_the_same_places(slug: str, depth: str, receipts: dict) -> None:
    receipt = receipts[TUTOR.library.lessons[slug].example]
    pages = [compose(Reading(slug, depth, receipt), shelf.edition, shelf.language) for shelf in TUTOR.shelves.values()]
    shapes = [[(block.kind, block.id) for block in page.blocks] for page in pages]
    assert shapes[0] == shapes[1]


@pytest.mark.parametrize("slug", SLUGS)
def test_the_short_depth_is_read_in_a_minute(slug: str, receipts: dict) -> None:
    receipt = receipts[TUTOR.library.lessons[slug].example]
    shelf = TUTOR.shelves["en"]
    page = compose(Reading(slug, "short", receipt), shelf.edition, shelf.language)
    prose = " ".join(str(b.data["text"]) for b in page.blocks if b.kind in ("verdict", "paragraph", "limits"))
    assert len([word for word in prose.split() if word.strip(string.punctuation)]) <= 190


@pytest.mark.parametrize("code", TUTOR.shelves)
def test_every_next_question_is_one_we_can_answer(code: str) -> None:
    for lesson in TUTOR.shelves[code].edition.lessons.values():
        for words in lesson.next_questions:
            question = "".join(map(str, words.text))
            assert decided(question, TUTOR.mind).kind == "answer", question


@pytest.mark.parametrize("code", TUTOR.shelves)
def test_the_title_of_a_lesson_asks_for_it(code: str) -> None:
    """Where a question is not clear, learners choose among titles."""
    for slug in SLUGS:
        decision = decided(lesson_title(TUTOR.shelves[code].edition, slug), TUTOR.mind)
        assert (decision.kind, decision.slug) == ("answer", slug)


@pytest.mark.parametrize("slug", SLUGS)
def test_no_lesson_types_a_digit_the_engine_computes(slug: str, receipts: dict) -> None:
    numbers = every_number(receipts[TUTOR.library.lessons[slug].example]).values()
    computed = {f"{number:.4f}"[:6] for number in numbers if number and abs(number - round(number, 3)) > 1e-9}
    # Mazur's printed figures may be named as what he printed, in a source or a limit.
    typed = {found[:6] for message in messages(TUTOR.library.lessons[slug]) for found in re.findall(r"\d\.\d{4,}", message)}
    assert not typed & computed


@pytest.mark.parametrize("slug", SLUGS)
def test_no_lesson_repeats_the_errors_it_corrects(slug: str) -> None:
    for shelf in TUTOR.shelves.values():
        lesson = shelf.edition.lessons[slug]
        said = [w for p in pieces(lesson) if p.kind == "paragraph" for w in p.words["lines"]]
        text = " ".join("".join(map(str, word.text)) for word in said).casefold().replace("’", "'")
        assert not [phrase for phrase in FALSE if phrase in text]


def test_a_malformed_lesson_is_refused_with_its_place() -> None:
    with pytest.raises(ValueError, match="no head"):
        parse("x", "# short\n")
    with pytest.raises(ValueError, match="unknown keys"):
        parse("x", '+++\ncolour = "red"\n+++\n')


def test_a_context_writes_each_setting_of_a_place(receipts: dict) -> None:
    inside = context(receipts["network-step"], TUTOR.shelves["fr"].language)
    assert inside.write(Place("loss", "9", "text")) == "0,298371109"
    assert inside.write(Place("loss", "3", "maths")) == "<mn>0,298</mn>"
    assert inside.write(Place("loss", "3", "latex")) == "0{,}298"
