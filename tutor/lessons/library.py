"""The library: every lesson and every word about examples, read from the content folder and set in a language."""

import hashlib
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources.abc import Traversable
from typing import Any

from tutor.lessons.course import Path, Term, read_course, read_terms, translated
from tutor.lessons.lesson import Lesson, MalformedLesson, Piece, Section, messages
from tutor.lessons.parsing import parse, settled
from tutor.lessons.template import Words, join, words

RUNNING = ("lines", "spoken")  # roles whose messages are read as running text


@dataclass(frozen=True)
class ExampleWords:
    """What a worked example is called, in one sentence, the titles of its inputs by path, and what is drawn of it."""

    title: str
    summary: str
    inputs: Mapping[str, str]
    charts: tuple[Piece, ...]


@dataclass(frozen=True)
class Library:
    """All lessons by slug, the paths through them, the terms, words about examples and their choices.

    `version` is a short fingerprint of the content they were read from.
    """

    lessons: Mapping[str, Lesson]
    examples: Mapping[str, ExampleWords]
    conventions: Mapping[str, str]
    phases: Mapping[str, str]
    options: Mapping[str, str]
    course: tuple[Path, ...]
    terms: tuple[Term, ...]
    version: str


def load(folder: Traversable) -> Library:
    """The library in `folder` (lessons/*.md, examples.toml), in English; raises MalformedLesson."""
    files = sorted((file.name, file.read_text("utf-8")) for file in folder.joinpath("lessons").iterdir())
    about = folder.joinpath("examples.toml").read_text("utf-8")
    lessons = {name[:-3]: parse(name[:-3], text) for name, text in files if name.endswith(".md")}
    version = hashlib.sha256("".join([about, *(text for _, text in files)]).encode()).hexdigest()[:12]
    tables = tomllib.loads(about)
    conventions, phases, options = (tables.pop(name) for name in ("conventions", "phases", "options"))
    examples = {name: _example_words(**table) for name, table in tables.items()}
    course, terms = read_course(folder, lessons), read_terms(folder, lessons)
    return Library(lessons, examples, conventions, phases, options, course, terms, version)


def _example_words(title: str, summary: str, inputs: dict[str, str], charts: Sequence[dict[str, Any]] = ()) -> ExampleWords:
    return ExampleWords(title, summary, inputs, tuple(settled("chart", chart) for chart in charts))


def library_messages(library: Library) -> Iterator[tuple[str, str]]:
    """Every translatable message of the content with the place it comes from."""
    for lesson in library.lessons.values():
        yield from ((f"content/lessons/{lesson.slug}.md", message) for message in messages(lesson))
    for about in library.examples.values():
        drawn = (text for chart in about.charts for words in chart.words.values() for text in words)
        yield from (("content/examples.toml", text) for text in (about.title, about.summary, *about.inputs.values(), *drawn))
    for path in library.course:
        yield from (("content/course.toml", text) for text in (path.title, path.summary))
    for table in (library.conventions, library.phases, library.options):
        yield from (("content/examples.toml", text) for text in table.values())


def edition(library: Library, translate: Callable[[str], str]) -> Library:
    """The library in another language: every message translated and ready to be filled with numbers."""

    def ready(message: str) -> Words:
        return spoken_in(translate(message))

    return Library(
        {slug: _lesson(lesson, ready) for slug, lesson in library.lessons.items()},
        {name: _example(about, translate, ready) for name, about in library.examples.items()},
        {key: translate(text) for key, text in library.conventions.items()},
        {key: translate(text) for key, text in library.phases.items()},
        {key: translate(text) for key, text in library.options.items()},
        tuple(translated(path, translate) for path in library.course),
        library.terms,
        library.version,
    )


def spoken_in(message: str) -> Words:
    """The words of a message; one without a translation, which knows how to say so in HTML, goes on saying so."""
    made = words(message)
    if not hasattr(message, "__html__"):
        return made
    alone = len(made.text) == 1 and isinstance(made.text[0], str)
    return Words(('<span lang="en">', *made.html, "</span>"), (type(message)(made.text[0]),) if alone else made.text)


def _example(about: ExampleWords, translate: Callable[[str], str], ready: Callable[[str], Words]) -> ExampleWords:
    inputs = {path: translate(title) for path, title in about.inputs.items()}
    charts = tuple(_piece(chart, ready) for chart in about.charts)
    return ExampleWords(translate(about.title), translate(about.summary), inputs, charts)


class Depths(Mapping[str, tuple[Section, ...]]):
    """The sections of a lesson in another language, each depth made ready when it is first read: few are on any day."""

    def __init__(self, sections: Mapping[str, tuple[Section, ...]], ready: Callable[[str], Words]) -> None:
        self._sections, self._ready = sections, ready
        self._made: dict[str, tuple[Section, ...]] = {}

    def __getitem__(self, depth: str) -> tuple[Section, ...]:
        if depth not in self._made:
            self._made[depth] = tuple(_section(section, self._ready) for section in self._sections[depth])
        return self._made[depth]

    def __iter__(self) -> Iterator[str]:
        return iter(self._sections)

    def __len__(self) -> int:
        return len(self._sections)


def _lesson(lesson: Lesson, ready: Callable[[str], Words]) -> Lesson:
    sections = Depths(lesson.sections, ready)
    following = tuple(ready(question) for question in lesson.next_questions)
    return replace(
        lesson, title=ready(lesson.title), summary=ready(lesson.summary), next_questions=following, sections=sections
    )


def _section(section: Section, ready: Callable[[str], Words]) -> Section:
    return Section(section.kind, tuple(_piece(piece, ready) for piece in section.pieces))


def _piece(piece: Piece, ready: Callable[[str], Words]) -> Piece:
    """The piece's messages ready to fill; the sentences of one paragraph as one."""
    made = {role: tuple(ready(line) for line in lines) for role, lines in piece.words.items()}
    return replace(piece, words={role: (join(words),) if role in RUNNING else words for role, words in made.items()})


def check_links(library: Library) -> None:
    """Raise MalformedLesson where a lesson names a lesson or an example that is not there."""
    for lesson in library.lessons.values():
        missing = (set(lesson.see_also) - set(library.lessons)) | ({lesson.example} - set(library.examples))
        if missing:
            raise MalformedLesson(lesson.slug, f"names {sorted(missing)}, which do not exist")
