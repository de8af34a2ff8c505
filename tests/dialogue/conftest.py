"""The house's own phrases, and a tutor, read once."""

import pytest

from tutor.conversations import Tutor, open_tutor
from tutor.dialogue.phrases import Phrases, load, with_terms
from tutor.language import house_folder


@pytest.fixture(scope="session")
def phrases() -> Phrases:
    return with_terms(load(house_folder("content").joinpath("phrases")), ())


@pytest.fixture(scope="session")
def hostile() -> tuple[str, ...]:
    """Texts that break naive code: control characters, lone surrogates, stacked accents, lists without end."""
    return (
        "",
        "\x00",
        "what is \x00 backprop\x00agation",
        "\ud800 backprop \udfff",
        "\u202ebackprop\u202c \u2066?\u2069",
        "e" + "\u0301" * 1999,
        "z\u0335\u0321a\u0334\u0322l\u0337g\u0338o\u0336 " * 100,
        "🧠🔥👩‍👩‍👧‍👦🇫🇷" * 200,
        "\ufdfa" * 5000,
        "１．ｗｈａｔ ｉｓ ｂａｃｋｐｒｏｐ？",
        "(" * 3000,
        "1" * 3000,
        "1) " * 1500,
        "1. a 2. b " * 400,
        "?\n" * 1500,
        ";" * 3000,
        "- \n" * 1500,
        "translate " * 400,
        "premièrement " * 300,
        "abcde " * 500,
        "'" * 2500,
        "\u2028".join(["why"] * 600),
        "слой ニューラル 神经网络 שכבה",
    )


@pytest.fixture(scope="session")
def tutor() -> Tutor:
    return open_tutor()
