"""The command `tutor`: serve, ask, lessons, example, verify, catalog, check, upgrade."""

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tutor.settings import RefusedSetting, Settings, read

# Before anything imports NumPy: one BLAS thread is faster at teaching size and keeps measurements comparable.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")


class Refused(Exception):
    """Something the command line asks for that cannot be, as the sentence to print."""


class Unreadable(Refused):
    """A file that cannot be read as a receipt, as the sentence to print."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 when it worked, 1 with a sentence on stderr when it did not, 2 for a file that cannot be read."""
    chosen = _parser().parse_args(arguments)
    try:
        chosen.run(chosen, read(os.environ))
    except BrokenPipeError:
        sys.stderr.close()
    except Exception as refusal:
        if not isinstance(refusal, (RefusedSetting, Refused, *_troubles())):
            raise
        print(f"tutor: {_sentence(refusal)}", file=sys.stderr)
        return 2 if isinstance(refusal, Unreadable) else 1
    return 0


def _troubles() -> tuple[type[Exception], ...]:
    """What a database may do to a command that opened one; nothing where none was opened."""
    store = sys.modules.get("tutor.store")
    return () if store is None else (store.MissingDriver, store.StoreUnavailable, store.UnsupportedDatabase)


def _sentence(refusal: Exception) -> str:
    if isinstance(refusal, RefusedSetting | Refused):
        return str(refusal)
    if isinstance(refusal, ImportError):
        return f"PostgreSQL needs its driver: {refusal}"
    return f"TUTOR_DATABASE_URL: the database cannot be used ({refusal})."


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tutor", description="A tutor on how neural networks learn, in English and French.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    serve = _command(commands, "serve", _serve, "serve the site and the API")
    serve.add_argument("--host", default="127.0.0.1", help="address to listen on (default %(default)s)")
    serve.add_argument("--port", type=_port, default=8000, help="port to listen on (default %(default)s)")
    serve.add_argument("--threads", type=_threads, default=32, help="requests answered at once (default %(default)s)")
    ask = _command(commands, "ask", _ask, "answer a question in the terminal")
    ask.add_argument("question")
    _with_language(ask)
    _with_language(_command(commands, "lessons", _lessons, "list the lessons"))
    example = _command(commands, "example", _example, "compute a worked example and print its receipt as JSON")
    example.add_argument("name")
    values = "inputs by dotted path, such as optimizer.name=adam or x.0=7; a value is a number, a word or a JSON list"
    example.add_argument("--input", nargs="+", action="extend", default=[], metavar="NAME=VALUE", help=values)
    _with_language(example)
    verify = _command(commands, "verify", _verify, "compute a receipt again, by other means, and name what does not hold")
    verify.add_argument("file", help="a receipt as JSON, - for the standard input")
    _with_language(verify)
    _command(commands, "catalog", _catalog, "bring the message catalogs up to the texts, and name what is missing")
    _command(commands, "check", _check, "check the content and the catalogs")
    _command(commands, "upgrade", _upgrade, "make the database ready for this version")
    return parser


def _command(commands: Any, name: str, run: Callable[..., None], about: str) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(name, help=about, description=about[0].upper() + about[1:] + ".")
    command.set_defaults(run=run)
    return command


def _with_language(command: argparse.ArgumentParser) -> None:
    command.add_argument("--lang", help="en or fr")


def _threads(text: str) -> int:
    return _whole(text, 512)


def _port(text: str) -> int:
    return _whole(text, 65535)


def _whole(text: str, most: int) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= most):
        raise argparse.ArgumentTypeError(f"must be a whole number from 1 to {most}")
    return int(text)


def _serve(chosen: argparse.Namespace, settings: Settings) -> None:
    from tutor.server import Address, serve

    _prepare(settings)
    print(f"Database: {_public(settings.database_url)}", flush=True)
    serve(settings, Address(chosen.host, chosen.port, chosen.threads))


def _public(url: str) -> str:
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"


def _prepare(settings: Settings) -> None:
    """Have a place for the database, and see that what is there can be one, before any server starts."""
    if not settings.database_url.startswith("sqlite:///"):
        return
    path = Path(settings.database_url.removeprefix("sqlite:///").partition("?")[0])
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab+") as file:
            file.seek(0)
            start = file.read(16)
    except OSError as error:
        raise Refused(f"TUTOR_DATABASE_URL: {path} cannot be a database: {error.strerror}.") from error
    if start not in (b"", b"SQLite format 3\0"):
        raise Refused(f"TUTOR_DATABASE_URL: {path} is a file of another kind, not an SQLite database.")


def _ask(chosen: argparse.Namespace, settings: Settings) -> None:
    from tutor.conversations import open_tutor
    from tutor.dialogue.prompt import read as read_prompt
    from tutor.dialogue.reply import Turn, reply
    from tutor.dialogue.transcript import part_markdown
    from tutor.dialogue.understanding import understood
    from tutor.dialogue.view import part_view
    from tutor.dialogue.words import MOST_CHARACTERS

    if not 0 < len(chosen.question.strip()) <= MOST_CHARACTERS:
        raise Refused(f"a question has from 1 to {MOST_CHARACTERS} characters.")
    tutor = open_tutor()
    pinned = _language(chosen.lang, tutor.shelves)
    turn = Turn(chosen.question, understood(read_prompt(chosen.question, "en"), tutor.mind), (), pinned, "en")
    answer = reply(turn, tutor.mind)
    shelf = tutor.shelves[answer.lang]
    for part in answer.parts:
        print("\n\n".join(part_markdown(part_view(part, shelf), shelf.language)))


def _language(asked: str | None, offered: Any) -> str | None:
    from tutor.language import fold

    if asked is None:
        return None
    code = fold(asked, offered)
    if code is None:
        raise Refused(f"--lang must be one of {', '.join(offered)}.")
    return code


def _lessons(chosen: argparse.Namespace, settings: Settings) -> None:
    from tutor.conversations import open_tutor
    from tutor.dialogue.page import lesson_title

    tutor = open_tutor()
    edition = tutor.shelves[_language(chosen.lang, tutor.shelves) or "en"].edition
    for slug in edition.lessons:
        print(f"{slug:<30}{lesson_title(edition, slug)}")


def _example(chosen: argparse.Namespace, settings: Settings) -> None:
    from tutor.conversations import open_tutor
    from tutor.dialogue.view import receipt_mapping
    from tutor.web.queries import query_inputs
    from tutor.web.reasons import named_sentence, sentence
    from tutor.worked import EXAMPLES, InvalidInput

    if chosen.name not in EXAMPLES:
        raise Refused(f"there is no example {chosen.name}; there are {', '.join(EXAMPLES)}.")
    tutor = open_tutor()
    shelf = tutor.shelves[_language(chosen.lang, tutor.shelves) or "en"]
    try:
        receipt = tutor.work(chosen.name, query_inputs(chosen.name, map(_pair, chosen.input)))
    except InvalidInput as error:
        reason = sentence(error.reason, error.values, shelf.language)
        raise Refused(named_sentence(error.pointer, reason, shelf.language)) from error
    print(json.dumps(receipt_mapping(receipt, shelf), ensure_ascii=False, indent=1, allow_nan=False))


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise Refused(f"--input takes NAME=VALUE, not {text}.")
    return name, value


def _verify(chosen: argparse.Namespace, settings: Settings) -> None:
    from tutor.language import house_folder, load_language, offered
    from tutor.verdicts import failure, sentences
    from tutor.verification import verify

    catalogs = house_folder("translations")
    language = load_language(catalogs, _language(chosen.lang, offered(catalogs)) or "en")
    verdict = verify(_receipt(chosen.file))
    for sentence in sentences(verdict, language):
        print(sentence)
    if not verdict.holds:
        raise Refused(failure(verdict, language))


def _receipt(file: str) -> dict[str, Any]:
    try:
        receipt = json.loads(sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes())
    except OSError as error:
        raise Unreadable(f"{file} cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"{file} is not JSON.") from error
    if not isinstance(receipt, dict):
        raise Unreadable(f"{file} is not a receipt.")
    return receipt


def _catalog(chosen: argparse.Namespace, settings: Settings) -> None:
    from tutor.lessons.extraction import update

    for code, missing in update(_checkout()).items():
        print(f"{code}: {len(missing)} messages to translate")
        for message in missing:
            print(f"  {message}")


def _checkout() -> Path:
    root = Path(__file__).resolve().parent.parent
    if not (root / "content").is_dir():
        raise Refused("this needs a checkout of the sources; an installed tutor has its catalogs compiled.")
    return root


def _check(chosen: argparse.Namespace, settings: Settings) -> None:
    from tutor.conversations import open_tutor
    from tutor.lessons.extraction import stale

    tutor = open_tutor()
    print(f"{len(tutor.library.lessons)} lessons, {len(tutor.library.examples)} examples, {len(tutor.shelves)} languages")
    wrong = {path: messages for path, messages in stale(_checkout()).items() if messages}
    for path, messages in wrong.items():
        print(f"{path}: {len(messages)} missing, unfinished or stale\n  " + "\n  ".join(messages))
    if wrong:
        raise Refused("the catalogs are not whole; run tutor catalog, then translate.")


def _upgrade(chosen: argparse.Namespace, settings: Settings) -> None:
    from tutor.store import close_store, open_store, upgrade

    _prepare(settings)
    store = open_store(settings.database_url)
    upgrade(store)
    close_store(store)
    print(f"Database ready: {_public(settings.database_url)}")
