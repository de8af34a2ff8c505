"""Commands of a few words go on from what was said, in either language; a question is never taken for one."""

import random
import time

import pytest
from conversation import last

from tutor.answer import Part
from tutor.conversations import Tutor
from tutor.dialogue.commands import PATTERNS, command_of
from tutor.dialogue.phrases import Phrases
from tutor.dialogue.prompt import read
from tutor.dialogue.receipts import from_json, programs
from tutor.dialogue.reply import Turn, reply
from tutor.dialogue.router import is_lesson
from tutor.dialogue.view import PartView, part_view

BACKPROP = "What is backpropagation?"
COMMANDS = {
    "why": ["why?", "pourquoi c'est comme ça ?", "but why?", "Why is that?", "pourquoi ?", "mais pourquoi ça ?", "pourkoi", "pk",
            "how come?"],
    "simpler": ["simpler please", "plus simple", "explain like I'm five", "explique plus simplement", "ELI5",
                "explique comme si j'avais 5 ans", "je comprends pas", "Can you explain it more simply?", "I don't get it",
                "I still don't understand"],
    "example": ["an example", "un exemple", "with numbers", "avec des chiffres", "donne-moi un exemple concret stp",
                "for example?", "par exemple ?", "exmaple"],
    "another": ["another example", "un autre exemple", "another one", "with other numbers", "avec d'autres nombres",
                "one more example", "encore un exemple", "un autre exmeple"],
    "steps": ["show the steps", "montre les étapes", "montre-moi le calcul", "show your work", "step by step",
              "étape par étape", "montre les etapes", "détaille le calcul"],
    "formula": ["the formula", "la formule", "what's the formula?", "quelle est la formule ?", "formules",
                "c'est quoi la formule"],
    "code": ["the code", "le code", "show me the code in PyTorch", "in JAX?", "et avec numpy ?", "le code en pytorch stp",
             "how would that look in pytorch?", "what about JAX?", "donne le code en TensorFlow"],
    "sources": ["sources", "source?", "d'où tu tiens ça ?", "D’où tenez-vous ça ?", "where did you get that?", "tes sources ?"],
    "deepen": ["go on", "continue", "et ensuite ?", "continuez svp"],
    "repeat": ["again", "répète", "say it again", "encore une fois", "repete stp", "could you repeat that, please?"],
    "symbols": ["what is that symbol?", "c'est quoi ce symbole ?", "what do the symbols mean?", "explique les symboles"],
    "symbol": ["c'est quoi δ ?", "what does η mean?", "what is w1?", "what's L?", "que signifie delta ?"],
    "choice": ["2", "le deuxième", "the second one", "numéro 3", "la premiere", "the last one"],
    "yes": ["yes", "oui", "ok", "d'accord", "yes please", "ouais", "bien sûr"],
    "no": ["no", "non", "nope", "pas ça"],
    "thanks": ["thanks!", "merci", "merci beaucoup", "thank you very much", "great thanks"],
    "hello": ["hello", "bonjour", "salut !", "hi there", "hello there, how are you?"],
    "origin": ["where does 0.3775 come from?", "d'où vient 0,082 ?", "how did you get 0.29?", "d'ou sort ce 0.5",
               "pourquoi 0,29 ?", "comment tu obtiens 1,7 × 10⁻⁸ ?"],
}  # fmt: skip
QUESTIONS = [
    "What is a layer?", "Why hidden layers?", "pourquoi des couches cachées ?", "What is the chain rule formula?",
    "give me an example of overfitting", "un exemple de surapprentissage", "how many steps does training take?",
    "c'est quoi un lot ?", "What is a sample?", "les étapes d'un pas d'entraînement", "code backprop in numpy",
    "more layers", "je ne comprends plus", "What is Adam?", "c'est quoi le momentum ?", "what is the gradient?",
    "why is my loss not decreasing?", "pourquoi ma loss baisse pas ?", "what does softmax do?", "what is simple gradient descent",
    "How do I code backpropagation?", "Which formula does Adam use?", "where does the chain rule come from?",
    "d'où vient la rétropropagation ?", "What is the source of noise in a minibatch?", "merci d'expliquer le dropout",
    "hello, what is backpropagation?", "explain the bias simply", "what are the steps of training", "what is dropout?",
    "symbol of the learning rate", "no hidden layers, is it bad?", "is one layer enough?", "the first layer is slow, why?",
    "and then the chain rule?", "should I continue to train?",
]  # fmt: skip
NEEDS = ("why", "simpler", "example", "another", "steps", "formula", "code", "sources", "repeat", "symbols", "choice", "origin")


def shown(tutor: Tutor, *texts: str, lang: str = "en") -> PartView:
    return part_view(last(tutor, *texts), tutor.shelves[lang])


def kinds(view: PartView) -> list[str]:
    assert view.page
    return [block.kind for block in view.page.blocks]


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in COMMANDS.items() for text in texts])
def test_a_few_words_are_a_command(kind: str, text: str) -> None:
    assert [request.kind for request in read(text, "en")] == [kind]


@pytest.mark.parametrize("text", QUESTIONS)
def test_a_question_is_never_a_command(text: str) -> None:
    assert command_of(text) is None
    assert {request.kind for request in read(text, "en")} <= {"question", "follow"}


@pytest.mark.parametrize("text", ["choice", "the choice", "my choice, please", "l'option"])
def test_a_choice_without_a_place_chooses_nothing(text: str) -> None:
    assert {request.kind for request in read(text, "en")} <= {"question", "follow"}


def test_any_words_of_the_commands_can_be_read() -> None:
    words = sorted(set().union(*(pattern.words for pattern in PATTERNS)))
    draw = random.Random(8)
    for _ in range(4000):
        read(" ".join(draw.choices(words, k=draw.randint(1, 5))), "en")


@pytest.mark.parametrize("kind", NEEDS)
def test_without_context_a_command_asks_what_to_explain(tutor: Tutor, kind: str) -> None:
    part = last(tutor, COMMANDS[kind][0])
    assert (part.kind, part.note, part.receipt) == ("command", "nothing-to-follow", None)
    assert all(part_view(part, shelf).message for shelf in tutor.shelves.values())


@pytest.mark.parametrize("kind", ["why", "simpler", "example", "steps", "formula", "code", "sources", "symbols"])
def test_a_side_of_the_last_lesson_keeps_its_numbers(tutor: Tutor, kind: str) -> None:
    first, part = last(tutor, BACKPROP), last(tutor, BACKPROP, COMMANDS[kind][1])
    assert (part.kind, part.lesson, part.aspect) == ("command", first.lesson, kind)
    assert part.receipt == first.receipt


@pytest.mark.parametrize("slug_question", [BACKPROP, "What is momentum?", "What is dropout?", "What is XOR?"])
@pytest.mark.parametrize("kind", ["why", "simpler", "example", "steps", "formula", "symbols"])
def test_every_side_shows_something(tutor: Tutor, kind: str, slug_question: str) -> None:
    assert kinds(shown(tutor, slug_question, COMMANDS[kind][0]))


def test_the_formula_shows_formulas_and_the_steps_tables(tutor: Tutor) -> None:
    assert set(kinds(shown(tutor, BACKPROP, "la formule", lang="fr"))) == {"formula"}
    assert "numbers" in kinds(shown(tutor, BACKPROP, "montre le calcul", lang="fr"))
    assert not {"numbers", "chart", "code"} & set(kinds(shown(tutor, BACKPROP, "plus simple", lang="fr")))


def test_the_sources_are_shown_where_they_are_asked_for(tutor: Tutor) -> None:
    sources = [shown(tutor, BACKPROP, text).page.sources for text in ("why?", "source?", "répète")]
    assert not sources[0] and sources[1] == sources[2]
    assert shown(tutor, BACKPROP, "source?").page.blocks == ()


def test_the_code_is_the_program_of_these_numbers(tutor: Tutor) -> None:
    view = shown(tutor, BACKPROP, "the code in PyTorch")
    (code,) = (block.data["text"] for block in view.page.blocks if block.kind == "code")
    assert code == programs(from_json(view.part.receipt))["pytorch"]
    assert kinds(shown(tutor, BACKPROP, "the code")).count("code") == 4


def test_an_example_without_a_program_says_so(tutor: Tutor) -> None:
    part = last(tutor, "What is gradient descent?", "le code ?")
    assert (part.note, part.lesson) == ("no-program", None)


def test_another_example_has_other_numbers_every_time(tutor: Tutor) -> None:
    texts = [BACKPROP, "another example", "un autre exemple", "another one"]
    parts = [last(tutor, *texts[: count + 1]) for count in range(4)]
    assert {part.lesson for part in parts} == {"backpropagation"}
    assert len({str(part.receipt["inputs"]) for part in parts}) == 4
    assert len({part.receipt["numbers"]["loss"] for part in parts}) == 4
    assert last(tutor, *texts) == parts[-1]


def test_again_repeats_the_last_lesson_whole(tutor: Tutor) -> None:
    first, again = last(tutor, BACKPROP), last(tutor, BACKPROP, "thanks", "répète")
    assert (again.kind, again.lesson, again.receipt) == ("command", first.lesson, first.receipt)


def test_more_details_after_a_side_are_the_whole_technical_lesson(tutor: Tutor) -> None:
    part = last(tutor, BACKPROP, "un exemple", "plus de détails")
    assert (part.kind, part.depth, part.aspect) == ("answer", "technical", None)


def test_a_named_symbol_shows_its_steps(tutor: Tutor) -> None:
    view = shown(tutor, BACKPROP, "c'est quoi δ ?", lang="fr")
    (table,) = view.page.blocks
    assert view.part.trace and len(table.data["rows"]) == len(view.part.trace)
    assert all("delta" in row[0]["text"] for row in table.data["rows"])


def test_what_names_no_symbol_of_the_example_is_a_question(tutor: Tutor) -> None:
    assert last(tutor, BACKPROP, "what is ζ?").kind == "abstain"


def test_and_a_topic_is_a_question_about_it(tutor: Tutor) -> None:
    assert last(tutor, BACKPROP, "what about Adam?").lesson == "adam"
    assert last(tutor, BACKPROP, "et pour le dropout ?").lesson == "dropout"
    assert last(tutor, BACKPROP, "et le momentum ?").lesson == "momentum"


def test_a_place_chooses_from_the_list_that_was_offered(tutor: Tutor) -> None:
    offered = last(tutor, "How do I cook rice?").alternatives
    for place, text in enumerate(["1", "le deuxième", "the third one"]):
        assert last(tutor, "How do I cook rice?", text).lesson == offered[place]
    assert last(tutor, "How do I cook rice?", "9").note == "no-choice"


def test_yes_to_several_choices_asks_which(tutor: Tutor) -> None:
    part = last(tutor, "How do I cook rice?", "oui")
    assert part.note == "which-one" and len(part.alternatives) == 3
    assert last(tutor, "How do I cook rice?", "oui", "2").lesson == part.alternatives[1]


@pytest.mark.parametrize(("text", "place"), [
    ("b", 1), ("2", 1), ("the answer is b", 1), ("I would say b", 1), ("the first one", 0), ("la b je crois", 1),
    ("la réponse a", 0), ("c'est la c", 2), ("je dis la deuxième", 1), ("3)", 2),
])  # fmt: skip
def test_a_lessons_question_may_be_answered(tutor: Tutor, text: str, place: int) -> None:
    asked = shown(tutor, "What is dropout?", "quiz me").page.blocks[-1].data["choices"]
    for language in ("en", "fr"):
        view = shown(tutor, "What is dropout?", "quiz me", text, lang=language)
        told = view.page.blocks[-1].data["text"]
        assert told.startswith(("Right:", "Exact") if asked[place]["right"] else ("Not this one:", "Non, pas celle-ci"))
    assert asked[place]["why"]["text"] in shown(tutor, "What is dropout?", "quiz me", text).page.blocks[-1].data["text"]


def test_an_ok_after_an_answer_chooses_nothing(tutor: Tutor) -> None:
    assert last(tutor, "What is dropout?", "ok").note == "thanks"
    assert last(tutor, "What is dropout?", "yes").note == "which-one"


@pytest.mark.parametrize("text", ["I don't know", "je ne sais pas", "the answer please", "la bonne réponse ?"])
def test_who_gives_up_is_told_the_right_answer(tutor: Tutor, text: str) -> None:
    assert shown(tutor, "What is dropout?", "quiz me", text).page.blocks[-1].data["text"].startswith("Right:")


def test_an_answer_that_was_not_offered_is_none(tutor: Tutor) -> None:
    assert last(tutor, "What is dropout?", "quiz me", "d").note == "no-choice"
    assert last(tutor, "What is dropout?", "b").aspect is None


@pytest.mark.parametrize("text", ["1)", "1.", "(1)", "n° 1", "#1"])
def test_a_place_may_be_written_as_lists_write_it(tutor: Tutor, text: str) -> None:
    assert last(tutor, "How do I cook rice?", text).lesson == last(tutor, "How do I cook rice?").alternatives[0]


@pytest.mark.parametrize(("text", "lesson", "note"), [
    ("yes", "adam", None), ("oui", "adam", None), ("le deuxième", "momentum", None), ("non", None, "in-other-words"),
])  # fmt: skip
def test_yes_and_no_answer_what_was_meant(tutor: Tutor, text: str, lesson: str | None, note: str | None) -> None:
    asked = Part("clarify", "the one with two means", alternatives=("adam", "momentum"))
    (part,) = reply(Turn(text, read(text, "en"), [(asked,)], None, "en"), tutor.mind).parts
    assert (part.lesson, part.note) == (lesson, note)
    assert part.alternatives == (("momentum",) if note else ())


def test_politeness_is_answered_politely(tutor: Tutor) -> None:
    assert (last(tutor, "merci").note, last(tutor, "hello").note) == ("thanks", "hello")


def test_a_side_is_shown_in_the_other_language_too(tutor: Tutor) -> None:
    part = last(tutor, BACKPROP, "un exemple", "Translate this into English")
    assert (part.kind, part.aspect) == ("command", "example")


@pytest.mark.parametrize("worst", ["1 " * 1000, "why " * 500, "a" * 2000, "δ" * 2000, "c'est quoi " * 180, "0.5/" * 500,
                                   "where " * 330 + "0.5", "with 3 " * 280, "1 x 10" * 330, "e-" * 1000, "=" * 2000])  # fmt: skip
def test_reading_the_longest_text_is_quick(worst: str) -> None:
    """Far below the 20 ms it may take, and with room for a busy machine; the best of three counts."""
    assert min(_seconds(worst + str(turn)) for turn in range(3)) < 0.04


def _seconds(text: str) -> float:
    start = time.perf_counter()
    read(text, "en")
    return time.perf_counter() - start


def topics(phrases: Phrases) -> list[tuple[str, ...]]:
    tables = [table.items() for table in phrases.by_language.values()]
    return [texts for table in tables for slug, texts in table if is_lesson(slug)]


def test_no_phrase_of_a_topic_is_a_command(phrases: Phrases) -> None:
    """A symbol that the last example does not have is a question too."""
    heard = [(text, command_of(text)) for texts in topics(phrases) for text in texts]
    assert [(text, command.kind) for text, command in heard if command and command.kind != "symbol"] == []
