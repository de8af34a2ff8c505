"""Where one question of a text ends and the next begins: numbered lists, bulleted lists, and lines."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tutor.dialogue.commands import command_of, leading_words
from tutor.dialogue.wishes import COMMAND_WORDS, wish_of
from tutor.dialogue.words import MOST_CHARACTERS, split, wordset

# "1." "1)" "(1)" "1 -" "1/" "Q1:" "Question 1." at the start of a line; every part has a bounded width.
_NUMBER = re.compile(r"\(?(?:q(?:uestion)?\s?)?(\d{1,2})(?:\)[.:]?|\s?[.:/°–—-]{1,2}(?=\s|[^\W\d_]))", re.IGNORECASE)
_LETTER = re.compile(r"\(?([a-hA-H])(?:\)|\.(?=\s))")
_BULLET = re.compile(r"[-*•‣–—](?=\s)")
_INLINE = re.compile(
    r"(?<!\S)(?:\(?(\d{1,2})(?:\)|\.(?=\s|[^\W\d_])|/(?=\s))|q(?:uestion)?\s?(\d{1,2})\s?[:.)](?=\s))", re.IGNORECASE
)
_INLINE_LETTER = re.compile(r"(?<!\S)\(?([a-h])\)(?=\s)")
_ORDINAL = re.compile(
    r"(?<!\w)(?:(first|premi[eè]re?)|(second|seconde|deuxi[eè]me)|(third|troisi[eè]me))"
    r"(?:(?:ly|ment)\b,?|(?:\s(?:question|point|thing|chose))?\s?:)", re.IGNORECASE
)

_MARK, _FIRST = re.compile(r"[\d)]"), wordset("first firstly premier premiere premierement")
_ALPHABET = " abcdefgh"
# Where a command may begin that ends a question: a sentence, a verb after « and » or a comma, the name of a language.
_BEFORE_COMMANDS = re.compile(
    r"(?:(?<=[?.!…])\s+|,?\s+(?=(?:\S{1,4}\s){0,2}(?:show|give|quiz|draw|test|cite|summari[sz]e|montre|donne|interroge|dessine"
    r"|trace)))(?:(?:and|et|then|puis)\s+){0,2}|(?<!nswer)(?<!reply)(?<!ponds)(?<!pondez),?\s+(?=(?:in|en)\s(?:english|french|anglais|fran[cç]ais)\b)"
    r"|(?P<listed>\s+(?:and|et)\s+)(?=(?:the|les?|la|l'|an?|une?|des)\b)",
    re.IGNORECASE,
)
_SIDES = wordset("code formula example steps sources symbols chart simpler another check limits")
# A text without one of these words ends with no command.
_HINTS = COMMAND_WORDS | leading_words(_SIDES)
_SAYING = wordset("say said called word words written dit dire mot mots appelle ecrit")

_OPENERS = wordset(
    """
    what whats why how hows when where which who is are do does did can could should would will explain tell define
    describe show give compare pourquoi comment quand ou quel quelle quels quelles qui que quoi qu combien est cest
    peux peut pouvez explique expliquez dis donne montre definis decris faut pk koi quest
    """
)
_OPENING_PAIRS = frozenset({("c", "est"), ("a", "quoi"), ("en", "quoi"), ("de", "quoi"), ("ca", "sert")})
_ABOUT_ANSWERING = wordset(
    """
    answer answers answering question questions following these below help respond
    repondre reponds repondez reponse reponses suivantes suivants ces aide aider aidez
    """
)


@dataclass(frozen=True)
class Piece:
    """A question or a command in the learner's words, with the number the asker gave it."""

    text: str
    label: str | None = None


def pieces(text: str) -> list[Piece]:
    """The pieces of the first MOST_CHARACTERS characters, in order; a single question stays one piece."""
    lines = [line.strip() for line in text[:MOST_CHARACTERS].splitlines() if line.strip()]
    listed = [piece for piece in max(_listed(lines), _in_line(" ".join(lines)), key=len) if piece.text]
    return listed or [Piece(part) for question in _separate(lines) if question for part in _with_commands(question)]


def _with_commands(text: str) -> list[str]:
    """The text, apart from the commands that end it: « … ? Montre-moi le code. », "… and give me an example, in French"."""
    commands, listed, asked = list[str](), list[str](), text
    places = [] if _HINTS.isdisjoint(split(text)) else list(_BEFORE_COMMANDS.finditer(text))
    if not places or not _SAYING.isdisjoint(split(text)) or _commands(text):  # « comment dit-on biais en anglais ? »
        return [text]
    for place in reversed(places):
        tail = asked[place.end() :]
        if not place.start() or not _commands(tail):
            break
        listed, asked = [tail, *listed], asked[: place.start()]
        if not place["listed"]:  # « la perte et la formule » are two things, and « montre le code et la formule » two commands
            commands, listed, text = [*listed, *commands], [], asked
    return [text, *commands]


def _commands(sentence: str) -> bool:
    """« Montre-moi le code. », "in French please"; « Merci ! » asks for nothing, « D'où ça vient ? » may mean what was asked."""
    command = command_of(sentence)
    named = command is not None and command.kind in _SIDES and not (command.kind == "sources" and "?" in sentence)
    return named or wish_of(sentence) is not None


def _listed(lines: Sequence[str]) -> list[Piece]:
    """The items of a list whose marks begin lines; a line without a mark continues the item before it."""
    found = [_NUMBER.match(line) or _LETTER.match(line) or _BULLET.match(line) for line in lines]
    marks = [(place, mark) for place, mark in enumerate(found) if mark]
    if not marks or (len(marks) == 1 and marks[0][1].re is not _NUMBER):
        return []
    ends = [place for place, _ in marks[1:]] + [len(lines)]
    items = [
        Piece("\n".join([lines[place][mark.end() :].strip(), *lines[place + 1 : end]]).strip(), _label(mark))
        for (place, mark), end in zip(marks, ends, strict=True)
    ]
    return _prefaced("\n".join(lines[: marks[0][0]]), items)


def _label(mark: re.Match[str]) -> str | None:
    return mark[1] if mark.re.groups else None


def _in_line(text: str) -> list[Piece]:
    """The items of a list that runs on: « 1) … 2) … », « (a) … (b) … », « premièrement … deuxièmement … »."""
    if not _MARK.search(text) and _FIRST.isdisjoint(split(text)):
        return []
    for pattern in (_INLINE, _INLINE_LETTER, _ORDINAL):
        marks = _counting([(mark, _rank(mark)) for mark in pattern.finditer(text)])
        ends = [mark.start() for mark in marks[1:]] + [len(text)]
        parts = [text[mark.end() : end].strip(" ;,") for mark, end in zip(marks, ends, strict=False)]
        if len(parts) > 1 and all(any(len(word) > 3 for word in split(part)) for part in parts):
            lettered = pattern is _INLINE_LETTER
            items = [Piece(part, mark[1] if lettered else str(_rank(mark))) for mark, part in zip(marks, parts, strict=True)]
            return _prefaced(text[: marks[0].start()], items)
    return []


def _rank(mark: re.Match[str]) -> int:
    """The number of a mark: its digits, its place in the alphabet, or which of the ordinals it is."""
    if mark.re is _INLINE_LETTER:
        return _ALPHABET.index(mark[1])
    return int(mark[1] or mark[2]) if mark.re is _INLINE else int(mark.lastindex or 0)


def _counting(marks: Iterable[tuple[re.Match[str], int]]) -> list[re.Match[str]]:
    """The marks that count 1, 2, 3 …: « layers (2) and (3) » is no list."""
    counted: list[re.Match[str]] = []
    for mark, number in marks:
        if number == len(counted) + 1:
            counted.append(mark)
    return counted


def _prefaced(preface: str, items: list[Piece]) -> list[Piece]:
    """The items, after the words before them when these are a question of their own."""
    preface = preface.strip()
    if preface.endswith("?") and not _ABOUT_ANSWERING.intersection(split(preface)):
        return [Piece(preface), *items]
    return items


def _separate(lines: Sequence[str]) -> list[str]:
    """Each line when several are questions, or each part between semicolons when all open one; else the whole text."""
    parts = [part.strip() for line in lines for part in line.split(";")]
    if len(lines) > 1 or not all(_opens(split(part)) for part in parts):
        parts = list(lines)
    if sum(_asks(part) for part in parts) < 2:
        return ["\n".join(lines)]
    if parts[0].endswith(":") and not _asks(parts[0].removesuffix(":")):
        parts = parts[1:]
    return _with_context(parts)


def _with_context(parts: Iterable[str]) -> list[str]:
    """A statement goes with the question after it, and what follows the last question with that one."""
    questions: list[str] = []
    context: list[str] = []
    for part in parts:
        context.append(part)
        if _asks(part):
            questions.append("\n".join(context))
            context = []
    return [*questions[:-1], "\n".join([*questions[-1:], *context])]


def _asks(part: str) -> bool:
    words = split(part)
    return (len(words) > 1 and (part.endswith("?") or _opens(words))) or wish_of(part) is not None


def _opens(words: Sequence[str]) -> bool:
    return len(words) > 1 and (words[0] in _OPENERS or (words[0], words[1]) in _OPENING_PAIRS)
