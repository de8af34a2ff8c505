"""Questions reach their lesson in either language, with slips and without accents; what is not taught is left alone."""

import unicodedata
from dataclasses import replace

import pytest

from tutor.dialogue.matching import Decision, Index, Match, build, decide, rank
from tutor.dialogue.phrases import Phrases
from tutor.dialogue.prompt import read

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
    "hello there, how are you?",
    "merci beaucoup, bonne journée",
    "What is the capital of Peru?",
    "c'est quoi une machine à vecteurs de support",
    "How do I change a tyre?",
    "how many steps to the top of the tower",
    "What does a lawyer cost?",
    "fjdksl qsdfm",
    "Does a dropout layer help against overfitting?",
    "C'est quoi le momentum ?",
    "which learning rate is best",
    "?!",
]


def decided(question: str, index: Index, written: tuple[str, ...]) -> Decision:
    return decide(rank(question, index), written)


def without_accents(text: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFD", text) if not unicodedata.combining(letter))


@pytest.mark.parametrize(("prompt", "slugs"), SEED)
def test_the_seed_is_answered_by_its_lessons(
    prompt: str, slugs: list[str], index: Index, seven: tuple[str, ...]
) -> None:
    decisions = [decided(request.text, index, seven) for request in read(prompt, "en")]
    assert [(decision.kind, decision.slug) for decision in decisions] == [("answer", slug) for slug in slugs]


@pytest.mark.parametrize(("question", "slug"), NEIGHBOURING + SLIPPED)
def test_other_words_and_slips_reach_the_same_lesson(
    question: str, slug: str, index: Index, seven: tuple[str, ...]
) -> None:
    assert decided(question, index, seven) == replace(decided(question, index, seven), kind="answer", slug=slug)


def test_accents_and_capitals_do_not_matter(phrases: Phrases, index: Index, seven: tuple[str, ...]) -> None:
    for text in (text for slug in seven for text in phrases.by_language["fr"][slug]):
        assert rank(without_accents(text).upper(), index) == rank(text, index)


def test_a_slip_in_a_long_word_keeps_the_route(phrases: Phrases, index: Index, seven: tuple[str, ...]) -> None:
    """Two neighbours swapped in the longest word of each phrase."""
    asked = [(slug, text) for table in phrases.by_language.values() for slug in seven for text in table[slug]]
    kept = [decided(_slipped(text), index, seven).slug == slug for slug, text in asked]
    assert sum(kept) >= 0.98 * len(kept)


def _slipped(text: str) -> str:
    longest = max(text.split(), key=len)
    middle = len(longest) // 2
    swapped = longest[: middle - 1] + longest[middle] + longest[middle - 1] + longest[middle + 1 :]
    return text.replace(longest, swapped, 1)


@pytest.mark.parametrize("question", ELSEWHERE)
def test_what_no_written_lesson_teaches_is_not_answered(question: str, index: Index, seven: tuple[str, ...]) -> None:
    assert decided(question, index, seven).kind == "abstain"


def test_phrases_left_out_still_find_their_lesson(phrases: Phrases, seven: tuple[str, ...]) -> None:
    """A tenth of all phrases at a time is asked of an index built without it."""
    found = [hit for fold in range(10) for hit in _asked_of_the_rest(phrases, seven, fold)]
    assert len(found) > 700
    assert sum(found) >= 0.85 * len(found)


def _asked_of_the_rest(phrases: Phrases, slugs: tuple[str, ...], fold: int) -> list[bool]:
    tables = phrases.by_language.items()
    kept = {lang: {s: _others(texts, fold) for s, texts in table.items()} for lang, table in tables}
    index = build(replace(phrases, by_language=kept))
    left_out = [(slug, text) for _, table in tables for slug in slugs for text in table[slug][fold::10]]
    return [decided(text, index, slugs).slug == slug for slug, text in left_out]


def _others(texts: tuple[str, ...], fold: int) -> tuple[str, ...]:
    return tuple(text for place, text in enumerate(texts) if place % 10 != fold)


def test_scores_lie_between_0_and_1_best_first(index: Index, phrases: Phrases) -> None:
    for text in phrases.by_language["en"]["chain-rule"] + ("layer " * 300,):
        scores = [match.score for match in rank(text, index)]
        assert scores == sorted(scores, reverse=True)
        assert all(0 < score <= 1 for score in scores)


def test_an_abstention_offers_written_lessons_nearby(index: Index, seven: tuple[str, ...]) -> None:
    decision = decided("What is the vanishing gradient problem?", index, seven)
    assert (decision.kind, decision.slug) == ("abstain", "vanishing-gradients")
    assert len(decision.alternatives) == 3 and set(decision.alternatives) <= set(seven)


def test_even_what_is_near_nothing_is_offered_three_lessons(index: Index, seven: tuple[str, ...]) -> None:
    assert decided("How do I cook rice?", index, seven) == Decision("abstain", None, 0.0, seven[:3])


def test_an_answer_offers_other_lessons(index: Index, seven: tuple[str, ...]) -> None:
    decision = decided("What is backpropagation?", index, seven)
    assert len(decision.alternatives) == 3
    assert decision.slug not in decision.alternatives


def test_a_lesson_that_is_written_later_is_answered(index: Index, seven: tuple[str, ...]) -> None:
    assert decided("What is dropout?", index, (*seven, "dropout")).kind == "answer"


def test_a_question_without_a_word_of_the_trade_is_near_nothing(index: Index) -> None:
    assert rank("How do I stop smoking?", index) == rank("pourquoi mon ordinateur est si lent", index) == ()


def test_a_tie_with_another_subject_is_not_answered(index: Index) -> None:
    tie = (Match("chain-rule", 0.5), Match("other", 0.45))
    assert decide(tie, ["chain-rule"]).kind == "abstain"
    assert decide((Match("chain-rule", 0.1),), ["chain-rule"]).kind == "abstain"
    assert decide((Match("chain-rule", 0.5),), ["chain-rule"]).kind == "answer"


def test_hostile_questions_do_no_harm(hostile: tuple[str, ...], index: Index, seven: tuple[str, ...]) -> None:
    for text in hostile:
        assert decided(text, index, seven).kind in ("answer", "abstain")


def test_only_the_start_of_a_long_question_is_compared(index: Index) -> None:
    start = "what is the chain rule " + "a" * 1976
    assert rank(start + " dropout" * 10**5, index) == rank(start, index)


def test_the_index_is_small(index: Index) -> None:
    assert sum(array.nbytes for array in vars(index.lists).values()) < 4 * 10**6
