"""What the inputs of examples and their options are called, in every language, and which of them a text wishes otherwise."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from tutor.dialogue.amounts import Token, tokens
from tutor.dialogue.receipts import EXAMPLES, Choice, Field, Integer, Many, Number, Numbers, leaves
from tutor.dialogue.shapes import layout_of
from tutor.dialogue.words import split, stem, wordset
from tutor.lessons.course import Term
from tutor.lessons.library import Library

Key = tuple[str, ...]

# The quantities that learners name most, what else they write for each, and the inputs that it may be, the first that is
# there; after `#` stands what of a whole network is meant.
QUANTITIES: dict[str, tuple[str, tuple[str, ...]]] = {
    "learning rate": ("learning rate,learning rates,taux d'apprentissage,taux,lr,eta,rate,step size,pas d'apprentissage,alpha lr",
                      ("/optimizer/learning_rate", "/learning_rate", "/rate", "/schedule_rate")),
    "steps": ("step,steps,pas,iteration,iterations,itérations,training steps,pas d'entraînement,étapes,updates,mises à jour,"
              "tours,rounds", ("/steps", "/training_steps", "/epochs", "/limit")),
    "epochs": ("epoch,epochs,époque,époques", ("/epochs", "/steps")),
    "layers": ("layer,layers,couche,couches,depth,profondeur", ("/layers#layers", "/sizes#layers", "/depth", "/layers")),
    "hidden layers": ("hidden layer,hidden layers,couches cachées,couche cachée,couches caché,couche caché",
                      ("/layers#hidden", "/sizes#hidden", "/depth", "/layers")),
    "units": ("unit,units,unités,neuron,neurons,neurone,neurones,node,nodes,noeud,noeuds,width,largeur,hidden units,"
              "neurones cachés,hidden neurons,unités cachées,units each,hidden nodes",
              ("/layers#units", "/sizes#units", "/hidden", "/width", "/units")),
    "batch": ("batch,batches,lot,lots,batch size,taille de lot,taille du lot,taille de batch,minibatch,mini-lot,"
              "mini-batch,lot size", ("/batch",)),
    "seed": ("seed,seeds,graine,graines,graine aléatoire,random seed", ("/seed", "/seeds")),
    "inputs": ("input,inputs,entrée,entrées,features,caractéristiques", ("/layers#inputs", "/sizes#inputs", "/n_in")),
    "outputs": ("output,outputs,sortie,sorties", ("/layers#outputs", "/sizes#outputs", "/n_out")),
    "momentum": ("momentum,inertie", ("/optimizer/momentum", "/momentum")),
    "dropout": ("dropout,drop out", ("/p",)),
    "start": ("start,start at,starting at,starting from,start from,starting point,départ,partant de,partir de,point de départ",
              ("/x0", "/start")),
}  # fmt: skip
_COUNTED = frozenset({"steps", "epochs", "layers", "hidden layers", "units"})
_OPTIONS = {
    "tanh": "tangente hyperbolique,hyperbolic tangent", "sigmoid": "sigmoïde,logistique,logistic", "relu": "re-lu",
    "leaky_relu": "leaky relu,relu fuyante", "identity": "identity,identité,linear,linéaire", "momentum": "momentum,inertie",
    "nesterov": "nesterov", "mean_squared_error": "mse,eqm", "binary_cross_entropy": "bce", "cross_entropy": "cross-entropy",
    "sgd": "sgd", "adam": "adam", "adamw": "adamw", "rmsprop": "rms prop",
}  # fmt: skip
_NEAREST = {"cross_entropy": "binary_cross_entropy", "mean_squared_error": "half_squared_error"}
# Options whose titles are everyday words; a sentence does not wish them by the way.
_EVERYDAY = wordset("true false and or list step none given seed mean sum line half own")
_UNSAID = wordset("the of a an de d du des la le les l un une en in to per par number nombre s for pour each chaque")
_BETWEEN = wordset("of de d a to at is est was were etait sera be equal egal egale equals vaut the du la le = : value valeur by")
ARTICLES = wordset("une one")  # numbers that give way to another one: « une taille de lot de 64 »
_BESIDE = wordset("de d of training hidden petits small")
_LONGEST = 5
_SHORTEST = 2  # « CE » is cross-entropy to some, and a French word
MOST_TOKENS = 60  # of a text; the rest names nothing


@dataclass(frozen=True)
class Names:
    """The concept of every phrase (stemmed words), and by example its inputs by concepts and its choices by option.

    `options` is {concepts: option} of all examples, `topics` {words of a term, folded: its lesson}.
    """

    concepts: Mapping[Key, str]
    inputs: Mapping[str, Mapping[Key, str]]
    choices: Mapping[str, Mapping[str, tuple[str, ...]]]
    options: Mapping[Key, str]
    topics: Mapping[Key, str]


@dataclass(frozen=True)
class Demand:
    """A wish for another input: `pointer` is "" where the example has none; `name` the quantity or the option.

    `after` is the word before it, articles left out; `typed` the number as it was typed (« deux », "2"). The sizes of a
    whole network are a tuple.
    """

    pointer: str
    name: str
    value: float | str | tuple[int, ...]
    whole: float = 0.0
    after: str = ""
    typed: str = ""


@dataclass(frozen=True)
class Heard:
    """The wishes of a text, the words and numbers that are no part of one, and whether it begins with an option."""

    demands: tuple[Demand, ...]
    left: tuple[str, ...]
    named_first: bool = False


@dataclass(frozen=True)
class Mention:
    """An input by its pointer ("" where the example has none) and its name, from one token to before another."""

    start: int
    end: int
    pointer: str
    name: str


def names_of(editions: Sequence[Library]) -> Names:
    """The names in all these languages; the more common meaning of a phrase wins."""
    concepts = dict(_concepts(editions[0].terms))
    inputs = {name: _inputs(name, [each.examples[name].inputs for each in editions], concepts) for name in EXAMPLES}
    choices = {name: _choices(name) for name in EXAMPLES}
    options = {_key(split(text), concepts): option for option, text in reversed(list(_option_titles(editions)))}
    return Names(concepts, inputs, choices, options, dict(_topics(editions[0])))


def _topics(library: Library) -> Iterator[tuple[Key, str]]:
    yield from ((split(slug), slug) for slug in library.lessons)
    for term in (term for term in library.terms if term.slug):
        yield from ((split(form), term.slug) for form in (*term.variants, term.fr, term.en))


def _concepts(terms: Iterable[Term]) -> Iterator[tuple[Key, str]]:
    """Later pairs win: what is in no table of ours comes first."""
    for term in reversed(tuple(terms)):
        for text in (each for each in (*term.variants, term.fr, term.en) if len(each) > _SHORTEST):
            yield tuple(map(stem, split(text))), " ".join(split(term.en))
    for concept, (variants, _) in QUANTITIES.items():
        yield from ((tuple(map(stem, split(text))), concept) for text in variants.split(","))


def _inputs(example: str, titles: Sequence[Mapping[str, str]], concepts: Mapping[Key, str]) -> dict[Key, str]:
    """The inputs by the concepts of their names: those of the table, of their titles, and their own."""
    fields = dict(leaves(EXAMPLES[example].fields))
    singles = [pointer for pointer, of in fields.items() if isinstance(of, Number | Integer)]
    found: dict[Key, str] = {(concept,): pointer for concept, (_, wanted) in QUANTITIES.items() for pointer in reversed(wanted)
             if _takes(fields.get(pointer.partition("#")[0]), "#" in pointer)}
    own = {_key(split(pointer.rpartition("/")[2].replace("_", " ")), concepts): pointer for pointer in singles}
    said = {_key(split(table[pointer].partition("(")[0]), concepts): pointer for table in titles for pointer in singles
            if pointer in table}
    return {key: pointer for key, pointer in (*own.items(), *said.items(), *found.items()) if key}


def _takes(of: Field | None, whole: bool) -> bool:
    """Whether an input is a number, or a network where a part of one is meant."""
    return isinstance(of, Many | Numbers) if whole else isinstance(of, Number | Integer)


def _choices(example: str) -> dict[str, tuple[str, ...]]:
    fields = [(pointer, of) for pointer, of in leaves(EXAMPLES[example].fields) if isinstance(of, Choice)]
    options = dict.fromkeys(option for _, of in fields for option in of.options)
    return {option: tuple(pointer for pointer, of in fields if option in of.options) for option in options}


def _option_titles(editions: Sequence[Library]) -> Iterator[tuple[str, str]]:
    yield from ((option, text) for option, texts in _OPTIONS.items() for text in texts.split(","))
    for option in {option: 0 for name in EXAMPLES for option in _choices(name)}:
        if option not in _EVERYDAY:
            yield option, option.replace("_", " ")
            for each in editions:
                yield option, each.options[option].partition("(")[0].partition(":")[0]


def _key(words: Sequence[str], concepts: Mapping[Key, str]) -> Key:
    return tuple(concept for concept, _, _ in _said(words, concepts))


def _said(words: Sequence[str], concepts: Mapping[Key, str]) -> Iterator[tuple[str, int, int]]:
    """The concepts of a text with the places where each begins and ends; words that say nothing are left out."""
    stems, place = list(map(stem, words)), 0
    while place < len(words):
        length = next((n for n in range(_LONGEST, 0, -1) if tuple(stems[place : place + n]) in concepts), 0)
        if length or words[place] not in _UNSAID:
            yield (concepts[tuple(stems[place : place + length])] if length else stems[place]), place, place + max(1, length)
        place += max(1, length)


def demands_of(text: str, names: Names, example: str) -> Heard:
    """What a text wishes of an example's inputs."""
    layout, rest = layout_of(text)
    heard = _heard(rest, names, example)
    if layout is None:
        return heard
    container, inside, _ = names.inputs[example].get(("layers",), "").partition("#")
    whole = Demand(f"{container}#sizes" if inside else "", "layer sizes", layout.sizes, typed=layout.typed)
    return replace(heard, demands=(whole, *heard.demands))


def named_in(text: str, names: Names, example: str) -> tuple[tuple[Token, ...], list[Mention]]:
    """The tokens of a text, and the inputs that it names."""
    found = tokens(text)[:MOST_TOKENS]
    return found, list(_mentions(list(_said(_readable(found), names.concepts)), found, names, example))


def _heard(text: str, names: Names, example: str) -> Heard:
    every = tokens(text.replace("_", " "))[:MOST_TOKENS]
    found = every[: _end(every)]
    said = list(_said(_readable(found), names.concepts))
    mentions = list(_mentions(said, found, names, example))
    bound = _bound(mentions, found)
    options = list(_named_options(said, names, example, {mention for mention, _ in bound}))
    taken = {place for mention, number in bound for place in (*range(mention.start, mention.end), number)}
    taken.update(place for _, start, end in options for place in range(start, end))
    amounts = [_amount(mention, number, found) for mention, number in bound]
    named = [replace(demand, after=_word_before(found, start)) for demand, start, _ in options]
    left = tuple(token.text for place, token in enumerate(found) if place not in taken)
    cut = tuple(token.text for token in every[len(found) : len(found) + 1])
    return Heard((*amounts, *named), left + cut, not cut and any(start == 0 for _, start, _ in options))


def _end(found: Sequence[Token]) -> int:
    """Where « instead of … » begins, unless the text begins with it: what it names is what was."""
    words = [token.text for token in found]
    ends = (place for place in range(1, len(words)) if words[place] == "instead" or words[place : place + 2] == ["au", "lieu"])
    return next(ends, len(words))


def _amount(mention: Mention, number: int, found: Sequence[Token]) -> Demand:
    token, after = found[number], _word_before(found, min(mention.start, number))
    return Demand(mention.pointer, mention.name, token.amount or 0.0, token.whole, after, token.text)


def _word_before(found: Sequence[Token], place: int) -> str:
    """The word before a place, articles left out."""
    return next((token.text for token in reversed(found[max(0, place - 4) : place]) if token.text not in _UNSAID), "")


def _readable(found: Sequence[Token]) -> list[str]:
    """The words, where a number is none; « entre » is not « entrée »."""
    return ["#" if token.amount is not None or token.text == "entre" else token.text for token in found]


def _mentions(said: Sequence[tuple[str, int, int]], found: Sequence[Token], names: Names, example: str) -> Iterator[Mention]:
    """The inputs that are named, the longest name at each place; quantities that the example does not have, too."""
    place, inputs = 0, names.inputs[example]
    while place < len(said):
        keys = ((n, tuple(concept for concept, _, _ in said[place : place + n])) for n in range(_LONGEST, 0, -1))
        count, key = next(((n, key) for n, key in keys if len(key) == n and key in inputs), (1, (said[place][0],)))
        start, end = said[place][1], said[place + count - 1][2]
        if (key in inputs or key[0] in QUANTITIES) and not (_short(key) and not _assigned(found, end)):
            yield Mention(start, end, inputs.get(key, ""), key[0])
        place += count


def _short(key: Key) -> bool:
    """« w », « x1 »: a name only where a value is given to it."""
    return len(key) == 1 and len(key[0]) < 3


def _assigned(found: Sequence[Token], end: int) -> bool:
    return any(token.text == "=" for token in found[end : end + 1])


def _bound(mentions: Sequence[Mention], found: Sequence[Token]) -> list[tuple[Mention, int]]:
    """Which number is whose: of the name before it (« a batch of 64 ») or after it (« 5 layers of 100 neurons »)."""
    bound: dict[Mention, int] = {}
    for place, token in enumerate(found):
        if token.amount is not None:
            before, after = _before(mentions, found, place), _after(mentions, found, place)
            whose = after if after and (_counting(before, after, found[place - 1].text) or before in bound) else before or after
            if whose and (whose not in bound or found[bound[whose]].text in ARTICLES):
                bound[whose] = place
    return list(bound.items())


def _counting(before: Mention | None, after: Mention, between: str) -> bool:
    """« layers of 100 neurons »: the number is that of the neurons."""
    return before is not None and {before.name, after.name} <= _COUNTED and between in ("of", "de")


def _before(mentions: Sequence[Mention], found: Sequence[Token], place: int) -> Mention | None:
    start = place
    while start > 0 and place - start < 4 and found[start - 1].text in _BETWEEN:
        start -= 1
    return next((mention for mention in mentions if start <= mention.end <= place), None)


def _after(mentions: Sequence[Mention], found: Sequence[Token], place: int) -> Mention | None:
    end = place + 1
    while end < len(found) and end - place < 3 and found[end].text in _BESIDE:
        end += 1
    return next((mention for mention in mentions if mention.start in (end, place + 1)), None)


def _named_options(
    said: Sequence[tuple[str, int, int]], names: Names, example: str, numbered: set[Mention]
) -> Iterator[tuple[Demand, int, int]]:
    """The options that are named, the longest name at each place; a number of the same name is no option."""
    place, starts = 0, {mention.start for mention in numbered}
    while place < len(said):
        keys = ((n, tuple(concept for concept, _, _ in said[place : place + n])) for n in range(_LONGEST, 0, -1))
        count, option = next(((n, names.options[key]) for n, key in keys if len(key) == n and key in names.options), (1, ""))
        if option and said[place][1] not in starts:
            yield _choice(option, names.choices[example]), said[place][1], said[place + count - 1][2]
        place += count


def _choice(option: str, choices: Mapping[str, tuple[str, ...]]) -> Demand:
    """The wish for an option, or for the one that learners mean where the example has only that."""
    option = option if _NEAREST.get(option) not in choices or option in choices else _NEAREST[option]
    return Demand(choices.get(option, ("",))[0], option, option)
