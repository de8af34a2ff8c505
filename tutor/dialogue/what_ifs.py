"""Whether a text wishes other numbers of the last example, and which: « et avec Adam ? », "after 10 steps"."""

from tutor.answer import Part
from tutor.dialogue.amounts import FACTORS, tokens
from tutor.dialogue.answering import Mind, decision_of
from tutor.dialogue.changes import value_at
from tutor.dialogue.joints import asks
from tutor.dialogue.names import ARTICLES, Demand, Heard, demands_of, named_in
from tutor.dialogue.prompt import LEADING, LEADING_PAIRS, USING, Request
from tutor.dialogue.words import wordset

# Words that may stand around the wishes of a what-if; any other makes the text a question.
_AROUND = LEADING | wordset(
    """
    what how a an the of to is at in on for that this it its we i you do does did would could can had have happens happen about
    please svp stp only just instead rather plutot seulement un une des le la les l d de du s je j tu on nous vous il y
    avait avais avez ai a au aux en met passe se ce ca cela que qu donne donner donnerait ferait fait refais refaites
    recommence recommencez montre montrez redo rerun again show give run lance network reseau example exemple each chaque
    chacune par per lieu same everything tout reste else happening deviens devient changed goes passer est dans sur to
    increase decrease larger value valeur
    veux voudrais aimerais want like pareille chose layer layers couche couches activation activations function fonction
    optimizer optimiseur method methode loss perte unit units sizes tailles
    there hidden cachee cachees vaut valait vaudrait equals equal egal egale was were be etait etaient soit serait than
    """
) | frozenset("?=:/")
# What is named after such a word is wished; « et Adam ? » may be a question about Adam.
_WISHING = USING | wordset("pour for changes instead au pareil same meme veux want")
_ASKING = wordset("what how is are does est qu que quel quelle combien ou where")
_LED = 4  # how many words may stand before a wish


def numbers_of(text: str) -> list[str]:
    """The numbers of a text, as they were typed."""
    return [token.text for token in tokens(text) if token.amount is not None]


def bare_number(text: str) -> str:
    """The number of « et 0,5933 ? », as it was typed; "" where the text says more."""
    numbers = numbers_of(text)
    around = {token.text for token in tokens(text) if token.amount is None}
    return numbers[0] if len(numbers) == 1 and around <= LEADING | {"?", "what", "about"} else ""


def heard_of(text: str, last: Part | None, mind: Mind) -> Heard:
    """What a text wishes of the last example, or would wish of a network; a bare number is for what alone was changed."""
    if last and (scaled := _scaled(text, last, mind)):
        return scaled
    heard = demands_of(text, mind.names, example_of(last) if last else "network-step")
    amounts = [token for token in tokens(text) if token.amount is not None]
    numeric = [pointer for pointer, _, new in last.changes if isinstance(new, float | int)] if last else []
    if heard.demands or len(amounts) != 1 or len(numeric) != 1:
        return heard
    (token,) = amounts
    left = tuple(word for word in heard.left if word != token.text)
    return Heard((Demand(numeric[0], "", token.amount or 0.0, token.whole, typed=token.text),), left)


def _scaled(text: str, last: Part, mind: Mind) -> Heard | None:
    """« double le taux d'apprentissage »: one input that is named without a number, times what the text says."""
    found, mentions = named_in(text, mind.names, example_of(last))
    factors = [place for place, token in enumerate(found) if token.text in FACTORS]
    if not len(factors) == len(mentions) == 1 or numbers_of(text) or "#" in (pointer := mentions[0].pointer) or not pointer:
        return None
    value = value_at((last.receipt or {})["inputs"], pointer[1:].split("/"))
    typed = found[factors[0]].text
    taken = {*range(mentions[0].start, mentions[0].end), *factors}
    left = tuple(token.text for place, token in enumerate(found) if place not in taken)
    return Heard((Demand(pointer, mentions[0].name, value * FACTORS[typed], value * FACTORS[typed], typed=typed),), left)


def example_of(last: Part) -> str:
    """The name of the example that a part showed."""
    return str((last.receipt or {})["example"])


def wishes(request: Request, heard: Heard, mind: Mind) -> bool:
    """Whether a text wishes and does nothing else: « et avec Adam ? », but not « pourquoi Adam ? » nor « Adam ? »."""
    first = heard.left[0] if heard.left else ""
    counted = any(each.typed and (first in LEADING or each.typed not in ARTICLES) for each in heard.demands)
    asked = (heard.named_first and not counted) or (first in _ASKING and heard.left[:2] not in LEADING_PAIRS)
    if not heard.demands or asked or not _AROUND.issuperset(heard.left):
        return False
    wished = counted or not _WISHING.isdisjoint(heard.left[:_LED])
    return wished or (first in _AROUND and decision_of(request, mind).kind != "answer")


def passes_over(text: str, heard: Heard) -> bool:
    """Whether a text that is no wish gives a number, and does not say of what (« et avec 7 ? ») or of no input ("h = 5, 6")."""
    numbers = numbers_of(text)
    bare = not heard.demands and _AROUND.union(numbers).issuperset(heard.left)
    return bool(numbers) and (bare or ("=" in heard.left and not asks(text)))
