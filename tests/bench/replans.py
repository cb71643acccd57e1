"""A change of one plan among many running courses: looked at, made, and what it writes.

``BENCH_COURSES=1000,10000,100000`` sets the sizes; each comes on top of the one before.
"""

import datetime as dt
import os
import random
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.bench.crowds import Crowd, copies_of, course_paths, rows_of
from tests.bench.ground import scratch
from tests.bench.rows import Row, alone, beside

SIZES = tuple(map(int, os.environ.get("BENCH_COURSES", "1000,10000").split(",")))
COURSES = 30
IMPORTED = 10
HOUR = dt.timedelta(hours=1)
_FIXED = "the same work without a database"
_WRITTEN = """
SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables
WHERE relname LIKE 'infusion_%%'
"""
# The alternative: no difference is looked for and the whole plan is stored again.
_REWRITE = (
    """UPDATE infusion_bag SET version = version
    WHERE course_id = %s AND status IN ('PLANNED', 'DELIVERED', 'HUNG')""",
    """UPDATE infusion_visit SET version = version WHERE status = 'BOOKED'
    AND cycle_id IN (SELECT id FROM infusion_cycle WHERE course_id = %s)""",
    """UPDATE infusion_message SET status = status
    WHERE course_id = %s AND status = 'PENDING'""",
)


@dataclass
class Measured:
    """What was found at one size: times in ms, numbers of statements and rows."""

    preview: list[float] = field(default_factory=list)
    apply: list[float] = field(default_factory=list)
    rewrite: list[float] = field(default_factory=list)
    # A piece of work that no size changes.
    fixed: list[float] = field(default_factory=list)
    preview_queries: list[int] = field(default_factory=list)
    apply_queries: list[int] = field(default_factory=list)
    written: int = 0
    changed: int = 0
    plan_rows: int = 0


def run() -> list[Row]:
    """Measure in a scratch database."""
    with scratch():
        return list(_measure())


def _measure() -> Iterator[Row]:
    from tests.factories.wards import MONDAY, planned_bags, ward

    here = ward()
    course = here.running("us-label-mrd")
    here.deliver(planned_bags(course)[0], MONDAY + HOUR)
    crowd = Crowd()
    found: dict[int, Measured] = {}
    for size in SIZES:
        new = range(crowd.size + 1, size + 1)
        crowd.grow(size)
        chosen = random.Random(size).sample(new, COURSES + IMPORTED * 2)
        ids = [copies_of(course.id, number) for number in chosen]
        found[size] = measured = Measured()
        for course_id in ids[:COURSES]:
            _live(measured, here, course_id)
        yield from _shown(size, measured)
        yield from _events(size, here, ids[COURSES:])
    yield from _growth(found)
    yield _derived(here)


def _live(measured: Measured, here: Any, course_id: Any) -> None:
    """Hold and resume one course, move its next visit, and send the patient home."""
    from infusion.domain.changes import Change, Scope, Verb
    from infusion.domain.events import ledger_of

    told = _told(here.now)
    at = here.now + 24 * HOUR
    for verb, scope, more in (
        (Verb.HOLD, Scope.CYCLE, lambda at: {"at": at}),
        (Verb.RESUME, Scope.CYCLE, lambda at: {"at": at}),
        (Verb.MOVE_VISIT, Scope.STEP, lambda _: _earlier(course_id)),
        (
            Verb.CHANGE_PLACEMENT,
            Scope.CYCLE,
            lambda at: {"at": at, "place": "HOME", "override_reason": "Paper."},
        ),
    ):
        change = Change(verb=verb, scope=scope, reason="Measured.", **more(at))
        asked = {"actor": here.physician, "course_id": course_id, "change": change}
        _change(measured, course_id, asked, at)
        at += HOUR
        measured.fixed.append(_ms(lambda: ledger_of(told)))
    _rewrite(measured, course_id)


def _earlier(course_id: Any) -> dict[str, Any]:
    """Return the next bag change, five hours before its time."""
    from infusion.models import Visit

    rows = Visit.objects.filter(
        cycle__course_id=course_id, status="BOOKED", kind="BAG_CHANGE"
    )
    visit = rows.order_by("planned_at")[0]
    return {"visit_id": visit.id, "to": visit.planned_at - 5 * HOUR}


def _change(measured: Measured, course_id: Any, asked: Any, now: dt.datetime) -> None:
    from django.db import transaction

    from infusion.services import replanning

    with _Statements() as seen:
        begun = time.perf_counter()
        shown = replanning.preview_change(**asked, now=now).shown
        measured.preview.append(_since(begun))
    measured.preview_queries.append(seen.number)
    before = rows_of(course_id)
    with transaction.atomic():
        wrote = _written()
        with _Statements() as seen:
            begun = time.perf_counter()
            replanning.apply_change(**asked, token=shown.token, now=now)
            spent = _since(begun)
        measured.written += _written() - wrote
        begun = time.perf_counter()
    # The transaction ended with the block: that belongs to it.
    measured.apply.append(spent + _since(begun))
    measured.apply_queries.append(seen.number)
    after = rows_of(course_id)
    measured.changed += sum(
        rows.get(key) != before[table].get(key)
        for table, rows in after.items()
        for key in rows.keys() | before[table].keys()
    )


def _rewrite(measured: Measured, course_id: Any) -> None:
    """Store the rows of the plan as they are, in bare SQL."""
    from django.db import connection, transaction

    begun = time.perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in _REWRITE:
            cursor.execute(statement, [course_id])
            measured.plan_rows += cursor.rowcount
    measured.rewrite.append(_since(begun))


def _written() -> int:
    """Return how many rows of courses this session has written; history apart."""
    from django.db import connection

    tables = {model._meta.db_table for model, _ in course_paths()}
    with connection.cursor() as cursor:
        cursor.execute(_WRITTEN)
        return sum(count for table, count in cursor.fetchall() if table in tables)


class _Statements:
    """Counts the statements inside a block."""

    def __enter__(self) -> "_Statements":
        from django.db import connection

        self.number = 0
        self.wrapper = connection.execute_wrapper(self._note)
        self.wrapper.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self.wrapper.__exit__(*error)

    def _note(self, execute: Any, sql: Any, *rest: Any) -> Any:
        self.number += 1
        return execute(sql, *rest)


def _since(begun: float) -> float:
    return (time.perf_counter() - begun) * 1000


def _shown(size: int, found: Measured) -> Iterator[Row]:
    place = f"{size:,} courses:"
    changes = len(found.apply)
    for name, spent, queries in (
        ("preview", found.preview, found.preview_queries),
        ("apply", found.apply, found.apply_queries),
    ):
        yield alone(f"{place} {name}, p50", statistics.median(spent), "ms")
        yield alone(f"{place} {name}, p95", _p95(spent), "ms")
        yield alone(f"{place} {name}, queries at most", max(queries), "")
    yield beside(
        f"{place} rows written (limit: rows changed)",
        found.written / changes,
        "a change",
        found.changed / changes,
    )
    yield beside(
        f"{place} rows written (limit: rows of the whole plan)",
        found.written / changes,
        "a change",
        found.plan_rows / len(found.rewrite),
    )
    yield alone(
        f"{place} the whole plan stored again in bare SQL, p50",
        statistics.median(found.rewrite),
        "ms",
    )


def _p95(spent: Sequence[float]) -> float:
    return statistics.quantiles(spent, n=20)[-1]


def _growth(found: dict[int, Measured]) -> Iterator[Row]:
    """Compare the largest size with the smallest: 1 means that size costs nothing.

    Between the two a machine may have become busy with other work, or idle: the last
    line says what that did to a piece of work that no size changes.
    """
    if len(found) < 2:
        return
    small, large = min(found), max(found)
    for name in ("preview", "apply", "fixed"):
        first, last = (
            statistics.median(getattr(found[size], name)) for size in (small, large)
        )
        title = _FIXED if name == "fixed" else name
        yield beside(
            f"{title}, p50 with {large:,} (limit: {small:,})", last, "ms", first
        )


def _events(size: int, here: Any, ids: Sequence[Any]) -> Iterator[Row]:
    """Take the same log in at once, and event by event."""
    from infusion.services.events import record_event
    from infusion.services.importing import import_events

    now = here.now + 20 * HOUR
    at_once, one_by_one = ids[:IMPORTED], ids[IMPORTED:]
    log = list(_log(here.now))

    def whole(course_id: Any) -> None:
        asked = {"actor": here.nurse, "course_id": course_id, "now": now}
        outcomes = import_events(**asked, reports=log)
        assert all(one.is_new for one in outcomes), outcomes

    def each(course_id: Any) -> None:
        asked = {"actor": here.nurse, "course_id": course_id, "now": now}
        for report in log:
            record_event(**asked, report=report)

    yield beside(
        f"{size:,} courses: events imported (limit: one by one)",
        _rate(whole, at_once, len(log)),
        "per s",
        _rate(each, one_by_one, len(log)),
    )


def _log(begun: dt.datetime) -> Iterator[Any]:
    """Yield twelve short stops with their restarts, as a pump tells them."""
    from infusion.services.events import Report

    for number in range(12):
        at = begun + HOUR * (number + 1)
        yield Report(kind="PAUSE", at=at, reason="AIR_IN_LINE", source_key=f"a{number}")
        yield Report(kind="RESUME", at=at + HOUR / 6, source_key=f"b{number}")


def _rate(work: Callable[[Any], None], ids: Sequence[Any], events: int) -> float:
    begun = time.perf_counter()
    for course_id in ids:
        work(course_id)
    return len(ids) * events / (time.perf_counter() - begun)


def _derived(here: Any) -> Row:
    """Derive the clock from events that arrived in any order."""
    from infusion.domain.events import ledger_of

    told = _told(here.now)
    spent = [_ms(lambda: ledger_of(told)) for _ in range(50)]
    rate = len(told) / statistics.median(spent) * 1000
    return alone("events replayed into a clock", rate, "per s")


def _told(begun: dt.datetime) -> list[Any]:
    """Return a start, 200 stops and their restarts, shuffled."""
    import uuid

    from infusion.domain.events import Happening, Told

    kinds = (Happening.PAUSE, Happening.RESUME)
    told = [
        Told(
            id=uuid.UUID(int=number + 1),
            kind=kinds[(number - 1) % 2] if number else Happening.START,
            at=begun + HOUR * number,
            recorded_at=begun + HOUR * number,
            reason="OTHER" if number % 2 else "",
        )
        for number in range(401)
    ]
    random.Random(1).shuffle(told)
    return told


def _ms(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return _since(begun)
