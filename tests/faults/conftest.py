"""Real workers, beats, stores and a real provider, all of the test's own to break."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection

from ops import postgres_server
from ops.servers import free_folder
from tests.fakes import smtp
from tests.fakes.provider import Provider, provider_server
from tests.faults.ground import (
    Ground,
    Nursery,
    Postgres,
    Process,
    Redis,
    Wire,
)

REPORT_SECRET = "a-secret-of-the-provider"
# A provider that knows a message by its key, and one that does not.
ROUTES = """
[providers.keyed]
kind = "http"
url = "http://127.0.0.1:{port}/keyed"
encoding = "json"
key_header = "Idempotency-Key"
id_path = "sid"
[providers.keyed.body]
to = "${{to}}"
text = "${{text}}"
[providers.keyed.report]
header = "X-Signature"
secret = "{secret}"
key_path = "key"
id_path = "id"
state_path = "state"
delivered = ["DELIVRD"]
failed = ["UNDELIV"]

[providers.forgetful]
kind = "http"
url = "http://127.0.0.1:{port}/forgetful"
encoding = "json"
id_path = "sid"
[providers.forgetful.body]
to = "${{to}}"
text = "${{text}}"

[[senders]]
country = "GB"
provider = "keyed"
sender = "Hospital"

[[senders]]
country = "DE"
provider = "forgetful"
sender = "Hospital"
"""


ROUNDS = int(os.environ.get("FAULTS_ROUNDS", "1"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Let make faults try each of them many times in a row."""
    if ROUNDS > 1:
        metafunc.fixturenames.append("round_number")
        names = [f"round{number}" for number in range(1, ROUNDS + 1)]
        metafunc.parametrize("round_number", names, ids=names)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put round after round, the longest wait of each first.

    Of several lanes only some wait at any time then, and none at the end.
    """
    if ROUNDS > 1:
        items.sort(key=_place_in_rounds)


def _place_in_rounds(item: pytest.Item) -> tuple[int, bool]:
    found = re.search(r"\[round(\d+)", item.name)
    return (int(found[1]) if found else 0, "ten minutes" not in item.name)


@dataclass
class Service:
    """The background of the service as separate processes that may be killed."""

    ground: Ground
    folder: Path
    running: list[Process] = field(default_factory=list)

    def worker(
        self,
        *,
        queues: str = "default,urgent,messages",
        children: int = 2,
        **order: Any,
    ) -> Process:
        """Start a worker; it works as soon as it is up."""
        name = f"worker{len(self.running)}@%h"
        options = [f"--concurrency={children}", f"--queues={queues}", "-n", name]
        options += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
        return self._start("worker", options, **order)

    def beat(self, **order: Any) -> Process:
        """Start a beat that ticks every second."""
        schedule = self.folder / f"schedule{len(self.running)}"
        return self._start("beat", [f"--schedule={schedule}", "--pidfile="], **order)

    def _start(self, name: str, options: list[str], **order: Any) -> Process:
        log = self.folder / f"{name}{len(self.running)}.log"
        process = self.ground.nursery.start(log, [name, *options], **order)
        self.running.append(process)
        return process

    def end(self) -> None:
        for process in self.running:
            process.kill()

    def logs(self) -> str:
        """Return everything that was logged."""
        return "".join(path.read_text() for path in sorted(self.folder.glob("*.log")))


@pytest.fixture(scope="session")
def ground() -> Iterator[Ground]:
    """Start the servers once; each test finds them up and empty."""
    folder = free_folder("faults")
    place = postgres_server.find_place(folder.path)
    postgres_server.prepare_data(place)
    postgres, redis = Postgres(place), Redis()
    postgres.start()
    postgres.make_tables()
    redis.start()
    wires = [Wire(postgres.port), Wire(redis.port), Wire(), Wire()]
    routes = folder.path / "routes.toml"
    routes.write_text(ROUTES.format(port=wires[2].port, secret=REPORT_SECRET))
    environment = {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "SECRET_KEY": settings.SECRET_KEY,
        "DATABASE_URL": postgres.url(wires[0].port),
        "REDIS_URL": f"redis://127.0.0.1:{wires[1].port}/0",
        "EMAIL_URL": f"smtp://127.0.0.1:{wires[3].port}",
        "SMS_ROUTES": str(routes),
        "BEAT_SECONDS": "1",
        "LOG_LEVEL": "INFO",
    }
    nursery = Nursery(environment)
    yield Ground(postgres, redis, *wires, nursery)
    nursery.close()
    redis.kill()
    postgres.stop()
    folder.close()


@pytest.fixture
def service(ground: Ground, db_of_faults: None, tmp_path: Path) -> Iterator[Service]:
    started = Service(ground, tmp_path)
    yield started
    started.end()


@pytest.fixture
def db_of_faults(ground: Ground, django_db_blocker: Any) -> Iterator[None]:
    """Let this process read and write the database that the workers use."""
    ground.mend()
    with django_db_blocker.unblock(), _pointed_at(ground.postgres):
        yield


@contextmanager
def _pointed_at(postgres: Postgres) -> Iterator[None]:
    parts = urlsplit(postgres.url())
    given = dict(connection.settings_dict)
    connection.close()
    connection.settings_dict.update(
        HOST=parts.hostname,
        PORT=parts.port,
        USER=parts.username,
        PASSWORD=parts.password,
        NAME=parts.path.strip("/"),
    )
    yield
    connection.close()
    connection.settings_dict.update(given)


@pytest.fixture
def provider(ground: Ground) -> Iterator[Provider]:
    """A provider of text messages behind a wire."""
    with provider_server() as server:
        ground.to_provider.target = server.port
        yield server


@pytest.fixture
def mailbox(ground: Ground) -> Iterator[smtp.MailServer]:
    with smtp.mail_server() as server:
        ground.to_mail.target = server.port
        yield server
