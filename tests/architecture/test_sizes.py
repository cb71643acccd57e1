"""Files and functions stay small enough to be read in one go."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("config", "infusion", "patients", "ops")
LONGEST_FILE = 400
LONGEST_FUNCTION = 50
SOURCES = sorted(
    path
    for package in PACKAGES
    for path in (ROOT / package).rglob("*.py")
    if "migrations" not in path.parts
)
TESTS = sorted((ROOT / "tests").rglob("*.py"))
# A story told in one go, or an example written out, may take longer than code.
LONGEST_TEST = 90


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def functions(path: Path) -> list[tuple[str, int]]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return [
        (node.name, (node.end_lineno or node.lineno) - node.lineno + 1)
        for node in ast.walk(tree)
        if isinstance(node, kinds)
    ]


def test_there_is_something_to_measure():
    assert len(SOURCES) > 50
    assert len(TESTS) > 50


@pytest.mark.parametrize("path", [*SOURCES, *TESTS], ids=name_of)
def test_a_file_is_not_too_long(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_a_function_is_not_too_long(path):
    assert [one for one in functions(path) if one[1] > LONGEST_FUNCTION] == []


@pytest.mark.parametrize("path", TESTS, ids=name_of)
def test_a_test_is_not_too_long(path):
    assert [one for one in functions(path) if one[1] > LONGEST_TEST] == []


def test_no_module_is_a_drawer_for_everything():
    drawers = {"utils", "util", "helpers", "misc", "common_utils"}

    assert [name_of(path) for path in [*SOURCES, *TESTS] if path.stem in drawers] == []
