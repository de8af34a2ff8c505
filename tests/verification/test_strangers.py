"""Receipts from anyone: whatever stands in one, verification ends with a verdict and never with an error."""

import ast
import copy
from pathlib import Path

import numpy as np
import pytest
from served import served
from truth_inputs import truth

import tutor.verification
from tutor.language import house_folder, load_language
from tutor.verdicts import WRONG, sentences
from tutor.verification import verify

JUNK = [None, True, "x", "1", [], {}, -1, 0, 1e308, -1e308, 10**400, 10**25, float("nan"), float("inf"), 5e-324, [[1]],
        {"a": [1]}, "9**9**9", "x" * 30_000, "(" * 400]
# Words, symbols, and settings that another optimizer than the one chosen reads.
LOOSE = {("arrays", "gradients"), ("inputs", "optimizer")}


def places(value, path=()):
    """Paths to everything inside."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, each in items:
        yield (*path, name)
        yield from places(each, (*path, name))


def spoiled(receipt, random):
    """The receipt with junk at one place, and the place; every other time a place of its inputs or near its top."""
    found = list(places(receipt))
    near = [path for path in found if len(path) < 3 or path[0] == "inputs"]
    chosen = near if random.integers(2) else found
    *above, last = path = chosen[random.integers(len(chosen))]
    spoiled = copy.deepcopy(receipt)
    place = spoiled
    for name in above:
        place = place[name]
    place[last] = JUNK[random.integers(len(JUNK))]
    return spoiled, path


@pytest.mark.parametrize("seed", [0, 1, 2, 3, 4, 5, 8, 9, 10])
def test_no_junk_ends_in_an_error(seed):
    random, receipt = np.random.Generator(np.random.PCG64(seed)), served(*truth(seed))
    for _ in range(25):
        wrong, path = spoiled(receipt, random)
        found = verify(wrong)
        loose = path[-1] == "phase" or path[:2] in LOOSE or not found.recomputed
        assert found.findings or wrong == receipt or loose, path


@pytest.mark.parametrize("junk", [{}, {"steps": 3}, {"example": []}, {"example": "network-step", "steps": [{}]}])
def test_what_is_no_receipt_is_said_to_be_none(junk):
    assert not verify(junk).holds


def reasons_given():
    """The keys of reasons in the code: the second of a Finding, the last of a comparison."""
    folder = Path(tutor.verification.__file__).parent
    for node in (node for file in folder.glob("*.py") for node in ast.walk(ast.parse(file.read_text("utf-8")))):
        match node:
            case ast.Call(func=ast.Name(id="Finding"), args=[_, ast.Constant(value=str(reason)), _]):
                yield reason
            case ast.Call(func=ast.Name(id="unlike"), args=[_, _, _, ast.Constant(value=str(reason))]):
                yield reason


def test_every_reason_has_its_sentence_and_every_sentence_its_reason():
    assert set(reasons_given()) == set(WRONG)


def test_a_place_with_control_characters_is_printed_without_them():
    verdict = verify({**served("training-loop", {}), "values": {"\x1b[31mred\udc00": None}})
    english = load_language(house_folder("translations"), "en")
    assert list(sentences(verdict, english)) == ["values/[31mred: This is not of the kind that a receipt has here."]
