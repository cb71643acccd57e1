"""One running service for all journeys, put back to its beginning for each of them."""

import datetime as dt
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
import redis

from ops import postgres_server
from ops.layout import ROOT
from ops.postgres_server import DATABASE, SUPERUSER
from ops.servers import Folder, start_servers, supervise
from ops.stopping import Stop
from tests import template

PASSWORD = "a-password-for-journeys"
PATIENCE = 60.0
STARTED_WITHIN = 180.0
GIVEN = ("DATABASE_URL", "REDIS_URL", "EMAIL_URL", "SECRET_KEY")
BEGINNING = "the_beginning"


class MovedClock:
    """The clock of every process of the service, moved by hand."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.ahead = dt.timedelta(0)
        self.move(dt.timedelta(0))

    def move(self, by: dt.timedelta) -> dt.datetime:
        """Move on and return the service's present."""
        self.ahead += by
        partial = self.path.with_suffix(".new")
        partial.write_text(str(int(self.ahead.total_seconds())))
        partial.replace(self.path)
        return self.now()

    def move_to(self, instant: dt.datetime) -> dt.datetime:
        """Move on to an instant."""
        return self.move(instant - self.now() + dt.timedelta(seconds=1))

    def now(self) -> dt.datetime:
        """Return the service's present, to the second."""
        return (dt.datetime.now(dt.UTC) + self.ahead).replace(microsecond=0)


def wait_until(holds: Callable[[], bool], patience: float = PATIENCE) -> None:
    """Wait until something holds."""
    end = time.monotonic() + patience
    while not holds():
        assert time.monotonic() < end, "it did not come about in time"
        time.sleep(0.2)


def next_monday(now: dt.datetime) -> dt.datetime:
    """Return 14:00 UTC of the next Monday: the morning of the demo's hospital."""
    day = now + dt.timedelta(days=7 - now.weekday())
    return day.replace(hour=14, minute=0, second=0)


@contextmanager
def without_given_servers() -> Iterator[None]:
    """Leave out what the environment says about servers: a demo has its own."""
    with pytest.MonkeyPatch.context() as patch:
        for name in GIVEN:
            patch.delenv(name, raising=False)
        yield


def fill(folder: Path, url: str) -> None:
    """Copy the tables the tests have migrated already, so that a demo need not."""
    held = Folder(folder)
    with without_given_servers():
        supervisor = supervise(held, Stop())
        try:
            own = start_servers(supervisor)["OWNER_DATABASE_URL"]
            template.copy_to(url, own)
        finally:
            supervisor.stop_all()
            held.close()


class Running:
    """Everything as ``make demo`` starts it, with a clock that can be moved."""

    def __init__(self, folder: Path) -> None:
        """Start it and keep how it was when the demo had been loaded."""
        self.folder = folder / "demo"
        self.clock = MovedClock(folder / "clock")
        # A plan keeps off weekends: the same day of the week makes the same story.
        self.clock.move_to(next_monday(self.clock.now()))
        if given := os.environ.get("DATABASE_URL"):
            fill(self.folder, given)
        self.log = folder / "demo.log"
        self.process = self._start()
        try:
            wait_until(lambda: self._said_or_died("READY"), STARTED_WITHIN)
            assert self.process.poll() is None, self.log.read_text()
            self.facts = json.loads((self.folder / "demo.json").read_text())
            self._keep_the_beginning()
        except BaseException:
            self.stop()
            raise

    def _start(self) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "ops.demo", "--folder", str(self.folder)]
        own = {
            "CLOCK_FILE": str(self.clock.path),
            "BEAT_SECONDS": "1",
            "DEMO_PASSWORD": PASSWORD,
            "WEB_CONCURRENCY": "1",
        }
        with without_given_servers(), self.log.open("w") as out:
            return subprocess.Popen(
                [*command, "--port", "18400"],
                cwd=ROOT,
                env={**os.environ, **own},
                stdout=out,
                stderr=subprocess.STDOUT,
            )

    def _said_or_died(self, words: str) -> bool:
        return words in self.log.read_text() or self.process.poll() is not None

    def stop(self) -> None:
        """Stop it the way its user would."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(60)

    def _keep_the_beginning(self) -> None:
        self._copy(DATABASE, BEGINNING)
        self.began_at = self.clock.now()
        self.is_at_the_beginning = True

    def begin_again(self) -> None:
        """Put back the rows, the mails and the clock, unless nothing has happened."""
        if not self.is_at_the_beginning:
            with self._server() as server:
                server.execute(f'DROP DATABASE "{DATABASE}" WITH (FORCE)')
            self._copy(BEGINNING, DATABASE)
            postgres_server.make_roles(self._place, self._port, tests=False)
            self._forget_what_is_in_redis()
            for mail in Path(self.facts["mail"]).glob("*.eml"):
                mail.unlink()
            self.clock.move_to(self.began_at)
        self.is_at_the_beginning = False

    def _copy(self, source: str, target: str) -> None:
        """Copy a database; whoever uses the source is cut off and comes back."""
        with self._server() as server:
            server.execute(f'ALTER DATABASE "{source}" ALLOW_CONNECTIONS false')
            server.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = %s",
                [source],
            )
            server.execute(f'CREATE DATABASE "{target}" TEMPLATE "{source}"')
            server.execute(f'ALTER DATABASE "{source}" ALLOW_CONNECTIONS true')

    def _forget_what_is_in_redis(self) -> None:
        with redis.Redis.from_url(self.facts["environment"]["REDIS_URL"]) as store:
            # Not the queues: the worker listens to them.
            for key in store.scan_iter("infusion:*"):
                store.delete(key)

    @property
    def _place(self) -> postgres_server.Place:
        return postgres_server.find_place(self.folder)

    @property
    def _port(self) -> int:
        url = self.facts["environment"]["DATABASE_URL"]
        return int(url.rpartition(":")[2].partition("/")[0])

    def _server(self) -> psycopg.Connection:
        url = postgres_server.address(self._place, self._port, SUPERUSER, "postgres")
        return psycopg.connect(url, autocommit=True)
