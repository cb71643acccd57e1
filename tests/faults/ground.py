"""PostgreSQL, Redis and the processes of the service, all of the test's own to break."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import psycopg
import redis

from ops import network, postgres_server, redis_server
from ops.layout import ROOT
from ops.postgres_server import SUPERUSER, Place
from tests import template
from tests.faults.proxy import Wire

# What a process has written outlives the process, which is all that dies here.
_SETTINGS = {"fsync": "off", "full_page_writes": "off", "max_connections": "120"}
_DATABASE, _TEMPLATE = "faults", "faults_template"


# With thousands of rows everything takes longer; see make faults.
_PATIENCE = 10 if "FAULTS_TIMES" in os.environ else 1


def wait_until(
    what: Callable[[], bool], seconds: float = 30, pause: float = 0.1
) -> None:
    """Wait for something to become true, and fail when it does not."""
    end = time.monotonic() + seconds * _PATIENCE
    while not what():
        assert time.monotonic() < end, "did not happen in time"
        time.sleep(pause)


@dataclass
class Postgres:
    """A server that may crash, be restarted, and go on from what it wrote."""

    place: Place
    port: int = field(default_factory=network.any_free_port)
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        postgres_server.clear_stale_lock(self.place)
        command = postgres_server.server_command(self.place, self.port, _SETTINGS)
        log = (self.place.folder.parent / "postgres.log").open("ab")
        self.process = subprocess.Popen(
            command.arguments,
            cwd="/",
            stdout=log,
            stderr=log,
            **self.place.account.popen_options(),
        )
        log.close()
        wait_until(lambda: postgres_server.is_ready(self.place, self.port))

    def stop(self, number: int = signal.SIGINT) -> None:
        """End the server: SIGINT lets it tidy up, SIGQUIT is a crash."""
        assert self.process
        self.process.send_signal(number)
        self.process.wait(20)

    def url(self, port: int = 0, database: str = _DATABASE) -> str:
        return postgres_server.address(
            self.place, port or self.port, SUPERUSER, database
        )

    def do(self, *statements: str, database: str = "postgres") -> None:
        with psycopg.connect(self.url(database=database), autocommit=True) as session:
            for one in statements:
                session.execute(one)

    def make_tables(self) -> None:
        """Make the tables once, for every test to begin with an empty copy."""
        self.do(
            f"DROP DATABASE IF EXISTS {_TEMPLATE} WITH (FORCE)",
            f"CREATE DATABASE {_TEMPLATE} STRATEGY file_copy",
        )
        target = self.url(database=_TEMPLATE)
        given = os.environ.get("DATABASE_URL", "")
        if not (given and template.copy_to(given, target)):
            migrate = [sys.executable, "manage.py", "migrate", "--verbosity=0"]
            own = {**os.environ, "DATABASE_URL": target}
            subprocess.run(migrate, cwd=ROOT, env=own, check=True)

    def renew(self) -> None:
        """Begin with an empty database."""
        self.do(
            f"DROP DATABASE IF EXISTS {_DATABASE} WITH (FORCE)",
            f"CREATE DATABASE {_DATABASE} TEMPLATE {_TEMPLATE} STRATEGY file_copy",
        )

    def end_sessions(self) -> None:
        """Throw out everybody who is connected, as a failover does."""
        self.do(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = 'faults' AND pid <> pg_backend_pid()"
        )


@dataclass
class Redis:
    """A broker that may die and forget everything."""

    port: int = field(default_factory=network.any_free_port)
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        options = ["--port", str(self.port), "--bind", network.LOOPBACK, "--save", ""]
        self.process = subprocess.Popen(
            [redis_server.program(), *options, "--daemonize", "no"],
            stdout=subprocess.DEVNULL,
        )
        wait_until(lambda: redis_server.is_ready(self.url))

    @property
    def url(self) -> str:
        return f"redis://{network.LOOPBACK}:{self.port}/0"

    def forget(self) -> None:
        """Lose everything that was kept."""
        with redis.Redis.from_url(self.url) as client:
            client.flushall()

    def kill(self) -> None:
        assert self.process
        self.process.kill()
        self.process.wait(10)


@dataclass
class Process:
    """A worker or a beat, with everything it started."""

    pid: int

    def kill(self) -> None:
        """End it and its children with -9: no goodbye, no clean-up."""
        self._signal(signal.SIGKILL)
        wait_until(lambda: not self.is_alive(), 10)

    def ask_to_end(self) -> None:
        """Ask it to finish what it does and go, as a deployment does."""
        os.kill(self.pid, signal.SIGTERM)

    def children(self) -> int:
        return len(psutil.Process(self.pid).children(recursive=True))

    def is_alive(self) -> bool:
        return psutil.pid_exists(self.pid)

    def memory(self) -> int:
        """Return the resident bytes of the process and its children."""
        leader = psutil.Process(self.pid)
        family = [leader, *leader.children(recursive=True)]
        return sum(one.memory_info().rss for one in family)

    def _signal(self, number: int) -> None:
        if self.is_alive():
            os.killpg(self.pid, number)


class Nursery:
    """Starts workers and beats; see :mod:`tests.faults.nursery`."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.nursery"],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        if self._answer() != "ready":
            self.close()
            raise RuntimeError("the service could not be loaded; see above")

    def _answer(self) -> str:
        assert self._process.stdout
        return self._process.stdout.readline().strip()

    def start(self, log: Path, arguments: list[str], **order: Any) -> Process:
        assert self._process.stdin
        asked = {"log": str(log), "arguments": arguments, **order}
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        return Process(int(self._answer()))

    def close(self) -> None:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()


@dataclass
class Ground:
    """The stores, the wires to them, and the nursery: shared by all tests here."""

    postgres: Postgres
    redis: Redis
    to_postgres: Wire
    to_redis: Wire
    to_provider: Wire
    to_mail: Wire
    nursery: Nursery

    def mend(self) -> None:
        """Have everything up, empty and connected again."""
        for wire in (self.to_postgres, self.to_redis, self.to_provider, self.to_mail):
            wire.seconds = 0.0
            wire.cut()
            wire.open()
        if self.redis.process is None or self.redis.process.poll() is not None:
            self.redis.start()
        if self.postgres.process is None or self.postgres.process.poll() is not None:
            self.postgres.start()
        self.postgres.renew()
        self.redis.forget()
