"""Run everything CI runs, report all of it, and fail if any part failed."""

import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ops.layout import ROOT
from ops.processes import Command
from ops.report import say
from ops.servers import PROBLEMS, free_folder, start_servers, supervise
from ops.service_commands import python
from ops.stopping import Stop, Stopped
from ops.supervisor import Service, Supervisor

GENERATE_DOCS = Path("infusion/management/commands/generate_docs.py")
OPENAPI = Path("docs/api/openapi.yaml")
LINT_IMPORTS = "from importlinter.cli import lint_imports_command as c; c()"
LONGEST = 1800.0


@dataclass(frozen=True)
class Check:
    """One question with a yes or no for an answer."""

    name: str
    arguments: list[str]
    environment: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Result:
    """How a check went."""

    name: str
    passed: bool
    seconds: float


def checks(root: Path = ROOT) -> Iterator[Check]:
    """Return every check, cheap ones first."""
    settings = {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    yield Check("format", python("-m", "ruff", "format", "--check", "."))
    yield Check("lint", python("-m", "ruff", "check", "."))
    yield Check("locks", python("-m", "ops.locks", "check"))
    yield Check("translations", python("-m", "ops.translations", "check"))
    yield Check("import contracts", python("-c", LINT_IMPORTS))
    yield Check("types", python("-m", "mypy"))
    migrations = ["makemigrations", "--check", "--dry-run"]
    yield Check("migrations", python("manage.py", *migrations), settings)
    if (root / GENERATE_DOCS).exists():
        generate = python("manage.py", "generate_docs", "--check")
        yield Check("generated docs", generate, settings)
    schema = ["spectacular", "--validate", "--fail-on-warn", "--file", os.devnull]
    yield Check("OpenAPI is valid", python("manage.py", *schema), settings)
    if (root / OPENAPI).exists():
        yield Check("OpenAPI is current", python("-m", "ops.openapi"), settings)
    yield Check("tests", python("-m", "ops.run_tests"))


def run_check(check: Check, supervisor: Supervisor, servers: dict[str, str]) -> Result:
    """Run one check, showing what it prints."""
    say(f"\n=== {check.name}")
    begun = time.monotonic()
    command = Command(
        check.name.replace(" ", "-"),
        check.arguments,
        {**servers, **check.environment},
        grace=30.0,
        on_terminal=True,
    )
    code = supervisor.run_for_status(Service(command, seconds=LONGEST))
    return Result(check.name, code == 0, time.monotonic() - begun)


def table(results: list[Result]) -> str:
    """Return the summary of all checks."""
    lines = [
        f"{'ok' if each.passed else 'FAILED':8}{each.name:20}{each.seconds:8.1f} s"
        for each in results
    ]
    failed = sum(not each.passed for each in results)
    total = sum(each.seconds for each in results)
    verdict = f"{failed} of {len(results)} checks failed" if failed else "All passed"
    return "\n".join(["", *lines, f"{verdict} in {total:.1f} s"])


def run() -> int:
    """Run every check on servers of its own and return the exit status."""
    stop = Stop()
    stop.listen()
    supervisor = supervise(free_folder("check"), stop)
    try:
        servers = start_servers(supervisor, tests=True)
        results = [run_check(check, supervisor, servers) for check in checks()]
    except Stopped:
        say("\nStopping ...")
        return 130
    finally:
        supervisor.stop_all()
    say(table(results))
    return 0 if all(each.passed for each in results) else 1


def main() -> int:
    """Run and say what went wrong if it could not."""
    try:
        return run()
    except PROBLEMS as problem:
        say(f"The checks could not be run: {problem}")
        return 1


if __name__ == "__main__":
    sys.exit(main())
