"""Claim due messages and mark them done: ours, the limit of SQL, and what peers do.

``make bench ARGS=claims`` takes minutes on a laptop. ``BENCH_ROWS=5000000`` puts so many
sent messages under the due ones (``5000000,50000000`` shows how it grows), and
``BENCH_DUE`` says how many are due.
"""

import datetime as dt
import os
import statistics
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

from tests.bench import peers
from tests.bench.ground import Table, race, scratch, vacuum
from tests.bench.rows import Row, alone, beside

NO_OFFSET = dt.timedelta(0)
ROWS = [int(one) for one in os.environ.get("BENCH_ROWS", "100000").split(",")]
DUE = int(os.environ.get("BENCH_DUE", "20000"))
METHOD = """
Claim and done: two processes take rows of one site, 1,000 at a time, and mark them sent.
By hand: the shortest SQL that does it. The peers run their own worker, with two
processes or as many jobs at once as suits them, over fewer rows: their rate does not
depend on the table. Empty sweep: all its statements, measured at the client.
"""
_CLAIM = """
UPDATE infusion_message SET status = 'SENDING', lease_until = now() + interval '5 min'
WHERE id = ANY (ARRAY (
    SELECT id FROM infusion_message
    WHERE status = 'PENDING' AND site_id = %(site_id)s
      AND coalesce(not_before, due_at) <= now()
    ORDER BY coalesce(not_before, due_at) LIMIT 1000 FOR UPDATE SKIP LOCKED))
RETURNING id
"""
_DONE = """
UPDATE infusion_message SET status = 'SENT', lease_until = NULL, sent_at = now()
WHERE id = ANY (%(ids)s)
"""
_DONE_OURS = """
UPDATE infusion_message SET status = 'SENT', lease_until = NULL, sent_at = now()
WHERE id = ANY (%(ids)s) AND status = 'SENDING' AND lease_until = %(token)s
"""


def run() -> list[Row]:
    """Measure for each size of the table, then the peers."""
    with scratch():
        found = list(_measure())
        best = max(row.value for row in found if row.name.startswith("ours"))
        theirs = list(peers.measure())
    fastest = max(row.value for row in theirs)
    ratio = alone("ours over the best peer", best / fastest, "times")
    return [*found, *theirs, ratio]


def _measure() -> Iterator[Row]:
    from tests.factories.messages import Scene, in_hours

    table = Table(Scene(event_at=in_hours(48)))
    site = table.scene.site.id
    for rows in ROWS:
        table.fill("SENT", max(rows - table.rows, 0))
        table.fill("PENDING", DUE)
        limit = race(by_hand(site))
        table.fill("PENDING", DUE)
        ours = race(as_we_do(site))
        yield beside(f"ours, claim and done, {rows:,} rows", ours, "rows/s", limit)
        yield alone(f"empty sweep, {rows:,} rows", _empty_sweep(), "ms")


def by_hand(site_id: uuid.UUID) -> Callable[[], int]:
    """Return the limit: nothing but two statements a thousand rows."""
    from django.db import connection

    def take() -> int:
        with connection.cursor() as cursor:
            cursor.execute(_CLAIM, {"site_id": site_id})
            ids = [one for (one,) in cursor.fetchall()]
            cursor.execute(_DONE, {"ids": ids})
        return len(ids)

    return take


def as_we_do(site_id: uuid.UUID) -> Callable[[], int]:
    """Return our claim, and the same mark under the token of the lease."""
    from django.db import connection

    from infusion.services import sweeps

    def take() -> int:
        claim = sweeps.claim_due(site_id, NO_OFFSET, sweeps.PER_CLAIM)
        values: dict[str, Any] = {"ids": list(claim.held), "token": claim.leased_until}
        with connection.cursor() as cursor:
            cursor.execute(_DONE_OURS, values)
        return len(claim.held)

    return take


def _empty_sweep() -> float:
    """Return the milliseconds that the statements of a sweep take, at the median."""
    from django.db import connection

    from infusion.services import sweeps

    vacuum()
    spent = []
    for _ in range(21):
        statements: list[float] = []

        def timed(execute: Any, *given: Any, into: list[float] = statements) -> Any:
            begun = time.perf_counter()
            try:
                return execute(*given)
            finally:
                into.append(time.perf_counter() - begun)

        with connection.execute_wrapper(timed):
            sweeps.sweep_messages(offset=NO_OFFSET)
        spent.append(sum(statements))
    return 1000 * statistics.median(spent)
