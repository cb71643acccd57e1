"""Every test shows, in its own body, what it proves."""

import ast
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
# A context manager of these names fails when what it waits for does not come.
REFUSALS = {"raises", "refusal", "fail"}
HELPERS = ("assert_", "expect_")


def shows(node: ast.AST) -> bool:
    """Say whether a statement or a call can make a test fail on purpose."""
    if isinstance(node, ast.Assert):
        return True
    if not isinstance(node, ast.Call):
        return False
    name = ast.unparse(node.func).rpartition(".")[2]
    return name in REFUSALS or name.startswith(HELPERS)


def silent(source: str) -> Iterator[str]:
    """Name the tests of a file that show nothing."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if node.name.startswith("test_") and not any(map(shows, ast.walk(node))):
            yield node.name


def test_every_test_shows_what_it_proves():
    found = {
        path.relative_to(TESTS).as_posix(): names
        for path in TESTS.rglob("test_*.py")
        if (names := list(silent(path.read_text(encoding="utf-8"))))
    }

    assert found == {}


def test_a_test_that_proves_nothing_is_found():
    source = """
def test_of_nothing(client):
    client.get("/")

def test_of_something(client):
    assert client.get("/").status_code == 200

class TestOfRefusals:
    def test_of_a_refusal(self):
        with pytest.raises(ValueError):
            int("x")
"""

    assert list(silent(source)) == ["test_of_nothing"]
