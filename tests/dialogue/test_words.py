"""Folding is what makes accents, ligatures, apostrophes and widths matter no more."""

import pytest

from tutor.dialogue.words import MOST_CHARACTERS, fold, meant, run_together, slips, split, stem


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Rétropropagation", "retropropagation"),
        ("RE\u0301TRO", "retro"),
        ("un nœud", "un noeud"),
        ("l’erreur", "l'erreur"),
        ("quoi\u202f?\u00a0ça", "quoi ? ca"),
        ("back\u200bprop", "backprop"),
        ("ｂａｃｋｐｒｏｐ", "backprop"),
        ("∂L/∂w", "dl/dw"),
    ],
)
def test_folding_keeps_the_letters_alone(written: str, folded: str) -> None:
    assert fold(written) == folded


def test_folding_twice_is_folding_once(hostile: tuple[str, ...]) -> None:
    assert all(fold(fold(text)) == fold(text) for text in hostile)


def test_no_more_than_the_first_characters_are_read() -> None:
    assert fold("a" * 10**6) == "a" * MOST_CHARACTERS
    assert len(fold("\ufdfa" * 10**5)) <= 2 * MOST_CHARACTERS


def test_what_is_split_is_plain_letters_and_digits(hostile: tuple[str, ...]) -> None:
    words = [word for text in hostile for word in split(text)]
    assert all(word.isascii() and word.isalnum() for word in words)


def test_an_elision_is_a_word_of_its_own() -> None:
    assert split("L'entraînement d’un réseau") == ("l", "entrainement", "d", "un", "reseau")


@pytest.mark.parametrize(
    "forms",
    [
        ("couche", "couches"),
        ("cachée", "caché", "cachées", "cachés", "cacher"),
        ("entraîner", "entraîne", "entraînement", "entraînements"),
        ("layer", "layers"),
        ("training", "train", "trained"),
        ("7", "128"),
    ],
)
def test_the_forms_of_a_word_share_a_stem(forms: tuple[str, ...]) -> None:
    assert len({stem(split(form)[0]) for form in forms}) == 1


@pytest.mark.parametrize("typed", ["layer", "laier", "layyer", "layr", "alyer", "layre", "layerr"])
def test_one_slip_of_the_keyboard_is_forgiven(typed: str) -> None:
    assert meant(typed, slips({"layer", "chain", "rule"})) == "layer"


@pytest.mark.parametrize("typed", ["lawyers", "rul", "rula", "china", "chien", "layerrr"])
def test_two_slips_or_a_short_word_are_not(typed: str) -> None:
    assert meant(typed, slips({"layer", "chain", "rule"})) is None


def test_two_words_may_be_typed_as_one() -> None:
    known = slips({"hidden", "layers", "the", "net"})
    assert ("hidden", "layers") in run_together("hiddenlayers", known)
    assert ("hidden", "layers") in run_together("hiddenblayers", known)
    assert ("the", "hidden") in run_together("thehidden", known)
    assert list(run_together("thenet", known)) == []
    pairs = [pair for word in ("hiddenl", "lhidden", "hiddenxl") for pair in run_together(word, known)]
    assert all(len(part) > 1 for pair in pairs for part in pair)
    assert list(run_together("hidden" * 1000, known)) == []


def test_two_letters_of_a_short_word_may_be_swapped() -> None:
    assert meant("reul", slips({"relu"})) == "relu"
    assert meant("ot", slips({"to"})) is None
