"""The clinical core is pure: standard library only, no clock, no files, no chance."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CORES = ("infusion/domain", "patients/domain")
FILES = sorted(path for core in CORES for path in (ROOT / core).rglob("*.py"))
OWN = {"infusion.domain", "patients.domain"}
NOT_PURE = {"os", "random", "secrets", "socket", "subprocess", "threading", "time"}
CALLS = {"open", "print", "input", "exec", "eval", "__import__"}
CLOCKS = {"now", "utcnow", "today", "uuid1", "uuid4", "urandom", "getenv", "monotonic"}
# The one library of patients.domain: how a Chinese name is sorted is data of its own.
ALLOWED = {"patients/domain/names.py": {"pypinyin"}}


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def called(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            match node.func:
                case ast.Name(id=name) if name in CALLS:
                    yield name
                case ast.Attribute(attr=name) if name in CLOCKS:
                    yield name


def is_pure(module: str, allowed: set[str]) -> bool:
    top = module.partition(".")[0]
    if any(module == own or module.startswith(f"{own}.") for own in OWN):
        return True
    return top in allowed or (top in sys.stdlib_module_names and top not in NOT_PURE)


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_the_core_imports_only_itself_and_the_standard_library(path):
    allowed = ALLOWED.get(name_of(path), set())
    tree = ast.parse(path.read_text(encoding="utf-8"))

    assert [name for name in imported(tree) if not is_pure(name, allowed)] == []


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_the_core_reads_no_clock_no_file_and_no_chance(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))

    assert list(called(tree)) == []


def test_a_fresh_interpreter_plans_without_any_framework():
    program = (
        "import sys\n"
        "for name in ('django', 'rest_framework', 'celery', 'jsonschema'):\n"
        "    sys.modules[name] = None\n"
        "import infusion.domain.plans as plans\n"
        "print(plans.make_plan.__module__)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (ended.returncode, ended.stdout.strip()) == (0, "infusion.domain.plans")


def test_the_check_itself_sees_what_is_not_pure():
    tree = ast.parse("import django\nimport os\nopen('x')\ndt.datetime.now()")

    assert [name for name in imported(tree) if not is_pure(name, set())] == [
        "django",
        "os",
    ]
    assert sorted(called(tree)) == ["now", "open"]
