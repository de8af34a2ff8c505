"""The trained router is kept in a file, trusted only as far as it was trained on the same words."""

from pathlib import Path

import numpy as np
import pytest

from tutor.dialogue import kept_router
from tutor.dialogue.kept_router import open_router
from tutor.dialogue.router import Router, chances
from tutor.lessons.course import Term

QUESTION = "what is adam?"
TERMS = (Term("momentum", "inertie", "momentum"),)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    phrases = tmp_path / "phrases"
    phrases.mkdir()
    rewrite(phrases, "what is adam", "adam optimizer")
    phrases.joinpath("words.toml").write_text('adam = ["adamw"]', "utf-8")
    return phrases


def rewrite(folder: Path, *texts: str) -> None:
    tables = {"every-term": ("what is {}",), "adam": texts, "other": ("what is a cake", "bake a cake"),
              "momentum": ("heavy ball", "a heavy ball")}  # fmt: skip
    written = "\n".join(f"[{slug}]\nphrases = {list(phrases)}".replace("'", '"') for slug, phrases in tables.items())
    folder.joinpath("en.toml").write_text(written, "utf-8")


def same(one: Router, two: Router) -> bool:
    return np.array_equal(one.weights, two.weights) and (one.features, one.slugs) == (two.features, two.slugs)


def test_the_second_start_reads_what_the_first_has_trained(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "deep" / "router.npy"
    trained = open_router(folder, TERMS, [file])
    monkeypatch.delattr(kept_router, "train")
    kept = open_router(folder, TERMS, [file])
    assert same(trained, kept) and chances(QUESTION, kept) == chances(QUESTION, trained)
    assert dict(kept.spelling.slips) == dict(trained.spelling.slips)
    assert dict(kept.spelling.synonyms) == dict(trained.spelling.synonyms)


def test_the_first_file_that_fits_is_read_and_the_last_is_written(folder: Path, tmp_path: Path) -> None:
    made, kept = tmp_path / "made.npy", tmp_path / "kept.npy"
    trained = open_router(folder, TERMS, [made, kept])
    assert kept.exists() and not made.exists()
    kept.rename(made)
    assert same(open_router(folder, TERMS, [made, kept]), trained) and not kept.exists()


def test_other_phrases_or_terms_train_anew(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "router.npy"
    before = open_router(folder, TERMS, [file])
    assert "inerti" not in before.features
    rewrite(folder, "adam and eve", "adam and steve")
    assert "and" in open_router(folder, TERMS, [file]).features
    more = (*TERMS, Term("learning rate", "taux", "adam"), Term("rate", "taux", "adam"))
    assert "rate" in open_router(folder, more, [file]).features


@pytest.mark.parametrize("found", [b"", b"not a router", b"\x93NUMPY\x01\x00"])
def test_a_broken_file_costs_the_training_and_is_mended(folder: Path, tmp_path: Path, found: bytes) -> None:
    file = tmp_path / "router.npy"
    file.write_bytes(found)
    trained = open_router(folder, TERMS, [file])
    assert chances(QUESTION, trained)["adam"] > 0.5
    assert len(file.read_bytes()) > 1000


def test_half_a_file_is_not_read(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "router.npy"
    whole = open_router(folder, TERMS, [file])
    for length in range(0, file.stat().st_size, 97):
        kept = file.read_bytes()
        file.write_bytes(kept[:length])
        assert same(open_router(folder, TERMS, [file]), whole)


def test_a_folder_that_takes_no_file_is_no_trouble(folder: Path, tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("in the way", "utf-8")
    assert chances(QUESTION, open_router(folder, TERMS, [in_the_way / "router.npy"]))["adam"] > 0.5


def test_nothing_but_the_router_is_left_in_its_folder(folder: Path, tmp_path: Path) -> None:
    open_router(folder, TERMS, [tmp_path / "cache" / "router.npy"])
    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["router.npy"]


def test_a_full_disk_is_no_trouble_and_is_left_as_it_was(folder: Path, tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    least, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (500, most))
    try:
        trained = open_router(folder, TERMS, [tmp_path / "cache" / "router.npy"])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (least, most))
    assert chances(QUESTION, trained)["adam"] > 0.5
    assert not list((tmp_path / "cache").iterdir())
