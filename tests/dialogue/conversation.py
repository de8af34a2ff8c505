"""Conversations without a store: each text after what was said before."""

from datetime import UTC, datetime

from tutor.answer import Exchange, Part, from_text, to_text
from tutor.conversations import Tutor
from tutor.dialogue.prompt import read
from tutor.dialogue.reply import Turn, reply
from tutor.dialogue.understanding import understood


def conversation(tutor: Tutor, *texts: str, lang: str = "en") -> list[Exchange]:
    """The exchanges of a conversation, each answer as it comes back from where it was kept."""
    history: list[Exchange] = []
    for number, text in enumerate(texts, 1):
        requests = understood(read(text, lang), tutor.mind)
        answer = reply(Turn(text, requests, [each.answer.parts for each in history], None, lang), tutor.mind)
        history.append(Exchange(number, datetime.now(UTC), text, from_text(to_text(answer))))
    return history


def last(tutor: Tutor, *texts: str) -> Part:
    """The only part of the last answer."""
    (part,) = conversation(tutor, *texts)[-1].answer.parts
    return part
