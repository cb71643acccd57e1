"""What users of other services complain about, one test a complaint, each with its address.

Most of it is proven in more depth beside the code it is about; here every complaint has a
test of its name, so that nobody has to search whether it was thought of.
"""

import datetime as dt
import uuid
from zoneinfo import ZoneInfo

import pytest

from infusion import models
from infusion.domain.reminders.events import Event
from infusion.domain.reminders.projection import Occurrence, project
from infusion.services import alert_sweeps, alerts, sweeps
from tests.factories import patients as factories
from tests.factories.messages import Scene, in_hours
from tests.factories.wards import HOUR, MONDAY, ward
from tests.fakes.email import EmailChannel
from tests.integration.messages.complaints import (
    NO_OFFSET,
    owed,
    pause,
    resume,
)
from tests.integration.messages.deliver.post import deliver, state
from tests.spec.world import rules

LONDON = ZoneInfo("Europe/London")


@pytest.fixture
def post() -> EmailChannel:
    return EmailChannel()


# B1. Reminders and clocks


def test_reminders_end_with_what_is_cancelled_in_the_same_transaction():
    """https://github.com/calcom/cal.diy/issues/7225 and /issues/6905."""
    here = ward()
    course = here.running()
    assert owed(course, event="BAG_CHANGE")

    pause(here, course, MONDAY + HOUR)

    assert owed(course, event="BAG_CHANGE") == []


def test_a_cancelled_event_is_not_reminded_of_even_when_its_row_was_missed(post):
    """https://github.com/calcom/cal.diy/pull/7232: the first repair missed rows."""
    scene = Scene()
    message = scene.owe()
    models.Bag.objects.filter(id=scene.bag.id).update(planned_take_down_at=in_hours(9))

    deliver(post)

    assert (state(message), post.taken) == (("CANCELLED", "event_moved"), [])


def test_a_day_before_is_not_said_of_what_was_planned_later_than_that():
    """https://github.com/onehashai/Cal-ID/issues/1442, calcom/cal.diy/issues/10749."""
    change = Occurrence(
        event=Event.BAG_CHANGE, subject_id=uuid.uuid4(), at=MONDAY + 2 * HOUR
    )

    found = project([change], rules(), MONDAY + HOUR, LONDON)

    before = [one for one in found if one.rule.is_before]
    assert {one.kind for one in before} == {"bag_change_2h"}
    assert {one.due_at for one in before} == {MONDAY + HOUR}


def test_the_same_reminder_is_not_sent_every_hour(post):
    """https://github.com/openemr/openemr/issues/11477."""
    message = Scene().owe()

    for _ in range(3):
        deliver(post)

    assert (state(message)[0], len(post.taken)) == ("SENT", 1)


def test_each_occurrence_of_what_comes_again_is_marked_as_sent_by_itself(post):
    """https://github.com/openemr/openemr/issues/11480."""
    scene = Scene(event_at=in_hours(30))
    near = scene.owe(event_at=scene.event_at, expires_at=in_hours(29))
    later = scene.owe(event_at=in_hours(54), due_at=in_hours(52))

    deliver(post)

    assert state(near)[0] == "SENT"
    assert state(later) == ("PENDING", "")


def test_a_run_with_nothing_due_is_no_crash():
    """https://github.com/openemr/openemr/issues/12307."""
    done = sweeps.sweep_messages(offset=NO_OFFSET, hand_over=lambda *_: True)

    assert done == sweeps.Sweep(freed=0, expired=0, claimed=0)


def test_one_patient_without_a_number_does_not_end_the_batch(post):
    """field.md B1, Bahmni: one missing number ends the batch."""
    without = Scene(address=None).owe()
    other = Scene().owe()

    deliver(post)

    assert (state(without)[0], state(other)[0]) == ("FAILED", "SENT")


def test_an_hour_in_which_nothing_ran_is_caught_up(post):
    """field.md B1, Bahmni: a missed hour is lost forever."""
    message = Scene(event_at=in_hours(1)).owe(due_at=in_hours(-1))

    deliver(post)

    assert state(message)[0] == "SENT"


def test_a_second_run_sends_nothing_again(post):
    """field.md B1, Bahmni: a second run duplicates."""
    Scene().owe()

    deliver(post)
    deliver(post)

    assert len(post.taken) == 1


def test_what_is_done_but_not_cancelled_is_not_reminded_of(post):
    """field.md B1, Bahmni: finished visits that nobody cancelled are still reminded of."""
    scene = Scene()
    message = scene.owe()
    models.Bag.objects.filter(id=scene.bag.id).update(status="FINISHED")

    deliver(post)

    assert (state(message), post.taken) == (("CANCELLED", "bag_changed"), [])


def test_sent_is_not_shown_where_there_was_no_number(post):
    """https://github.com/CDCgov/prime-simplereport/issues/3930."""
    message = Scene(address=None).owe()

    deliver(post)

    assert state(message) == ("FAILED", "no_address")
    assert message.sent_at is None


def test_a_beat_that_ticks_twice_sends_once(post):
    """https://github.com/celery/django-celery-beat/issues/134 and celery/issues/6438."""
    message = Scene().owe()

    sweeps.sweep_messages(offset=NO_OFFSET, hand_over=lambda *_: True)
    deliver(post)

    # The first sweep holds the row: the second one leaves it alone.
    assert (state(message)[0], post.taken) == ("SENDING", [])


def test_no_hour_is_silent_after_a_restart(post):
    """https://github.com/celery/django-celery-beat/issues/798 and /issues/319."""
    message = Scene(event_at=in_hours(1)).owe(due_at=in_hours(-0.5))
    models.Heartbeat.objects.all().delete()

    deliver(post)

    assert state(message)[0] == "SENT"


@pytest.mark.parametrize(
    ("at", "visit", "bag"),
    [
        (dt.datetime(2026, 10, 25, 9, tzinfo=dt.UTC), 25, 24),
        (dt.datetime(2027, 3, 28, 9, tzinfo=dt.UTC), 23, 24),
    ],
    ids=["the clocks go back", "the clocks go forward"],
)
def test_a_visit_keeps_its_hour_and_an_infusion_its_hours(at, visit, bag):
    """https://github.com/llazzaro/django-scheduler/issues/304."""
    traits = {"visit": "START", "place": "HOME"}
    both = [
        Occurrence(event=event, subject_id=uuid.uuid4(), at=at, traits=traits)
        for event in (Event.VISIT, Event.BAG_CHANGE)
    ]

    found = {one.kind: one for one in project(both, rules(), MONDAY, LONDON)}

    assert at - found["visit_24h"].due_at == visit * HOUR
    assert at - found["bag_change_24h"].due_at == bag * HOUR


def test_what_was_moved_is_owed_once_and_not_copied():
    """https://github.com/llazzaro/django-scheduler/issues/509."""
    here = ward()
    course = here.running()
    pause(here, course, MONDAY + HOUR)
    resume(here, course, MONDAY + 2 * HOUR)

    for bag in course.bags.filter(status__in=["HUNG", "PLANNED"]):
        instants = {one.event_at for one in owed(course, bag=bag, event="BAG_CHANGE")}
        assert len(instants) <= 1


def test_each_person_reads_the_hour_of_their_own_zone(post):
    """https://github.com/rapidpro/rapidpro/issues/1074."""
    scene = Scene(patient_fields={"time_zone": "Asia/Shanghai", "language": "en"})
    scene.owe()

    deliver(post)

    clock = scene.event_at.astimezone(ZoneInfo("Asia/Shanghai"))
    assert f"{clock:%H:%M} (Asia/Shanghai" in post.taken[0].body


def test_a_reminder_stops_when_its_condition_is_no_longer_true(post):
    """https://github.com/dimagi/commcare-hq/pull/32671."""
    scene = Scene(event_at=in_hours(20))
    visit = models.Visit.objects.create(
        cycle=scene.cycle,
        kind="BAG_CHANGE",
        planned_at=scene.event_at,
        placement="HOME",
    )
    coordinator = scene.staff()
    message = scene.owe(
        kind="visit_without_owner_48h",
        event="VISIT_WITHOUT_OWNER",
        subject_kind="VISIT",
        subject_id=visit.id,
        person_kind="STAFF",
        user=coordinator,
    )
    models.Visit.objects.filter(id=visit.id).update(assigned_to=scene.nurse)

    deliver(post)

    assert (state(message), post.taken) == (("CANCELLED", "reason_gone"), [])


def test_an_alert_goes_on_until_somebody_acts_and_climbs_to_the_next_person():
    """https://github.com/healthchecks/healthchecks/issues/48 and /issues/510."""
    here = ward()
    course = here.running()
    factories.MembershipFactory(site=here.site, role="ADMIN")
    pause(here, course, MONDAY + HOUR)
    at = MONDAY + 3 * HOUR
    alert_sweeps.sweep_alerts(now=at)
    first = models.Message.objects.filter(kind="alert_raised").count()
    alert_sweeps.sweep_alerts(now=at + 30 * dt.timedelta(minutes=1) + HOUR)
    again = models.Message.objects.filter(kind="alert_raised").count()

    one = models.Alert.objects.get()
    alerts.take_alert(
        actor=here.nurse,
        alert_id=one.id,
        expected_version=one.version,
        now=at + 2 * HOUR,
    )
    left = models.Message.objects.filter(kind="alert_raised", status="PENDING")

    assert 0 < first < again
    assert not left.exists()


def test_reminders_are_there_without_anybody_asking_for_them():
    """https://github.com/ohcnetwork/care/issues/2037, carlos-emr/carlos/issues/884."""
    here = ward()
    course = here.running()

    told = {one.person_kind for one in owed(course, kind="bag_change_24h")}

    assert told == {"PATIENT", "CAREGIVER", "STAFF"}
