"""The course and the glossary: the lessons in five paths, and every term in two languages side by side."""

import tomllib
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from importlib.resources.abc import Traversable


@dataclass(frozen=True)
class Path:
    """A few lessons in the order in which to read them."""

    title: str
    summary: str
    lessons: tuple[str, ...]


@dataclass(frozen=True)
class Term:
    """How a notion is called in English and in French, and the lesson about it ("" where there is none).

    `variants` are what else learners write for it, in either language.
    """

    en: str
    fr: str
    slug: str
    variants: tuple[str, ...] = ()


def read_course(folder: Traversable, written: Collection[str]) -> tuple[Path, ...]:
    """The paths of course.toml, of the lessons that are written."""
    tables = tomllib.loads(folder.joinpath("course.toml").read_text("utf-8"))["paths"]
    chosen = (tuple(slug for slug in table["lessons"] if slug in written) for table in tables)
    return tuple(Path(table["title"], table["summary"], lessons) for table, lessons in zip(tables, chosen, strict=True))


def read_terms(folder: Traversable, written: Collection[str]) -> tuple[Term, ...]:
    """The terms of terms.toml."""
    tables = tomllib.loads(folder.joinpath("terms.toml").read_text("utf-8"))["terms"]
    slugs = (table.get("slug", "") for table in tables)
    return tuple(Term(table["en"], table["fr"], slug if slug in written else "",
                      (*table["variants_en"], *table["variants_fr"]))
                 for table, slug in zip(tables, slugs, strict=True))


def translated(path: Path, translate: Callable[[str], str]) -> Path:
    """A path in another language."""
    return replace(path, title=translate(path.title), summary=translate(path.summary))
