"""A whole service for journeys: real web, worker, beat, PostgreSQL, Redis and SMTP."""

import datetime as dt
import email
import email.policy
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "a-password-for-journeys"
PATIENCE = 60.0


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


@dataclass
class Answer:
    """What the service said."""

    status: int
    body: Any
    headers: Any


@dataclass
class Person:
    """Somebody with the app in hand."""

    address: str
    token: str
    etags: dict[str, str] = field(default_factory=dict)

    def get(self, path: str) -> Any:
        """Read, and remember the ETag."""
        answer = call(self.address, "GET", f"/api/v1/{path}", token=self.token)
        assert answer.status == 200, answer
        self.etags[path] = answer.headers.get("ETag", "")
        return answer.body

    def post(self, path: str, seen: str = "", key: str = "", **body: Any) -> Answer:
        """Act on what was last read at ``seen``."""
        headers = {"Idempotency-Key": key or uuid.uuid4().hex}
        if seen:
            self.get(seen)
            headers["If-Match"] = self.etags[seen]
        return call(
            self.address, "POST", f"/api/v1/{path}", body, headers, token=self.token
        )


def call(
    address: str,
    method: str,
    path: str,
    body: Any = None,
    headers: dict[str, str] | None = None,
    token: str = "",
) -> Answer:
    """Send one request the way a mobile client does."""
    sent = {"Accept": "application/json", **(headers or {})}
    if token:
        sent["X-Session-Token"] = token
    data = None
    if body is not None:
        data = json.dumps(body).encode()
        sent["Content-Type"] = "application/json"
    request = urllib.request.Request(  # noqa: S310 - loopback
        address + path, data, sent, method=method
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as reply:  # noqa: S310
            return Answer(reply.status, json.loads(reply.read()), reply.headers)
    except urllib.error.HTTPError as error:
        return Answer(error.code, json.loads(error.read()), error.headers)


class Service:
    """The running service and the mails that left it."""

    def __init__(self, folder: Path, clock: MovedClock) -> None:
        self.clock = clock
        self.facts = json.loads((folder / "demo.json").read_text())
        self.address = self.facts["address"]
        self.mail = Path(self.facts["mail"])

    def person(self, name: str) -> Person:
        """Log in through the app's own door."""
        answer = call(
            self.address,
            "POST",
            "/auth/app/v1/auth/login",
            {"email": f"{name}@demo.example", "password": PASSWORD},
        )
        assert answer.status == 200, answer
        return Person(self.address, answer.body["meta"]["session_token"])

    def mails_to(self, address: str) -> list[Any]:
        """Return the mails of one person, in order of arrival."""
        found = []
        for path in sorted(self.mail.iterdir(), key=lambda one: one.stat().st_mtime):
            with path.open("rb") as file:
                mail = email.message_from_binary_file(file, policy=email.policy.default)
            if address in str(mail["To"]):
                found.append(mail)
        return found

    def wait_for_mails(self, address: str, count: int) -> list[Any]:
        """Wait until this many mails have come, and for one tick more."""
        wait_until(lambda: len(self.mails_to(address)) >= count)
        time.sleep(2.5)
        return self.mails_to(address)


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


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Start everything the way ``make demo`` does, with a clock that can be moved."""
    folder = tmp_path_factory.mktemp("service")
    clock = MovedClock(folder / "clock")
    # A plan keeps off weekends: the same day of the week makes the same story.
    clock.move_to(next_monday(clock.now()))
    environment = {
        **os.environ,
        "CLOCK_FILE": str(clock.path),
        "BEAT_SECONDS": "1",
        "DEMO_PASSWORD": PASSWORD,
        "WEB_CONCURRENCY": "1",
    }
    for name in ("DATABASE_URL", "REDIS_URL", "EMAIL_URL", "SECRET_KEY"):
        environment.pop(name, None)
    log = folder / "demo.log"
    with log.open("w") as out:
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "ops.demo",
                "--folder",
                str(folder / "demo"),
                "--port",
                "18400",
            ],
            cwd=ROOT,
            env=environment,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_until(
            lambda: "READY" in log.read_text() or process.poll() is not None, 180
        )
        assert process.poll() is None, log.read_text()
        yield Service(folder / "demo", clock)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)
