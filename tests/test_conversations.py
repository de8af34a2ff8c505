"""The seed's conversation, turn by turn, through the verb that the web and the API share."""

import json
import re
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from seed import SEED

from tutor.answer import Exchange
from tutor.conversations import Question, Tutor, ask, lesson_page, markdown, open_tutor, views
from tutor.dialogue.receipts import every_number, from_json
from tutor.settings import Settings
from tutor.store import Store, close_store, find_conversation, open_store, upgrade
from tutor.web import create_app


@pytest.fixture(scope="module")
def tutor() -> Tutor:
    return open_tutor()


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path_factory.mktemp('store') / 'tutor.db'}")
    upgrade(opened)
    yield opened
    close_store(opened)


@pytest.fixture(scope="module")
def told(tutor: Tutor, store: Store) -> tuple[str, list[Exchange]]:
    conversation, exchanges = None, []
    for text in SEED:
        conversation, exchange = ask(store, tutor, Question(text, conversation, None, "en"))
        exchanges.append(exchange)
    assert conversation
    return conversation, exchanges


def test_the_seeds_turns_get_their_lessons(told: tuple[str, list[Exchange]]) -> None:
    parts = [[(part.kind, part.label, part.lesson, part.depth) for part in e.answer.parts] for e in told[1]]
    three = [("1", "chain-rule"), ("2", "implementations"), ("3", "training-stage")]
    assert parts[0] == [("answer", None, "backpropagation", "short")]
    assert parts[1] == [("answer", None, "backpropagation", "technical")]
    assert parts[2] == [("answer", label, slug, "short") for label, slug in three]
    assert parts[3] == [("command", label, slug, "short") for label, slug in three]
    assert parts[4] == [("answer", None, "hidden-layers", "short")]
    assert parts[5] == [("answer", None, "depth-cost", "short")]


def test_each_turn_is_in_the_language_it_was_asked_in(told: tuple[str, list[Exchange]]) -> None:
    assert [exchange.answer.lang for exchange in told[1]] == ["en", "en", "en", "fr", "fr", "fr"]


def test_a_translation_has_the_very_same_numbers(told: tuple[str, list[Exchange]]) -> None:
    before, after = told[1][2].answer.parts, told[1][3].answer.parts
    assert [part.receipt for part in before] == [part.receipt for part in after]


def test_the_depth_cost_was_measured_then(told: tuple[str, list[Exchange]]) -> None:
    exchange = told[1][5]
    receipt = from_json(exchange.answer.parts[0].receipt or {})
    assert receipt.measured is not None
    assert -60 < exchange.asked_at.timestamp() - receipt.numbers["measured_at"] < 60


def cells(exchange_views: tuple) -> list[list[str]]:
    blocks = [b for e in exchange_views for p in e.parts if p.page for b in p.page.blocks if b.kind == "numbers"]
    return [[cell["text"] for cell in row if not cell["text"].startswith("$")] for b in blocks for row in b.data["rows"]]


def test_the_transcript_switches_language_with_every_digit_equal(
    tutor: Tutor, store: Store, told: tuple[str, list[Exchange]]
) -> None:
    conversation = find_conversation(store, told[0])
    english, french = (cells(views(conversation, tutor, code)) for code in ("en", "fr"))
    assert cells(views(conversation, tutor, "en")) == english
    for left, right in zip(english, french, strict=True):
        as_english = [cell.replace(",", "") for cell in left]
        as_french = [cell.replace("\u202f", "").replace(",", ".") for cell in right]
        assert [c for c in as_english if re.search(r"\d", c)] == [c for c in as_french if re.search(r"\d", c)]


def test_every_number_on_a_card_is_the_receipts(tutor: Tutor, store: Store, told: tuple[str, list[Exchange]]) -> None:
    exchange_views = views(find_conversation(store, told[0]), tutor, "en")
    for part in (part for each in exchange_views for part in each.parts if part.page):
        known = every_number(part.page.receipt).values()
        for block in (b for b in part.page.blocks if b.kind == "numbers" and b.data["of"] == "steps"):
            for row in block.data["rows"]:
                shown = float(row[-1]["text"].replace("−", "-").replace(",", "").replace("\u00a0×\u00a010", "e").translate(
                    str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")))  # fmt: skip
                assert any(abs(shown - number) <= max(5e-6 * abs(number), 5e-10) for number in known)


def test_the_export_opens_as_the_seed_does(tutor: Tutor, store: Store, told: tuple[str, list[Exchange]]) -> None:
    text = markdown(find_conversation(store, told[0]), tutor, "en")
    assert re.match(r"`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d`\n\n_Prompt_:\nIs back propagation", text)
    assert text.count("_Prompt_:") == 6


def test_what_is_stored_is_finite_json(told: tuple[str, list[Exchange]]) -> None:
    for exchange in told[1]:
        for part in exchange.answer.parts:
            assert json.loads(json.dumps(part.receipt, allow_nan=False)) == part.receipt


def test_a_question_without_a_lesson_is_declined_with_the_nearest(tutor: Tutor, store: Store) -> None:
    _, exchange = ask(store, tutor, Question("How do I cook rice?", None, None, "en"))
    (part,) = exchange.answer.parts
    assert (part.kind, part.lesson, part.receipt) == ("abstain", None, None)
    assert len(part.alternatives) == 3


@pytest.mark.parametrize(("text", "note"), [
    ("Translate this into French", "nothing-to-translate"), ("Plus de détails techniques", "nothing-to-deepen"),
])  # fmt: skip
def test_a_command_without_context_says_so(tutor: Tutor, store: Store, text: str, note: str) -> None:
    _, exchange = ask(store, tutor, Question(text, None, None, "en"))
    assert [part.note for part in exchange.answer.parts] == [note]


def test_at_most_eight_questions_are_answered_and_the_rest_named(tutor: Tutor, store: Store) -> None:
    topics = ("the chain rule", "momentum", "Adam", "dropout", "tanh", "a dead ReLU", "the bias", "XOR", "a batch", "overfitting")
    text = "\n".join(f"{number}. What is {topic}?" for number, topic in enumerate(topics, 1))
    _, exchange = ask(store, tutor, Question(text, None, None, "en"))
    assert [part.note for part in exchange.answer.parts] == [None] * 8 + ["too-many"]


def test_a_lesson_page_takes_the_learners_inputs(tutor: Tutor) -> None:
    page = lesson_page(tutor, "chain-rule", "short", {"w": 0.0}, "fr")
    assert page.receipt.inputs["w"] == 0.0
    assert page.lang == "fr"


WHAT_IFS = (
    "What is backpropagation?", "et avec 5 couches de 100 neurones ?", "d'où vient 0,2984 ?", "le code en JAX", "batch of 64",
)  # fmt: skip


@pytest.fixture(scope="module")
def client(tutor: Tutor, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    app = create_app(Settings(f"sqlite:///{tmp_path_factory.mktemp('web') / 'tutor.db'}", False), tutor)
    yield app.test_client()
    close_store(app.extensions["tutor"].store)


@pytest.fixture(scope="module")
def followed(client: FlaskClient) -> tuple[str, list[dict]]:
    """A conversation of follow-ups through the API: its id and the only part of each answer."""
    conversation, parts = None, []
    for text in WHAT_IFS:
        body = {"question": text, "lang": "en", **({"conversation": conversation} if conversation else {})}
        told = client.post("/api/v1/ask", json=body).get_json()
        conversation, (part,) = told["conversation"], told["parts"]
        parts.append(part)
    assert conversation
    return conversation, parts


def test_the_api_tells_what_a_wish_changed_and_what_it_refused(followed: tuple[str, list[dict]]) -> None:
    _, wish, *_, batch = followed[1]
    assert [(each["pointer"], each["new"]) for each in wish["changes"]] == [("/layers", [2, 16, 16, 16, 16, 2])]
    assert [(each["title"], each["asked"], each["used"]) for each in wish["refused"]] == [("Hidden units", 100.0, 16)]
    assert [(each["pointer"], each["asked"], each["used"]) for each in batch["refused"]] == [("batch", 64.0, None)]
    assert batch["message"] and batch["page"] is None


def test_the_api_tells_where_a_number_comes_from(followed: tuple[str, list[dict]]) -> None:
    part = followed[1][2]
    assert (part["kind"], part["aspect"], part["trace"]) == ("command", "origin", ["loss"])
    assert [block["kind"] for block in part["page"]["blocks"]] == ["heading", "numbers", "numbers"]


def test_follow_ups_read_the_same_later_in_both_languages(client: FlaskClient, followed: tuple[str, list[dict]]) -> None:
    english, french = (client.get(f"/api/v1/conversations/{followed[0]}?lang={code}").get_json() for code in ("en", "fr"))
    assert [part for exchange in english["exchanges"] for part in exchange["parts"]] == followed[1]
    titles = [each["title"] for exchange in french["exchanges"] for part in exchange["parts"] for each in part["refused"]]
    assert titles == ["Nombre de neurones cachés", "Taille de lot"]


def test_the_page_and_the_transcript_tell_what_changed(client: FlaskClient, followed: tuple[str, list[dict]]) -> None:
    page = client.get(f"/fr/c/{followed[0]}").text
    markdown = client.get(f"/fr/c/{followed[0]}/export").text
    for text in (page, markdown):
        assert "2 – 16 – 16 – 16 – 16 – 2 au lieu de 2 – 2 – 2" in text
        assert "100 est hors des bornes" in text and "import jax" in text
