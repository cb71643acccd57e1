"""A whole service for journeys: real web, worker, beat, PostgreSQL, Redis and SMTP."""

import email
import email.policy
import json
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.running import PASSWORD, Running, wait_until
from tests.journeys.screens import Screens, opened


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

    def __init__(self, running: Running) -> None:
        self.clock = running.clock
        self.facts = running.facts
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
        # What is still being written has another name, which is gone in a moment.
        whole = self.mail.glob("*.eml")
        for path in sorted(whole, key=lambda one: one.stat().st_mtime):
            with path.open("rb") as file:
                mail = email.message_from_binary_file(file, policy=email.policy.default)
            if address in str(mail["To"]):
                found.append(mail)
        return found

    def arrived(self, to: str) -> list[str]:
        """Return what the provider got for somebody, the latest first."""
        url = f"{self.facts['provider']}arrived.json"
        with urllib.request.urlopen(url, timeout=10) as reply:  # noqa: S310 - loopback
            requests = json.loads(reply.read())["requests"]
        return [one["text"] for one in requests if to in one["to"]]

    def wait_for_mails(self, address: str, count: int) -> list[Any]:
        """Wait until this many mails have come, and for one tick more."""
        wait_until(lambda: len(self.mails_to(address)) >= count)
        time.sleep(2.5)
        return self.mails_to(address)


RUNNING = pytest.StashKey[Running]()


@pytest.fixture(scope="module")
def service(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Service:
    """Return the service all journeys share, as it was when it had just begun."""
    stash = request.session.stash
    if RUNNING not in stash:
        stash[RUNNING] = Running(tmp_path_factory.mktemp("service"))
    stash[RUNNING].begin_again()
    return Service(stash[RUNNING])


@pytest.fixture(scope="module")
def screens(chromium: str, service: Service) -> Iterator[Screens]:
    """Return a browser for everybody; its loop ends with the journeys of a file."""
    with opened(chromium) as browser:
        yield Screens(browser, service.address)


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """Stop the service after the last journey: its processes would go on working."""
    another = nextitem is not None and nextitem.get_closest_marker("journey")
    stash = item.session.stash
    if RUNNING in stash and not another:
        stash[RUNNING].stop()
        del stash[RUNNING]
