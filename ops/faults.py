"""Break everything around thousands of due messages, and write down what became of them.

``make faults`` runs every fault once; ``ARGS="--rounds 20"`` twenty times in a row, and
``--lanes 4`` four rounds side by side, each on servers of its own.
"""

import argparse
import json
import statistics
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
# Every lane takes the next one, in the order of tests/faults/conftest.py.
ONE_BY_ONE = ("--dist", "load", "--maxschedchunk", "1", "-p", "no:randomly")
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
COUNTS = ("rows", "lost", "doubled", "asked_twice", "unknown")


def read(report: Path) -> list[dict[str, Any]]:
    """Return the verdicts of a run, in the order in which they came."""
    lines = report.read_text().splitlines() if report.exists() else []
    return [json.loads(line) for line in lines]


def gathered(verdicts: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what became of each fault over all its rounds, in alphabetical order.

    Counts are summed up; of the times, the median of the rounds and the worst.
    """
    by_fault: dict[str, list[dict[str, Any]]] = {}
    for one in verdicts:
        by_fault.setdefault(one["fault"], []).append(one)
    return [
        {
            "fault": fault,
            **{key: sum(one[key] for one in by_fault[fault]) for key in COUNTS},
            "late_p50": statistics.median(one["late_p50"] for one in by_fault[fault]),
            "late_p99": max(one["late_p99"] for one in by_fault[fault]),
        }
        for fault in sorted(by_fault, key=str.casefold)
    ]


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
    told = f"Each fault was tried {times}; counts are of all, times the median and the worst."
    inner = f"{BEGIN}\n{told}\n\n{table(verdicts)}\n{END}"
    document.write_text(before + inner + after)


def run(given: argparse.Namespace, arguments: list[str]) -> int:
    """Run the faults and return the exit status; the first that fails ends the run."""
    stop = Stop()
    stop.listen()
    compile_all()
    supervisor = supervise(free_folder("test"), stop)
    report = supervisor.processes.folder / "faults.jsonl"
    report.unlink(missing_ok=True)
    try:
        environment = start_servers(supervisor, tests=True)
        environment |= {
            "FAULTS_TIMES": str(given.times),
            "FAULTS_ROUNDS": str(given.rounds),
            "FAULTS_REPORT": str(report),
        }
        wanted = ["tests/faults", "-v", "-x", "-m", "", "--timeout=3600"]
        lanes = ["-n", str(given.lanes), *ONE_BY_ONE] if given.lanes > 1 else []
        command = pytest_command([*wanted, *lanes, *arguments], environment)
        code = supervisor.run_for_status(Service(command, seconds=LONGEST))
    except Stopped:
        return INTERRUPTED
    finally:
        supervisor.stop_all()
        say(table(gathered(read(report))))
    if not (arguments or code):
        write(DOCUMENT, gathered(read(report)), given.rounds)
    return code


def main() -> int:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(prog="make faults", description=__doc__)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--lanes", type=int, default=1)
    parser.add_argument("--times", type=int, default=TIMES)
    given, arguments = parser.parse_known_args()
    try:
        return run(given, arguments)
    except PROBLEMS as problem:
        say(f"The faults could not be tried: {problem}")
        return 1


if __name__ == "__main__":
    sys.exit(main())
