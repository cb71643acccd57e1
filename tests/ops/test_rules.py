"""The rules every test lives under, tried on small suites of their own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ops.layout import ROOT
from ops.run_tests import IN_ORDER
from tests.sharing import shared_by

# What takes a second to load and is of no use here.
PYTEST = (sys.executable, "-m", "pytest")
WITHOUT = ("-p", "no:schemathesis")
MARKERS = "browser: x\n  journey: x\n  django_db: x"
LEFT_OUT = "import pytest\ndef test_page():\n    pytest.skip('no Chromium')\n"
OUTWARD = """
import socket
import pytest
def test_out():
    with pytest.raises(Exception, match='192.0.2.1'):
        socket.create_connection(("192.0.2.1", 80), timeout=1)
def test_in():
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), timeout=1).close()
"""
DATABASE = "import pytest\n@pytest.mark.django_db\ndef test_rows():\n    pass\n"


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    """Return an empty suite under the rules of this one."""
    (tmp_path / "tests").mkdir()
    for name in ("conftest.py", "sharing.py"):
        shutil.copy(ROOT / "tests" / name, tmp_path / "tests")
    options = f"[pytest]\naddopts = --strict-markers\nmarkers =\n  {MARKERS}\n"
    (tmp_path / "pytest.ini").write_text(options)
    return tmp_path


def add(suite: Path, folder: str, test: str) -> None:
    (suite / "tests" / folder).mkdir()
    (suite / "tests" / folder / f"test_{folder}.py").write_text(test)


WHO_RUNS = """
import os
import pathlib
import time
import pytest
@pytest.mark.parametrize("number", range(6))
def test_one(number):
    time.sleep(0.05)
    folder = pathlib.Path(__file__).parent.name
    with open("who", "a") as file:
        print(folder, os.environ["PYTEST_XDIST_WORKER"], file=file)
"""


def run(
    suite: Path, *options: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    inherited = {k: v for k, v in os.environ.items() if k not in {"CI", "DATABASE_URL"}}
    return subprocess.run(
        [*PYTEST, "-q", "-p", "no:django", *WITHOUT, *options, "tests"],
        cwd=suite,
        env={**inherited, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_elsewhere_only_the_loopback_interface_is_reached(suite: Path) -> None:
    add(suite, "unit", OUTWARD)
    add(suite, "browser", LEFT_OUT)
    done = run(suite)
    assert done.returncode == 0, done.stdout
    assert "2 passed" in done.stdout


def test_in_ci_a_browser_test_left_out_is_a_failure(suite: Path) -> None:
    add(suite, "browser", LEFT_OUT)
    done = run(suite, CI="true")
    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    assert "CI needs a browser" in done.stdout


def test_a_unit_test_that_asks_for_a_database_is_refused(suite: Path) -> None:
    add(suite, "unit", DATABASE)
    done = run(suite)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "must not use the database" in done.stderr


def test_tests_that_share_a_service_run_in_one_process(suite: Path) -> None:
    for folder in ("journeys", "unit"):
        add(suite, folder, WHO_RUNS)
    done = run(suite, "-n2", *IN_ORDER)
    assert done.returncode == 0, done.stdout + done.stderr
    ran = {tuple(line.split()) for line in (suite / "who").read_text().splitlines()}
    assert len({process for folder, process in ran if folder == "journeys"}) == 1
    assert "unit" in {folder for folder, _ in ran}


def test_tests_that_share_nothing_are_free_to_run_anywhere() -> None:
    first, second = (f"tests/unit/test_one.py::test_{name}" for name in "ab")
    assert shared_by(first) != shared_by(second)
    assert shared_by(f"tests/journeys/{first}") == shared_by("tests/journeys/x.py::y")
    # Rounds of make faults may be run side by side, each in one process.
    second = "tests/faults/test_x.py::test_b[round2-cut]"
    assert shared_by("tests/faults/test_x.py::test_a[round1]") != shared_by(second)
    assert shared_by("tests/faults/test_y.py::test_c[round2]") == shared_by(second)
