"""Floods of messages due at once, real workers, and a provider that takes 50 ms.

``make bench ARGS=deliveries``; ``BENCH_DUE=20000`` for the flood of a whole country.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psutil
from django.db.models import Max, Min

from ops.layout import ROOT
from ops.network import any_free_port
from tests.bench.ground import scratch
from tests.bench.rows import Row, alone, beside

DUE = int(os.environ.get("BENCH_DUE", "500"))
WORKERS = int(os.environ.get("BENCH_WORKERS", "2"))
CHILDREN = int(os.environ.get("BENCH_CHILDREN", "2"))
PROVIDER_SECONDS = 0.05
LIMIT_LATE = 30.0
# How many seconds the due instants of a flood are spread over.
FLOODS = {"within a minute": 60.0, "at one instant": 0.0}
_LONGEST = 1800.0
ROUTES = """
[providers.keyed]
kind = "http"
url = "http://127.0.0.1:{port}/sms"
encoding = "json"
key_header = "Idempotency-Key"
id_path = "sid"
[providers.keyed.body]
to = "${{to}}"
text = "${{text}}"

[[senders]]
country = "GB"
provider = "keyed"
sender = "Hospital"
"""


def run() -> list[Row]:
    """Owe them, start the workers, and measure by the ledger."""
    with scratch(), TemporaryDirectory() as folder:
        port = any_free_port()
        routes = Path(folder) / "routes.toml"
        routes.write_text(ROUTES.format(port=port))
        with _running(folder, [_provider(port)]):
            return list(_measure(folder, routes))


def _provider(port: int) -> list[str]:
    return ["tests.bench.slow_provider", str(port), str(PROVIDER_SECONDS)]


def _measure(folder: str, routes: Path) -> Iterator[Row]:
    options = ["--queues=default,urgent,messages", f"--concurrency={CHILDREN}"]
    workers = [
        ["celery", "-A", "config", "worker", "-n", f"bench{number}@%h", *options]
        for number in range(WORKERS)
    ]
    beat = ["celery", "-A", "config", "beat", f"--schedule={folder}/s", "--pidfile="]
    with _running(folder, [*workers, beat], SMS_ROUTES=str(routes)) as processes:
        for name, seconds in FLOODS.items():
            yield from _flood(name, seconds, processes)


def _flood(
    name: str, seconds: float, processes: Sequence["subprocess.Popen[bytes]"]
) -> Iterator[Row]:
    from infusion import models
    from tests.faults.ledger import owe_many

    # Due only when all is stored and everybody is up: that is not what is measured.
    ids = owe_many(DUE, due_in_hours=(15 + DUE / 500) / 3600)
    _spread(seconds)
    flood = models.Message.objects.filter(id__gte=min(ids))
    _wait(flood.filter(status="SENT").exists)
    begun = _memory(processes)
    _wait(lambda: not flood.exclude(status="SENT").exists())
    late = sorted(
        (sent - due).total_seconds()
        for sent, due in flood.values_list("sent_at", "due_at")
        if sent
    )
    yield alone(f"{DUE:,} due {name}, late p50", late[len(late) // 2], "s")
    yield beside("late p99", late[int(len(late) * 0.99)], "s", LIMIT_LATE)
    yield alone("rate", len(late) / _lasted(flood), "messages/s")
    yield alone("memory at the start", begun / 2**20, "MiB")
    yield alone("memory at the end", _memory(processes) / 2**20, "MiB")


def _spread(seconds: float) -> None:
    """Let what waits be due at any moment of so many seconds."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE infusion_message SET due_at = due_at"
            " + random() * %(seconds)s * interval '1 second' WHERE status = 'PENDING'",
            {"seconds": seconds},
        )


def _lasted(flood: Any) -> float:
    """Return the seconds from the first due instant to the last that left."""
    ends = flood.aggregate(first=Min("due_at"), last=Max("sent_at"))
    return float((ends["last"] - ends["first"]).total_seconds())


def _wait(what: Callable[[], bool]) -> None:
    end = time.monotonic() + _LONGEST
    while not what():
        if time.monotonic() > end:
            message = "the flood did not end"
            raise RuntimeError(message)
        time.sleep(1)


def _memory(processes: Sequence["subprocess.Popen[bytes]"]) -> int:
    """Return the bytes of processes and their children, what they share once."""
    found = [psutil.Process(one.pid) for one in processes]
    family = [each for one in found for each in (one, *one.children(recursive=True))]
    return sum(one.memory_full_info().pss for one in family)


@contextmanager
def _running(
    folder: str, modules: Sequence[list[str]], **more: str
) -> Iterator[list["subprocess.Popen[bytes]"]]:
    from tests.bench.peers import database_url

    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": database_url(),
        "BEAT_SECONDS": "1",
        "LOG_LEVEL": "WARNING",
        **more,
    }
    with (Path(folder) / "log").open("ab") as log:
        started = [
            subprocess.Popen(
                [sys.executable, "-m", *module],
                cwd=ROOT,
                env=environment,
                stdout=log,
                stderr=log,
            )
            for module in modules
        ]
    try:
        yield started
    finally:
        for one in started:
            one.terminate()
        for one in started:
            one.wait(60)
