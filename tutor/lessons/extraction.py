"""From the house to its catalogs: every message of content, code and templates, and what a catalog lacks of them."""

import io
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract, extract_python
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

from tutor.lessons.library import library_messages, load

KEYWORDS: dict[str, Any] = {"N_": None, "t": None, "tn": (1, 2)}
Method = Callable[..., Iterable[Any]]


def extracted(root: Path) -> Catalog:
    """The template catalog of the checkout at `root`: each message once, with the files it comes from."""
    catalog = Catalog(header_comment="# Messages of Tutor.\n#", project="Tutor", charset="utf-8", fuzzy=False)
    for place, message in sorted(_found(root), key=lambda found: found[0]):
        catalog.add(message, locations=[(place, None)])  # type: ignore[list-item]
    return catalog


def _found(root: Path) -> Iterator[tuple[str, Any]]:
    yield from library_messages(load(root / "content"))
    yield from _in_files(root, "*.py", extract_python)
    yield from _in_files(root, "*.html", babel_extract)


def _in_files(root: Path, pattern: str, method: Method) -> Iterator[tuple[str, Any]]:
    for path in sorted((root / "tutor").rglob(pattern)):
        with path.open("rb") as stream:
            for _, message, _, _ in extract(method, stream, KEYWORDS, options={"encoding": "utf-8", "silent": "false"}):
                yield path.relative_to(root).as_posix(), message


def update(root: Path) -> dict[str, list[str]]:
    """Write messages.pot and bring every language's catalog up to it; per language, the messages left to translate."""
    template = extracted(root)
    _write(root / "translations" / "messages.pot", template)
    return {path.parent.parent.name: _updated(path, template) for path in catalogs(root)}


def catalogs(root: Path) -> list[Path]:
    """The catalogs of all languages."""
    return sorted((root / "translations").glob("*/LC_MESSAGES/messages.po"))


def _updated(path: Path, template: Catalog) -> list[str]:
    catalog = read_catalog(path)
    catalog.update(template, update_creation_date=False)
    catalog.obsolete.clear()
    _write(path, catalog)
    return unfinished(catalog)


def read_catalog(path: Path) -> Catalog:
    """A catalog from its file; its folder names its language."""
    with path.open("rb") as stream:
        return read_po(stream, locale=path.parent.parent.name)


def _write(path: Path, catalog: Catalog) -> None:
    written = io.BytesIO()
    write_po(written, catalog, width=0, include_lineno=False, sort_by_file=True)
    # Without the lines that change by themselves, so that a change of the file is a change of its words.
    dates = rb'(?m)^"(POT-Creation|PO-Revision)-Date: [^\n]*\n|^"Generated-By: [^\n]*\n'
    path.write_bytes(re.sub(dates, b"", written.getvalue()))


def unfinished(catalog: Catalog) -> list[str]:
    """The messages without a translation, or with one that is only a guess."""
    return [first(message) for message in catalog if message.id and (message.fuzzy or not _whole(message))]


def _whole(message: Message) -> bool:
    return all(message.string) if isinstance(message.string, tuple | list) else bool(message.string)


def first(message: Message) -> str:
    """A message's identity: its singular."""
    return message.id if isinstance(message.id, str) else message.id[0]


def stale(root: Path) -> dict[str, list[str]]:
    """Per catalog file, the messages it lacks, has too many, or has not finished; empty lists where it is whole."""
    wanted = {first(message) for message in extracted(root) if message.id}
    paths = [root / "translations" / "messages.pot", *catalogs(root)]
    return {path.relative_to(root).as_posix(): sorted(_differences(path, wanted)) for path in paths}


def _differences(path: Path, wanted: set[str]) -> set[str]:
    catalog = read_catalog(path) if path.suffix == ".po" else _template(path)
    held = {first(message) for message in catalog if message.id}
    return held ^ wanted | (set(unfinished(catalog)) if path.suffix == ".po" else set())


def _template(path: Path) -> Catalog:
    with path.open("rb") as stream:
        return read_po(stream)
