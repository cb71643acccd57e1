"""Bring up PostgreSQL and Redis, or use the ones the environment names."""

import fcntl
import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from ops import postgres_server, redis_server
from ops.layout import LOCAL, private_folder
from ops.network import any_free_port
from ops.postgres_server import PostgresError
from ops.processes import Processes
from ops.redis_server import RedisError
from ops.report import say
from ops.stopping import Stop
from ops.supervisor import Service, ServiceError, Supervisor

ATTEMPTS = 3
SLOTS = 9


class Busy(Exception):
    """Another process uses this folder."""


class Foreign(Exception):
    """The folder cannot be written by this account."""


class Folder:
    """A private folder that one running process at a time may use."""

    def __init__(self, path: Path) -> None:
        """Make the folder and lock it, or raise Busy or Foreign."""
        try:
            private_folder(path.parent, mode=0o711)
            self.path = private_folder(path, mode=0o711)
            self._lock: IO[str] = (path / "lock").open("w")
        except PermissionError as error:
            raise Foreign(
                f"{error.filename} belongs to another account. Run this as that "
                "account, or run `make clean` as it first."
            ) from error
        try:
            # The system lets go of it when the holder dies, however it dies.
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self.close()
            raise Busy(str(path)) from error

    def close(self) -> None:
        """Let somebody else use the folder."""
        self._lock.close()


PROBLEMS = (Busy, Foreign, ServiceError, PostgresError, RedisError)


def free_folder(name: str) -> Folder:
    """Return the first folder of this name nobody uses, so that runs can overlap."""
    for number in range(1, SLOTS + 1):
        try:
            return Folder(LOCAL / (name if number == 1 else f"{name}-{number}"))
        except Busy:
            continue
    raise Busy(f"{SLOTS} runs of {name} are going on already")


def supervise(folder: Folder, stop: Stop) -> Supervisor:
    """Clear away what an earlier run left and return a supervisor for the folder."""
    processes = Processes(folder.path)
    swept = processes.sweep()
    if swept:
        say(f"Ended what an earlier run left behind: {', '.join(swept)}")
    for log in processes.logs.glob("*.log"):
        log.replace(log.with_suffix(".log.1"))
    return Supervisor(processes, stop, held=folder)


def on_free_port(
    supervisor: Supervisor, make: Callable[[int], Service], port: int = 0
) -> int:
    """Start a service on a port, on another one if somebody was faster."""
    for attempt in range(1, ATTEMPTS + 1):
        chosen = port or any_free_port()
        service = make(chosen)
        try:
            supervisor.start(service)
        except ServiceError:
            supervisor.discard(service)
            if attempt == ATTEMPTS:
                raise
            port = 0
        else:
            return chosen
    raise AssertionError("unreachable")


def start_servers(
    supervisor: Supervisor, *, tests: bool = False, durable: bool = False
) -> dict[str, str]:
    """Return the addresses of both servers, starting those not given.

    Tests may make databases of their own; ``durable`` keeps the settings of production.
    """
    return {
        **_postgres(supervisor, tests=tests, durable=durable),
        **_redis(supervisor),
    }


def _given(name: str) -> bool:
    address = os.environ.get(name, "")
    if address:
        say(f"Using {name} from the environment: {without_secrets(address)}")
    return bool(address)


def without_secrets(address: str) -> str:
    """Return an address that can be printed."""
    parts = urlsplit(address)
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{parts.hostname or ''}{port}{parts.path}"


def _postgres(supervisor: Supervisor, *, tests: bool, durable: bool) -> dict[str, str]:
    if _given("DATABASE_URL"):
        given = os.environ["DATABASE_URL"]
        return {"DATABASE_URL": given, "OWNER_DATABASE_URL": given}
    forget_client_settings()
    place = postgres_server.find_place(supervisor.processes.folder)
    begun = time.monotonic()
    postgres_server.prepare_data(place)
    settings = postgres_server.FAST_AND_LOSSY if tests and not durable else {}
    port = on_free_port(supervisor, _postgres_service(place, settings))
    postgres_server.make_roles(place, port, tests=tests)
    _started("PostgreSQL", port, begun)
    owner = postgres_server.address(place, port, postgres_server.OWNER)
    app = postgres_server.address(place, port, postgres_server.APP)
    return {"DATABASE_URL": owner if tests else app, "OWNER_DATABASE_URL": owner}


def forget_client_settings() -> None:
    """Drop settings of the shell that lead PostgreSQL clients elsewhere."""
    # PGSSLMODE or PGSERVICE of daily work would reach into our private server.
    for name in [name for name in os.environ if name.startswith("PG")]:
        del os.environ[name]


def _postgres_service(
    place: postgres_server.Place, settings: Mapping[str, str]
) -> Callable[[int], Service]:
    return lambda port: Service(
        postgres_server.server_command(place, port, settings),
        is_ready=lambda: postgres_server.is_ready(place, port),
        before=lambda: postgres_server.clear_stale_lock(place),
    )


def _redis(supervisor: Supervisor) -> dict[str, str]:
    if _given("REDIS_URL"):
        return {"REDIS_URL": os.environ["REDIS_URL"]}
    begun = time.monotonic()
    local = supervisor.processes.folder
    urls: dict[int, str] = {}

    def make(port: int) -> Service:
        urls[port] = redis_server.prepare(local, port)
        return Service(
            redis_server.server_command(local),
            is_ready=lambda: redis_server.is_ready(urls[port]),
        )

    port = on_free_port(supervisor, make)
    _started("Redis", port, begun)
    return {"REDIS_URL": urls[port]}


def _started(what: str, port: int, begun: float) -> None:
    say(f"{what} on port {port}: started in {time.monotonic() - begun:.1f} s")
