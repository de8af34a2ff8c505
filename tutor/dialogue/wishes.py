"""What a learner wants done with the last answer (say it in the other language, say more), and how deep a question goes.

A command is made of command words only: one foreign word (« tell me more about dropout ») makes it a question.
"""

from dataclasses import dataclass

from tutor.dialogue.words import all_meant, grouped, slips, split, wordset

_LANGUAGES = {
    "french": "fr", "francais": "fr", "francaise": "fr", "english": "en", "anglais": "en", "anglaise": "en",
}
_TRANSLATING = wordset("translate translated translation traduis traduire traduisez traduit traduction traduisons")
_DEEPENING = wordset(
    """
    more further deeper detail details detailed technical technically elaborate expand mathematical mathematically maths
    math mathematics formulas equations indepth thorough
    plus davantage approfondir approfondis approfondissez approfondi approfondie approfondies profond detaille detailler
    detaillee detaillees technique techniques techniquement precisions developpe developper developpez mathematiques
    enprofondeur
    """
)
_FILLING = wordset(
    """
    tell me give show go going get dig dive into the a an some any i you we us should must need to know understand and
    internalize internalise learn master want would like d ll about it this that these those topic subject explanation
    explain please pls plz can could on here with in else is there are all of for be even much bit level answer answers
    reply response above previous last text everything whole full complete your from now same again also too say said
    repeat write rewrite put version language speak ok okay so hi hello hey thanks thank then behind specific precise
    dis donne donnez explique expliquer expliquez moi m en de des du la le les l sur ca cela ceci ce cette sujet
    svp stp peux tu pouvez pourrais pourriez vous te veux voudrais aimerais je j savoir connaitre comprendre apprendre
    retenir maitriser assimiler interioriser dois devrais que qu et a au aux un une peu encore aller va vas allez
    entre rentre dans avec niveau explications reponse reponses texte dernier derniere precedent precedente tout toute
    entier entiere vers redis repete repetez ecris reecris mets passe aussi maintenant langue meme chose parle reponds
    alors merci bonjour salut loin creuse creuser formules autres quelques
    """
)
_VOCABULARY = _LANGUAGES.keys() | _TRANSLATING | _DEEPENING | _FILLING
_SLIPS = slips(_VOCABULARY)
COMMAND_WORDS = _LANGUAGES.keys() | _TRANSLATING | _DEEPENING

# Groups of words that are one command word, or no word at all.
_GROUPS = {
    "s il te plait": "svp", "s il vous plait": "svp", "sil te plait": "svp", "sil vous plait": "svp",
    "in depth": "indepth", "in more depth": "indepth", "in greater depth": "indepth", "more depth": "indepth",
    "more in depth": "indepth", "en profondeur": "enprofondeur", "once more": "again", "what else": "more",
    "anything else": "more", "plus loin": "davantage", "what about": "and", "how about": "and",
    "how do you say": "say", "comment dit on": "dis", "encore une fois": "repete", "une fois de plus": "repete",
    "do you speak": "speak", "parles tu": "parle", "parlez vous": "parle",
}
_SPOKEN = _VOCABULARY | wordset(" ".join(_GROUPS))

_DEEP_QUESTION = wordset(
    """
    technical technically detail details detailed deeper rigorous rigorously formally mathematically proof prove
    techniquement detaille detaillee detaillees approfondi approfondie approfondir approfondis rigoureux rigoureuse
    rigoureusement formellement mathematiquement demonstration demontrer demontre prouver
    """
)
_DEEP_GROUPS = (
    " in depth ", " more about ", " more on ", " math behind ", " maths behind ", " mathematics behind ",
    " en profondeur ", " plus sur ", " plus au sujet ", " davantage sur ", " en savoir plus ",
    " maths derriere ", " mathematiques derriere ",
)

# The longest command we know of has 14 words; a longer text is a question, whatever its words.
_MOST_WORDS = 24


@dataclass(frozen=True)
class Wish:
    """`kind` is translate or deepen; `language` the one that was named."""

    kind: str
    language: str | None = None


def wish_of(text: str) -> Wish | None:
    """The command a text is, forgiving one slip of the keyboard a word; None for anything that may be a question."""
    words = grouped(all_meant(split(text), _SPOKEN, _SLIPS), _GROUPS)
    if not 0 < len(words) <= _MOST_WORDS or not _VOCABULARY.issuperset(words):
        return None
    language = _named(words)
    if _TRANSLATING.isdisjoint(words) and not _DEEPENING.isdisjoint(words):
        return Wish("deepen", language)
    return Wish("translate", language) if language or not _TRANSLATING.isdisjoint(words) else None


def depth_of(question: str) -> str:
    """How deep a question about a topic wants its answer: technical when it asks for details, a proof or for more."""
    words = split(question)
    line = f" {' '.join(words)} "
    asked = not _DEEP_QUESTION.isdisjoint(words) or any(group in line for group in _DEEP_GROUPS)
    return "technical" if asked else "short"


def _named(words: list[str]) -> str | None:
    """The language to translate into: the last one named (« de l'anglais au français », "from English to French")."""
    named = [_LANGUAGES[word] for word in words if word in _LANGUAGES]
    return named[-1] if named else None
