"""Run the tests on a real PostgreSQL and Redis that are started for them."""

import argparse
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from ops import browsers
from ops.layout import ROOT
from ops.processes import Command
from ops.report import say, step
from ops.servers import PROBLEMS, free_folder, start_servers, supervise
from ops.stopping import Stop, Stopped
from ops.supervisor import Service
from ops.translations.compiling import compile_all

BROWSER_TESTS = ROOT / "tests" / "browser"
WITH_BROWSER = ("browser", "journeys")
WITHOUT_DATABASE = ("unit", "spec", "properties", "architecture")
# The order of tests/conftest.py, which puts the browser last, is kept; who runs what
# together is said in tests/sharing.py.
IN_ORDER = ("--dist", "loadscope", "--no-loadscope-reorder")
LONGEST = 3600.0
INTERRUPTED = 130


def has_tests(folder: Path) -> bool:
    """Tell whether a folder holds any test."""
    return any(folder.rglob("test_*.py"))


def processes_option(arguments: list[str]) -> list[str]:
    """Return how many processes share the tests, unless it was said."""
    said = any(each.startswith(("-n", "--numprocesses", "-p")) for each in arguments)
    # One more than there are cores: whoever has the services mostly waits for them.
    count = min(os.cpu_count() or 2, 8) + 1
    return [] if said else ["-n", str(count), *IN_ORDER]


def pytest_command(arguments: list[str], environment: dict[str, str]) -> Command:
    """Return the command that runs the tests and shows what they print."""
    return Command(
        "pytest",
        [sys.executable, "-m", "pytest", "-rs", *arguments],
        # Said here, because a setting of the shell would win over pyproject.toml.
        {**environment, "DJANGO_SETTINGS_MODULE": "tests.settings"},
        stop_signal=signal.SIGINT,
        grace=20.0,
        on_terminal=True,
    )


def browser_environment(arguments: list[str]) -> dict[str, str]:
    """Return where the browser is, when browser tests may run."""
    asked = [each for each in arguments if each.startswith("tests/")]
    wanted = not asked or any(name in each for name in WITH_BROWSER for each in asked)
    if not (wanted and has_tests(BROWSER_TESTS)):
        return {}
    browsers.ensure_chinese_font()
    path = browsers.find_or_get()
    return {browsers.VARIABLE: path} if path else {}


def run(arguments: list[str]) -> int:
    """Run pytest with servers around it and return its exit status."""
    stop = Stop()
    stop.listen()
    with step("Compiling translations"):
        compile_all()
    browser = browser_environment(arguments)
    supervisor = supervise(free_folder("test"), stop)
    try:
        environment = start_servers(supervisor, tests=True) | browser
        command = pytest_command(
            [*processes_option(arguments), *arguments], environment
        )
        return supervisor.run_for_status(Service(command, seconds=LONGEST))
    except Stopped:
        say("\nStopping ...")
        return INTERRUPTED
    finally:
        supervisor.stop_all()


def run_quick(arguments: list[str]) -> int:
    """Run the tests that need no server and return the exit status."""
    folders = [f"tests/{name}" for name in WITHOUT_DATABASE]
    present = [folder for folder in folders if has_tests(ROOT / folder)]
    command = [sys.executable, "-m", "pytest", *present, *arguments]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def main() -> int:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(prog="make test", description=__doc__)
    parser.add_argument("--quick", action="store_true")
    given, arguments = parser.parse_known_args()
    begun = time.monotonic()
    try:
        code = run_quick(arguments) if given.quick else run(arguments)
    except PROBLEMS as problem:
        say(f"The tests could not be run: {problem}")
        return 1
    say(f"Tests ended with status {code} after {time.monotonic() - begun:.1f} s")
    return code


if __name__ == "__main__":
    sys.exit(main())
