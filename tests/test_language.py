"""Numbers, languages and typography: every form, in both languages, over all floats."""

import math
import re
from datetime import UTC, datetime

import pytest

from tutor.language import NARROW, fold, house_folder, load_language, offered, parse_number, plain, typography

CATALOGS = house_folder("translations")
EN, FR = load_language(CATALOGS, "en"), load_language(CATALOGS, "fr")


@pytest.mark.parametrize(("value", "form", "english", "french"), [
    (0.298371109, "", "0.298371", "0,298371"),
    (0.298371109, "9", "0.298371109", "0,298371109"),
    (-0.165615, "4", "−0.1656", "−0,1656"),
    (1.7e-08, "", "1.7\u00a0×\u00a010⁻⁸", "1,7\u00a0×\u00a010⁻⁸"),
    (1e25, "", "1\u00a0×\u00a010²⁵", "1\u00a0×\u00a010²⁵"),
    (786432, "d", "786,432", "786\u202f432"),
    (0.257, "%1", "25.7%", "25,7\u00a0%"),
    (-0.0, "", "0", "0"),
    (-1e-12, "3", "−1\u00a0×\u00a010⁻¹²", "−1\u00a0×\u00a010⁻¹²"),
    (999999.5, "", "1,000,000", "1\u202f000\u202f000"),
])  # fmt: skip
def test_a_number_is_written_in_the_readers_form(value: float, form: str, english: str, french: str) -> None:
    assert (EN.number(value, form), FR.number(value, form)) == (english, french)


@pytest.mark.parametrize("value", [0.0, 1.0, -2.5, 1e-300, 5e-324, 1.7976931348623157e308, 1e22, 123456789.0, 0.1 + 0.2])
@pytest.mark.parametrize("form", ["", "0", "4", "12", "%1", "d"])
def test_every_float_has_a_form_that_reads_back_to_it(value: float, form: str) -> None:
    digits, power = plain(value, form)
    back = float(digits.replace(",", "")) * 10.0**power / (100 if form.startswith("%") else 1)
    tolerance = 0.5 * 10.0 ** -int(form[-1] if form not in ("", "d", "12") else 12 if form == "12" else 0)
    assert math.isclose(back, value, rel_tol=1e-5) or abs(back - value) <= tolerance or math.isinf(back)


@pytest.mark.parametrize(("text", "value"), [
    ("0,5", 0.5), ("0.5", 0.5), ("-0,5", -0.5), ("−3", -3.0), ("1e-3", 1e-3), (" 2 ", 2.0), (".5", 0.5), ("1E2", 100.0),
    ("1,000.5", None), ("1.000.5", None), ("", None), ("abc", None), ("1e999999", None), ("nan", None), ("inf", None),
    ("٣", None), ("1_0", None), ("9" * 5000, None), (".", None), ("e5", None),
])  # fmt: skip
def test_a_learners_number_is_read_by_one_rule(text: str, value: float | None) -> None:
    assert parse_number(text) == value


@pytest.mark.parametrize("value", [0.5, -3.25, 1e-7, 123456.0])
def test_mathml_and_latex_carry_the_same_digits(value: float) -> None:
    letters = re.sub("<[^>]+>", "", FR.mathml(value)).replace("−", "-")
    latex = FR.latex(value).replace("{,}", ",").replace(r"\,", "").replace(r" \times 10^{", "×10").rstrip("}")
    assert letters.replace(NARROW, "") == latex


def test_a_negative_number_is_fenced_after_an_operator() -> None:
    assert EN.mathml(-2.0, fenced=True) == "<mrow><mo>(</mo><mrow><mo>−</mo><mn>2</mn></mrow><mo>)</mo></mrow>"
    assert EN.latex(-2.0, fenced=True) == "(-2)"


@pytest.mark.parametrize(("tag", "code"), [
    ("fr", "fr"), ("fr-CA", "fr"), ("en_GB", "en"), ("FR", "fr"), ("zz", None), ("../../x", None), ("fr-../x", None),
    ("", None), ("french", None), ("f" * 100000, None), ("fr\x00", None), ("de", None),
])  # fmt: skip
def test_only_an_offered_language_is_taken(tag: str, code: str | None) -> None:
    assert fold(tag, ("en", "fr")) == code


@pytest.mark.parametrize(("plain_text", "set_text"), [
    ("Pourquoi ?", "Pourquoi\u202f?"),
    ("Oui ; non !", "Oui\u202f; non\u202f!"),
    ("Voici : ceci", "Voici\u00a0: ceci"),
    ("« mot »", "«\u00a0mot\u00a0»"),
    ("l'époque", "l’époque"),
    ("`a ? b` ?", "`a ? b`\u202f?"),
    ("{n} %", "{n}\u00a0%"),
    ("https://a.b/c:d", "https://a.b/c:d"),
    ("$a : b$", "$a : b$"),
])  # fmt: skip
def test_french_typography_is_set_outside_code_and_maths(plain_text: str, set_text: str) -> None:
    assert typography(plain_text, "fr") == set_text
    assert typography(plain_text, "en") == plain_text


def test_zero_is_singular_in_french_and_plural_in_english() -> None:
    assert [EN.form_of(n) for n in (0, 1, 2)] == [1, 0, 1]
    assert [FR.form_of(n) for n in (0, 1, 2)] == [0, 0, 1]


def test_the_time_of_day_is_said_as_each_language_says_it() -> None:
    moment = datetime(2023, 1, 13, 14, 2, tzinfo=UTC)
    assert EN.clock(moment) == "14:02"
    assert FR.clock(moment) == "14\u00a0h\u00a002"


def test_english_and_every_folder_of_catalogs_are_offered() -> None:
    assert offered(CATALOGS) == ("en", "fr")
    assert EN.translate("no such message") == FR.translate("no such message") == "no such message"


@pytest.mark.parametrize(("text", "value"), [("1 000", 1000.0), ("10\u202f000", 10000.0), ("1 0", None), ("12 34", None)])
def test_spaces_may_part_thousands_and_nothing_else(text: str, value: float | None) -> None:
    assert parse_number(text) == value
