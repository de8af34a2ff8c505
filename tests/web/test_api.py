"""Every call of the API, in both languages, on a real database."""

from datetime import UTC, datetime, timedelta

import pytest
from jsonschema import Draft202012Validator

from tutor.worked import EXAMPLES

API = "/api/v1"
CHAIN_RULE = "How does the chain rule get involved?"
EN_FRANCAIS = "Comment la règle de la chaîne intervient-elle ?"
THREE = "1. What is backpropagation?\n2. How does the chain rule get involved?\n3. Why do we need hidden layers?"
UNMEASURED = [name for name, example in EXAMPLES.items() if not example.measured]
LASTING = ["/lessons", "/lessons/chain-rule", "/examples", "/examples/network-step", "/openapi.json"]


def get(client, path, lang="en", **query):
    response = client.get(API + path, query_string={"lang": lang, **query})
    assert response.status_code == 200, response.text
    return response.get_json()


def test_lessons_are_the_same_in_both_languages_under_other_titles(client):
    english, french = (get(client, "/lessons", lang) for lang in ("en", "fr"))
    assert [row["slug"] for row in english["lessons"]] == [row["slug"] for row in french["lessons"]]
    assert (english["lang"], french["lang"]) == ("en", "fr")
    pairs = zip(english["lessons"], french["lessons"], strict=True)
    assert {one["slug"] for one, other in pairs if one["title"] == other["title"]} <= {"adam", "rmsprop"}  # names


def test_the_address_of_every_lesson_in_the_list_leads_to_it(client):
    for row in get(client, "/lessons")["lessons"]:
        assert client.get(row["url"]).get_json()["slug"] == row["slug"]


def test_a_lesson_has_the_same_numbers_in_both_languages(client, tutor):
    for slug in (slug for slug, lesson in tutor.library.lessons.items() if lesson.example in UNMEASURED):
        english, french = (get(client, f"/lessons/{slug}", lang) for lang in ("en", "fr"))
        assert english["example"]["numbers"] == french["example"]["numbers"]
        assert english["blocks"] != french["blocks"]
        assert [block["kind"] for block in english["blocks"]] == [block["kind"] for block in french["blocks"]]


def test_a_lesson_is_deeper_when_asked(client):
    short, technical = (get(client, "/lessons/chain-rule", depth=depth) for depth in ("short", "technical"))
    assert (short["depth"], technical["depth"]) == ("short", "technical")
    assert len(technical["blocks"]) > len(short["blocks"])


def test_inputs_in_the_query_change_the_numbers_of_a_lesson(client):
    usual, other = get(client, "/lessons/backpropagation"), get(
        client, "/lessons/backpropagation", **{"example.layers.0.weights.0.0": "0,9"}
    )
    assert other["example"]["inputs"]["layers"][0]["weights"][0] == [0.9, 0.2]
    assert other["example"]["numbers"]["loss"] != usual["example"]["numbers"]["loss"]


@pytest.mark.parametrize("path", LASTING)
def test_a_lasting_reply_is_sent_once_and_then_not_modified(client, path):
    first = client.get(API + path)
    again = client.get(API + path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    french = client.get(API + path, headers={"If-None-Match": first.headers["ETag"], "Accept-Language": "fr"})
    assert french.status_code == 200


@pytest.mark.parametrize(
    ("query", "accepted", "lang"),
    [
        ("", "", "en"),
        ("", "fr-CH, fr;q=0.9, en;q=0.8", "fr"),
        ("", "de, fr;q=0.5, en;q=0.2", "fr"),
        ("", "de, *;q=0.1", "en"),
        ("", "fr;q=0, en;q=0.1", "en"),
        ("?lang=fr", "en", "fr"),
        ("?lang=fr-CA", "", "fr"),
        ("?lang=en_GB", "fr", "en"),
    ],
)
def test_the_language_is_the_querys_else_the_best_accepted_else_english(client, query, accepted, lang):
    response = client.get(f"{API}/lessons{query}", headers={"Accept-Language": accepted})
    assert response.get_json()["lang"] == response.headers["Content-Language"] == lang
    assert ("Accept-Language" in response.headers.get("Vary", "")) == (not query)


@pytest.mark.parametrize("question, lang", [(CHAIN_RULE, "en"), (EN_FRANCAIS, "fr")])
def test_an_answer_is_in_the_language_of_the_question(ask, question, lang):
    response = ask(question)
    reply = response.get_json()
    assert (response.status_code, response.headers["Content-Language"]) == (201, lang)
    assert (reply["lang"], reply["number"], reply["parts"][0]["page"]["lang"]) == (lang, 1, lang)
    assert reply["parts"][0]["lesson"] == "chain-rule"


@pytest.mark.parametrize("pinned", ["fr", "fr-CA", "fr_CH"])
def test_a_pinned_language_wins(ask, pinned):
    assert ask(CHAIN_RULE, lang=pinned).get_json()["lang"] == "fr"


def test_a_language_named_by_the_query_wins_over_the_questions(client):
    response = client.post(f"{API}/ask?lang=fr", json={"question": CHAIN_RULE, "lang": None, "conversation": None})
    assert response.get_json()["lang"] == "fr"


def test_numbered_questions_get_as_many_labelled_parts(ask):
    parts = ask(THREE).get_json()["parts"]
    assert [part["label"] for part in parts] == ["1", "2", "3"]
    assert [part["lesson"] for part in parts] == ["backpropagation", "chain-rule", "hidden-layers"]


def test_what_no_lesson_answers_is_declined_with_the_nearest_lessons(ask):
    part = ask("What is the capital of Mongolia?").get_json()["parts"][0]
    assert (part["kind"], part["page"], part["example"], part["numbers"]) == ("abstain", None, None, {})
    assert part["message"] and len(part["alternatives"]) == 3


def test_a_conversation_goes_on_under_its_id(client, ask):
    first = ask(CHAIN_RULE)
    begun = first.get_json()
    assert first.headers["Location"] == begun["url"]
    second = ask("Why do we need hidden layers?", conversation=begun["conversation"]).get_json()
    assert (second["conversation"], second["number"]) == (begun["conversation"], 2)
    kept = client.get(begun["url"]).get_json()
    assert [exchange["number"] for exchange in kept["exchanges"]] == [1, 2]


def test_a_conversation_has_the_same_numbers_in_the_other_language(client, ask):
    begun = ask(CHAIN_RULE).get_json()
    path = f"/conversations/{begun['conversation']}"
    english, french = (get(client, path, lang)["exchanges"][0] for lang in ("en", "fr"))
    assert english["parts"] == begun["parts"]
    assert (english["question"], french["question"]) == (CHAIN_RULE, CHAIN_RULE)
    assert english["parts"][0]["numbers"] == french["parts"][0]["numbers"] != {}
    assert french["parts"][0]["page"]["lang"] == "fr"


def test_translate_this_repeats_the_numbers_in_the_other_language(ask):
    begun = ask("How long does training take as layers are added?").get_json()
    translated = ask("Traduis ceci en français", conversation=begun["conversation"]).get_json()
    assert (translated["lang"], translated["parts"][0]["kind"]) == ("fr", "command")
    assert translated["parts"][0]["numbers"] == begun["parts"][0]["numbers"] != {}


def test_an_exchange_says_when_it_was_asked(client, ask):
    begun = ask(CHAIN_RULE).get_json()
    asked_at = datetime.strptime(begun["asked_at"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    assert abs(datetime.now(UTC) - asked_at) < timedelta(minutes=5)


def test_the_markdown_export_opens_with_the_date_and_heads_each_turn(client, ask):
    begun = ask(CHAIN_RULE).get_json()
    ask("Why do we need hidden layers?", conversation=begun["conversation"])
    response = client.get(f"{begun['url']}/export?format=md")
    assert response.content_type == "text/markdown; charset=utf-8"
    assert response.text.startswith(f"`{begun['asked_at'][:10]} ")
    assert response.text.count("_Prompt_:") == 2 and CHAIN_RULE in response.text
    assert response.headers["Content-Disposition"] == 'attachment; filename="conversation.md"'


def test_the_json_export_is_the_conversation(client, ask):
    begun = ask(CHAIN_RULE).get_json()
    exported = client.get(f"{begun['url']}/export?format=json&lang=fr")
    assert exported.get_json() == client.get(f"{begun['url']}?lang=fr").get_json()


def test_a_deleted_conversation_is_gone_from_the_api_and_from_the_file(client, ask, tmp_path):
    secret = "xylophone-of-the-chain-rule"
    begun = ask(f"{CHAIN_RULE} {secret}").get_json()
    assert _on_disk(tmp_path, secret)
    assert client.delete(begun["url"]).status_code == 204
    assert [client.get(begun["url"]).status_code, client.delete(begun["url"]).status_code] == [404, 404]
    assert ask("And now?", conversation=begun["conversation"]).status_code == 404
    assert not _on_disk(tmp_path, secret)


def _on_disk(folder, text):
    return any(text.encode() in path.read_bytes() for path in folder.iterdir())


def test_every_example_describes_inputs_that_its_defaults_keep(client):
    rows = get(client, "/examples")["examples"]
    assert [row["name"] for row in rows] == list(EXAMPLES)
    for row in rows:
        Draft202012Validator.check_schema(row["inputs"])
        Draft202012Validator(row["inputs"]).validate(row["inputs"]["default"])


def test_the_titles_of_inputs_are_in_the_language(client):
    english, french = (get(client, "/examples", lang)["examples"] for lang in ("en", "fr"))
    assert [row["title"] for row in english] != [row["title"] for row in french]


@pytest.mark.parametrize("name", UNMEASURED)
def test_an_example_computes_the_same_from_query_and_body_in_both_languages(client, name):
    english, french = (get(client, f"/examples/{name}", lang) for lang in ("en", "fr"))
    posted = client.post(f"{API}/examples/{name}", json={"inputs": english["inputs"]}).get_json()
    assert posted == english
    assert english["numbers"] == french["numbers"] and english["steps"][0]["value"] == french["steps"][0]["value"]


def test_the_default_network_gives_the_published_loss(client):
    # Matt Mazur, "A Step by Step Backpropagation Example" (2015): total error before the step.
    receipt = get(client, "/examples/network-step")
    assert receipt["numbers"]["loss"] == pytest.approx(0.298371109, abs=5e-10)


def test_every_operand_of_a_step_is_an_input_or_the_value_of_an_earlier_step(client):
    receipt = get(client, "/examples/network-step")
    known = dict(receipt["values"])
    for step in receipt["steps"]:
        assert step["operands"].items() <= known.items()
        known[step["name"]] = step["value"]


def test_an_empty_body_of_an_example_means_its_defaults(client):
    assert client.post(f"{API}/examples/network-step", json={}).get_json() == get(client, "/examples/network-step")


def test_dotted_inputs_are_laid_over_the_defaults(client):
    receipt = get(client, "/examples/network-step", **{"optimizer.learning_rate": "0.25", "x.0.1": "0.2", "t": "[[0, 1]]"})
    assert receipt["inputs"]["optimizer"]["learning_rate"] == 0.25
    assert (receipt["inputs"]["x"], receipt["inputs"]["t"]) == ([[0.05, 0.2]], [[0, 1]])


@pytest.mark.parametrize("path, state", [("/health", "ok"), ("/ready", "ready"), ("/api/v1/health", "ok")])
def test_the_probes_answer(client, path, state):
    assert client.get(path).get_json() == {"state": state}
