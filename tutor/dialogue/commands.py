"""Follow-ups of a few words: why, an example, the formula, the code, once more, thanks; and where a number comes from.

A command is made of its own words only, so that one foreign word (« pourquoi des couches cachées ») makes it a question.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from tutor.dialogue.amounts import greek, tokens
from tutor.dialogue.words import MOST_CHARACTERS, all_meant, grouped, slips, split, wordset

# The longest command we know of has 14 words; a longer text is a question, whatever its words.
MOST_WORDS = 20


@dataclass(frozen=True)
class Command:
    """`kind` is that of a request; `names` what it speaks of: libraries, the place of a choice, a symbol's words."""

    kind: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Pattern:
    """A command holds a word of each of `needs`, and no word outside `words`."""

    kind: str
    needs: tuple[frozenset[str], ...]
    words: frozenset[str]


# Groups of words that are one word to the patterns.
GROUPS = {
    "s il te plait": "svp", "s il vous plait": "svp", "sil te plait": "svp", "sil vous plait": "svp",
    "like i m five": "simpler", "like i am five": "simpler", "like im five": "simpler", "like i m 5": "simpler",
    "like i am 5": "simpler", "like im 5": "simpler", "like a child": "simpler", "like i m a child": "simpler",
    "to a child": "simpler", "comme si j avais cinq ans": "simpler", "comme si j avais 5 ans": "simpler",
    "comme a un enfant": "simpler", "comme pour un enfant": "simpler", "a un enfant": "simpler", "plain english": "simpler",
    "simple english": "simpler", "for dummies": "simpler", "pour les nuls": "simpler", "je ne comprends pas": "simpler",
    "je comprends pas": "simpler", "jcomprends pas": "simpler", "j comprends pas": "simpler", "j ai pas compris": "simpler",
    "je n ai pas compris": "simpler", "je comprends rien": "simpler", "je ne comprends rien": "simpler",
    "i still don t understand": "simpler", "i still don t get it": "simpler", "je ne comprends toujours pas": "simpler",
    "je comprends toujours pas": "simpler", "i don t understand": "simpler",
    "i dont understand": "simpler", "i do not understand": "simpler",
    "i don t get it": "simpler", "i dont get it": "simpler", "i m lost": "simpler", "je suis perdu": "simpler",
    "je suis perdue": "simpler", "trop complique": "simpler", "trop difficile": "simpler", "trop dur": "simpler",
    "too complicated": "simpler", "too hard": "simpler", "too difficult": "simpler", "eli5": "simpler",
    "once more": "again", "one more time": "again", "encore une fois": "again", "une fois de plus": "again",
    "plus difficile": "deepen", "plus dur": "deepen", "more difficult": "deepen", "something harder": "deepen",
    "harder": "deepen",
    "go on": "continue", "keep going": "continue", "and then": "continue", "et ensuite": "continue", "et apres": "continue",
    "one more": "another", "encore un": "another", "un nouvel": "another",
    "pour quelle raison": "why", "for what reason": "why", "how come": "why", "how so": "why", "what for": "why",
    "d ou tu tiens ca": "sources", "d ou tenez vous ca": "sources", "d ou vous tenez ca": "sources",
    "d ou tu sors ca": "sources", "d ou ca vient": "sources", "d ou ca sort": "sources", "d ou vient cela": "sources",
    "d ou vient ca": "sources", "where did you get that": "sources", "where did you get this": "sources",
    "where do you get that": "sources", "where do you get this": "sources", "where does that come from": "sources",
    "where does this come from": "sources", "who says": "sources", "says who": "sources", "qui dit ca": "sources",
    "how do you know": "sources", "comment tu le sais": "sources", "comment le savez vous": "sources",
    "d accord": "yes", "bien sur": "yes", "of course": "yes", "that s it": "yes", "c est ca": "yes",
    "pas ca": "no", "not that": "no", "pas du tout": "no", "none of these": "no", "none of them": "no",
    "how are you": "hello", "ca va": "hello", "comment allez vous": "hello", "comment vas tu": "hello",
    "good morning": "hello", "good evening": "hello", "good afternoon": "hello",
}  # fmt: skip
POLITE = wordset(
    """
    please pls plz svp stp ok okay so then now and but et mais alors donc maintenant can could would you i we me us moi nous
    like want need d aimerais voudrais veux veut peux tu pouvez vous pourrais pourriez je j also aussi just juste hey stp
    """
)


def _pattern(kind: str, *needs: str, own: str = "") -> Pattern:
    """The pattern, its words brought together once."""
    needed = tuple(map(wordset, needs))
    return Pattern(kind, needed, wordset(own).union(POLITE, *needed))


_SHOWING = "show give tell see have get montre montrer montrez donne donner donnez affiche voir avoir fais faire "
_ARTICLES = "a an the this that it of for with in one some un une des le la les l de du ce cet cette ces ca cela avec en pour "
_LIBRARIES = {
    "numpy": "numpy", "np": "numpy", "pytorch": "pytorch", "torch": "pytorch", "keras": "keras", "tensorflow": "keras",
    "tf": "keras", "jax": "jax",
}  # fmt: skip
_PLACES = {
    "1": 0, "one": 0, "un": 0, "une": 0, "first": 0, "1st": 0, "premier": 0, "premiere": 0, "1er": 0, "1re": 0, "1ere": 0,
    "2": 1, "two": 1, "deux": 1, "second": 1, "seconde": 1, "deuxieme": 1, "2nd": 1, "2e": 1, "2eme": 1,
    "3": 2, "three": 2, "trois": 2, "third": 2, "troisieme": 2, "3rd": 2, "3e": 2, "3eme": 2,
    "4": 3, "four": 3, "quatre": 3, "5": 4, "6": 5, "7": 6, "8": 7, "9": 8, "last": -1, "dernier": -1, "derniere": -1,
}  # fmt: skip
_CHOOSING = " ".join(_PLACES)
RIGHT = "right"
_GIVING_UP = frozenset({
    "i don t know", "i dont know", "idk", "no idea", "i give up", "the answer", "the answer please", "answer", "solution",
    "the solution", "je ne sais pas", "je sais pas", "aucune idee", "j abandonne", "la reponse", "la reponse svp", "la solution",
    "la bonne reponse",
})  # fmt: skip
_ANSWERS = {**_PLACES, "a": 0, "b": 1, "c": 2, "d": 3}
_ANSWERING = wordset(
    "the answer is it s i say think choose pick that option number would guess probably la le l reponse est ce je dis dirais"
    " choisis pense crois que numero my ma"
)

PATTERNS = (
    _pattern("thanks", "thanks thank thx merci ty cheers",
             own="you very much so a lot beaucoup bien infiniment mille fois great super parfait cool nice good bonne journee "
                 "soiree day for your help pour ton votre aide this it that ca cela"),
    _pattern("hello", "hello hi hey bonjour salut bonsoir coucou allo", own="there tutor prof everyone toi today"),
    _pattern("thanks", "bye goodbye ciao revoir adieu", own="au see you later a plus tard bientot bonne journee soiree"),
    _pattern("hello", "help aide aidez", own="me moi please i need ai besoin"),
    _pattern("yes", "yes yep yeah yup oui ouais ouaip ok okay sure exactly exactement",
             own="that this it the is one c est ca celui celle la le"),
    _pattern("no", "no nope non nan", own="that it is not c est pas ca merci thanks aucun"),
    _pattern("choice", _CHOOSING,
             own="the number numero n no choice choix option question la le celui celle take prends je i choose choisis prefere"),
    _pattern("another", "another autre autres other different differents differentes nouveau nouveaux nouvelles new",
             "example exemple examples exemples number numbers nombre nombres chiffres valeur valeurs value values inputs "
             "entrees one", own=_SHOWING + _ARTICLES + "try essaie d encore more plus"),
    _pattern("deepen", "deepen continue continuez continuer poursuis poursuivez", own="explain explique the it la le l"),
    _pattern("repeat", "repeat repete repetez again redis redites reaffiche",
             own=_ARTICLES + "say explain explique explain dis dites encore your my last previous answer reponse derniere "
                 "do encore can ta votre to"),
    _pattern("code", "code codes program programme script snippet",
             own=_SHOWING + _ARTICLES + "python how do what would look it as source version write ecris ecrire coder "
                 "implement using sous about " + " ".join(_LIBRARIES)),
    _pattern("code", " ".join(_LIBRARIES), "in en with avec using sous code about and et",
             own=_SHOWING + _ARTICLES + "what how do it would look python"),
    _pattern("formula", "formula formulas formulae formule formules equation equations",
             own=_SHOWING + _ARTICLES + "what is its are s quelle quelles est sont c quoi latex math maths mathematical again"),
    _pattern("sources", "sources source reference references",
             own=_SHOWING + _ARTICLES + "your what is are where quelle quelles est sont tes vos c quoi ou cite citez on "
                 "do based"),
    _pattern("example", "example exemple examples exemples chiffres nombres numbers numerique numeriques numerical "
             "numerically numeriquement", own=_SHOWING + _ARTICLES + "par concret concrete simple petit small worked real "
             "plus simpler easier facile as got any do d explain explique quelques actual vrais how about"),
    _pattern("steps", "steps etapes step etape calcul calculs calculation calculations computation working",
             own=_SHOWING + _ARTICLES + "all every by each toutes tous chaque par detail details detaille detailles your my "
                 "through walk go voir how intermediaires intermediate explain explique work ton votre"),
    _pattern("steps", "work", "show", own="me your the"),
    _pattern("symbols", "symbol symbols symbole symboles notation notations",
             own=_SHOWING + _ARTICLES + "what is are these those mean means do does c est quoi que veut veulent dire signifie "
                 "signifient qu koi explain explique expliquez list liste all tous here s sont quels quel"),
    _pattern("check", "quiz quizz interroge interrogez exercise exercice exercices",
             own=_SHOWING + _ARTICLES + "on it this sur moi little petit petite my mon mes knowledge connaissances"),
    _pattern("check", "test teste testez", "me moi my mes", own=_ARTICLES + "on it this sur knowledge connaissances"),
    _pattern("check", "question", "ask pose posez check", own=_ARTICLES + "on it sur moi"),
    _pattern("limits", "limits limitations limites caveats drawbacks inconvenients pitfalls pieges misconception misconceptions",
             own=_SHOWING + _ARTICLES + "its ses leurs what are is quelles quels sont there y t il common frequent idea"),
    _pattern("limits", "limit limite fausse erreurs mistakes edge corner", "the its la les ses idee idees frequentes courantes "
             "classiques common usual case cases",
             own=_SHOWING + _ARTICLES + "what are is quelle quelles sont s any"),
    _pattern("chart", "draw drawing plot chart picture diagram dessine dessinez dessin graphique schema courbe trace tracez",
             own=_SHOWING + _ARTICLES + "how what look"),
    _pattern("simpler", "summary summarize summarise recap tldr resume resumer resumez",
             own=_SHOWING + _ARTICLES + "short quick court bref brief"),
    _pattern("simpler", "simpler simple simples simply simplify simplifie simplifier simplifiez simplement easier plain "
             "vulgarise vulgarisez facile facilement layman laymans basic",
             own=_ARTICLES + "more plus explain explique expliquer expliquez words word mots terms termes to way maniere "
                 "facon version make do dis say encore much bit peu still even tres very answer reponse give donne again "
                 "quelque chose plus try essaie que est c s is as possible il faut"),
    _pattern("why", "why pourquoi pk pkoi pq pourkoi", own="is that this it so ca cela comme est ce c exactly exactement au "
             "though really vraiment tell dis explain explique que qu cest are"),
)  # fmt: skip

# Words around a number whose origin is asked; without one of the first ones, nothing is asked.
_ASKING = wordset("where how why what ou comment pourquoi quoi explain explique wherefrom")
_ORIGIN = wordset(
    """
    does do did is was are come comes came coming from get got getting you have find found compute computed calculate
    calculated obtain obtained reach number value figure result s that this the it we of for to by d du de l le la ce cet ces
    cette c est il elle on tu vous avez as a t que qu vient viennent provient sort sors sortent tiens obtiens obtient obtenez
    obtenu trouve trouves trouvez trouver arrive arrives arrivez calcule calcules calcul calculez chiffre nombre valeur
    resultat ca cela fait faites
    """
)
_MEANING = (
    ("c", "est", "quoi"), ("cest", "quoi"), ("qu", "est", "ce", "que", "c", "est"), ("qu", "est", "ce", "que"),
    ("que", "veut", "dire"), ("que", "signifie"), ("que", "represente"), ("what", "does"), ("what", "is"), ("what", "s"),
    ("whats",), ("explain",), ("explique",), ("ca", "veut", "dire", "quoi"), ("il", "veut", "dire", "quoi"),
)  # fmt: skip
_GREEK = wordset("alpha beta gamma delta epsilon zeta eta theta kappa lambda mu nu xi pi rho sigma tau phi chi psi omega")
_DIGITS = "0123456789%"
_AROUND = wordset("it to of the le la l ce cet cette symbol symbole letter lettre mean means stand for here ici this that stands")
# Words of the trade that are one slip away from a word of a command.
_NO_SLIPS = wordset("sample samples stems stop steep sources simple exploding valeur")
_VOCABULARY = frozenset().union(GROUPS.values(), *(pattern.words for pattern in PATTERNS))
_KNOWN = _VOCABULARY | _NO_SLIPS | wordset(" ".join(GROUPS))
_SLIPS = slips(word for pattern in PATTERNS for need in pattern.needs for word in need)


def command_of(text: str) -> Command | None:
    """The command a text is, forgiving one slip of the keyboard in its leading words; None for what may be a question."""
    heard = grouped(all_meant(split(text[:MOST_CHARACTERS])[: 2 * MOST_WORDS], _KNOWN, _SLIPS), GROUPS)
    found = next((pattern.kind for pattern in PATTERNS if _fits(pattern, heard)), None) if 0 < len(heard) <= MOST_WORDS else None
    if found is None:
        return _origin(text) or _symbol(text)
    return Command(found, _names(found, heard))


def leading_words(kinds: Collection[str]) -> frozenset[str]:
    """A text with none of these words is no command of these kinds, slips and groups of words aside."""
    return frozenset().union(*(pattern.needs[0] for pattern in PATTERNS if pattern.kind in kinds))


def answer_of(text: str) -> str | None:
    """The place of the answer that a text gives to a question with a few of them: "b", « je dis la c »; RIGHT if it gives up."""
    said = split(text[:MOST_CHARACTERS])
    if " ".join(said) in _GIVING_UP:
        return RIGHT
    words = [word for word in (said[2:] if said[:2] == ("c", "est") else said) if word not in _ANSWERING]
    kept = [word for word in words if word != "one"] or words  # "the first one"
    return str(_ANSWERS[kept[0]]) if len(kept) == 1 and kept[0] in _ANSWERS else None


def _fits(pattern: Pattern, words: Sequence[str]) -> bool:
    if pattern.kind == "choice" and sum(map(str.isdigit, words)) > 1:  # "3, 5, 1" is no place in a list
        return False
    return pattern.words.issuperset(words) and not any(need.isdisjoint(words) for need in pattern.needs)


def _names(kind: str, words: Sequence[str]) -> tuple[str, ...]:
    if kind == "code":
        return tuple(dict.fromkeys(_LIBRARIES[word] for word in words if word in _LIBRARIES))
    if kind == "choice":
        return (str(next(_PLACES[word] for word in words if word in _PLACES)),)
    return ()


def _origin(text: str) -> Command | None:
    """« Where does 0.3775 come from? »: one number, and nothing but the words of such a question around it."""
    found = tokens(text)
    amounts = [token for token in found if token.amount is not None and token.text[-1] in _DIGITS]
    words = [token.text for token in found if token.amount is None and token.text not in "?:="]
    asked = len(amounts) == 1 and len(found) <= MOST_WORDS and not _ASKING.isdisjoint(words)
    return Command("origin", (amounts[0].text,)) if asked and (_ASKING | _ORIGIN | POLITE).issuperset(words) else None


def _symbol(text: str) -> Command | None:
    """« What is δ? »: the words of the symbol's name, where it is one or two short words or a Greek letter."""
    words = split(greek(text[:MOST_CHARACTERS])) if text.count(" ") <= 2 * MOST_WORDS else []
    if not 0 < len(words) <= MOST_WORDS:
        return None
    opening = next((group for group in _MEANING if tuple(words[: len(group)]) == group), None)
    rest = words[len(opening) :] if opening else []
    named = [word for word in rest if word not in _AROUND] or [word for word in rest[-1:] if len(word) == 1]
    spoken = POLITE.intersection(named) or not 0 < len(named) <= 3
    return Command("symbol", tuple(named)) if not spoken and all(map(_symbolic, named)) else None


def _symbolic(word: str) -> bool:
    """« w1 », « dl » and « delta » may be symbols; « lot » and « sgd » are words."""
    return word in _GREEK or len(word) < 3 or (len(word) < 5 and not word.isalpha())
