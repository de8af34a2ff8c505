"""Questions reach their lesson in either language, with slips and without accents; what is not taught is left alone."""

import unicodedata

import numpy as np
import pytest

from tutor.conversations import Tutor
from tutor.dialogue.answering import decided
from tutor.dialogue.matching import ENOUGH, Decision, Match, decide, rank
from tutor.dialogue.phrases import Phrases
from tutor.dialogue.prompt import read
from tutor.dialogue.router import FOLLOW, OTHER, Router, chances, train

SEED = [
    (
        "Is back propagation tweaking the weights connecting two nodes in a basic neural network, to obtain the least loss?",
        ["backpropagation"],
    ),
    (
        "1. How does chain rule get involved in all of this?\n2. What are some common implementations of backpropagation?\n"
        "3. What stage of implementing an ML model solution is backpropagation used?",
        ["chain-rule", "implementations", "training-stage"],
    ),
    ("Pourquoi est-ce qu'il y a des couches cachées?", ["hidden-layers"]),
    (
        "Avec chaque couche ajouté dans un modèle, combien de temps extra est-ce que ça va prendre pour compléter "
        "l'entraînement du modèle?",
        ["depth-cost"],
    ),
]
NEIGHBOURING = [
    ("Does backprop tweak the weights between two nodes so that the loss gets smallest?", "backpropagation"),
    ("Est-ce que la rétropropagation bouge les poids pour avoir la plus petite perte ?", "backpropagation"),
    ("Where exactly is the chain rule needed?", "chain-rule"),
    ("Où intervient la règle de la chaîne là-dedans ?", "chain-rule"),
    ("Which popular implementations of backprop exist?", "implementations"),
    ("comment je code la backprop avec numpy", "implementations"),
    ("At what stage of an ML project do you use backprop?", "training-stage"),
    ("à quel stade du projet la backprop est utilisée", "training-stage"),
    ("What are hidden layers good for?", "hidden-layers"),
    ("ça sert à quoi au juste les hidden layers", "hidden-layers"),
    ("How much longer does training take for every layer I add?", "depth-cost"),
    ("si je rajoute 3 couches l'entraînement va être plus long de combien", "depth-cost"),
    ("le backward prend combien de temps par layer", "depth-cost"),
    ("walk me through the training loop, one step after another", "training-steps"),
    ("les étapes d'un pas d'entraînement avec des chiffres", "training-steps"),
    ("jcomprends pas la retropropagation", "backpropagation"),
    ("les etapes de lentrainement dun reseau", "training-steps"),
    ("la loss explose avec un gros learning rate", "learning-rate"),
    ("my loss is stuck at 0.69 whatever I do", "loss-not-decreasing"),
    ("what does zero_grad do", "training-steps"),
    ("Does a dropout layer help against overfitting?", "dropout"),
    ("C'est quoi le momentum ?", "momentum"),
    ("which learning rate is best", "learning-rate"),
]
SLIPPED = [
    ("Pourquoi est-ce qu'il y a des couches caché?", "hidden-layers"),
    ("pourquoi est ce quil y a des couche cacher", "hidden-layers"),
    ("Avec chaque couches ajoutées dans un modele, combien de temps extra pour completer l'entrainement?", "depth-cost"),
    ("Avec chaque couche ajouter combien de tems extra pour l'entrainement du model", "depth-cost"),
    ("How does chian rule get involved in all of this?", "chain-rule"),
    ("What are some common implementatons of backpropagation?", "implementations"),
    ("Is back propogation tweaking the weigths connecting two nodes?", "backpropagation"),
    ("Why are there hiden layers?", "hidden-layers"),
]
ELSEWHERE = [
    "What is a random forest?",
    "How do I join two tables in SQL?",
    "recette de la tarte aux pommes",
    "Quel temps fera-t-il demain à Lyon ?",
    "Which graphics card should I buy?",
    "What does the transformer substation on our street do?",
    "How much does GPT cost per token?",
    "What is the capital of Peru?",
    "c'est quoi une machine à vecteurs de support",
    "How do I change a tyre?",
    "What does a lawyer cost?",
    "bias in hiring",
    "?!",
    "42 42 42",
]


def without_accents(text: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFD", text) if not unicodedata.combining(letter))


@pytest.mark.parametrize(("prompt", "slugs"), SEED)
def test_the_seed_is_answered_by_its_lessons(prompt: str, slugs: list[str], tutor: Tutor) -> None:
    decisions = [decided(request.text, tutor.mind) for request in read(prompt, "en")]
    assert [(decision.kind, decision.slug) for decision in decisions] == [("answer", slug) for slug in slugs]


@pytest.mark.parametrize(("question", "slug"), NEIGHBOURING + SLIPPED)
def test_other_words_and_slips_reach_the_same_lesson(question: str, slug: str, tutor: Tutor) -> None:
    decision = decided(question, tutor.mind)
    assert (decision.kind, decision.slug) == ("answer", slug)


def test_accents_and_capitals_do_not_matter(phrases: Phrases, tutor: Tutor) -> None:
    for texts in phrases.by_language["fr"].values():
        for text in texts[::5]:
            assert rank(without_accents(text).upper(), tutor.router) == rank(text, tutor.router)


def test_a_slip_in_a_long_word_keeps_the_route(phrases: Phrases, tutor: Tutor) -> None:
    """Two neighbours swapped in the longest word of some phrases of every lesson."""
    lessons = tutor.library.lessons
    asked = [(slug, text) for table in phrases.by_language.values() for slug in lessons for text in table[slug][::7]]
    kept = [decided(_slipped(text), tutor.mind).slug == slug for slug, text in asked]
    assert sum(kept) >= 0.96 * len(kept)


def _slipped(text: str) -> str:
    longest = max(text.split(), key=len)
    middle = len(longest) // 2
    swapped = longest[: middle - 1] + longest[middle] + longest[middle - 1] + longest[middle + 1 :]
    return text.replace(longest, swapped, 1)


@pytest.mark.parametrize("question", ELSEWHERE)
def test_what_no_lesson_teaches_is_not_answered(question: str, tutor: Tutor) -> None:
    assert decided(question, tutor.mind).kind != "answer"


def test_scores_lie_between_0_and_1_best_first(tutor: Tutor, phrases: Phrases) -> None:
    for text in phrases.by_language["en"]["chain-rule"] + ("layer " * 300,):
        scores = [match.score for match in rank(text, tutor.router)]
        assert scores == sorted(scores, reverse=True)
        assert all(0 < score <= 1 for score in scores)


def test_chances_add_up_to_1(tutor: Tutor) -> None:
    assert sum(chances("what is the learning rate of a flurbly hat", tutor.router).values()) == pytest.approx(1.0, abs=1e-6)


@pytest.mark.parametrize("question", ["", "?!", "слой ニューラル 神经网络", "flurbly grontch"])
def test_a_question_without_a_known_word_is_near_nothing(question: str, tutor: Tutor) -> None:
    assert rank(question, tutor.router) == ()


def test_what_is_near_nothing_is_offered_three_lessons(tutor: Tutor) -> None:
    assert decided("?!", tutor.mind) == Decision("abstain", None, 0.0, tutor.library.course[0].lessons[:3])


def test_an_answer_offers_other_lessons(tutor: Tutor) -> None:
    decision = decided("What is backpropagation?", tutor.mind)
    assert len(decision.alternatives) == 3
    assert decision.slug not in decision.alternatives


def test_a_lesson_that_is_not_written_is_not_answered() -> None:
    likely = (Match("dropout", 0.9), Match("overfitting", 0.05))
    assert decide(likely, ["overfitting"]) == Decision("abstain", "dropout", 0.9, ("overfitting",))
    assert decide(likely, ["overfitting", "dropout"]).kind == "answer"


def test_a_tie_with_another_subject_is_not_answered() -> None:
    assert decide((Match(OTHER, 0.5), Match("chain-rule", 0.45)), ["chain-rule"]).kind == "clarify"
    assert decide((Match(OTHER, 0.5), Match("chain-rule", 0.15)), ["chain-rule"]).kind == "abstain"
    assert decide((Match("chain-rule", 0.5), Match(OTHER, 0.45)), ["chain-rule"]).kind == "clarify"
    assert decide((Match("chain-rule", 0.5), Match(OTHER, 0.2)), ["chain-rule"]).kind == "answer"


def test_likely_lessons_are_offered_where_none_is_sure() -> None:
    likely = (Match("relu", ENOUGH - 0.01), Match("tanh", 0.15), Match("sigmoid", 0.1), Match("adam", 0.02))
    told = decide(likely, ["adam", "relu", "sigmoid", "tanh"])
    assert told == Decision("clarify", "relu", ENOUGH - 0.01, ("relu", "tanh", "sigmoid"))


def test_a_command_is_taken_for_one_where_commands_are_much_likelier_than_any_lesson() -> None:
    likely = (Match(f"{FOLLOW}steps", 0.25), Match(f"{FOLLOW}simpler", 0.25), Match("chain-rule", 0.12))
    assert decide(likely, ["chain-rule"]) == Decision("command", "steps", 0.5, ("chain-rule",))
    assert decide((*likely[:2], Match("chain-rule", 0.3)), ["chain-rule"]).kind == "answer"


def test_hostile_questions_do_no_harm(hostile: tuple[str, ...], tutor: Tutor) -> None:
    for text in hostile:
        assert decided(text, tutor.mind).kind in ("answer", "abstain", "clarify", "command")


def test_only_the_start_of_a_long_question_is_compared(tutor: Tutor) -> None:
    start = "what is the chain rule " + "a" * 1976
    assert rank(start + " dropout" * 10**5, tutor.router) == rank(start, tutor.router)


def test_training_repeats_itself_and_fits_its_phrases() -> None:
    phrases = Phrases({"en": {"adam": ("what is adam", "adam optimizer"), "xor": ("what is xor", "solve xor by hand"),
                              OTHER: ("what is a cake", "bake a cake")}}, {})  # fmt: skip
    one, two = train(phrases), train(phrases)
    assert np.array_equal(one.weights, two.weights) and one.features == two.features
    assert best("adam", one) == "adam" and best("xor", one) == "xor" and best("cake", one) == OTHER


def best(question: str, router: Router) -> str:
    found = chances(question, router)
    return max(found, key=found.__getitem__)


def test_the_router_is_small(tutor: Tutor) -> None:
    assert tutor.router.weights.nbytes + tutor.router.importance.nbytes < 8 * 10**6
