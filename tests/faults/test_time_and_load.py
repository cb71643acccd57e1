"""A clock that is stepped, the nights of daylight saving time, and the flood at eight."""

import datetime as dt
import zoneinfo
from pathlib import Path

import pytest

from infusion import models
from patients import models as people
from tests.factories import patients as factories
from tests.factories.messages import Scene
from tests.fakes.provider import Provider
from tests.faults.conftest import Service
from tests.faults.ground import Ground, wait_until
from tests.faults.ledger import (
    judge,
    left,
    let_claims_end,
    many,
    owe_many,
    states,
    wait_for_more,
    wait_until_done,
)

HOUR = dt.timedelta(hours=1)


class MovedClock:
    """The clock of the service: the database's, moved by what a file says."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.set(dt.timedelta(0))
        self.settings = {"CLOCK_FILE": str(path), "DEMO_MODE": True}

    def set(self, offset: dt.timedelta) -> None:
        # In one step: a reader never finds half a number.
        new = self.path.with_suffix(".new")
        new.write_text(str(int(offset.total_seconds())))
        new.replace(self.path)

    def show(self, instant: dt.datetime) -> None:
        self.set(instant - dt.datetime.now(dt.UTC))


@pytest.fixture
def clock(tmp_path: Path) -> MovedClock:
    return MovedClock(tmp_path / "clock")


def test_a_clock_stepped_forward_and_back_loses_and_doubles_nothing(
    service: Service, provider: Provider, clock: MovedClock
) -> None:
    now, soon = owe_many(many(50)), owe_many(many(50), due_in_hours=0.5)
    late = owe_many(5, due_in_hours=1.4)
    service.worker(settings=clock.settings)
    service.beat(settings=clock.settings)
    wait_for_more(provider)

    clock.set(HOUR)
    wait_for_more(provider, len(now))
    clock.set(-HOUR)
    wait_for_more(provider, 1)
    clock.set(dt.timedelta(0))
    let_claims_end()
    wait_until(lambda: left("SENDING") == 0)
    clock.set(HOUR)
    wait_until(lambda: left() == len(late), 60)

    found = judge("clock stepped an hour forward and back", now + soon, provider)
    assert found.is_clean()
    assert found.asked_twice == 0
    assert states(now + soon) == {"SENT": len(now + soon)}
    assert states(late) == {"PENDING": len(late)}


NIGHTS = {
    "spring": ("Europe/Berlin", dt.datetime(2027, 3, 28, 1, tzinfo=dt.UTC)),
    "autumn": ("America/New_York", dt.datetime(2027, 11, 7, 6, tzinfo=dt.UTC)),
}


@pytest.mark.parametrize("night", NIGHTS)
def test_a_night_of_daylight_saving_keeps_every_instant(
    night: str, service: Service, provider: Provider, clock: MovedClock
) -> None:
    """Due is an instant; quiet hours are the reader's own wall clock."""
    zone, change = NIGHTS[night]
    scene = Scene(
        event_at=change + 12 * HOUR,
        address=None,
        site=factories.SiteFactory(time_zone=zone),
    )
    steps = [change + minutes * HOUR / 60 for minutes in range(-60, 61, 30)]
    by_step = {one: owe_many(many(10), scene, due_at=one) for one in steps}
    quiet = owe_many(many(10), scene, due_at=steps[0])
    people.ContactPoint.objects.filter(
        user__in=models.Message.objects.filter(id__in=quiet).values("user")
    ).update(quiet_from=dt.time(22), quiet_to=dt.time(6))
    morning = dt.datetime.combine(
        change.astimezone(zoneinfo.ZoneInfo(zone)).date(),
        dt.time(6),
        zoneinfo.ZoneInfo(zone),
    )
    clock.show(steps[0] - HOUR)
    service.worker(settings=clock.settings)
    service.beat(settings=clock.settings)
    for step in steps:
        clock.show(step)
        rows = by_step[step]
        wait_until(lambda rows=rows: states(rows) == {"SENT": len(rows)})
    assert states(quiet) == {"PENDING": len(quiet)}
    clock.show(morning - HOUR / 60)
    held = models.Message.objects.filter(id__in=quiet)
    assert set(held.values_list("not_before", flat=True)) == {morning}
    clock.show(morning)
    wait_until(lambda: left() == 0)

    everything = [*quiet, *(one for rows in by_step.values() for one in rows)]
    found = judge(f"the night of daylight saving in {night}", everything, provider)
    assert found.is_clean()
    assert found.asked_twice == 0
    sent = models.Message.objects.filter(id__in=everything)
    assert all(row.sent_at and row.sent_at >= row.due_at for row in sent)
    assert all(row.sent_at and row.sent_at >= morning for row in held.all())


def test_ten_times_the_load_at_eight_starves_nobody(
    service: Service, provider: Provider, ground: Ground
) -> None:
    """The flood of one site does not hold up the few messages of another."""
    flood = owe_many(many(400))
    ground.to_provider.seconds = 0.3
    others = [owe_many(3) for _ in range(3)]
    service.worker()
    service.worker()
    service.beat()
    few = [one for rows in others for one in rows]
    wait_until(lambda: states(few) == {"SENT": len(few)}, 60)
    assert states(flood).get("SENT", 0) < len(flood)
    wait_until_done()

    found = judge("ten times the load at 08:00", flood + few, provider)
    assert found.is_clean()
    assert found.asked_twice == 0


def test_an_urgent_message_overtakes_the_flood_of_its_own_site(
    service: Service, provider: Provider, ground: Ground
) -> None:
    scene = Scene(address=None)
    flood = owe_many(many(900), scene)
    ground.to_provider.seconds = 0.3
    service.worker()
    service.beat()
    wait_for_more(provider, 5)
    urgent = owe_many(3, scene, is_urgent=True)
    wait_until(lambda: states(urgent) == {"SENT": len(urgent)}, 60)
    assert states(flood).get("SENT", 0) < len(flood)
    wait_until_done()

    found = judge("urgent ones behind a flood", flood + urgent, provider)
    assert found.is_clean()
    assert found.asked_twice == 0
