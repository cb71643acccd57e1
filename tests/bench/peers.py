"""What others do with due rows, measured over the same table in the same run.

One Celery task a row, django-celery-beat with a clocked entry a row, and procrastinate.
The last two are requirements of the bench alone (requirements/bench.txt).
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any

from ops.layout import LOCAL, ROOT
from tests.bench.rows import Row, alone

CELERY_ROWS = int(os.environ.get("BENCH_PEER_ROWS", "2000"))
CLOCKED_ROWS = CELERY_ROWS // 4
PROCRASTINATE_ROWS = CELERY_ROWS // 2
_APP = "tests.bench.peer_celery"
_LONGEST = 600.0


def measure() -> Iterator[Row]:
    """Yield the rate of each peer in rows a second."""
    yield alone("peer: a Celery task a row", celery(), "rows/s")
    if find_spec("django_celery_beat"):
        yield alone("peer: clocked entries", clocked(), "rows/s")
    if find_spec("procrastinate"):
        for jobs in (1, 10, 40):
            name = f"peer: procrastinate, {jobs} at once"
            yield alone(name, procrastinate(jobs), "rows/s")


def celery() -> float:
    """Queue a task a row, and let a worker with two processes do them."""
    from tests.bench.peer_celery import app, mark

    ids = _owe(CELERY_ROWS)
    app.control.purge()
    begun = time.perf_counter()
    for one in ids:
        mark.delay(one)
    queued = time.perf_counter() - begun
    with _celery("worker", "--concurrency=2", "--prefetch-multiplier=4"):
        return len(ids) / (queued + _seconds_until_done(ids))


def clocked() -> float:
    """Have a clocked entry a row, all due, and a beat that reads them."""
    from django_celery_beat.models import ClockedSchedule, PeriodicTask

    from tests.factories.messages import in_hours

    ids = _owe(CLOCKED_ROWS)
    due = ClockedSchedule.objects.create(clocked_time=in_hours(0))
    PeriodicTask.objects.bulk_create(
        PeriodicTask(
            name=one,
            task="peers.mark",
            args=f'["{one}"]',
            clocked=due,
            one_off=True,
        )
        for one in ids
    )
    scheduler = "django_celery_beat.schedulers:DatabaseScheduler"
    beat = _celery("beat", f"--scheduler={scheduler}", "--max-interval=1")
    with _celery("worker", "--concurrency=2"), beat:
        return len(ids) / _seconds_until_done(ids)


def procrastinate(jobs: int) -> float:
    """Defer a job a row, and let two workers do so many at once."""
    from tests.bench import peer_procrastinate

    ids = _owe(PROCRASTINATE_ROWS)
    peer_procrastinate.prepare(database_url(), ids)
    command = [sys.executable, "-m", "tests.bench.peer_procrastinate", str(jobs)]
    workers = [_start(command) for _ in range(2)]
    seconds = _seconds_until_done(ids)
    for one in workers:
        one.terminate()
        one.wait(30)
    return len(ids) / seconds


def _owe(count: int) -> list[str]:
    """Owe messages that nobody else claims meanwhile; return their ids."""
    from infusion import models
    from tests.factories.messages import Scene, in_hours

    scene = Scene(event_at=in_hours(48))
    rows = [
        models.Message(
            **scene.values(
                status="SENDING",
                event_at=in_hours(48 + number / 3600),
                due_at=in_hours(0),
            )
        )
        for number in range(count)
    ]
    return [str(row.id) for row in models.Message.objects.bulk_create(rows)]


def _seconds_until_done(ids: list[str]) -> float:
    """Return the seconds from the first row that is marked until the last one is."""
    from django.db.models import Max, Min

    from infusion import models

    rows = models.Message.objects.filter(id__in=ids)
    end = time.monotonic() + _LONGEST
    while rows.filter(status="SENDING").exists():
        if time.monotonic() > end:
            message = "a peer did not finish"
            raise RuntimeError(message)
        time.sleep(0.2)
    span = rows.aggregate(first=Min("sent_at"), last=Max("sent_at"))
    return float((span["last"] - span["first"]).total_seconds())


def database_url() -> str:
    """Return the address of the scratch database for another process."""
    from django.db import connection

    given = connection.settings_dict
    who = f"{given['USER']}:{given['PASSWORD']}" if given["PASSWORD"] else given["USER"]
    return f"postgresql://{who}@{given['HOST']}:{given['PORT']}/{given['NAME']}"


def _start(command: list[str]) -> "subprocess.Popen[bytes]":
    environment = {
        **os.environ,
        "DATABASE_URL": database_url(),
        "DJANGO_SETTINGS_MODULE": "tests.bench.peer_settings",
        "LOG_LEVEL": "WARNING",
    }
    with (LOCAL / "peers.log").open("ab") as log:
        return subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=log, stderr=log
        )


@contextmanager
def _celery(name: str, *options: str) -> Iterator[Any]:
    schedule = LOCAL / "peer-schedule"
    more = ["--pidfile=", f"--schedule={schedule}"] if name == "beat" else []
    command = [sys.executable, "-m", "celery", "-A", _APP, name, *options, *more]
    process = _start(command)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)
