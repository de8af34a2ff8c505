"""What a learner asks for: one request for each question or command of a text, under the asker's own numbers."""

import re
import unicodedata
from dataclasses import dataclass

from tutor.dialogue.amounts import FACTORS, tokens
from tutor.dialogue.commands import command_of
from tutor.dialogue.matching import Decision
from tutor.dialogue.pieces import Piece, pieces
from tutor.dialogue.wishes import depth_of, wish_of
from tutor.dialogue.words import MOST_CHARACTERS, fold, split, wordset

# Further questions of one text are left for another turn; `read` returns them all the same, so that they can be named.
MOST_PARTS = 8

# A longer text is a question of its own.
_MOST_FOLLOWING = 30
# What a text begins with that goes on from what was said.
USING = wordset(
    "with avec use using utilise utilisez utiliser try essaie essayez take prends prenez set mets mettez make change changez"
)
LEADING = USING | wordset(
    "and et if si pour for after apres instead but mais now maintenant changes quid ok alors then same meme en pareil"
)
LEADING_PAIRS = frozenset({
    ("what", "if"), ("what", "would"), ("what", "about"), ("what", "happens"), ("how", "about"), ("que", "se"),
})  # fmt: skip
_INSTEAD = frozenset({"instead", "lieu"})

# Words that only one of the two languages uses in running text. Technical words tell nothing: learners mix them.
_FRENCH = wordset(
    """
    le la les l un une des du de d au aux ce cet cette ces ceci cela ca est sont etait sera suis es ai avons avez ont
    que qu qui quoi dont et ou ne n pas je j tu il elle nous vous ils elles se s mon ma mes ton ta tes sa ses notre
    nos votre vos leur leurs moi toi lui eux dans avec sans sur sous pour par entre vers chez comment pourquoi quand
    combien quel quelle quels quelles lequel laquelle mais donc car si tres bien aussi comme alors puis peu trop tout
    toute tous toutes rien encore deja jamais toujours faut peux peut pouvez peuvent veux veut dois doit fait faire
    fais sert servent marche explique expliquer expliquez traduis traduire traduisez donne donnez montre voudrais
    aimerais svp stp merci bonjour salut oui non cest jai quest koi pk pkoi pq pis ben ya pantoute etre avoir
    francais anglais plait deux trois quatre cinq
    """
)
_ENGLISH = wordset(
    """
    the is are was were am be been being do does did done has have had having what why how when where which who whose
    can could should would will shall may might must cannot not and of to in for from by with without at into onto this
    that these those there here it its i you he she we they my your his her our their them us him if then than because
    while about between through during before after more most much many few any some each every other such only just so
    too very also again please thanks hello yes tell give show explain let get make want need know understand translate
    dont doesnt isnt arent cant whats hows im ive english french two three four five
    """
)
_CONTRACTED = re.compile(r"(?<=[a-z])'(?:s|t|d|m|re|ll|ve)\b")  # "Newton's", "what's", "don't"
_ELISIONS = ("l'", "d'", "j'", "qu'", "n'", "s'", "c'", "m'", "t'")
_OTHER = {"en": "fr", "fr": "en"}


@dataclass(frozen=True)
class Request:
    """One piece of a text: `kind` is question, deepen (say more about the last answer), translate or that of a command.

    A question that may speak of what was said before (« et avec Adam ? », "after 10 steps") is of the kind follow.

    `text` is the learner's words, `label` the asker's own number, `language` the one named (or meant) by a command,
    `depth` short or technical, `names` what a command speaks of; `decision` is what the router makes of a question.
    """

    kind: str
    text: str
    label: str | None = None
    language: str | None = None
    depth: str = "short"
    names: tuple[str, ...] = ()
    decision: Decision | None = None


def read(text: str, language: str) -> tuple[Request, ...]:
    """The requests of a text, in its order; none for a blank text. `language` is that of the page it was typed on."""
    return tuple(_request(piece, language) for piece in pieces(text))


def _request(piece: Piece, language: str) -> Request:
    command = command_of(piece.text)
    if command:
        return Request(command.kind, piece.text, piece.label, depth=depth_of(piece.text), names=command.names)
    wish = wish_of(piece.text)
    if wish is None:
        return Request("follow" if _follows(piece.text) else "question", piece.text, piece.label, depth=depth_of(piece.text))
    if wish.kind == "deepen":
        return Request("deepen", piece.text, piece.label, wish.language, "technical")
    return Request("translate", piece.text, piece.label, wish.language or _meant(piece.text, language))


def _follows(text: str) -> bool:
    """Whether a text may go on from what was said: it is short, and begins as such or names a number."""
    found = tokens(text)
    if not 0 < len(found) <= _MOST_FOLLOWING:
        return False
    led = found[0].text in LEADING or found[0].text in FACTORS or tuple(token.text for token in found[:2]) in LEADING_PAIRS
    return led or any(token.amount is not None or token.text in _INSTEAD for token in found)


def _meant(command: str, language: str) -> str:
    """« Traduis ceci » typed on an English page means French; typed on a French page, the other language."""
    spoken = language_of(command)
    return spoken if spoken and spoken != language else _OTHER[language]


def language_of(text: str) -> str | None:
    """The language of a text by its function words and French accents: en, fr, or None when they do not decide."""
    folded, contractions = _CONTRACTED.subn(" ", fold(text).replace("-", " "))
    words = split(folded)
    french = sum(word in _FRENCH for word in words) + _accented(text)
    french += any(folded.startswith(elision) or f" {elision}" in folded for elision in _ELISIONS)
    english = sum(word in _ENGLISH for word in words) + contractions
    return None if french == english else "fr" if french > english else "en"


def _accented(text: str) -> bool:
    marked = unicodedata.normalize("NFC", text[:MOST_CHARACTERS])
    return any(letter in "àâçèéêëîïôùûœ" for letter in marked.casefold())
