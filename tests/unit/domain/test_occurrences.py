"""Facts in, occurrences out: every event a rule may speak of, and when there is none."""

import datetime as dt
import uuid
from dataclasses import replace

import pytest

from infusion.domain.reminders.events import EVENTS, Event
from infusion.domain.reminders.facts import (
    BagFacts,
    CourseFacts,
    DateFacts,
    OwedCycle,
    SignOffFacts,
    VisitFacts,
)
from infusion.domain.reminders.occurrences import occurrences_of
from infusion.domain.reminders.rules import Trait
from infusion.domain.states import (
    BagStatus,
    CycleStatus,
    PlacementKind,
    SignOffStatus,
)
from infusion.domain.visits import VisitKind, Whereabouts

START = dt.datetime(2026, 6, 1, 14, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
DAY = 24 * HOUR
WEEK = 7 * DAY
HUNG, NEXT, LAST = (uuid.UUID(int=number) for number in (1, 2, 3))
CYCLE, NURSE = uuid.UUID(int=10), uuid.UUID(int=11)


def bag(row_id: uuid.UUID, week: int, status=BagStatus.PLANNED, **more) -> BagFacts:
    return BagFacts(
        id=row_id,
        status=status,
        hang_at=START + week * WEEK,
        take_down_at=START + (week + 1) * WEEK,
        use_by=more.get("use_by", START + (week + 1) * WEEK + DAY),
    )


def visit(number: int, at: dt.datetime, bag_id=None, **more) -> VisitFacts:
    values = {
        "kind": VisitKind.BAG_CHANGE,
        "place": PlacementKind.HOME,
        "owner_id": None,
    }
    return VisitFacts(
        id=uuid.UUID(int=100 + number), at=at, bag_id=bag_id, **{**values, **more}
    )


def running(**more) -> OwedCycle:
    values = {
        "status": CycleStatus.STARTED,
        "is_running": True,
        "bags": (bag(HUNG, 0, BagStatus.HUNG), bag(NEXT, 1), bag(LAST, 2)),
        "visits": (
            visit(1, START + WEEK, NEXT, owner_id=NURSE, is_step=True),
            visit(2, START + 2 * WEEK, LAST),
        ),
    }
    return OwedCycle(
        id=CYCLE,
        number=1,
        starts_at=START,
        **{"ended_at": None, **values, **more},
    )


def found(cycle: OwedCycle | None = None, event: Event | None = None, **more):
    facts = CourseFacts(cycles=(cycle,) if cycle else (), **more)
    return [one for one in occurrences_of(facts) if event is None or one.event == event]


def test_a_change_is_told_of_the_bag_that_comes_down_to_who_hangs_the_next():
    changes = found(running(), Event.BAG_CHANGE)

    assert [(one.subject_id, one.owner_id) for one in changes] == [
        (HUNG, NURSE),
        (NEXT, None),
    ]
    assert [one.at for one in changes] == [START + WEEK, START + 2 * WEEK]


def test_the_last_bag_ends_the_infusion():
    (end,) = found(running(), Event.INFUSION_END)

    assert (end.subject_id, end.at) == (LAST, START + 3 * WEEK)


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (BagStatus.PLANNED, {"BAG_TO_COMPOUND", "DELIVERY"}),
        (BagStatus.ORDERED, {"BAG_TO_COMPOUND", "DELIVERY"}),
        (BagStatus.COMPOUNDED, {"BAG_TO_CHECK", "DELIVERY", "USE_BY"}),
        (BagStatus.CHECKED, {"BAG_TO_DISPATCH", "DELIVERY", "USE_BY"}),
        (BagStatus.DISPATCHED, {"DELIVERY", "USE_BY"}),
        (BagStatus.DELIVERED, {"USE_BY"}),
    ],
)
def test_of_a_bag_to_come_the_next_step_is_said(status, said):
    bags = (bag(HUNG, 0, BagStatus.HUNG), bag(NEXT, 1, status), bag(LAST, 2))

    events = {one.event for one in found(running(bags=bags)) if one.subject_id == NEXT}

    assert events - {Event.BAG_CHANGE} == said


def test_a_bag_whose_limit_nobody_knows_has_no_use_by():
    bags = (
        bag(HUNG, 0, BagStatus.HUNG),
        bag(NEXT, 1, BagStatus.DELIVERED, use_by=None),
    )

    assert found(running(bags=bags), Event.USE_BY) == []


def test_only_a_visit_that_nobody_has_taken_is_without_an_owner():
    (without,) = found(running(), Event.VISIT_WITHOUT_OWNER)

    assert without.at == START + 2 * WEEK


def test_a_step_and_its_premedication_belong_to_the_visit():
    visits = (visit(1, START + WEEK, NEXT, is_step=True, is_premedicated=True),)
    cycle = running(visits=visits)

    assert [one.at for one in found(cycle, Event.DOSE_STEP)] == [START + WEEK]
    assert [one.at for one in found(cycle, Event.PREMEDICATION)] == [START + WEEK]


def test_the_needle_goes_with_the_first_change_of_its_days():
    days = (START + 5 * DAY, START + 8 * DAY)
    visits = (
        visit(1, START + 6 * DAY, NEXT),
        visit(2, START + 7 * DAY, LAST),
        visit(3, START + 20 * DAY),
    )

    (needle,) = found(
        running(visits=visits, needle_windows=(days,)), Event.NEEDLE_CHANGE
    )

    assert needle.at == START + 6 * DAY


def test_the_needle_does_not_go_again_with_the_next_change_of_its_days():
    days = (START + 5 * DAY, START + 8 * DAY)
    hung = replace(bag(HUNG, 0, BagStatus.HUNG), hang_at=START + 6 * DAY)
    visits = (visit(2, START + 7 * DAY, NEXT), visit(3, START + 8 * DAY, LAST))
    cycle = running(
        bags=(hung, bag(NEXT, 1), bag(LAST, 2)),
        visits=visits,
        needle_windows=(days,),
    )

    assert found(cycle, Event.NEEDLE_CHANGE) == []


def test_while_the_pump_stands_still_only_the_stop_is_spoken_of():
    since = START + HOUR

    events = found(running(is_running=False, stopped_since=since))

    assert [(one.event, one.at) for one in events] == [(Event.PUMP_STOPPED, since)]


def test_before_the_start_only_the_start_is_sure():
    start = visit(0, START, HUNG, kind=VisitKind.START, is_premedicated=True)
    cycle = running(
        status=CycleStatus.PLANNED,
        is_running=False,
        bags=(bag(HUNG, 0), bag(NEXT, 1)),
        visits=(start, visit(1, START + WEEK, NEXT)),
    )

    events = found(cycle)

    assert {one.subject_id for one in events} == {CYCLE, HUNG, start.id}
    assert {one.at for one in events} == {START}
    assert Event.ADMISSION in {one.event for one in events}


@pytest.mark.parametrize("status", [CycleStatus.COMPLETED, CycleStatus.STOPPED])
def test_what_is_said_after_the_end_counts_from_the_end(status):
    over = running(
        status=status, is_running=False, bags=(), visits=(), ended_at=START + WEEK
    )

    assert [(one.event, one.at) for one in found(over)] == [
        (Event.INFUSION_ENDED, START + WEEK)
    ]


@pytest.mark.parametrize(
    ("status", "event", "at"),
    [
        (SignOffStatus.OPEN, Event.SIGNATURE_WANTED, START),
        (SignOffStatus.SIGNED, Event.READINESS_REACHED, START + HOUR),
    ],
)
def test_signatures_are_wanted_or_there(status, event, at):
    signed = SignOffFacts(
        id=uuid.UUID(int=50), status=status, opened_at=START, signed_at=START + HOUR
    )

    (one,) = (
        each for each in found(running(sign_off=signed)) if each.subject_id == signed.id
    )

    assert (one.event, one.at) == (event, at)


@pytest.mark.parametrize(
    "event",
    [
        Event.DRESSING_CHANGE,
        Event.LABORATORY_DRAW,
        Event.INTRATHECAL_DAY,
        Event.AUTHORISATION,
    ],
)
def test_an_entered_day_is_spoken_of_whatever_the_pump_does(event):
    day = DateFacts(id=uuid.UUID(int=60), event=event, at=START + DAY)

    (one,) = found(dates=(day,))

    assert (one.event, one.subject_id, one.at) == (event, day.id, START + DAY)


def test_what_rules_may_ask_is_told_of_each_occurrence():
    places = (Whereabouts(from_at=START + DAY, kind=PlacementKind.HOME),)

    (first, *_) = found(running(), Event.BAG_CHANGE, places=places)
    (later, *_) = found(replace(running(), number=2), Event.BAG_CHANGE)

    assert first.traits[Trait.PLACE] == "HOME"
    assert first.traits[Trait.CYCLE] == "FIRST"
    assert later.traits[Trait.PLACE] == "WARD"
    assert later.traits[Trait.CYCLE] == "LATER"


def test_every_event_of_a_rule_says_something_before_or_after():
    silent = [
        event for event, spec in EVENTS.items() if not (spec.before or spec.after)
    ]

    assert silent == []
