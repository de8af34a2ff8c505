"""An installed wheel works from an empty folder, with no checkout near and no .po left to read."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True, cwd=folder)
    return next(folder.glob("*.whl"))


def test_the_wheel_carries_content_and_compiled_catalogs(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert "tutor/translations/fr/LC_MESSAGES/messages.mo" in names
    assert "tutor/content/lessons/backpropagation.md" in names
    assert any(name.startswith("tutor/store/migrations/versions/") for name in names)
    assert not [name for name in names if name.startswith(("tests", "content", "translations"))]


def test_an_installed_wheel_answers_from_an_empty_folder(wheel: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    zipfile.ZipFile(wheel).extractall(site)
    env = {**os.environ, "PYTHONPATH": str(site), "PYTHONSAFEPATH": "1"}
    code = "import tutor, sys; assert tutor.__file__.startswith(sys.argv[1])\n"
    code += "from tutor.cli import main; sys.exit(main(sys.argv[2:]))"
    asked = [sys.executable, "-c", code, str(site), "ask", "Pourquoi des couches cachées ?"]
    (tmp_path / "empty").mkdir()
    done = subprocess.run(asked, capture_output=True, text=True, env=env, cwd=tmp_path / "empty")
    assert done.returncode == 0, done.stderr
    assert "\u202f" in done.stdout


def test_a_build_leaves_nothing_in_the_checkout(wheel: Path) -> None:
    assert not list(ROOT.glob("translations/**/*.mo"))
