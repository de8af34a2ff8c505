"""A third language comes of a folder with a catalog alone; what its catalog lacks is English, and says that it is."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.pofile import read_po, write_po

from tutor.conversations import open_tutor
from tutor.dialogue.view import Shelf
from tutor.language import house_folder, load_language, offered
from tutor.lessons.library import edition
from tutor.settings import Settings
from tutor.web import create_app

CODE = "es"
PAGES = ("", "lessons", "glossary", "examples", "lessons/backpropagation", "lessons/hidden-layers?depth=technical",
         "examples/network-step", "examples/gradient-descent")
SAID = "¡{}!"  # every second message is translated, into itself between marks


@pytest.fixture(scope="module")
def catalogs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("translations")
    place = folder / CODE / "LC_MESSAGES"
    place.mkdir(parents=True)
    with Path(str(house_folder("translations").joinpath("messages.pot"))).open("rb") as stream:
        catalog = read_po(stream, locale=CODE)
    for number, message in enumerate(message for message in catalog if message.id):
        if number % 2:
            message.string = SAID.format(message.id) if isinstance(message.id, str) else tuple(map(SAID.format, message.id))
    with (place / "messages.po").open("wb") as stream:
        write_po(stream, catalog)
    return folder


@pytest.fixture(scope="module")
def client(catalogs, tmp_path_factory):
    tutor = open_tutor()
    language = load_language(catalogs, CODE)
    shelves = {**tutor.shelves, CODE: Shelf(edition(tutor.library, language.translate), language)}
    path = tmp_path_factory.mktemp("kept") / "tutor.db"
    app = create_app(Settings(f"sqlite:///{path}", False), replace(tutor, shelves=shelves))
    return app.test_client()


class Reader(HTMLParser):
    """All text of a page with the language it is said to be in, and every attribute."""

    def __init__(self, text):
        super().__init__()
        self.stack, self.said, self.attributes = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.attributes += [value or "" for _, value in attrs]
        if tag not in ("meta", "link", "input", "br", "img"):
            self.stack.append((tag, dict(attrs).get("lang") or (self.stack[-1][1] if self.stack else "")))

    def handle_endtag(self, tag):
        while self.stack and self.stack.pop()[0] != tag:
            pass

    def handle_data(self, data):
        if data.strip() and self.stack:
            self.said.append((self.stack[-1][1], data.strip()))


def test_a_folder_with_a_catalog_is_a_language(catalogs):
    assert offered(catalogs) == ("en", CODE)


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_whole_in_a_language_half_translated(client, path):
    response = client.get(f"/{CODE}/{path}")
    assert response.status_code == 200 and f'<html lang="{CODE}">' in response.text
    read = Reader(response.text)
    assert not [value for value in read.attributes if "<span" in value]
    assert [text for lang, text in read.said if lang == CODE and "¡" in text]
    assert [text for lang, text in read.said if lang == "en" and "¡" not in text]


def test_an_answer_has_the_same_numbers_and_no_hole_in_the_new_language(client):
    asked = client.post("/api/v1/ask", json={"question": "What is backpropagation?"}).get_json()
    shown = client.get(f"/api/v1/conversations/{asked['conversation']}?lang={CODE}").get_json()
    part = shown["exchanges"][0]["parts"][0]
    assert part["numbers"] == asked["parts"][0]["numbers"]
    for there, here in zip(asked["parts"][0]["page"]["blocks"], part["page"]["blocks"], strict=True):
        assert there["kind"] == here["kind"]
        if there["kind"] == "paragraph":
            bare = re.sub(r"[¡!]", "", here["text"]).replace(",", ".")
            assert bare.split() and len(bare.split()) == len(there["text"].split())


def test_english_and_french_say_of_nothing_that_it_is_untranslated(client):
    for lang in ("en", "fr"):
        for path in ("lessons", "lessons/backpropagation", "examples/network-step"):
            assert '<span lang="en">' not in client.get(f"/{lang}/{path}").text
