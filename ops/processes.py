"""Start processes, remember them on disk and end them, and only them.

A process number alone says nothing: numbers are used again. A process is ours when
its number and its start time match a record, or when it carries our mark in its
environment, which children of a killed parent still do.
"""

import json
import os
import signal
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

import psutil

from ops.accounts import Account
from ops.layout import ROOT, private_folder

MARK = "HOME_INFUSION_RUN"
PART = "HOME_INFUSION_PART"
SAME_MOMENT = 1.5  # seconds; the boot time start times are counted from may drift
KILL_GRACE = 5.0


@dataclass(frozen=True)
class Command:
    """A program to run, and how it likes to be asked to end."""

    name: str
    arguments: list[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    account: Account = field(default_factory=Account)
    stop_signal: int = signal.SIGTERM
    grace: float = 10.0
    on_terminal: bool = False


@dataclass(frozen=True)
class Record:
    """What identifies a process we started, across a crash of ours."""

    name: str
    pid: int
    created: float

    def process(self) -> psutil.Process | None:
        """Return the process if it is still the one that was started."""
        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.created) < SAME_MOMENT
        except psutil.Error:
            return None
        return process if same and is_alive(process) else None


def is_alive(process: psutil.Process) -> bool:
    """Tell whether a process runs; one that only waits to be reaped does not."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


class Processes:
    """The processes that belong to one folder."""

    def __init__(self, folder: Path) -> None:
        """Keep records and logs below this folder."""
        self.folder = folder
        self.records = private_folder(folder / "run")
        self.logs = private_folder(folder / "log")

    def log_of(self, name: str) -> Path:
        """Return where a process writes what it says."""
        return self.logs / f"{name}.log"

    def start(self, command: Command) -> subprocess.Popen[bytes]:
        """Start a program in a session of its own and record it."""
        # Its own session: Ctrl-C reaches us only, so that we choose the order.
        with self.log_of(command.name).open("ab") as log:
            output = None if command.on_terminal else log
            process = subprocess.Popen(
                command.arguments,
                env=self._environment(command),
                cwd=ROOT if command.account.uid is None else "/",
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=None if command.on_terminal else subprocess.STDOUT,
                start_new_session=True,
                **command.account.popen_options(),
            )
        self._remember(command.name, process.pid)
        return process

    def _environment(self, command: Command) -> dict[str, str]:
        marks = {MARK: str(self.folder), PART: command.name}
        return {**os.environ, **command.environment, **marks}

    def _remember(self, name: str, pid: int) -> None:
        try:
            record = Record(name, pid, psutil.Process(pid).create_time())
        except psutil.NoSuchProcess:
            return
        path = self.records / f"{name}.json"
        partial = path.with_suffix(".new")
        partial.write_text(json.dumps(asdict(record)))
        partial.replace(path)

    def recorded(self) -> list[Record]:
        """Return every record that can be read."""
        found = []
        for path in sorted(self.records.glob("*.json")):
            try:
                found.append(Record(**json.loads(path.read_text())))
            except (ValueError, TypeError):
                path.unlink(missing_ok=True)
        return found

    def forget(self, name: str) -> None:
        """Drop the record of a process that has ended."""
        (self.records / f"{name}.json").unlink(missing_ok=True)

    def marked(self, part: str = "") -> list[psutil.Process]:
        """Return the running processes that carry the mark of this folder."""
        mine = {os.getpid(), *(each.pid for each in psutil.Process().parents())}
        others = (each for each in psutil.process_iter() if each.pid not in mine)
        wanted = {MARK: str(self.folder)} | ({PART: part} if part else {})
        return [each for each in others if wanted.items() <= _environ(each).items()]

    def end_rest_of(self, name: str) -> None:
        """End the children a dead service left; they may still hold its port."""
        end(self.marked(name), signal.SIGTERM, grace=2.0)

    def leftovers(self) -> list[psutil.Process]:
        """Return what an earlier run left behind."""
        recorded = (record.process() for record in self.recorded())
        found = {each.pid: each for each in recorded if each}
        found.update({each.pid: each for each in self.marked()})
        return list(found.values())

    def sweep(self) -> list[str]:
        """End what an earlier run left behind and return the names."""
        found = self.leftovers()
        names = [_name_of(each) for each in found]
        end(found, signal.SIGTERM, grace=KILL_GRACE)
        for path in self.records.glob("*.json"):
            path.unlink(missing_ok=True)
        return names


def _environ(process: psutil.Process) -> dict[str, str]:
    try:
        return process.environ() if is_alive(process) else {}
    except (psutil.Error, OSError):
        return {}


def _name_of(process: psutil.Process) -> str:
    try:
        return f"{process.name()} ({process.pid})"
    except psutil.Error:
        return str(process.pid)


def send(process: psutil.Process, number: int) -> None:
    """Send a signal to a process that may have ended in the meantime."""
    try:
        process.send_signal(number)
    except psutil.Error:
        return


def family(process: psutil.Process) -> list[psutil.Process]:
    """Return a process and everything it started."""
    try:
        return [process, *process.children(recursive=True)]
    except psutil.Error:
        return [process]


def end(
    leaders: Iterable[psutil.Process], number: int, *, grace: float = KILL_GRACE
) -> None:
    """Ask processes to end, wait, and kill them and their children if need be."""
    asked = list(leaders)
    everyone = list({each.pid: each for one in asked for each in family(one)}.values())
    for each in asked:
        send(each, number)
    _, staying = psutil.wait_procs(asked, timeout=grace)
    _, staying = psutil.wait_procs(everyone, timeout=0.0 if staying else 1.0)
    for each in staying:
        send(each, signal.SIGKILL)
    psutil.wait_procs(staying, timeout=KILL_GRACE)
