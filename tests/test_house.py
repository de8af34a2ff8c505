"""The map of the house as a test: who may import whom, what each wall may know, and how large its rooms are."""

import ast
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
HOUSE = ROOT / "tutor"

# A room and the rooms of ours it may import from; arrows go down only.
GROUND = {"engine": set(), "language": set(), "settings": set(), "answer": set(), "lessons": set(), "worked": {"engine"},
          "verification": set()}
FLOORS: dict[str, set[str]] = {
    **GROUND,
    "compute": {"worked"},
    "verdicts": {"verification", "dialogue", "language"},
    "store": {"answer"},
    "dialogue": {"worked", "engine", "lessons", "answer", "language"},
    "conversations": {"dialogue", "store", "compute", "lessons", "answer", "language", "settings"},
    "web": {"conversations", "dialogue", "store", "worked", "lessons", "answer", "language", "settings", "compute"},
    "server": {"web", "settings"},
    "cli": {"server", "web", "conversations", "dialogue", "store", "worked", "lessons", "language", "settings", "verification",
            "verdicts"},
    "__main__": {"cli"},
    "__init__": set(),
}
# A library of others and the only rooms that may know it.
KNOWS: dict[str, set[str]] = {
    "numpy": {"engine", "worked", "dialogue", "verification"},
    "flask": {"web"},
    "werkzeug": {"web"},
    "sqlalchemy": {"store"},
    "alembic": {"store"},
    "babel": {"language", "lessons"},
    "markdown_it": {"lessons"},
    "math_core": {"lessons"},
    "tomllib": {"lessons", "dialogue"},
    "platformdirs": {"settings"},
    "limits": {"web"},
    "orjson": {"answer", "web"},
    "gunicorn": {"server"},
    "waitress": {"server"},
    "ziamath": {"web"},
}
# Inside a room, the one file that may know it.
ONE_FILE = {
    ("dialogue", "numpy"): {"router.py", "kept_router.py"},
    ("dialogue", "tutor.engine"): {"router.py"},
    ("dialogue", "tutor.worked"): {"receipts.py"},
    ("lessons", "babel"): {"extraction.py"},
}
CARD = {"pyproject.toml", "README.md", "CHANGELOG.md", "tutor", "translations", "content", "tests"}
BANNED = {"util", "utils", "helpers", "helper", "common", "manager", "service", "base"}

FILES = sorted(HOUSE.rglob("*.py"))


def room_of(path: Path) -> str:
    return path.relative_to(HOUSE).parts[0].removesuffix(".py")


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found |= {node.module} if node.module != "tutor" else {f"tutor.{name.name}" for name in node.names}
    return {name for name in found if name}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_room_imports_only_from_the_floors_below(path: Path) -> None:
    room = room_of(path)
    ours = {name.split(".")[1] for name in imports(path) if name.startswith("tutor.")} - {room}
    assert ours <= FLOORS[room]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_library_is_known_only_where_it_belongs(path: Path) -> None:
    known = {name.split(".")[0] for name in imports(path)} & set(KNOWS)
    assert all(room_of(path) in KNOWS[library] for library in known)


@pytest.mark.parametrize(("room", "name"), ONE_FILE)
def test_a_narrow_door_is_one_file(room: str, name: str) -> None:
    using = {p.name for p in (HOUSE / room).rglob("*.py") if any(i == name or i.startswith(name + ".") for i in imports(p))}
    assert using <= ONE_FILE[room, name]


def test_the_web_knows_neither_engine_nor_sql() -> None:
    named = {name for path in (HOUSE / "web").rglob("*.py") for name in imports(path)}
    assert not [name for name in named if name.startswith(("tutor.engine", "sqlalchemy", "numpy"))]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_file_says_what_it_knows_and_is_one_room(path: Path) -> None:
    text = path.read_text("utf-8")
    assert ast.get_docstring(ast.parse(text)) is not None
    assert text.count("\n") <= 300
    assert path.stem not in BANNED


def test_functions_stay_small() -> None:
    lengths, arguments = [], []
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef):
                body = node.body[1:] if ast.get_docstring(node) else node.body
                lengths.append((node.end_lineno or 0) - body[0].lineno + 1 if body else 0)
                arguments.append((len(node.args.posonlyargs + node.args.args + node.args.kwonlyargs), path, node.name))
    lengths.sort()
    assert statistics.median(lengths) <= 6
    assert lengths[int(0.95 * (len(lengths) - 1))] <= 25
    assert not [found for found in arguments if found[0] > 5 + (found[2] == "__init__")]


def test_the_top_level_is_the_card() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("not a git checkout")
    tops = {line.split("/")[0] for line in listed.stdout.splitlines()}
    assert {top for top in tops if not top.startswith(".")} <= CARD


@pytest.mark.parametrize("room", ["engine", "worked", "verification", "lessons", "dialogue", "store", "conversations", "web"])
def test_nothing_is_built_at_import(room: str) -> None:
    """Importing a room starts no thread, opens no file of ours and needs no checkout."""
    code = f"import threading, tutor.{room}; assert threading.active_count() == 1"
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], cwd="/", capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
