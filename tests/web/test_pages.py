"""The pages: whole without scripts, in both languages, with nothing of a learner's taken for markup."""

import gzip
import re
from html import unescape
from pathlib import Path

import pytest
from forms_on_page import forms

import tutor.web
from tutor.language import fold
from tutor.web.pages import FIRST_QUESTIONS
from tutor.worked import EXAMPLES

LANGUAGES = ("en", "fr")
STATIC = Path(tutor.web.__file__).parent / "static"
PATHS = [
    "", "lessons", "lessons/backpropagation", "lessons/chain-rule?depth=technical", "examples", "examples/xor",
    "examples/router",
]  # fmt: skip
EVERY_PAGE = [f"/{lang}/{path}" for lang in LANGUAGES for path in PATHS]
HOSTILE = '<script>alert(1)</script> "><img src=x onerror=alert(1)> {{ 7*7 }} %(x)s {loss} $x$ backpropagation'


@pytest.fixture
def say(client):
    """Asks on the page and follows to the conversation."""

    def send(question, lang="en", conversation="", **headers):
        form = {"question": question, "conversation": conversation}
        return client.post(f"/{lang}/ask", data=form, headers=headers)

    return send


def place(response):
    return response.headers["Location"].partition("#")


def numbers(html):
    """The digits of every number in the tables of a page, without the marks of its language."""
    return [re.sub(r"[.,\u202f]", "", cell) for cell in re.findall(r"<td>([−\d.,\u202f]+)</td>", html)]


@pytest.mark.parametrize("tags, code", [("fr-CA,fr;q=0.9", "fr"), ("de,en", "en"), ("de", "en"), ("", "en"), ("fr;q=0", "en")])
def test_the_front_leads_to_the_language_the_reader_accepts(client, tags, code):
    response = client.get("/", headers={"Accept-Language": tags})
    assert response.headers["Location"] == f"/{code}/" and "Accept-Language" in response.headers["Vary"]


@pytest.mark.parametrize("path", EVERY_PAGE)
def test_a_page_says_its_language_its_title_and_where_the_other_one_is(client, path):
    html = client.get(path).text
    lang, other = (path[1:3], "fr" if path[1:3] == "en" else "en")
    assert f'<html lang="{lang}">' in html and re.search(r"<title>[^<]{8,}</title>", html)
    assert f'<link rel="alternate" hreflang="{other}" href="/{other}/{path[4:]}">' in html
    assert re.search(rf'<a href="/{other}/{re.escape(path[4:])}" lang="{other}" hreflang="{other}"', html)


@pytest.mark.parametrize("path", EVERY_PAGE)
def test_a_page_needs_nothing_that_the_policy_forbids(client, path):
    html = client.get(path).text
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:|<script(?! type=\"module\" src=\"/static/)", html)
    assert not re.findall(r'(?:src|<link[^>]* href)="(?:https?:)?//', html)


@pytest.mark.parametrize("lang", ["xx", "fr-CA", "..", "EN", "static2"])
def test_there_are_pages_only_in_the_languages_offered(client, lang):
    assert client.get(f"/{lang}/lessons").status_code == 404
    assert fold("fr-CA", LANGUAGES) == "fr"


def test_a_question_leads_to_its_answer_in_its_language(client, say):
    response = say("Pourquoi est-ce qu'il y a des couches cachées ?", "en")
    path, _, exchange = place(response)
    assert response.status_code == 303 and re.fullmatch(r"/fr/c/[\w-]{20,}", path) and exchange == "q1"
    assert 'id="q1"' in client.get(path).text


def test_an_answer_keeps_its_numbers_in_the_other_language(client, say):
    path = place(say("Does backpropagation change the weights?"))[0]
    english, french = client.get(path).text, client.get(path.replace("/en/", "/fr/")).text
    assert numbers(english) and numbers(english) == numbers(french)
    assert 'lang="fr"' in french and '<p class="question" lang="en">' in french


def test_the_measured_times_of_an_answer_stay_as_they_were(client, say):
    path = place(say("How much longer does training take with each added layer?"))[0]
    first, again, french = (client.get(each).text for each in (path, path, path.replace("/en/", "/fr/")))
    assert len(numbers(first)) > 40 and numbers(first) == numbers(again) == numbers(french)


def test_numbered_questions_get_parts_under_their_own_numbers(client, say):
    html = client.get(place(say("3. How does the chain rule get involved?\n7. Why are there hidden layers?"))[0]).text
    assert re.findall(r'<span class="label">(\w+)\.</span>', html) == ["3", "7"]


def test_the_learners_words_are_never_markup(client, say):
    path = place(say(HOSTILE))[0]
    for html in (client.get(path).text, client.get(path.replace("/en/", "/fr/")).text, say(HOSTILE * 30).text):
        assert "<script>alert" not in html and "<img src=x" not in html
    assert unescape(re.search(r'<p class="question"[^>]*>(.*?)</p>', client.get(path).text, re.S)[1]) == HOSTILE


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("question", ["", "   ", "x" * 2001])
def test_a_question_that_cannot_be_stays_in_the_box_with_the_reason(client, say, lang, question):
    response = say(question, lang)
    kept = next(form for form in forms(response.text) if "question" in dict(form.fields))
    assert response.status_code == 422 and dict(kept.fields)["question"].strip() == question.strip()
    assert re.search(r'role="alert">[^<]{10,}<', response.text)


def test_a_line_break_counts_as_one_character(say):
    assert say("\r\n".join(["why?"] * 400)).status_code == 303


def test_a_question_beyond_the_limit_is_refused_with_what_was_typed(limited_app):
    client = limited_app.test_client()
    for _ in range(31):
        response = client.post("/en/ask", data={"question": "Why?"})
    assert response.status_code == 429 and "Retry-After" in response.headers
    assert dict(forms(response.text)[0].fields)["question"] == "Why?"


def test_a_body_too_large_is_a_page_that_says_so(client):
    response = client.post("/fr/ask", data={"question": "x" * 200_000})
    assert response.status_code == 413 and '<html lang="fr">' in response.text


def test_a_script_gets_only_the_new_exchange(client, say):
    id = place(say("Why are there hidden layers?"))[0].rpartition("/")[2]
    response = say("How does the chain rule get involved?", "en", id, **{"X-Fragment": "1"})
    assert response.text.startswith('<article class="exchange" id="q2"') and "<html" not in response.text
    assert "X-Location" not in response.headers


def test_a_script_is_told_where_to_go_when_the_language_changes_or_a_conversation_begins(say):
    begun = say("Why are there hidden layers?", "en", "", **{"X-Fragment": "1"}).headers["X-Location"]
    id = re.fullmatch(r"/en/c/([\w-]+)#q1", begun)[1]
    turned = say("Translate this into French", "en", id, **{"X-Fragment": "1"})
    assert turned.headers["X-Location"] == f"/fr/c/{id}#q2" and turned.headers["Content-Language"] == "fr"


def test_a_script_gets_a_mistake_as_one_sentence(say):
    response = say("", "fr", "", **{"X-Fragment": "1"})
    assert response.status_code == 422 and response.text.startswith('<p class="mistake" lang="fr">')


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_question_we_offer_is_answered_and_goes_deeper(app, client, say, lang):
    language = app.extensions["tutor"].tutor.languages[lang]
    for question in FIRST_QUESTIONS:
        html = client.get(place(say(language.translate(question), lang))[0]).text
        asked = next(form for form in forms(html) if any("question" in button for button in form.buttons))
        assert 'class="part part-answer"' in html and f'<html lang="{lang}">' in html
        deeper = client.post(asked.action, data={**dict(asked.fields), "question": asked.buttons[0][1]})
        assert "section-derivation" in client.get(place(deeper)[0]).text or "section-shapes" in client.get(place(deeper)[0]).text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_next_question_of_a_lesson_is_answered(app, client, say, lang):
    for slug in app.extensions["tutor"].tutor.library.lessons:
        asked = next(form for form in forms(client.get(f"/{lang}/lessons/{slug}").text) if form.method == "post")
        for _, question in asked.buttons:
            assert 'class="part part-answer"' in client.get(place(say(question, lang))[0]).text, question


def test_what_has_no_lesson_is_not_guessed_at(client, say):
    html = client.get(place(say("What is the capital of Portugal?"))[0]).text
    assert 'class="verdict"' not in html and html.count('class="button"') >= 1


def test_a_check_question_shows_each_reason_without_scripts(client):
    html = client.get("/en/lessons/backpropagation").text
    assert len(re.findall(r'<details class="choice (?:right|wrong)"', html)) == 3 and html.count("Right:</strong>") == 1


def test_every_step_can_be_seen_with_the_very_numbers_of_the_answer(client, say):
    html = client.get(place(say("Does backpropagation change the weights?"))[0]).text
    example = unescape(re.search(r'href="(/en/examples/[^"]+)"', html)[1])
    assert set(numbers(html)) <= set(numbers(client.get(example).text))


@pytest.mark.parametrize("format, start", [("md", b"`20"), ("json", b'{"id":')])
def test_a_conversation_can_be_saved(client, say, format, start):
    response = client.get(place(say("Why are there hidden layers?"))[0] + f"/export?format={format}")
    assert response.data.startswith(start) and f'filename="conversation.{format}"' in response.headers["Content-Disposition"]


def test_a_deleted_conversation_is_gone(client, say):
    path = place(say("Why are there hidden layers?"))[0]
    response = client.post(f"{path}/delete", data={"sent": "empty"})
    assert response.headers["Location"] == "/en/?deleted=1" and client.get(path).status_code == 404
    assert "The conversation is deleted." in client.get("/en/?deleted=1").text


def test_a_conversation_is_stored_by_nobody_and_indexed_by_nobody(client, say):
    response = client.get(place(say("Why are there hidden layers?"))[0])
    assert response.headers["Cache-Control"] == "no-store" and '<meta name="robots" content="noindex">' in response.text


def test_a_lesson_that_has_not_changed_is_not_sent_again(client):
    tag = client.get("/en/lessons/chain-rule").headers["ETag"]
    assert client.get("/en/lessons/chain-rule", headers={"If-None-Match": tag}).status_code == 304


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", sorted(set(EXAMPLES) - {"depth-cost"}))
def test_a_form_sent_as_it_is_leads_back_to_the_bare_address(client, lang, name):
    page = client.get(f"/{lang}/examples/{name}")
    form = next(form for form in forms(page.text) if form.method == "get")
    response = client.get(form.action, query_string=form.fields)
    assert response.status_code == 302 and response.headers["Location"] == f"/{lang}/examples/{name}"


@pytest.mark.parametrize(("lang", "question", "lesson"), [
    ("en", "why does my gradeint vanish", "vanishing-gradients"), ("fr", "c'est quoi le dropout", "dropout"),
])  # fmt: skip
def test_the_network_that_reads_questions_shows_how(client, lang, question, lesson):
    html = client.get(f"/{lang}/examples/router", query_string={"question": question}).text
    assert html.index(f'<a href="/{lang}/lessons/{lesson}">') < html.index("<code")
    assert html.count("<table") == 5 and unescape(html).count(question) == 1
    other = client.get(f"/{'fr' if lang == 'en' else 'en'}/examples/router", query_string={"question": question}).text
    assert numbers(html) == numbers(other) != []


def test_what_it_cannot_read_is_said(client):
    assert "ne connaît dans cette question aucun mot" in unescape(client.get("/fr/examples/router?question=%3F%21").text)
    for question in ("a\0b", "x" * 201):
        assert client.get("/fr/examples/router", query_string={"question": question}).status_code == 422
    html = client.get("/fr/examples/router", query_string={"question": f"{HOSTILE} backprop"}).text
    assert "<script>alert" not in html and "backprop" in html


def test_every_input_of_an_example_has_a_box(client):
    names = {name for form in forms(client.get("/en/examples/network-step").text) for name, _ in form.fields}
    assert {"x.0.1", "t.0.0", "layers.1.weights.1.1", "layers.0.activation", "optimizer.beta2", "steps", "train_biases"} <= names


def test_an_address_keeps_only_what_differs(client):
    response = client.get("/fr/examples/network-step?optimizer.learning_rate=0,25&steps=1")
    assert response.headers["Location"] == "/fr/examples/network-step?optimizer.learning_rate=0.25"


@pytest.mark.parametrize("lang, bound", [("en", "at most 1,000."), ("fr", "1\u202f000")])
def test_a_wrong_input_is_told_beside_its_box_and_everything_typed_is_kept(client, lang, bound):
    typed = {"x.0.0": "1e6", "x.0.1": "abc", "steps": "2"}
    response = client.get(f"/{lang}/examples/network-step", query_string=typed)
    beside = re.search(r'id="x\.0\.0-mistake">([^<]*)<', response.text)[1]
    assert response.status_code == 422 and bound in unescape(beside) and "x.0.1-mistake" in response.text
    assert typed.items() <= dict(next(form for form in forms(response.text) if form.method == "get").fields).items()


def test_an_unusual_shape_survives_its_form(client):
    address = "/en/examples/network-step?x=[[1,2],[3,4],[5,6]]&t=[[0,1],[1,0],[1,1]]"
    form = next(form for form in forms(client.get(address, follow_redirects=True).text) if form.method == "get")
    changed = [(name, "7" if name == "x.2.0" else text) for name, text in form.fields]
    again = client.get(form.action, query_string=changed, follow_redirects=True)
    assert dict(next(form for form in forms(again.text) if form.method == "get").fields)["x.2.0"] == "7"


def test_a_lesson_is_told_with_the_numbers_in_its_address(client):
    usual = client.get("/en/lessons/backpropagation").text
    changed = client.get("/en/lessons/backpropagation?depth=short&example.optimizer.learning_rate=2").text
    assert numbers(usual) != numbers(changed) and 'name="example.optimizer.learning_rate" value="2"' in changed


def test_a_lesson_with_a_wrong_input_still_teaches_and_says_what_is_wrong(client):
    response = client.get("/fr/lessons/backpropagation?example.optimizer.learning_rate=vite")
    assert response.status_code == 422 and 'value="vite"' in response.text and 'class="verdict"' in response.text


def test_the_font_of_formulas_comes_from_here(client):
    packed = client.get("/static/math.ttf", headers={"Accept-Encoding": "gzip"})
    plain = client.get("/static/math.ttf")
    assert gzip.decompress(packed.data) == plain.data and plain.data[:4] in (b"\0\1\0\0", b"OTTO", b"true")
    assert 'url("math.ttf")' in (STATIC / "style.css").read_text("utf-8")


def test_no_script_holds_a_word_that_a_reader_sees():
    for name in ("chat", "asking", "counting", "place"):
        code = re.sub(r"//.*", "", (STATIC / f"{name}.js").read_text("utf-8"))
        assert not re.search(r"""["'`][A-Z][a-z]+ [a-z]""", code)
