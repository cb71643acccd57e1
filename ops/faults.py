"""Break everything around thousands of due messages, and write down what became of them.

``make faults`` runs every fault once; ``ARGS="--rounds 20"`` twenty times in a row.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ops.layout import ROOT
from ops.report import say
from ops.run_tests import INTERRUPTED, pytest_command
from ops.servers import PROBLEMS, free_folder, start_servers, supervise
from ops.stopping import Stop, Stopped
from ops.supervisor import Service
from ops.translations.compiling import compile_all

DOCUMENT = ROOT / "docs" / "operations.md"
BEGIN, END = "<!-- faults: begin -->", "<!-- faults: end -->"
# So many times the rows of make test: thousands for each fault.
TIMES = 20
LONGEST = 6 * 3600.0
COLUMNS: Mapping[str, str] = {
    "fault": "fault",
    "rows": "rows",
    "lost": "lost",
    "doubled": "doubled in effect",
    "asked_twice": "asked twice",
    "unknown": "unknown",
    "late_p50": "late p50, s",
    "late_p99": "late p99, s",
}


def read(report: Path) -> list[dict[str, Any]]:
    """Return the verdicts of a run, in the order in which they came."""
    lines = report.read_text().splitlines() if report.exists() else []
    return [json.loads(line) for line in lines]


def latest(verdicts: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the last verdict on each fault, in alphabetical order."""
    by_fault = {one["fault"]: one for one in verdicts}
    return [by_fault[name] for name in sorted(by_fault, key=str.casefold)]


def table(verdicts: Sequence[Mapping[str, Any]]) -> str:
    """Return the verdicts as a table in Markdown."""
    lines = [f"| {' | '.join(COLUMNS.values())} |", "|---" * len(COLUMNS) + "|"]
    lines += [
        f"| {' | '.join(_cell(one[key]) for key in COLUMNS)} |" for one in verdicts
    ]
    return "\n".join(lines)


def _cell(value: Any) -> str:
    return f"{value:.1f}" if isinstance(value, float) else str(value)


def write(document: Path, verdicts: Sequence[Mapping[str, Any]], rounds: int) -> None:
    """Put the table between the marks of a document."""
    before, _, rest = document.read_text().partition(BEGIN)
    after = rest.partition(END)[2]
    times = "once" if rounds == 1 else f"{rounds} times in a row"
    told = f"Each fault was tried {times}; the counts are of the last time."
    inner = f"{BEGIN}\n{told}\n\n{table(verdicts)}\n{END}"
    document.write_text(before + inner + after)


def run(given: argparse.Namespace, arguments: list[str]) -> int:
    """Run the faults and return the exit status of the first round that failed."""
    stop = Stop()
    stop.listen()
    compile_all()
    supervisor = supervise(free_folder("test"), stop)
    report = supervisor.processes.folder / "faults.jsonl"
    report.unlink(missing_ok=True)
    try:
        environment = start_servers(supervisor, tests=True)
        environment |= {"FAULTS_TIMES": str(given.times), "FAULTS_REPORT": str(report)}
        wanted = ["tests/faults", "-q", "-m", "", "--timeout=3600", *arguments]
        command = pytest_command(wanted, environment)
        for number in range(1, given.rounds + 1):
            code = supervisor.run_for_status(Service(command, seconds=LONGEST))
            say(f"round {number} of {given.rounds}: status {code}")
            if code:
                return code
    except Stopped:
        return INTERRUPTED
    finally:
        supervisor.stop_all()
        say(table(latest(read(report))))
    if not arguments:
        write(DOCUMENT, latest(read(report)), given.rounds)
    return 0


def main() -> int:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(prog="make faults", description=__doc__)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--times", type=int, default=TIMES)
    given, arguments = parser.parse_known_args()
    try:
        return run(given, arguments)
    except PROBLEMS as problem:
        say(f"The faults could not be tried: {problem}")
        return 1


if __name__ == "__main__":
    sys.exit(main())
