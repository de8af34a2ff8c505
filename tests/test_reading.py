"""How a lesson reads, measured: length, sentences, words not explained, links, and places under other inputs."""

import random
import re
import statistics

import pytest

from tutor.conversations import open_tutor
from tutor.dialogue.page import Reading, compose, lesson_title
from tutor.lessons.lesson import DEPTHS
from tutor.worked import EXAMPLES, InvalidInput, work
from tutor.worked.fields import Choice, Flag, Integer, Number

TUTOR = open_tutor()
SLUGS = sorted(TUTOR.library.lessons)
CASES = [(slug, code) for slug in SLUGS for code in TUTOR.shelves]
SHORT = 180  # words of prose in the short depth: a minute
LONGEST, USUAL = 38, {"en": 20, "fr": 23}  # words of a sentence, at most and in the median
# What every reader of a lesson is taken to know, in both languages; the first lessons of the course say it.
KNOWN = (
    "neural-network", "forward-pass", "bias", "activation-functions", "loss-functions", "training-steps", "backpropagation",
    "gradient-descent", "training-stage", "",
)  # fmt: skip
UNEXPLAINED = 3  # terms of other lessons that the short depth may use without a word about them
EXPLAINING = re.compile(r"^\W{0,3}\s?(?:\(|,|–|:|is\b|are\b|est\b|sont\b|of\b|de\b|du\b|des\b|d’)")


@pytest.fixture(scope="module")
def receipts() -> dict:
    return {lesson.example: TUTOR.work(lesson.example, {}) for lesson in TUTOR.library.lessons.values()}


def page_of(slug: str, depth: str, code: str, receipt: object) -> object:
    shelf = TUTOR.shelves[code]
    return compose(Reading(slug, depth, receipt), shelf.edition, shelf.language)


def prose(page: object) -> str:
    return " ".join(block.data["text"] for block in page.blocks if block.kind in ("verdict", "paragraph", "limits"))


def sentences(page: object) -> list[int]:
    """Words of each sentence; a formula or a number counts as one word."""
    texts = [block.data["text"] for block in page.blocks if block.kind in ("verdict", "paragraph", "limits")]
    bare = (re.sub(r"\$[^$]*\$|`[^`]*`", "x", text) for text in texts)
    return [len(re.findall(r"[\w’'.,-]+", sentence)) for text in bare for sentence in re.split(r"(?<=[.!?:;])\s", text)]


@pytest.mark.parametrize(("slug", "code"), CASES)
def test_the_short_depth_is_read_in_a_minute_in_each_language(slug, code, receipts):
    page = page_of(slug, "short", code, receipts[TUTOR.library.lessons[slug].example])
    assert len([word for word in prose(page).split() if re.search(r"\w", word)]) <= SHORT


@pytest.mark.parametrize(("slug", "code"), CASES)
@pytest.mark.parametrize("depth", DEPTHS)
def test_sentences_are_short(slug, code, depth, receipts):
    found = sentences(page_of(slug, depth, code, receipts[TUTOR.library.lessons[slug].example]))
    assert max(found) <= LONGEST
    assert statistics.median(found) <= USUAL[code]


@pytest.mark.parametrize(("slug", "code"), CASES)
def test_the_short_depth_explains_its_words(slug, code, receipts):
    page = page_of(slug, "short", code, receipts[TUTOR.library.lessons[slug].example])
    text = re.sub(r"\s+", " ", prose(page)).replace("*", "")
    lesson = TUTOR.library.lessons[slug]
    strange = [term for term in TUTOR.library.terms if term.slug not in (*KNOWN, slug, *lesson.see_also)]
    found = [re.search(rf"\b{re.escape(getattr(term, code))}\w*", text, re.IGNORECASE) for term in strange]
    assert len([match for match in found if match and not EXPLAINING.match(text[match.end() :])]) <= UNEXPLAINED


def test_every_lesson_leads_on_and_is_led_to():
    """Following what to see also from the first lesson of the course reaches every other: no dead end, no island."""
    reached, waiting = set(), [TUTOR.library.course[0].lessons[0]]
    while waiting:
        slug = waiting.pop()
        if slug not in reached:
            reached.add(slug)
            waiting += TUTOR.library.lessons[slug].see_also
    assert reached == set(SLUGS)
    assert all(slug not in lesson.see_also for slug, lesson in TUTOR.library.lessons.items())


def test_titles_are_told_apart_in_each_language():
    for shelf in TUTOR.shelves.values():
        titles = [lesson_title(shelf.edition, slug) for slug in SLUGS]
        assert len(set(titles)) == len(SLUGS)


def drawn(record: object, source: random.Random) -> dict:
    """Some of the inputs at other values, within their bounds."""
    kinds = {name: of for name, of in record.fields.items() if isinstance(of, Number | Integer | Choice | Flag)}
    return {name: _value(of, source) for name, of in kinds.items() if source.random() < 0.5}


def _value(of: object, source: random.Random) -> object:
    match of:
        case Number():
            wanted = source.choice([of.default * source.uniform(0.2, 3), -of.default, 0.0, source.uniform(-2, 2)])
            return min(max(wanted, of.low), of.high)
        case Integer():
            return source.randint(of.low, max(of.low, min(of.high, 3 * of.default, of.low + 40)))
        case Choice():
            return source.choice(of.options)
    return source.random() < 0.5


@pytest.mark.parametrize("slug", [slug for slug in SLUGS if not EXAMPLES[TUTOR.library.lessons[slug].example].measured])
def test_a_lesson_is_whole_with_ten_other_inputs(slug):
    example, source, done = EXAMPLES[TUTOR.library.lessons[slug].example], random.Random(slug), 0
    while done < 10:
        try:
            receipt = work(example.name, drawn(example.fields, source))
        except InvalidInput:
            continue
        done += 1
        for code in TUTOR.shelves:
            for depth in DEPTHS:
                page = page_of(slug, depth, code, receipt)
                text = repr([block.data for block in page.blocks])
                assert "{if" not in text and "\ue000" not in text
                assert {"numbers", "misconception"} <= {block.kind for block in page.blocks}
