"""A text becomes requests: questions under the asker's numbers, commands, and the depth that is wanted."""

import pytest

from tutor.dialogue.prompt import MOST_PARTS, Request, language_of, read

NUMBERED = """1. How does chain rule get involved in all of this?
2. What are some common implementations of backpropagation?
3. What stage of implementing an ML model solution is backpropagation used?"""


def only(text: str, language: str = "en") -> Request:
    (request,) = read(text, language)
    return request


def labels(text: str) -> list[str | None]:
    return [request.label for request in read(text, "en")]


def texts(text: str) -> list[str]:
    return [request.text for request in read(text, "en")]


def test_numbered_questions_keep_the_askers_numbers() -> None:
    assert labels(NUMBERED) == ["1", "2", "3"]
    assert texts(NUMBERED)[0] == "How does chain rule get involved in all of this?"


@pytest.mark.parametrize("marks", [("1)", "2)"), ("(1)", "(2)"), ("1 -", "2 -"), ("1/", "2/"), ("Q1:", "Q2:")])
def test_many_ways_to_number_are_understood(marks: tuple[str, str]) -> None:
    text = f"{marks[0]} what is backprop?\n{marks[1]} why hidden layers?"
    assert [(request.label, request.text) for request in read(text, "en")] == [
        ("1", "what is backprop?"),
        ("2", "why hidden layers?"),
    ]


def test_letters_may_number_questions_in_one_line() -> None:
    text = "Please explain (a) how the chain rule works, (b) why hidden layers help"
    assert texts(text) == ["how the chain rule works", "why hidden layers help"] and labels(text) == ["a", "b"]
    assert texts("Which is larger, (b) or (a) here?") == ["Which is larger, (b) or (a) here?"]


def test_numbers_need_not_begin_at_one() -> None:
    assert labels("4. And the chain rule?\n5. And the hidden layers?") == ["4", "5"]


def test_letters_number_too() -> None:
    assert labels("a) what is backprop?\nb) what is the chain rule?") == ["a", "b"]


def test_a_list_may_run_on_in_one_line() -> None:
    text = "Explique : 1. la règle de la chaîne 2. les couches cachées 3. le temps"
    assert texts(text) == ["la règle de la chaîne", "les couches cachées", "le temps"]
    assert labels(text) == ["1", "2", "3"]


@pytest.mark.parametrize("marks", [("Premièrement", "Deuxièmement,"), ("Bonjour. Première question :", "Deuxième :")])
def test_ordinals_number_too(marks: tuple[str, str]) -> None:
    text = f"{marks[0]} c'est quoi la rétropropagation ? {marks[1]} pourquoi des couches cachées ?"
    assert texts(text) == ["c'est quoi la rétropropagation ?", "pourquoi des couches cachées ?"]
    assert labels(text) == ["1", "2"]


def test_bullets_split_without_numbers() -> None:
    assert labels("- What is backprop?\n- Why hidden layers?") == [None, None]


@pytest.mark.parametrize("preface", ["Please answer:", "Réponds à ces questions :", "Can you answer these?"])
def test_a_preface_is_not_a_question(preface: str) -> None:
    assert read(f"{preface}\n{NUMBERED}", "en") == read(NUMBERED, "en")


def test_a_question_before_a_list_is_one_more() -> None:
    assert labels(f"Why are there hidden layers?\n{NUMBERED}") == [None, "1", "2", "3"]


def test_an_item_may_go_on_over_several_lines() -> None:
    assert texts("1. What is backprop?\nI mean the gradients.\n2. Why layers?")[0].endswith("I mean the gradients.")


def test_each_line_that_asks_is_a_question() -> None:
    assert len(read("what is backprop\npourquoi des couches cachées ?\nc'est quoi la règle de la chaîne", "en")) == 3


def test_semicolons_separate_questions() -> None:
    assert len(read("c'est quoi la backprop ; comment marche la règle de la chaîne ?", "fr")) == 2


@pytest.mark.parametrize(
    "text",
    [
        "What is backpropagation?",
        "I have a small network.\nIt has one hidden layer.\nWhy is it slow to train?",
        "1.5 is my loss, is it good?",
        "What do layers (1) and (2) do?",
        "Is a 2-2-1 network enough; or do I need more?",
        "Why?\nWhy hidden layers?",
    ],
)
def test_a_single_question_stays_one(text: str) -> None:
    assert texts(text) == [text]


def test_further_questions_are_returned_too() -> None:
    assert len(read("\n".join(f"{n}. what is layer {n}?" for n in range(1, 13)), "en")) == 12 > MOST_PARTS


def test_a_blank_text_asks_nothing() -> None:
    assert read(" \n\t ", "en") == ()


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Translate this into French", "fr"),
        ("translate it to english please", "en"),
        ("Could you please translate the previous answer into French?", "fr"),
        ("Traduis ceci en anglais", "en"),
        ("Pouvez-vous traduire ça en français s'il vous plaît ?", "fr"),
        ("en anglais s’il vous plaît", "en"),
        ("in French please", "fr"),
        ("et en français ?", "fr"),
        ("And in English?", "en"),
        ("Say it again in French", "fr"),
        ("de l'anglais au français", "fr"),
        ("trasnlate this into Frnech", "fr"),
        ("TRADUIT SA EN ANGLAI", None),
    ],
)
def test_a_wish_for_the_other_language_is_a_command(text: str, language: str | None) -> None:
    request = only(text)
    assert (request.kind, request.language) == (("translate", language) if language else ("question", None))


def test_a_translation_without_a_language_is_into_the_other_one() -> None:
    assert only("Translate this", "en").language == "fr"
    assert only("Translate this", "fr").language == "en"
    assert only("Traduis ceci", "fr").language == "en"
    assert only("Traduis ceci", "en").language == "fr"


@pytest.mark.parametrize(
    "text",
    [
        "Tell me more technical details I should know and understand and internalize",
        "more details",
        "More details please!",
        "go deeper",
        "Can you explain it in more depth?",
        "could you elaborate on that, please",
        "tell me more tecnical detials",
        "plus de détails techniques",
        "Dis-m'en plus",
        "explique plus en profondeur",
        "peux-tu approfondir s'il te plaît ?",
        "j’aimerais en savoir plus",
        "donne moi les details techniques que je dois connaitre",
    ],
)
def test_a_wish_for_more_is_a_command(text: str) -> None:
    assert only(text).kind == "deepen"
    assert only(text).depth == "technical"


@pytest.mark.parametrize(
    "text",
    [
        "tell me more about dropout",
        "translate 'loss' into French",
        "how do you say weight in French?",
        "What is a layer?",
        "more layers",
        "plus de couches ?",
        "je ne comprends plus",
        "Do I need maths to understand this?",
        "in French, what is the chain rule called?",
        "more about xor",
    ],
)
def test_a_question_is_not_taken_for_a_command(text: str) -> None:
    assert only(text).kind == "question"


@pytest.mark.parametrize(
    ("text", "depth"),
    [
        ("technical details of the chain rule", "technical"),
        ("tell me more about hidden layers", "technical"),
        ("explain backpropagation in depth", "technical"),
        ("la démonstration de la règle de la chaîne", "technical"),
        ("explique les couches cachées en profondeur", "technical"),
        ("What is backpropagation?", "short"),
        ("Pourquoi est-ce qu'il y a des couches cachées?", "short"),
    ],
)
def test_a_question_says_how_deep_it_goes(text: str, depth: str) -> None:
    assert only(text).depth == depth


def test_commands_may_be_numbered_among_questions() -> None:
    kinds = [request.kind for request in read("1. What is backprop?\n2. Tell me more\n3. Translate this into French", "en")]
    assert kinds == ["question", "deepen", "translate"]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("What is the chain rule?", "en"),
        ("Pourquoi est-ce qu'il y a des couches cachées?", "fr"),
        ("la loss explose avec un gros learning rate", "fr"),
        ("pourquoi le backward est lent", "fr"),
        ("c koi la backprop", "fr"),
        ("définition rétropropagation", "fr"),
        ("combien de couches cachees", "fr"),
        ("how does rétropropagation work", "en"),
        ("Translate this into French", "en"),
        ("Traduis ceci en anglais", "fr"),
        ("Newton's method", "en"),
        ("ReLU's slope", "en"),
        ("s'il te plaît", "fr"),
        ("x=1; y=2", None),
        ("backpropagation", None),
        ("hidden layer", None),
        ("", None),
    ],
)
def test_the_language_is_told_by_function_words(text: str, language: str | None) -> None:
    assert language_of(text) == language


def test_hostile_texts_are_read_without_harm(hostile: tuple[str, ...]) -> None:
    for text in hostile:
        requests = read(text, "en")
        assert sum(len(request.text) for request in requests) <= 2000
        assert language_of(text) in ("en", "fr", None)
