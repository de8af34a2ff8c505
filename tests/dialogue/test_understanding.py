"""Two questions in one sentence, a question asked twice, a command said in a sentence."""

import time
from dataclasses import replace

import pytest
from conversation import conversation, last

from tutor.conversations import Tutor
from tutor.dialogue.matching import Decision
from tutor.dialogue.phrases import Phrases
from tutor.dialogue.prompt import Request, read
from tutor.dialogue.reply import Turn, reply
from tutor.dialogue.router import FOLLOW
from tutor.dialogue.understanding import understood
from tutor.dialogue.view import part_view, view
from tutor.dialogue.words import split

BACKPROP = "What is backpropagation?"
JOINED = {
    "What is the chain rule and why do we need hidden layers?": ["chain-rule", "hidden-layers"],
    "what's an epoch? how do i choose the lr?": ["epochs-and-batches", "learning-rate"],
    "Explain momentum, and also how does dropout work?": ["momentum", "dropout"],
    "C'est quoi le biais et pourquoi faut-il des couches cachées ?": ["bias", "hidden-layers"],
    "Explain momentum and dropout": ["momentum", "dropout"],
    "Explain the difference between momentum and dropout": ["momentum", "dropout"],
    "Expliquez la rétropropagation et le surapprentissage avec une image": ["backpropagation", "overfitting"],
    "comment marche Adam, et est-ce que le dropout aide contre le surapprentissage": ["adam", "dropout"],
    "What is dropout? Why does it help? And how do I choose the learning rate?": ["dropout", "learning-rate"],
    "What is the difference between a gradient that vanishes and one that explodes?":
        ["vanishing-gradients", "exploding-gradients"],
    "What is an epoch and what is a batch and what is dropout?": ["epochs-and-batches", "dropout"],
    "Qu'est-ce que le dropout, et qu'est-ce qu'une époque ?": ["dropout", "epochs-and-batches"],
    "what is adam what is dropout": ["adam", "dropout"],
    "dropout, adam, relu": ["dropout", "adam", "relu"],
    "What are dropout, Adam and ReLU?": ["dropout", "adam", "relu"],
    "what's dropout & what's adam": ["dropout", "adam"],
    "c'est quoi adam ?what is relu?": ["adam", "relu"],
    "Explique le surapprentissage. Ensuite le dropout.": ["overfitting", "dropout"],
    "J'aimerais comprendre le dropout ainsi que Adam": ["dropout", "adam"],
    "dropout vs batch norm, what does each one do?": ["dropout", "batch-normalization"],
    "Two questions about ReLU: why is it so popular, and how can a unit die?": ["relu", "dead-relu"],
}
WHOLE = [
    "Expliquez le rapport entre la rétropropagation et la descente de gradient",
    "What is the difference between Adam and SGD?", "If I swap SGD for Adam, is it still backpropagation?",
    "What is backpropagation and why does it matter?", "Is the loss going down, and is that good?",
    "What is the difference between training and test?",
    "À quoi servent les ensembles d'entraînement, de validation et de test ?",
    "Adam vs SGD", "Bonjour Madame, mon réseau n'apprend rien du tout", "With lr=0.1, how big is a step of momentum?",
    "I have 3 layers. Is that too many? Does it make training slower?", "What is a hidden layer? Is it really needed?",
    "GELU vs ReLU: is the smooth one worth the extra cost", "Quelle est la différence entre epoch, batch et itération ?",
]  # fmt: skip
SAID = {
    "simpler": ["I got lost halfway, could you put that in plain words", "t'as pas plus facile à comprendre stp"],
    "sources": ["are you really sure of that", "ça vient de quel livre ce que tu racontes"],
    "steps": ["wait, how did you get to that line",
              "comment tu passes de la ligne d'avant à celle-là"],
    "chart": ["draw me a picture of that", "tu peux faire un dessin de ce que tu viens d'expliquer ?"],
    "check": ["quiz me", "quiz me on this", "donne-moi un petit exercice pour voir si j'ai compris"],
    "limits": ["its limits", "les erreurs fréquentes", "is that always true though",
               "est-ce que ça marche aussi dans les autres cas ?"],
    "another": ["do it again but with different numbers please", "refais-le avec d'autres valeurs"],
    "deepen": ["could you elaborate on that a bit more", "dis-m'en un peu plus là-dessus"],
}


def meant(text: str, tutor: Tutor) -> tuple[Request, ...]:
    return understood(read(text, "en"), tutor.mind)


@pytest.mark.parametrize(("text", "slugs"), JOINED.items())
def test_two_questions_in_one_sentence_are_two(text: str, slugs: list[str], tutor: Tutor) -> None:
    assert [part.decision.slug for part in meant(text, tutor) if part.decision] == slugs


@pytest.mark.parametrize("text", WHOLE)
def test_one_question_with_two_clauses_stays_one(text: str, tutor: Tutor) -> None:
    assert [part.text for part in meant(text, tutor)] == [text]


def test_what_was_typed_is_kept_whole_when_it_is_parted(tutor: Tutor) -> None:
    dropped = {"and", "et", "vs"}
    for text in JOINED:
        kept = split(" ".join(part.text for part in meant(text, tutor)))
        assert [word for word in kept if word not in dropped] == [word for word in split(text) if word not in dropped]


def test_a_sentence_about_what_is_not_taught_is_declined_beside_the_answer(tutor: Tutor) -> None:
    parts = meant("What is dropout? Who won the football world cup in 1998?", tutor)
    assert [part.decision.kind for part in parts if part.decision] == ["answer", "abstain"]


@pytest.mark.parametrize(("text", "kinds"), [
    ("What is dropout? Show me the code.", ["question", "code"]),
    ("C'est quoi la règle de la chaîne ? Montre-moi la formule. En anglais svp.", ["question", "formula", "translate"]),
    ("What is dropout? And give me the formula and the sources.", ["question", "formula", "sources"]),
    ("Explain the chain rule, then quiz me.", ["question", "check"]),
    ("Explique ReLU et donne un exemple", ["question", "example"]), ("Interroge-moi sur ça", ["check"]),
    ("Comment fonctionne Adam ? Réponds en anglais.", ["question", "translate"]),
    ("Explain momentum in French", ["question", "translate"]), ("how do you say weight in French?", ["question"]),
    ("What is the difference between the loss and the formula?", ["question"]),
    ("Tous les poids sont égaux. D'où ça vient ?", ["question"]),
    ("What is backpropagation? Thanks!", ["question"]), ("What is ReLU? Why?", ["question"]),
])  # fmt: skip
def test_a_command_may_end_a_question(text: str, kinds: list[str], tutor: Tutor) -> None:
    assert [part.kind for part in meant(text, tutor)] == kinds


def test_a_command_speaks_of_what_the_same_text_asked(tutor: Tutor) -> None:
    for text in ("What is momentum? Show me the formula.", "1. What is momentum?\n2. Show me the formula"):
        told, formula = conversation(tutor, text)[-1].answer.parts
        assert (told.lesson, formula.lesson, formula.aspect) == ("momentum", "momentum", "formula")
        assert formula.receipt == told.receipt


def test_a_language_wished_at_the_end_is_that_of_the_whole_answer(tutor: Tutor) -> None:
    answer = conversation(tutor, "What is momentum? In French please")[-1].answer
    assert (answer.lang, [part.lesson for part in answer.parts]) == ("fr", ["momentum"])


def test_two_questions_about_one_lesson_are_not_answered_twice_alike(tutor: Tutor) -> None:
    parts = meant("Why is ReLU so popular?\nWhat does ReLU do to its input?", tutor)
    slugs = [part.decision.slug for part in parts if part.decision]
    assert slugs[0] == "relu" and len(slugs) == 2


def test_a_numbered_question_is_never_parted(tutor: Tutor) -> None:
    text = "1. What is the chain rule and why do we need hidden layers?\n2. What is dropout?"
    assert [part.label for part in meant(text, tutor)] == ["1", "2"]


def test_a_question_asked_twice_is_answered_once_under_both_numbers(tutor: Tutor) -> None:
    text = "1. What is dropout?\n2. What is Adam?\n3. what is DROPOUT ?"
    assert [(part.label, part.text) for part in meant(text, tutor)] == [("1, 3", "What is dropout?"), ("2", "What is Adam?")]


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in SAID.items() for text in texts])
def test_a_command_may_be_a_sentence(kind: str, text: str, tutor: Tutor) -> None:
    assert [each.kind for each in meant(text, tutor)] == [kind]
    assert last(tutor, "What does momentum do?", text).lesson == "momentum"


@pytest.mark.parametrize("aspect", ["check", "limits"])
def test_every_lesson_has_that_side(aspect: str, tutor: Tutor) -> None:
    for lesson in tutor.shelves["en"].edition.lessons.values():
        title = "".join(map(str, lesson.title.text))
        (shown,) = view(conversation(tutor, title, SAID[aspect][0])[-1], tutor.shelves["en"]).parts
        assert shown.page and shown.page.slug == lesson.slug and shown.page.blocks


@pytest.mark.parametrize(("text", "aspect"), [
    ("but could you put that in plain words for my little brother", "simpler"), ("now quiz me a bit on this please", "check"),
    ("et tu peux me faire un dessin de tout ça", "chart"),
])  # fmt: skip
def test_a_command_may_begin_as_what_follows_does(text: str, aspect: str, tutor: Tutor) -> None:
    assert [each.kind for each in meant(text, tutor)] == ["follow"]
    part = last(tutor, "What does momentum do?", text)
    assert (part.lesson, part.aspect) == ("momentum", aspect)


@pytest.mark.parametrize("led", ["", "and ", "alors "])
def test_every_command_is_answered_and_shown(led: str, phrases: Phrases, tutor: Tutor) -> None:
    commands = [texts for table in phrases.by_language.values() for slug, texts in table.items() if slug.startswith(FOLLOW)]
    for text in (led + text for texts in commands for text in texts[::9]):
        for said in conversation(tutor, "What does momentum do?", text)[-1].answer.parts:
            shown = [part_view(said, shelf) for shelf in tutor.shelves.values()]
            assert all(each.message or each.page for each in shown), text


@pytest.mark.parametrize(("text", "slug"), [
    ("explique moi la retropropagation comme si j'avais 12 ans stp", "backpropagation"),
    ("can you explain dropout in simpler words", "dropout"), ("give me another example of the chain rule", "chain-rule"),
])  # fmt: skip
def test_a_command_that_names_a_topic_is_a_question_about_it(text: str, slug: str, tutor: Tutor) -> None:
    assert last(tutor, text).lesson == slug


@pytest.mark.parametrize(("text", "slug", "aspect"), [
    ("Quiz me on overfitting", "overfitting", "check"), ("Interroge-moi sur le surapprentissage", "overfitting", "check"),
    ("quiz me on convolution", "convolution", "check"),
    ("limits of dropout", "dropout", "limits"), ("les limites du dropout", "dropout", "limits"),
    ("draw gradient descent", "gradient-descent", "chart"), ("draw backpropagation", "backpropagation", None),
    ("give me the PyTorch code for backpropagation", "backpropagation", "code"), ("code of dropout", "dropout", None),
])  # fmt: skip
def test_a_command_that_names_a_topic_is_about_that_one(text: str, slug: str, aspect: str | None, tutor: Tutor) -> None:
    for before in ((), ("What is tanh?",)):
        part = last(tutor, *before, text)
        assert (part.kind, part.lesson, part.aspect) == ("answer", slug, aspect)


def test_a_picture_is_the_lessons_chart_or_there_is_none(tutor: Tutor) -> None:
    (shown,) = view(conversation(tutor, "What does momentum do?", "draw me a picture of that")[-1], tutor.shelves["fr"]).parts
    assert shown.page and {block.kind for block in shown.page.blocks} == {"chart"}
    assert last(tutor, BACKPROP, "draw me a picture of that").note == "no-chart"


def test_what_is_not_clear_is_asked(tutor: Tutor) -> None:
    unsure = replace(read("ReLU?", "en")[0], decision=Decision("clarify", "relu", 0.2, ("relu", "tanh")))
    (part,) = reply(Turn("", [unsure], (), None, "en"), tutor.mind).parts
    assert (part.kind, part.note, part.alternatives) == ("clarify", "which-lesson", ("relu", "tanh"))


@pytest.mark.parametrize("worst", ["what is " * 250, "and how " * 250, "? " * 1000, "a, what " * 250, "et comment, " * 160,
                                   "explain " + "and " * 490, "c'est quoi " + "a et " * 390])
def test_understanding_the_longest_text_is_quick(worst: str, tutor: Tutor) -> None:
    def seconds(text: str) -> float:
        began = time.perf_counter()
        meant(text, tutor)
        return time.perf_counter() - began

    assert min(seconds(f"{worst}{turn}") for turn in range(3)) < 0.04
