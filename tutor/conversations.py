"""The verb ASK: what was said before, a reply, and its keeping; and the room where a tutor is put together."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tutor.answer import Conversation, Exchange
from tutor.compute import Workbench
from tutor.dialogue.kept_router import open_router
from tutor.dialogue.names import Names, names_of
from tutor.dialogue.page import Page, Reading, compose
from tutor.dialogue.prompt import read
from tutor.dialogue.reply import Mind, Turn, Work, looks_back, reply
from tutor.dialogue.router import Router
from tutor.dialogue.transcript import transcript
from tutor.dialogue.understanding import understood
from tutor.dialogue.view import ExchangeView, Shelf, view
from tutor.language import Language, house_folder, load_language, offered
from tutor.lessons.library import Library, check_links, edition, load
from tutor.settings import router_files
from tutor.store import Store, begin_conversation, latest, save

# A translation needs the last answer; "more details", say, looks back for the last lesson over this many turns.
REMEMBERED = 8


class UnknownLesson(LookupError):
    """A slug that names no lesson."""

    def __init__(self, slug: str) -> None:
        super().__init__(slug)
        self.slug = slug


@dataclass(frozen=True)
class Tutor:
    """The lessons in every language, the router of questions, where examples are computed, and the names of their inputs."""

    library: Library
    shelves: Mapping[str, Shelf]
    router: Router
    work: Work
    names: Names

    @property
    def mind(self) -> Mind:
        """What replies draw on."""
        return Mind(self.library, self.router, self.work, self.names)

    @property
    def languages(self) -> Mapping[str, Language]:
        """The languages by code."""
        return {code: shelf.language for code, shelf in self.shelves.items()}


@dataclass(frozen=True)
class Question:
    """What is asked: the text, the conversation it belongs to (None begins one), the language pinned or fallen back on."""

    text: str
    conversation: str | None
    lang: str | None
    fallback: str


def open_tutor() -> Tutor:
    """A tutor with all its lessons read, in every language, from the house's content."""
    content, catalogs = house_folder("content"), house_folder("translations")
    library = load(content)
    check_links(library)
    languages = {code: load_language(catalogs, code) for code in offered(catalogs)}
    shelves = {code: Shelf(edition(library, language.translate), language) for code, language in languages.items()}
    names = names_of([shelf.edition for shelf in shelves.values()])
    router = open_router(content.joinpath("phrases"), library.terms, router_files())
    return Tutor(library, shelves, router, Workbench().work, names)


def ask(store: Store, tutor: Tutor, question: Question) -> tuple[str, Exchange]:
    """The id of the conversation and the exchange that now ends it; raises UnknownConversation."""
    mind = tutor.mind
    answer = reply(_turn(store, question, mind), mind)
    now = datetime.now(UTC)
    if question.conversation:
        return question.conversation, save(store, question.conversation, question.text, answer, now)
    begun = begin_conversation(store, question.text, answer, now)
    return begun.id, begun.exchanges[0]


def _turn(store: Store, question: Question, mind: Mind) -> Turn:
    """The question after what was said before: the last exchange, or more of them where the question looks back."""
    history = latest(store, question.conversation, 1) if question.conversation else ()
    fallback = history[-1].answer.lang if history else question.fallback
    requests = understood(read(question.text, fallback), mind)
    if question.conversation and looks_back(requests):
        history = latest(store, question.conversation, REMEMBERED)
    return Turn(question.text, requests, [each.answer.parts for each in history], question.lang, fallback)


def lesson_page(tutor: Tutor, slug: str, depth: str, inputs: Mapping[str, Any], lang: str) -> Page:
    """A lesson with fresh numbers; raises UnknownLesson, InvalidInput."""
    if slug not in tutor.library.lessons:
        raise UnknownLesson(slug)
    receipt = tutor.work(tutor.library.lessons[slug].example, inputs)
    shelf = tutor.shelves[lang]
    return compose(Reading(slug, depth, receipt), shelf.edition, shelf.language)


def views(conversation: Conversation, tutor: Tutor, lang: str) -> tuple[ExchangeView, ...]:
    """Every exchange of a conversation, in one language."""
    return tuple(view(exchange, tutor.shelves[lang]) for exchange in conversation.exchanges)


def markdown(conversation: Conversation, tutor: Tutor, lang: str) -> str:
    """The conversation as a Markdown transcript."""
    return transcript(views(conversation, tutor, lang), tutor.shelves[lang].language)


