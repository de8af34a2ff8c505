"""Sentences with places: filled in text and in maths, never by evaluating anything a translator or learner wrote."""

import pytest

from tutor.lessons.mathml import MalformedMaths, mathml
from tutor.lessons.template import Place, fill, maths, places, words


def shown(place: Place) -> str:
    return f"[{place.name}|{place.form}|{place.setting}]"


def test_a_sentence_is_filled_as_html_and_as_text() -> None:
    ready = words("**Loss** {loss:4} & `x < {y}`.")
    assert fill(ready.html, shown) == "<strong>Loss</strong> [loss|4|text] &amp; <code>x &lt; {y}</code>."
    assert fill(ready.text, shown) == "**Loss** [loss|4|text] & `x < {y}`."


def test_a_number_inside_maths_knows_where_it_stands() -> None:
    ready = words(r"So $w = \num{w:3} + \pnum{b}$ now")
    assert [place.setting for place in places(ready.html)] == ["maths", "fenced"]
    assert fill(ready.text, shown) == "So $w = [w|3|latex] + [b||latex-fenced]$ now"


def test_a_formula_becomes_mathml_without_inline_styles() -> None:
    made = mathml(r"\begin{aligned}a&=b\\c&=d\end{aligned}")
    assert " style=" not in made
    assert made.count("style") == 1  # displaystyle
    assert made.count('class="right"') == made.count('class="left"') == 2


def test_a_display_formula_is_filled_in_place() -> None:
    made = fill(maths(r"\frac{\num{a}}{2}", True).html, lambda place: "<mn>7</mn>")
    assert "<mfrac><mn>7</mn><mn>2</mn></mfrac>" in made


def test_html_in_a_message_is_text() -> None:
    assert "<script" not in fill(words('<script>alert(1)</script> [x](javascript:alert(1))').html, shown)
    assert "javascript:" not in fill(words("[x](javascript:alert(1))").html, shown).replace("[x](javascript:alert(1))", "")


@pytest.mark.parametrize("message", ["{0.__class__}", "%(x)s", "{{7*7}}", "{a!r}", "{", "}{", "$", "$$", "`"])
def test_odd_text_is_left_as_it_is(message: str) -> None:
    assert fill(words(message).text, shown) == message


def test_maths_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(MalformedMaths):
        mathml(r"\nosuchcommand{x}")
