"""Wishes change the inputs of the last example, in digits or in words, in either language; what cannot be is said."""

from itertools import pairwise

import pytest
from conversation import conversation, last

from tutor.answer import Part, from_text
from tutor.conversations import Tutor
from tutor.dialogue.amounts import tokens
from tutor.dialogue.names import names_of
from tutor.dialogue.phrases import Phrases
from tutor.dialogue.prompt import Request
from tutor.dialogue.transcript import part_markdown
from tutor.dialogue.view import part_view
from tutor.dialogue.what_ifs import heard_of, wishes
from tutor.worked import work

BACKPROP, DESCENT = "What is backpropagation?", "C'est quoi la descente de gradient ?"
RATE, LAYERS, ACTIVATION, METHOD = "/optimizer/learning_rate", "/layers", "/layers/activation", "/optimizer/name"
WISHES = [
    ("with a learning rate of 0.1", {RATE: 0.1}), ("avec un taux d'apprentissage de 0,1", {RATE: 0.1}),
    ("et avec un learning rate de 1e-3 ?", {RATE: 0.001}), ("lr = 1/4", {RATE: 0.25}),
    ("what if the learning rate was 2?", {RATE: 2.0}),
    ("et si le taux d'apprentissage était de 2 ?", {RATE: 2.0}), ("learning rate 5%", {RATE: 0.05}),
    ("taux d’apprentissage : 0,1", {RATE: 0.1}),
    ("after 10 steps", {"/steps": 10}), ("après dix pas", {"/steps": 10}), ("avec 20 itérations", {"/steps": 20}),
    ("with twelve iterations please", {"/steps": 12}), ("et avec dix-sept pas ?", {"/steps": 17}),
    ("10,000 steps", {"/steps": 10000}),
    ("et avec 5 couches de 10 neurones ?", {LAYERS: [2, 10, 10, 10, 10, 2]}),
    ("with 3 layers of four units", {LAYERS: [2, 4, 4, 2]}),
    ("avec deux couches cachées", {LAYERS: [2, 2, 2, 2]}), ("une couche de 10 neurones", {LAYERS: [2, 10, 2]}),
    ("3 inputs", {LAYERS: [3, 2, 2]}), ("et 3 entrées ?", {LAYERS: [3, 2, 2]}), ("avec 4 sorties", {LAYERS: [2, 2, 4]}),
    ("use ReLU", {ACTIVATION: "relu"}), ("et avec ReLU ?", {ACTIVATION: "relu"}), ("utilise tanh", {ACTIVATION: "tanh"}),
    ("with softmax and cross-entropy", {"/loss": "cross_entropy", ACTIVATION: "softmax"}),
    ("avec l'erreur quadratique moyenne", {"/loss": "mean_squared_error"}),
    ("3 hidden layers and tanh", {LAYERS: [2, 2, 2, 2, 2], ACTIVATION: "tanh"}),
    ("et si le taux d'apprentissage vaut 1,1 ?", {RATE: 1.1}), ("Adam and learning rate 0.01", {METHOD: "adam", RATE: 0.01}),
    ("tanh and 10 steps", {ACTIVATION: "tanh", "/steps": 10}),
    ("layers 2-3-1 and momentum", {LAYERS: [2, 3, 1], METHOD: "momentum"}),
    ("use ReLU and Adam", {ACTIVATION: "relu", METHOD: "adam", RATE: 0.001}),
    ("et avec Adam, tanh et dix pas ?", {ACTIVATION: "tanh", METHOD: "adam", RATE: 0.001, "/steps": 10}),
    ("what if we use a learning rate of 0.1, and 3 hidden layers?", {RATE: 0.1, LAYERS: [2, 2, 2, 2, 2]}),
    ("with ReLU in the hidden layer", {ACTIVATION: "relu"}),
    ("with Adam", {METHOD: "adam", RATE: 0.001}), ("avec adam et un taux de 0.1", {METHOD: "adam", RATE: 0.1}),
    ("ReLU instead of sigmoid", {ACTIVATION: "relu"}), ("avec tanh au lieu de sigmoid", {ACTIVATION: "tanh"}),
    ("pareil avec tanh", {ACTIVATION: "tanh"}),
    ("use gelu activation", {ACTIVATION: "gelu"}), ("je veux 3 couches", {LAYERS: [2, 2, 2, 2]}),
    ("what would happen with lr=1?", {RATE: 1.0}), ("et si on met 10 neurones par couche ?", {LAYERS: [2, 10, 2]}),
    ("et avec l'inertie", {METHOD: "momentum"}),
]  # fmt: skip
REAL = [
    "Why are 2 layers enough for XOR?", "How many layers should I use?", "is 0.5 a large learning rate",
    "Avec chaque couche ajouté dans un modèle, combien de temps extra est-ce que ça va prendre ?", "softmax with cross-entropy",
    "Adam?", "ReLU", "pourquoi Adam ?", "Why use ReLU?",
]  # fmt: skip


COUNTED = {
    "How many parameters has a network with 784 inputs, 128 hidden units and 10 outputs?": [784, 128, 10],
    "Combien de paramètres pour un réseau 784-128-10 ?": [784, 128, 10],
    "How many parameters does a network with layers 784, 128 and 10 have?": [784, 128, 10],
    "Combien de paramètres a un réseau 2 x 3 x 4 x 1 ?": [2, 3, 4, 1],
    "How many weights in a 784-128-64-10 MLP?": [784, 128, 64, 10],
}


def new(part: Part) -> dict[str, object]:
    return {pointer: value for pointer, _, value in part.changes}


@pytest.mark.parametrize(("text", "expected"), WISHES)
def test_a_wish_changes_the_inputs_of_the_last_example(tutor: Tutor, text: str, expected: dict[str, object]) -> None:
    part = last(tutor, BACKPROP, text)
    assert (part.kind, part.lesson, new(part)) == ("answer", "backpropagation", expected)


@pytest.mark.parametrize(("text", "sizes"), COUNTED.items())
def test_a_network_is_counted_as_it_is_described(tutor: Tutor, text: str, sizes: list[int]) -> None:
    part = last(tutor, text)
    counted = sum((before + 1) * units for before, units in pairwise(sizes))
    assert new(part)["/sizes"] == sizes
    assert part.receipt and part.receipt["numbers"]["parameters"] == counted


@pytest.mark.parametrize("text", ["start at -3", "en partant de -3", "with x0 = -3", "starting from -3", "point de départ : -3"])
def test_a_start_is_an_input(tutor: Tutor, text: str) -> None:
    assert new(last(tutor, DESCENT, text)) == {"/x0": -3.0}


@pytest.mark.parametrize("text", ["what happens with 7?", "et avec 7 ?"])
def test_a_number_without_an_input_changes_nothing(tutor: Tutor, text: str) -> None:
    part = last(tutor, DESCENT, text)
    assert (part.kind, part.note, part.receipt) == ("command", "which-input", None)


@pytest.mark.parametrize("text", ["h = 5, 6, 7, 8", "x = 2, w = 0.5, b = 1", "q = [1, 2]", "q = 3 and 10 steps"])
def test_values_of_what_the_example_does_not_take_are_not_passed_over(tutor: Tutor, text: str) -> None:
    assert last(tutor, "What is a neuron?", text).note == "which-input"


@pytest.mark.parametrize(("text", "expected"), [
    ("double the learning rate", {"/learning_rate": 0.4}), ("triple le taux d'apprentissage svp", {"/learning_rate": 0.6}),
    ("halve the learning rate", {"/learning_rate": 0.1}), ("quadruple the steps", {"/steps": 40}),
    ("what if we double the learning rate?", {"/learning_rate": 0.4}), ("et si on double le taux ?", {"/learning_rate": 0.4}),
])  # fmt: skip
def test_an_input_may_be_multiplied(tutor: Tutor, text: str, expected: dict[str, float]) -> None:
    assert new(last(tutor, DESCENT, text)) == pytest.approx(expected)


def test_a_bare_number_is_for_what_alone_was_changed(tutor: Tutor) -> None:
    assert new(last(tutor, DESCENT, "start at -3", "with 4")) == {"/x0": 4.0}
    assert last(tutor, DESCENT, "start at -3 with a learning rate of 0.3", "with 0.5").note == "which-input"


def test_sizes_that_an_example_cannot_take_are_brought_within_bounds_or_refused(tutor: Tutor) -> None:
    wide = last(tutor, BACKPROP, "with layers 784, 128, 10")
    assert (new(wide)[LAYERS], wide.refused) == ([16, 16, 10], (("/layers#sizes", [784, 128, 10], [16, 16, 10]),))
    deep = last(tutor, BACKPROP, "2-3-3-3-3-3-3-3-3-1")
    assert new(deep)[LAYERS] == [2, 3, 3, 3, 3, 3, 3, 3, 1]
    none = last(tutor, "What is dropout?", "with layers 3, 4, 2")
    assert (none.note, none.refused) == ("not-taken", (("layer sizes", [3, 4, 2], None),))


@pytest.mark.parametrize("text", [text for text, _ in WISHES[::4]])
def test_the_numbers_are_those_of_the_inputs_it_names(tutor: Tutor, text: str) -> None:
    receipt = last(tutor, BACKPROP, text).receipt
    assert work(receipt["example"], receipt["inputs"]).numbers == receipt["numbers"]
    assert receipt["inputs"] != last(tutor, BACKPROP).receipt["inputs"]


@pytest.mark.parametrize(
    ("question", "text", "pointer", "value"),
    [
        ("At what stage of an ML project do you use backprop?", "seed 3", "/seed", 3),
        ("At what stage of an ML project do you use backprop?", "et avec la graine trois ?", "/seed", 3),
        ("What is an epoch?", "batch of 64", "/batch", 64),
        ("What is an epoch?", "avec des lots de 64", "/batch", 64),
        ("What is an epoch?", "et pour 5 époques ?", "/epochs", 5),
        ("What are vanishing gradients?", "and with 30 layers?", "/depth", 30),
        ("C'est quoi le dropout ?", "avec p = 0,3", "/p", 0.3),
        ("C'est quoi le dropout ?", "dropout de 30 %", "/p", 0.3),
        ("What is the chain rule?", "w = -2", "/w", -2.0),
        (DESCENT, "avec le cosinus de x", "/function", "cosine"),
        (DESCENT, "starting point 3", "/x0", 3.0),
    ],
)
def test_inputs_go_by_their_titles_and_names(tutor: Tutor, question: str, text: str, pointer: str, value: object) -> None:
    assert new(last(tutor, question, text)) == {pointer: value}


def test_wishes_add_up_over_a_conversation(tutor: Tutor) -> None:
    part = last(tutor, BACKPROP, "use ReLU", "un autre", "with a learning rate of 0.1", "et avec 0,3 ?")
    assert part.changes == ((RATE, 0.1, 0.3),)
    assert [layer["activation"] for layer in part.receipt["inputs"]["layers"]] == ["relu", "sigmoid"]


def test_a_question_names_its_own_inputs(tutor: Tutor) -> None:
    for text in ("How does gradient descent work with a learning rate of 0.9?",
                 "Comment marche la descente de gradient avec un taux d'apprentissage de 0,9 ?"):  # fmt: skip
        assert last(tutor, text).changes == (("/learning_rate", 0.2, 0.9),)


def test_a_question_takes_the_number_that_it_is_about(tutor: Tutor) -> None:
    part = last(tutor, BACKPROP, "what is a batch of 64?")
    assert (part.lesson, part.changes) == ("epochs-and-batches", (("/batch", 32, 64),))


@pytest.mark.parametrize("text", REAL)
def test_a_real_question_wishes_nothing(tutor: Tutor, text: str) -> None:
    part = last(tutor, BACKPROP, text)
    assert (part.changes, part.refused) == ((), ())
    assert part.lesson != "backpropagation"


@pytest.mark.parametrize(
    ("question", "text", "refused"),
    [
        (BACKPROP, "with a learning rate of 5000", (RATE, 5000.0, 1000.0)),
        (BACKPROP, "avec 5 couches de 100 neurones", ("/layers#units", 100.0, 16)),
        (DESCENT, "avec 1000 pas", ("/steps", 1000.0, 200)),
        (DESCENT, "avec 0 pas", ("/steps", 0.0, 1)),
        (BACKPROP, "with 64 batches and 2 steps", ("batch", 64.0, None)),
        (BACKPROP, "avec 2 pas et une taille de lot de 64", ("batch", 64.0, None)),
    ],
)
def test_a_bound_and_a_missing_input_are_told(tutor: Tutor, question: str, text: str, refused: tuple) -> None:
    part = last(tutor, question, text)
    assert part.refused == (refused,)
    assert all(view.sentence for shelf in tutor.shelves.values() for view in part_view(part, shelf).refused)


@pytest.mark.parametrize("text", ["batch of 64", "avec la graine 3", "seed 3"])
def test_a_wish_that_cannot_be_met_computes_nothing(tutor: Tutor, text: str) -> None:
    part = last(tutor, BACKPROP, text)
    assert (part.kind, part.note, part.lesson, len(part.refused)) == ("command", "not-taken", None, 1)
    assert part_view(part, tutor.shelves["fr"]).refused[0].title in ("Taille de lot", "Graine")


def test_wishes_that_do_not_fit_together_are_left_out(tutor: Tutor) -> None:
    part = last(tutor, BACKPROP, "use cross-entropy", "with binary cross-entropy and softmax")
    assert part.receipt["inputs"]["loss"] == "binary_cross_entropy" and part.refused == ((ACTIVATION, "softmax", None),)


def test_an_input_that_is_already_so_is_told(tutor: Tutor) -> None:
    part = last(tutor, BACKPROP, "with a learning rate of 0.5")
    assert part.changes == ((RATE, 0.5, 0.5),)
    assert part_view(part, tutor.shelves["en"]).changes[0].sentence == "Learning rate: it was 0.5 already."


def test_a_change_is_told_in_both_languages_with_the_title_of_the_input(tutor: Tutor) -> None:
    part = last(tutor, BACKPROP, "avec un taux d'apprentissage de 0,1")
    told = {code: part_view(part, shelf).changes[0].sentence for code, shelf in tutor.shelves.items()}
    assert told == {"en": "Learning rate: 0.1 instead of 0.5", "fr": "Taux d’apprentissage\xa0: 0,1 au lieu de 0,5"}


def test_the_transcript_tells_what_changed(tutor: Tutor) -> None:
    view = part_view(last(tutor, BACKPROP, "avec 5 couches de 100 neurones"), tutor.shelves["en"])
    text = "\n".join(part_markdown(view, tutor.shelves["en"].language))
    assert "- Units in each layer: 2 – 16 – 16 – 16 – 16 – 2 instead of 2 – 2 – 2" in text
    assert "- Hidden units: 100 is outside the bounds; 16 is the nearest value allowed." in text


def test_without_an_example_a_wish_asks_for_one_or_names_its_lesson(tutor: Tutor) -> None:
    assert last(tutor, "with twelve iterations please").note == "nothing-to-change"
    assert last(tutor, "with a learning rate of 0.5").lesson == "learning-rate"


def test_translating_a_what_if_keeps_its_changes(tutor: Tutor) -> None:
    first, second = conversation(tutor, BACKPROP, "use ReLU", "Translate this into French")[1:]
    assert second.answer.lang == "fr"
    assert second.answer.parts[0].changes == first.answer.parts[0].changes


def test_answers_kept_before_there_were_wishes_still_load() -> None:
    kept = '{"lang":"en","version":"1","parts":[{"kind":"answer","question":"why","label":null,"lesson":"xor","depth":"short",' \
           '"score":0.5,"alternatives":["adam"],"receipt":null,"note":null}]}'  # fmt: skip
    assert from_text(kept).parts == (Part("answer", "why", lesson="xor", score=0.5, alternatives=("adam",)),)


@pytest.mark.parametrize(
    ("text", "amount"),
    [("0,5", 0.5), ("0.5", 0.5), (".5", 0.5), ("1e-3", 0.001), ("1/2", 0.5), ("30 %", 0.3), ("−0,3", -0.3), ("10^-3", 0.001),
     ("1,7 × 10⁻⁸", 1.7e-8), ("dix-sept", 17), ("twenty", 20), ("deux cents", 200), ("1 000", 1000), ("1\u202f000", 1000),
     ("vingt", 20), ("nineteen", 19)],
)  # fmt: skip
def test_numbers_are_read_in_digits_and_in_words(text: str, amount: float) -> None:
    assert [token.amount for token in tokens(text)] == [pytest.approx(amount)]


def test_every_number_among_the_inputs_has_a_name_in_each_language(tutor: Tutor) -> None:
    names = names_of([shelf.edition for shelf in tutor.shelves.values()])
    assert all(set(names.inputs[name].values()) for name in names.inputs)


def test_phrases_of_a_topic_hardly_ever_wish_something_of_the_last_example(tutor: Tutor, phrases: Phrases) -> None:
    """The few that do name a value, as wishes do: "lr=10 what would happen"."""
    told = last(tutor, BACKPROP)
    tables = [table.items() for table in phrases.by_language.values()]
    asked = [text for table in tables for slug, texts in table if slug in tutor.library.lessons for text in texts]
    wished = [text for text in asked if wishes(Request("follow", text), heard_of(text, told, tutor.mind), tutor.mind)]
    assert len(wished) < 0.003 * len(asked)
