"""A Redis database of its own for each process of a test run, and one that is mute."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

# What a server offers unless it is told otherwise.
DATABASES = 16


def own_database(url: str, worker: str) -> str:
    """Return the address of the database of a worker: gw3 is three on from the given."""
    if not worker:
        return url
    parts = urlsplit(url)
    given = int(parts.path.strip("/") or 0)
    number = (given + int(worker.removeprefix("gw"))) % DATABASES
    return parts._replace(path=f"/{number}").geturl()


@contextmanager
def mute_server() -> Iterator[str]:
    """Take connections and never answer; yield the address."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"redis://127.0.0.1:{server.getsockname()[1]}/0"
