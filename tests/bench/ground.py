"""A scratch database full of messages, and processes that race over them."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.factories.messages import Scene

# Sent long ago, so that the claim has to find its rows in a table of real size. Ids are
# ordered by time, as those of the service; thirty messages are about one subject.
_FILL = """
INSERT INTO infusion_message (
    id, created_at, kind, event_at, person_kind, channel, due_at, expires_at, status,
    reason, attempts, bag_id, event, subject_kind, subject_id, course_id,
    plan_version_id, site_id, patient_id)
SELECT (lpad(to_hex(1750000000000 + number), 12, '0') || '7000'
        || '8' || substr(md5(number::text), 1, 15))::uuid,
    now(), kind, event_at + number * interval '1 second',
    person_kind, channel, now() - interval '1 hour' + number * interval '1 microsecond',
    now() + interval '2 hours', %(status)s, '', 0, bag_id, event, subject_kind,
    md5((number / 30)::text)::uuid, course_id, plan_version_id, site_id, patient_id
FROM infusion_message, generate_series(%(first)s, %(last)s) AS number
WHERE id = %(model)s
"""
_PIECE = 500_000
# From here on it is quicker to make the indexes afterwards.
_MANY = 1_000_000
_INDEXES = """
SELECT 'DROP INDEX ' || indexname, indexdef FROM pg_indexes
WHERE tablename = 'infusion_message' AND indexname NOT LIKE '%%pkey'
"""
# They are checked for every new row from then on, as before.
_KEYS = """
SELECT 'ALTER TABLE infusion_message DROP CONSTRAINT ' || conname,
    'ALTER TABLE infusion_message ADD CONSTRAINT ' || conname || ' '
    || pg_get_constraintdef(oid) || ' NOT VALID'
FROM pg_constraint WHERE conrelid = 'infusion_message'::regclass AND contype = 'f'
"""


@contextmanager
def scratch() -> Iterator[None]:
    """Point Django at an empty database of its own for a while."""
    from django.db import connection

    from tests import template

    # Only what the peers add is left to migrate.
    migrated = template.migrated(os.environ["DATABASE_URL"])
    connection.settings_dict["TEST"]["TEMPLATE"] = migrated
    name = connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


class Table:
    """The messages of one site, as many as wanted, in any status."""

    def __init__(self, scene: "Scene") -> None:
        from tests.factories.messages import in_hours

        self.scene = scene
        self.model = scene.owe(due_at=in_hours(40), kind="bag_change_24h")
        self.rows = 0

    def fill(self, status: str, count: int) -> None:
        """Add rows, the due ones an hour ago and a microsecond apart."""
        with bare() if count > max(self.rows, _MANY) else nullcontext():
            self._fill(status, self.rows + count)
        vacuum()

    def _fill(self, status: str, end: int) -> None:
        from django.db import connection

        while self.rows < end:
            last = min(self.rows + _PIECE, end)
            values = {"status": status, "first": self.rows + 1, "last": last}
            with connection.cursor() as cursor:
                cursor.execute(_FILL, {**values, "model": self.model.id})
            self.rows = last


@contextmanager
def bare() -> Iterator[None]:
    """Leave the messages without indexes and foreign keys for a while."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("SET maintenance_work_mem = '1GB'")
        cursor.execute(_INDEXES)
        taken = cursor.fetchall()
        cursor.execute(_KEYS)
        taken += cursor.fetchall()
        for drop, _ in taken:
            cursor.execute(drop)
    yield
    with connection.cursor() as cursor:
        for _, make in taken:
            cursor.execute(make)


def vacuum() -> None:
    """Start each way from the same ground."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("VACUUM ANALYZE infusion_message")


def race(way: Callable[[], int], processes: int = 2) -> float:
    """Let processes work until none finds anything more; return their rows a second."""
    from django.db import connection

    connection.close()
    gate_out, gate_in = os.pipe()
    done_out, done_in = os.pipe()
    children = [_runner(way, gate_out, done_in) for _ in range(processes)]
    time.sleep(0.3)
    begun = time.perf_counter()
    os.write(gate_in, b"x" * processes)
    for child in children:
        os.waitpid(child, 0)
    seconds = time.perf_counter() - begun
    counted = os.read(done_out, 4096).split()
    for one in (gate_out, gate_in, done_out, done_in):
        os.close(one)
    if len(counted) != processes:
        message = "a process of the race has died"
        raise RuntimeError(message)
    return sum(map(int, counted)) / seconds


def _runner(way: Callable[[], int], gate: int, done: int) -> int:
    """Fork a process that connects, waits for the gate and works."""
    from django.db import connection

    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        connection.ensure_connection()
        os.read(gate, 1)
        rows = 0
        while taken := way():
            rows += taken
        os.write(done, f"{rows} ".encode())
        code = 0
    finally:
        os._exit(code)
