"""The tutor in a browser: the seed's six turns, with and without scripts, in both languages, on narrow screens."""

import re

import pytest
from on_page import ask, numbers
from seed import SEED

LESSONS = (["backpropagation"], ["backpropagation"], ["chain-rule", "implementations", "training-stage"],
           ["chain-rule", "implementations", "training-stage"], ["hidden-layers"], ["depth-cost"])  # fmt: skip
PATHS = ("", "lessons", "lessons/backpropagation", "lessons/chain-rule?depth=technical", "lessons/hidden-layers",
         "lessons/depth-cost?depth=technical", "examples", "examples/network-step", "examples/xor", "nothing")  # fmt: skip
WHY = "Why are there hidden layers?"


def lessons_told(page, number):
    links = page.locator(f"#q{number} .actions a[href*='/lessons/']").evaluate_all("links => links.map(a => a.pathname)")
    return [link.rpartition("/")[2] for link in links]


def overflow(page):
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


@pytest.mark.parametrize("scripts", [True, False])
def test_the_six_turns_are_answered(open_page, complaints, scripts):
    page = open_page("/en/", java_script_enabled=scripts)
    for number, question in enumerate(SEED, 1):
        ask(page, question)
        assert lessons_told(page, number) == LESSONS[number - 1]
    assert page.locator("html").get_attribute("lang") == "fr" and page.url.endswith("#q6")
    assert page.locator("#q3 .label").all_inner_texts() == ["1.", "2.", "3."]
    assert not complaints


@pytest.mark.parametrize("width", [1100, 360])
def test_the_language_switch_keeps_numbers_place_and_what_is_typed(open_page, complaints, width):
    page = open_page("/en/", width)
    for question in (SEED[0], "How much longer does training take with each added layer?"):
        ask(page, question)
    before = numbers(page)
    page.fill("#question", "half a question")
    page.click(".languages a")
    page.wait_for_url(re.compile("/fr/c/.*#q2"))
    assert numbers(page) == before and len(before) > 40
    assert page.input_value("#question") == "half a question"
    assert not complaints


def test_the_switch_of_an_exchange_keeps_its_place_without_scripts(open_page):
    page = open_page("/fr/", java_script_enabled=False)
    ask(page, "Pourquoi y a-t-il des couches cachées ?")
    page.click("#q1 .switch a")
    assert re.search("/en/c/.*#q1$", page.url) and page.locator("#q1 .question").get_attribute("lang") == "fr"


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_no_page_is_wider_than_a_narrow_screen_nor_breaks_the_policy(open_page, complaints, lang):
    page = open_page(f"/{lang}/", 360)
    for path in PATHS:
        page.goto(f"/{lang}/{path}")
        page.evaluate("document.querySelectorAll('details').forEach(d => { d.removeAttribute('name'); d.open = true })")
        assert overflow(page) <= 0, path
    assert not [complaint for complaint in complaints if "404" not in complaint]


@pytest.mark.parametrize("lang, question", [("en", SEED[2]), ("fr", SEED[5])])
def test_no_answer_is_wider_than_the_narrowest_screen(open_page, lang, question):
    page = open_page(f"/{lang}/", 320)
    ask(page, question)
    assert overflow(page) <= 0


def test_an_answer_comes_in_place_and_takes_the_focus(open_page, complaints):
    page = open_page("/en/")
    ask(page, WHY)
    page.evaluate("window.still = true")
    ask(page, "How does the chain rule get involved?")
    assert page.evaluate("window.still") and page.evaluate("document.activeElement.id") == "q2-title"
    assert page.input_value("#question") == "" and page.inner_text("#status") and page.url.endswith("#q2")
    assert not complaints


def test_a_next_question_is_one_button(open_page):
    page = open_page("/en/")
    ask(page, WHY)
    question = page.locator("#q1 .next fieldset button").first
    asked = question.inner_text()
    question.click()
    page.wait_for_selector("#q2")
    assert page.inner_text("#q2 .question") == asked


def test_a_lost_connection_keeps_what_was_typed(open_page):
    page = open_page("/en/")
    ask(page, WHY)
    page.context.set_offline(True)
    page.wait_for_function("!navigator.onLine")  # the line goes down a moment after it is cut
    page.fill("#question", "Is the line down?")
    page.click("form.ask button")
    page.wait_for_selector("#mistake:not(:empty)")
    assert page.input_value("#question") == "Is the line down?" and page.locator("article.exchange").count() == 1
    assert page.evaluate("document.activeElement.id") == "question"
    page.context.set_offline(False)
    page.click("form.ask button")
    page.wait_for_selector("#q2")


@pytest.mark.parametrize("status", [403, 413, 429, 500, 502, 503])
@pytest.mark.parametrize("body", ['<p class="mistake">Said by the server.</p>', "<html>a proxy's page</html>"])
def test_any_error_keeps_what_was_typed_and_is_said(open_page, status, body):
    page = open_page("/en/")
    page.route("**/ask", lambda route: route.fulfill(status=status, body=body, content_type="text/html"))
    page.fill("#question", WHY)
    page.click("form.ask button")
    page.wait_for_selector("#mistake:not(:empty)")
    assert page.input_value("#question") == WHY and page.locator("article.exchange").count() == 0
    assert (page.inner_text("#mistake") == "Said by the server.") == ("mistake" in body)


def test_a_failed_button_leaves_its_question_in_the_box(open_page):
    page = open_page("/en/")
    page.route("**/ask", lambda route: route.abort())
    page.locator(".first button").first.click()
    page.wait_for_selector("#mistake:not(:empty)")
    assert page.input_value("#question") == page.locator(".first button").first.inner_text()


def test_a_slow_answer_says_that_it_is_on_its_way(open_page):
    page = open_page("/fr/")
    ask(page, "Pourquoi y a-t-il des couches cachées ?")
    held = []
    page.route("**/ask", lambda route: held.append(route))
    page.fill("#question", "Qu'est-ce que la rétropropagation ?")
    page.click("form.ask button")
    page.wait_for_selector(".waiting .progress")
    first = page.inner_text(".waiting .progress")
    page.wait_for_function("first => document.querySelector('.progress').textContent !== first", arg=first)
    assert page.inner_text("#status") == page.inner_text(".waiting .progress") and page.locator("#mistake").inner_text() == ""
    held[0].continue_()
    page.wait_for_selector("#q2")
    assert page.locator(".waiting").count() == 0


def test_the_characters_left_are_counted_near_the_limit(open_page):
    page = open_page("/fr/")
    page.fill("#question", "x" * 1000)
    assert page.inner_text("#left") == ""
    page.fill("#question", "x" * 1990)
    assert "10" in page.inner_text("#left")


def test_a_wrong_input_keeps_every_box_without_scripts(open_page):
    page = open_page("/fr/examples/network-step", java_script_enabled=False)
    page.fill("[id='optimizer.learning_rate']", "vite")
    page.fill("[id='x.0.0']", "0,75")
    page.click("form.inputs button.main")
    assert page.input_value("[id='optimizer.learning_rate']") == "vite" and page.input_value("[id='x.0.0']") == "0,75"
    page.fill("[id='optimizer.learning_rate']", "0,25")
    page.click("form.inputs button.main")
    assert "optimizer.learning_rate=0.25&" not in page.url and {"x.0.0=0.75", "optimizer.learning_rate=0.25"} == set(
        page.url.partition("?")[2].partition("#")[0].split("&")
    )
    assert page.input_value("[id='x.0.0']") == "0,75" and page.locator("#result table").count() > 3


def test_formulas_are_drawn_with_the_font_we_serve(open_page):
    page = open_page("/en/lessons/backpropagation")
    page.evaluate("document.fonts.load('16px \"STIX Two Math\"')")
    assert page.evaluate("[...document.fonts].some(f => f.family.includes('STIX Two Math') && f.status === 'loaded')")
    assert page.locator("math").first.bounding_box()["height"] > 10


def test_a_reader_without_a_mouse_can_reach_the_question_and_send_it(open_page):
    page = open_page("/en/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.focus("#question")
    page.keyboard.type(WHY)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("#q1")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_background(open_page, scheme):
    page = open_page("/en/", color_scheme=scheme)
    ask(page, SEED[0])
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.removeAttribute('name'); d.open = true })")
    assert page.evaluate(CONTRASTS) == []


# The texts whose contrast (WCAG 2) with what lies behind them is under 4.5, with that contrast.
CONTRASTS = """() => {
  const light = (rgb) => rgb.map((part) => part / 255)
    .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
    .reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0);
  const colour = (text) => text.match(/[\\d.]+/g).map(Number);
  const behind = (node) => {
    for (; node; node = node.parentElement) {
      const found = colour(getComputedStyle(node).backgroundColor);
      if (found.length < 4 || found[3] > 0) return found.slice(0, 3);
    }
    return [255, 255, 255];
  };
  const found = [];
  for (const node of document.querySelectorAll("main *, header *, footer *")) {
    const own = [...node.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim());
    if (!own || !node.getClientRects().length || node.closest("svg, template")) continue;
    const pair = [light(colour(getComputedStyle(node).color).slice(0, 3)), light(behind(node))].sort((a, b) => b - a);
    const contrast = (pair[0] + 0.05) / (pair[1] + 0.05);
    if (contrast < 4.5) found.push([node.textContent.trim().slice(0, 30), contrast]);
  }
  return found;
}"""
