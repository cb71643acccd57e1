"""Measure claiming and delivering beside the same rows in hand-written SQL.

``python -m tests.bench.messages [ROWS]`` runs it alone, on top of ROWS sent messages.
"""

import datetime as dt
import statistics
import sys
import time
import uuid
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import django

from tests.bench.ground import scratch
from tests.bench.rows import Row

if TYPE_CHECKING:
    from tests.factories.messages import Scene

DUE = 20_000
NO_OFFSET = dt.timedelta(0)
# Every row is settled one by one in reality; a part of them shows the rate.
DELIVERED = 500

_COPY = """
INSERT INTO infusion_message (
    id, created_at, kind, event_at, person_kind, channel, due_at, expires_at, status,
    reason, attempts, bag_id, event, subject_kind, subject_id, course_id,
    plan_version_id, site_id, patient_id)
SELECT gen_random_uuid(), now(), kind, event_at + number * interval '1 second',
    person_kind, channel, now() - interval '1 hour' + number * interval '1 millisecond',
    expires_at, %(status)s, '', 0, bag_id, event, subject_kind, subject_id, course_id,
    plan_version_id, site_id, patient_id
FROM infusion_message, generate_series(%(first)s, %(last)s) AS number
WHERE id = %(model)s
"""
_LIMIT_CLAIM = """
UPDATE infusion_message SET status = 'SENDING', lease_until = now() + interval '5 min'
WHERE id IN (
    SELECT id FROM infusion_message
    WHERE status = 'PENDING' AND site_id = %(site_id)s
      AND coalesce(not_before, due_at) <= now()
    ORDER BY coalesce(not_before, due_at) LIMIT 1000 FOR UPDATE SKIP LOCKED)
RETURNING id
"""


def run(rows: int = 200_000) -> list[Row]:
    """Measure in a scratch database and return the lines of the report."""
    with scratch():
        found = measure(rows)
    limit = found["claim by hand"]
    return [
        Row("claim messages", found["claim"], "rows/s", limit, found["claim"] / limit),
        Row("deliver, 1 process", found["deliver"], "messages/s", None, None),
        Row("empty sweep", found["empty sweep"], "ms", None, None),
    ]


def measure(rows: int) -> dict[str, float]:
    """Return rates in rows a second, and the time of an empty sweep in ms."""
    from django.db import connection

    from infusion.services import sweeps
    from tests.factories.messages import Scene, in_hours

    scene = Scene(event_at=in_hours(48))
    model = scene.owe(due_at=in_hours(40), kind="bag_change_24h")

    def fill(status: str, first: int, count: int) -> None:
        values = {"status": status, "first": first, "last": first + count - 1}
        with connection.cursor() as cursor:
            cursor.execute(_COPY, {**values, "model": model.id})

    def hand_written() -> int:
        with connection.cursor() as cursor:
            cursor.execute(_LIMIT_CLAIM, {"site_id": scene.site.id})
            return len(cursor.fetchall())

    def ours() -> int:
        return len(sweeps.claim_due(scene.site.id, NO_OFFSET, 1000).held)

    fill("SENT", 1, rows)
    rates = {}
    way: Callable[[], int]
    for number, (name, way) in enumerate(
        [("warm", hand_written), ("claim by hand", hand_written), ("claim", ours)]
    ):
        fill("PENDING", rows + number * DUE + 1, DUE)
        vacuum(connection)
        rates[name] = rate(way)
    finish_all()
    rates["deliver"] = rate_of_delivery(scene)
    rates["empty sweep"] = 1000 * seconds_of_empty_sweep()
    return rates


def finish_all() -> None:
    """Leave nothing on its way."""
    from django.db import connection

    from infusion import models

    models.Message.objects.filter(status="SENDING").update(status="SENT")
    vacuum(connection)


def vacuum(connection: object) -> None:
    """Start each way from the same ground."""
    with connection.cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute("VACUUM ANALYZE infusion_message")


def rate(way: Callable[[], int]) -> float:
    """Return how many rows a second a way takes until nothing is due."""
    begun, rows = time.perf_counter(), 0
    while taken := way():
        rows += taken
    return rows / (time.perf_counter() - begun)


def rate_of_delivery(scene: "Scene") -> float:
    """Return how many messages a second one process delivers to a channel at once."""
    from infusion.notifications.channels.registry import Channels
    from infusion.services import messages, sweeps
    from tests.fakes.email import EmailChannel

    for _ in range(DELIVERED):
        scene.owe(user=scene.staff(), person_kind="STAFF")
    post = EmailChannel()
    channels = Channels({"EMAIL": lambda: post})

    def hand_over(ids: Sequence[uuid.UUID], leased_until: dt.datetime) -> bool:
        for one in ids:
            messages.deliver_message(one, leased_until, NO_OFFSET, channels)
        return True

    begun = time.perf_counter()
    sweeps.sweep_messages(offset=NO_OFFSET, hand_over=hand_over)
    return len(post.taken) / (time.perf_counter() - begun)


def seconds_of_empty_sweep() -> float:
    """Return how long a sweep takes that finds nothing, at the median."""
    from infusion.services import sweeps

    times = []
    for _ in range(21):
        begun = time.perf_counter()
        sweeps.sweep_messages(offset=NO_OFFSET)
        times.append(time.perf_counter() - begun)
    return statistics.median(times)


if __name__ == "__main__":
    django.setup()
    for row in run(*(int(word) for word in sys.argv[1:])):
        limit = f"limit {row.limit:,.0f}, ratio {row.ratio:.2f}" if row.limit else ""
        print(f"{row.name:>20} {row.value:>10,.1f} {row.unit:<10} {limit}")  # noqa: T201
