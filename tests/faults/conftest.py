"""Real workers, a real beat and a real mail server around the test's own database."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection

from ops import network, redis_server
from tests.fakes import smtp

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Broker:
    """A Redis of the test's own, so that it may be killed."""

    port: int
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", ""]
        self.process = subprocess.Popen(
            [redis_server.program(), *options, "--daemonize", "no"],
            stdout=subprocess.DEVNULL,
        )

    def kill(self) -> None:
        assert self.process
        self.process.kill()
        self.process.wait(10)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            # One after the other: they measure what other processes do.
            item.add_marker(pytest.mark.xdist_group("faults"))


@dataclass
class Service:
    """The background of the service as separate processes that may be killed."""

    folder: Path
    environment: dict[str, str]
    running: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    def worker(self) -> "subprocess.Popen[bytes]":
        """Start a worker; it works as soon as it is up."""
        name = f"worker{len(self.running)}@%h"
        options = ["--concurrency=2", "--queues=default,messages", "-n", name]
        return self._start("worker", [*options, "--without-gossip", "--without-mingle"])

    def beat(self) -> "subprocess.Popen[bytes]":
        """Start a beat that ticks every second."""
        schedule = self.folder / f"schedule{len(self.running)}"
        return self._start("beat", [f"--schedule={schedule}", "--pidfile="])

    def _start(self, name: str, options: list[str]) -> "subprocess.Popen[bytes]":
        log = (self.folder / f"{name}{len(self.running)}.log").open("wb")
        process = subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "config", name, *options],
            cwd=ROOT,
            env=self.environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        log.close()
        self.running.append(process)
        return process

    def kill(self, process: "subprocess.Popen[bytes]") -> None:
        """End a process and its children with -9: no goodbye, no clean-up."""
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)

    def logs(self) -> str:
        """Return everything that was logged."""
        return "".join(path.read_text() for path in sorted(self.folder.glob("*.log")))


@pytest.fixture
def mailbox() -> Iterator[smtp.MailServer]:
    with smtp.mail_server() as server:
        yield server


@pytest.fixture
def broker() -> Iterator[Broker]:
    own = Broker(network.any_free_port())
    own.start()
    yield own
    own.kill()


@pytest.fixture
def service(
    transactional_db: Any, tmp_path: Path, mailbox: smtp.MailServer, broker: Broker
) -> Iterator[Service]:
    started = Service(
        tmp_path,
        {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "SECRET_KEY": settings.SECRET_KEY,
            "DATABASE_URL": database_url(),
            "REDIS_URL": broker.url,
            "EMAIL_URL": f"smtp://127.0.0.1:{mailbox.port}",
            "BEAT_SECONDS": "1",
            "LOG_LEVEL": "INFO",
        },
    )
    yield started
    for process in started.running:
        started.kill(process)


def database_url() -> str:
    """Return the address of the test's database for another process."""
    given = connection.settings_dict
    who = quote(given["USER"] or "")
    if given["PASSWORD"]:
        who += f":{quote(given['PASSWORD'])}"
    where = f"{given['HOST'] or 'localhost'}:{given['PORT'] or 5432}"
    return f"postgresql://{who}@{where}/{given['NAME']}"


@pytest.fixture
def wait_until() -> Callable[..., None]:
    def wait(what: Callable[[], bool], seconds: float = 30) -> None:
        end = time.monotonic() + seconds
        while not what():
            assert time.monotonic() < end, "did not happen in time"
            time.sleep(0.1)

    return wait
