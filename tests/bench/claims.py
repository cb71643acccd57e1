"""Claim due messages and mark them done: ours, the limit of SQL, and what peers do.

``make bench ARGS=claims`` takes minutes on a laptop. ``BENCH_ROWS=5000000`` puts so many
sent messages under the due ones (``5000000,50000000`` shows how it grows), and
``BENCH_DUE`` says how many are due.
"""

import datetime as dt
import json
import os
import statistics
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from tests.bench import peers
from tests.bench.ground import Table, race, scratch, vacuum
from tests.bench.rows import Row, alone, beside

NO_OFFSET = dt.timedelta(0)
ROWS = [int(one) for one in os.environ.get("BENCH_ROWS", "100000").split(",")]
DUE = int(os.environ.get("BENCH_DUE", "20000"))
# What a worker sends side by side, and so looks at and writes down together.
WAVE = 10
METHOD = f"""
Two processes take rows of one site, 1,000 at a time, and mark them sent; each way beside
the shortest SQL that writes the same. "Claim and mark": the claim of the service, and one
statement that marks under its lease. "Claim and record": the claim, and what a worker
calls once the provider has answered: the rows marked and each try in the ledger. "As a
worker does": in waves of {WAVE}, each taken up first, as where a provider is spoken to
in between. The due rows are about subjects of their own and lie together in the table.
Peers run their own worker, two processes or as many jobs at once as suits them, over
fewer rows, and mark without a ledger; their rate does not depend on the table.
Empty sweep: its statements one by one under EXPLAIN ANALYZE, planning and execution; and
the same at the client, with the commit of its sign of life.
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
_RECORD = f"""
WITH done AS ({_DONE} RETURNING id)
INSERT INTO infusion_messageattempt (
    id, created_at, message_id, at, channel, outcome, detail, provider_id)
SELECT gen_random_uuid(), now(), id, now(), 'EMAIL', 'ACCEPTED', '', '' FROM done
"""  # noqa: S608
_DONE_OURS = """
UPDATE infusion_message SET status = 'SENT', lease_until = NULL, sent_at = now()
WHERE id = ANY (%(ids)s) AND status = 'SENDING' AND lease_until = %(token)s
"""
Way = Callable[[], int]


def run() -> list[Row]:
    """Measure for each size of the table, then the peers."""
    with scratch():
        found = list(_measure())
        theirs = list(peers.measure())
    fastest = max(row.value for row in theirs)
    ratios = [
        alone(f"{name} over the best peer", _worst(found, name) / fastest, "times")
        for name in ("claim and mark", "claim and record", "as a worker does")
    ]
    return [*found, *_growth(found), *theirs, *ratios]


def _worst(found: list[Row], name: str) -> float:
    return min(row.value for row in found if row.name.startswith(name))


def _growth(found: list[Row]) -> Iterator[Row]:
    """Compare the smallest table with the largest: 2 means half the rate."""
    if len(ROWS) < 2:
        return
    for name in ("claim and mark", "claim and record", "as a worker does"):
        rates = [row.value for row in found if row.name.startswith(name)]
        title = f"{name}: slower with {ROWS[-1]:,} than with {ROWS[0]:,}"
        yield alone(title, rates[0] / rates[-1], "times")


def _measure() -> Iterator[Row]:
    from tests.factories.messages import Scene, in_hours

    table = Table(Scene(event_at=in_hours(48)))
    site = table.scene.site.id
    for rows in ROWS:
        table.fill("SENT", max(rows - table.rows, 0))
        for name, ours, limit in (
            ("claim and mark", marking(site), by_hand(site, _DONE)),
            ("claim and record", recording(site), by_hand(site, _RECORD)),
        ):
            table.fill("PENDING", DUE)
            most = race(limit)
            table.fill("PENDING", DUE)
            yield beside(f"{name}, {rows:,} rows", race(ours), "rows/s", most)
        # Slower by far, and as fast with fewer.
        table.fill("PENDING", DUE // 10)
        yield alone(f"as a worker does, {rows:,} rows", race(working(site)), "rows/s")
        swept = _empty_sweep()
        title = f"empty sweep, {rows:,} rows:"
        yield beside(f"{title} in the database", swept.database, "ms", 1)
        yield alone(f"{title} at the client", swept.client, "ms")


def by_hand(site_id: uuid.UUID, done: str) -> Way:
    """Return the limit: nothing but two statements a thousand rows."""
    from django.db import connection

    def take() -> int:
        with connection.cursor() as cursor:
            cursor.execute(_CLAIM, {"site_id": site_id})
            ids = [one for (one,) in cursor.fetchall()]
            cursor.execute(done, {"ids": ids})
        return len(ids)

    return take


def marking(site_id: uuid.UUID) -> Way:
    """Return our claim, and a mark under the token of its lease."""
    from django.db import connection

    from infusion.services import sweeps

    def take() -> int:
        claim = sweeps.claim_due(site_id, NO_OFFSET, sweeps.PER_CLAIM)
        values: dict[str, Any] = {"ids": list(claim.held), "token": claim.leased_until}
        with connection.cursor() as cursor:
            cursor.execute(_DONE_OURS, values)
        return len(claim.held)

    return take


def recording(site_id: uuid.UUID) -> Way:
    """Return our claim, and what the service writes down of a thousand taken at once."""
    from infusion.services import leases, sweeps
    from infusion.services.leases import Lease

    def take() -> int:
        claim = sweeps.claim_due(site_id, NO_OFFSET, sweeps.PER_CLAIM)
        if claim.leased_until:
            lease = Lease(claim.leased_until, claim.leased_until, NO_OFFSET)
            leases.record_taken(dict.fromkeys(claim.held, _accepted()), lease)
        return len(claim.held)

    return take


def working(site_id: uuid.UUID) -> Way:
    """Return our claim, taken up and written down in waves: a worker but for the send."""
    from infusion.services import leases, sweeps

    def take() -> int:
        claim = sweeps.claim_due(site_id, NO_OFFSET, sweeps.PER_CLAIM)
        for start in range(0, len(claim.held), WAVE):
            wave = claim.held[start : start + WAVE]
            assert claim.leased_until
            taken = leases.take_up_many(wave, claim.leased_until, NO_OFFSET, ["EMAIL"])
            lease = next(iter(taken.values()))
            leases.record_taken(dict.fromkeys(taken, _accepted()), lease)
        return len(claim.held)

    return take


def _accepted() -> Any:
    from infusion.domain.delivery import Outcome, Tried
    from infusion.services.leases import Try

    return Try("EMAIL", Tried(outcome=Outcome.ACCEPTED))


class Spent(NamedTuple):
    """The milliseconds that the statements of a sweep take, at the median."""

    database: float
    client: float


def _empty_sweep() -> Spent:
    from infusion.services import sweeps

    vacuum()
    told: list[tuple[str, Any]] = []
    client = [
        _noted(told, lambda: sweeps.sweep_messages(offset=NO_OFFSET)) for _ in range(21)
    ]
    sweeps_of = len(told) // 21
    database = [sum(map(_explained, told[:sweeps_of])) for _ in range(21)]
    return Spent(statistics.median(database), statistics.median(client))


def _noted(told: list[tuple[str, Any]], work: Callable[[], object]) -> float:
    """Note the statements of a piece of work; return the milliseconds they took."""
    from django.db import connection

    spent: list[float] = []

    def timed(execute: Any, sql: Any, params: Any, *more: Any) -> Any:
        told.append((sql, params))
        begun = time.perf_counter()
        try:
            return execute(sql, params, *more)
        finally:
            spent.append(time.perf_counter() - begun)

    with connection.execute_wrapper(timed):
        work()
    return 1000 * sum(spent)


def _explained(statement: tuple[str, Any]) -> float:
    """Return what the database itself says of a statement, planned and executed."""
    from django.db import connection

    sql, params = statement
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {sql}", params)
        (found,) = cursor.fetchone()
    plan = (json.loads(found) if isinstance(found, str) else found)[0]
    return float(plan["Planning Time"] + plan["Execution Time"])
