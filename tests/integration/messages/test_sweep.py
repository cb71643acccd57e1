"""The sweep: what is due is claimed once, fairly, by the database's clock."""

import datetime as dt
import threading
import uuid
from collections.abc import Sequence

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from infusion import models
from infusion.services import sweeps
from tests.factories.messages import Scene, in_hours
from tests.factories.patients import SiteFactory

NO_OFFSET = dt.timedelta(0)
MINUTE = dt.timedelta(minutes=1)


class Workers:
    """Take what is handed over, as the broker would."""

    def __init__(self, *, are_there: bool = True) -> None:
        self.batches: list[tuple[uuid.UUID, ...]] = []
        self.are_there = are_there

    def __call__(self, ids: Sequence[uuid.UUID], leased_until: dt.datetime) -> bool:
        if self.are_there:
            self.batches.append(tuple(ids))
        return self.are_there

    @property
    def ids(self) -> list[uuid.UUID]:
        return [one for batch in self.batches for one in batch]


def sweep(
    workers: Workers | None = None, offset: dt.timedelta = NO_OFFSET
) -> sweeps.Sweep:
    return sweeps.sweep_messages(offset=offset, hand_over=workers or Workers())


def copies(scene: Scene, count: int, **fields: object) -> None:
    """Owe the same kind of message many times, told apart by their instants."""
    first = scene.owe(**fields)
    rows = [
        models.Message(
            **{
                field.attname: getattr(first, field.attname)
                for field in models.Message._meta.concrete_fields
                if field.attname not in {"id", "event_at"}
            },
            event_at=first.event_at + number * MINUTE,
        )
        for number in range(1, count)
    ]
    models.Message.objects.bulk_create(rows)


def test_nothing_due_is_a_quiet_sweep() -> None:
    Scene().owe(due_at=in_hours(1))
    workers = Workers()

    assert sweep(workers) == sweeps.Sweep(freed=0, expired=0, claimed=0)
    assert workers.batches == []


def test_an_empty_table_does_not_stop_the_runner() -> None:
    assert sweep() == sweeps.Sweep(freed=0, expired=0, claimed=0)


def test_an_empty_sweep_costs_a_few_statements() -> None:
    with CaptureQueriesContext(connection) as asked:
        sweep()

    # What a dead worker held, what is urgent, what is not, and that it has run.
    assert len(asked) == 4


def test_what_is_urgent_overtakes_a_flood_of_its_own_site() -> None:
    scene = Scene()
    copies(scene, 120, kind="bag_change_24h", due_at=in_hours(-1))
    urgent = scene.owe(is_urgent=True, event_at=in_hours(3), due_at=in_hours(-0.1))
    workers = Workers()

    sweep(workers)

    assert workers.batches[0] == (urgent.id,)


def test_what_is_urgent_leaves_though_a_site_has_all_it_may_on_its_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sweeps, "SITE_LIMIT", 2)
    scene = Scene()
    copies(scene, 4, kind="bag_change_24h", due_at=in_hours(-1))
    sweep()
    urgent = scene.owe(is_urgent=True, event_at=in_hours(3), due_at=in_hours(-0.1))
    workers = Workers()

    sweep(workers)

    assert [list(batch) for batch in workers.batches] == [[urgent.id]]


def test_a_due_message_is_claimed_and_handed_over() -> None:
    message = Scene().owe()
    workers = Workers()

    assert sweep(workers).claimed == 1

    message.refresh_from_db()
    assert workers.ids == [message.id]
    assert message.status == "SENDING"
    assert in_hours(0) < message.lease_until < in_hours(0.2)


def test_a_second_sweep_claims_nothing_again() -> None:
    Scene().owe()
    sweep()

    assert sweep().claimed == 0


def test_the_same_event_is_never_reminded_of_every_hour() -> None:
    """Peers resend one occurrence each time the runner runs; ours has left once."""
    message = Scene().owe()
    sweep()
    models.Message.objects.filter(id=message.id).update(status="SENT")

    assert [sweep().claimed for _ in range(3)] == [0, 0, 0]


def test_what_is_too_late_is_never_sent() -> None:
    message = Scene().owe(due_at=in_hours(-3), expires_at=in_hours(-1))
    workers = Workers()

    assert sweep(workers).expired == 1

    message.refresh_from_db()
    assert (message.status, message.reason) == ("EXPIRED", "too_late")
    assert message.lease_until is None
    assert workers.batches == []


def test_a_missed_hour_is_caught_up() -> None:
    """Beat was away: rows stay due and leave when it returns."""
    Scene().owe(due_at=in_hours(-1), expires_at=in_hours(1))

    assert sweep().claimed == 1


def test_a_row_that_is_held_back_waits_although_it_is_due() -> None:
    Scene().owe(not_before=in_hours(1))

    assert sweep().claimed == 0


def test_the_clock_of_a_demo_may_jump_ahead_by_days() -> None:
    Scene(event_at=in_hours(72)).owe(due_at=in_hours(71), expires_at=in_hours(72))

    assert sweep().claimed == 0
    assert sweep(offset=dt.timedelta(hours=71, minutes=30)).claimed == 1


def test_a_lease_is_real_time_whatever_the_demo_says() -> None:
    message = Scene().owe(expires_at=in_hours(2000))
    sweep(offset=dt.timedelta(days=30))

    message.refresh_from_db()
    assert message.lease_until < in_hours(1)


def test_the_claim_of_a_dead_worker_is_freed() -> None:
    message = Scene().owe(status="SENDING", lease_until=in_hours(-0.01))
    workers = Workers()

    done = sweep(workers)

    assert (done.freed, done.claimed) == (1, 1)
    assert workers.ids == [message.id]


def test_a_claim_that_holds_is_left_alone() -> None:
    Scene().owe(status="SENDING", lease_until=in_hours(0.01))

    assert sweep() == sweeps.Sweep(freed=0, expired=0, claimed=0)


def test_without_a_broker_the_rows_are_due_again_at_once() -> None:
    message = Scene().owe()

    sweep(Workers(are_there=False))

    message.refresh_from_db()
    assert (message.status, message.lease_until) == ("PENDING", None)


def test_a_flood_is_handed_over_in_parts_of_a_task() -> None:
    copies(Scene(), 120)
    workers = Workers()

    assert sweep(workers).claimed == 120
    assert [len(batch) for batch in workers.batches] == [50, 50, 20]


def test_the_flood_of_one_site_does_not_starve_another(monkeypatch) -> None:
    monkeypatch.setattr(sweeps, "PER_CLAIM", 100)
    monkeypatch.setattr(sweeps, "SITE_LIMIT", 150)
    flooded, quiet = Scene(site=SiteFactory()), Scene(site=SiteFactory())
    copies(flooded, 400, due_at=in_hours(-1))
    late_comer = quiet.owe()
    workers = Workers()

    done = sweep(workers)

    assert late_comer.id in workers.ids[:100]
    assert done.claimed == 150 + 1


def test_the_parts_of_sites_are_handed_over_in_turn() -> None:
    flood = Scene(site=SiteFactory.create(name="Busy"))
    copies(flood, 2 * sweeps.PER_TASK + 1)
    few = Scene(site=SiteFactory.create(name="Quiet"))
    copies(few, 3)
    workers = Workers()

    sweep(workers)

    # Neither stands behind the whole of the other.
    assert sorted(len(batch) for batch in workers.batches[:2]) == [3, sweeps.PER_TASK]


def test_a_site_beyond_its_limit_goes_on_when_its_rows_have_left(monkeypatch) -> None:
    monkeypatch.setattr(sweeps, "SITE_LIMIT", 10)
    copies(Scene(), 25)

    claimed = []
    for _ in range(4):
        claimed.append(sweep().claimed)
        models.Message.objects.filter(status="SENDING").update(status="SENT")

    assert claimed == [10, 10, 5, 0]


def test_a_sweep_by_beat_shows_that_both_are_alive() -> None:
    sweeps.sweep_messages(offset=NO_OFFSET, from_beat=True, hand_over=Workers())

    beats = dict(models.Heartbeat.objects.values_list("name", "at"))
    assert set(beats) == {"beat", "sweep"}
    assert all(abs(at - in_hours(0)) < MINUTE for at in beats.values())


def test_a_sweep_by_hand_says_nothing_about_beat() -> None:
    sweep()

    assert set(models.Heartbeat.objects.values_list("name", flat=True)) == {"sweep"}


def test_the_claim_reads_nothing_but_what_is_owed() -> None:
    """The partial index decides the speed of the whole: the plan must use it."""
    scene = Scene()
    copies(scene, 3_000, status="SENT")
    copies(scene, 100, kind="bag_change_24h")
    values = {
        "site_id": scene.site.id,
        "offset": NO_OFFSET,
        "limit": 50,
        "lease": MINUTE,
    }
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE infusion_message")
        cursor.execute("EXPLAIN (COSTS OFF) " + sweeps._CLAIM_ANY, values)
        plan = "\n".join(row[0] for row in cursor.fetchall())

    assert "Index Scan using message_due" in plan
    assert "Index Cond: ((site_id = " in plan
    assert "Seq Scan" not in plan
    assert "Sort" not in plan


@pytest.mark.parametrize("table", ["infusion_message", "infusion_checkin"])
def test_no_sweep_walks_past_what_has_left(table) -> None:
    """Else the index of what waits keeps it until 2 % of the whole table are dead."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reloptions FROM pg_class WHERE relname = %s", [table])
        (options,) = cursor.fetchone()

    assert "vacuum_index_cleanup=on" in options
    assert "autovacuum_vacuum_scale_factor=0" in options


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_take_every_row_once() -> None:
    copies(Scene(site=SiteFactory()), 300)
    copies(Scene(site=SiteFactory()), 300)
    workers = [Workers(), Workers(), Workers()]
    start = threading.Barrier(len(workers))

    def run(one: Workers) -> None:
        start.wait(5)
        sweep(one)
        connections.close_all()

    threads = [threading.Thread(target=run, args=[one]) for one in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    taken = [one for each in workers for one in each.ids]
    assert len(taken) == len(set(taken)) == 600
