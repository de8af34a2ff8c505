"""The course: every lesson once, in order, marked when opened; and the glossary, both languages side by side."""

from tutor.lessons.lesson import DEPTHS


def test_every_lesson_stands_once_in_the_course(tutor):
    course = [slug for path in tutor.library.course for slug in path.lessons]
    assert sorted(course) == sorted(tutor.library.lessons)
    assert len(tutor.library.course) == 5


def test_the_course_shows_what_was_opened_in_either_language(client):
    assert 'class="opened"' not in client.get("/en/lessons").text
    client.get(f"/fr/lessons/backpropagation?depth={DEPTHS[1]}")
    client.get("/en/lessons/chain-rule")
    for lang in ("en", "fr"):
        text = client.get(f"/{lang}/lessons").text
        assert text.count('class="opened"') == 2
        assert "Cookie" in client.get(f"/{lang}/lessons").headers["Vary"]


def test_a_browser_that_says_nonsense_has_opened_nothing(client):
    client.set_cookie("opened", "<script>.." + "x." * 1500)
    text = client.get("/en/lessons").text
    assert 'class="opened"' not in text and "<script>.." not in text


def test_the_glossary_has_both_languages_and_links_that_lead_somewhere(client, tutor):
    for lang in ("en", "fr"):
        text = client.get(f"/{lang}/glossary").text
        assert text.count('<th scope="row" lang="en">') == text.count('<td lang="fr">') == len(tutor.library.terms)
        linked = {term.slug for term in tutor.library.terms if term.slug}
        assert all(f'href="/{lang}/lessons/{slug}"' in text for slug in linked)


def test_the_glossary_is_in_the_order_of_its_page(client):
    french = client.get("/fr/glossary").text
    assert french.index(">biais<") < french.index(">entropie croisée<") < french.index(">époque<") < french.index(">perte<")
