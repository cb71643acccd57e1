"""Folders and started demos for the tests of the tooling."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from ops.layout import LOCAL, ROOT
from ops.network import answers_200
from ops.outside import outside_folder
from ops.processes import MARK, Processes, end

GIVEN_SERVERS = ("DATABASE_URL", "REDIS_URL", "EMAIL_URL")
WITHIN = 60.0


@pytest.fixture
def no_given_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in GIVEN_SERVERS:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def folder(no_given_servers: None) -> Iterator[Path]:
    """Return a folder of the checkout, emptied of files and processes afterwards."""
    yield from emptied_folder()


def emptied_folder() -> Iterator[Path]:
    """Name a folder of the checkout, and empty it when that is done with."""
    path = LOCAL / f"tests-of-ops-{uuid.uuid4().hex[:8]}"
    yield path
    if path.exists():
        Processes(path).sweep()
        shutil.rmtree(outside_folder(path), ignore_errors=True)
        shutil.rmtree(path)


def until(condition: Callable[[], object], what: str, seconds: float = WITHIN) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail(f"not within {seconds} s: {what}")
        time.sleep(0.1)


def marked(path: Path) -> list[psutil.Process]:
    """Return the processes that belong to a folder, databases included."""
    found = []
    for process in psutil.process_iter():
        try:
            words = [*process.cmdline(), process.environ().get(MARK, "")]
        except psutil.Error:
            continue
        if process.pid != os.getpid() and any(str(path) in word for word in words):
            found.append(process)
    return [each for each in found if each.status() != psutil.STATUS_ZOMBIE]


@dataclass
class RunningDemo:
    """A demo that was started as its user would start it."""

    process: "subprocess.Popen[bytes]"
    folder: Path
    log: Path

    @property
    def description(self) -> dict:
        return json.loads((self.folder / "demo.json").read_text())

    @property
    def said(self) -> str:
        return self.log.read_text()

    def ready(self) -> "RunningDemo":
        self.says("READY")
        return self

    def says(self, words: str) -> None:
        def said_or_dead() -> bool:
            return words in self.said or self.process.poll() is not None

        until(said_or_dead, f"{words!r} in {self.said}", seconds=120)
        assert words in self.said, self.said

    def answers(self) -> bool:
        return answers_200(self.description["port"], "/livez")

    def stop(self, number: int = signal.SIGINT) -> int:
        self.process.send_signal(number)
        return self.process.wait(timeout=WITHIN)


@pytest.fixture
def start_demo(folder: Path, tmp_path: Path) -> Iterator[Callable[..., RunningDemo]]:
    started: list[RunningDemo] = []

    def start(**options: object) -> RunningDemo:
        log = tmp_path / f"demo-{len(started)}.log"
        command = list(options.get("command", [sys.executable, "-m", "ops.demo"]))
        command += ["--empty", "--folder", str(options.get("folder", folder))]
        environment = {**os.environ, "DEMO_PORT": str(options.get("port", 0))}
        with log.open("wb") as output:
            process = subprocess.Popen(
                command,
                cwd=str(options.get("root", ROOT)),
                env={**environment, **dict(options.get("environment", {}))},
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                **dict(options.get("popen", {})),
            )
        demo = RunningDemo(process, Path(str(options.get("folder", folder))), log)
        started.append(demo)
        return demo

    yield start
    for demo in started:
        if demo.process.poll() is None:
            end([psutil.Process(demo.process.pid)], signal.SIGTERM, grace=30)
            demo.process.wait()
