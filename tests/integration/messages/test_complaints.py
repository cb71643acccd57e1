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
from infusion.services import alert_sweeps, alerts, interruptions, sweeps
from infusion.services.planning import replan
from patients import models as people_models
from tests.factories import patients as factories
from tests.factories.messages import Scene, in_hours
from tests.factories.wards import HOUR, MONDAY, Ward, planned_bags, ward
from tests.fakes.email import EmailChannel
from tests.integration.messages.deliver.post import deliver, state
from tests.spec.world import rules

DAY = 24 * HOUR
CHANGE = MONDAY + 7 * DAY
LONDON = ZoneInfo("Europe/London")
NO_OFFSET = dt.timedelta(0)


@pytest.fixture
def post() -> EmailChannel:
    return EmailChannel()


def owed(course: models.Course, **wanted: object) -> list[models.Message]:
    rows = course.messages.filter(status="PENDING", **wanted)
    return list(rows.order_by("due_at", "id"))


def pause(here: Ward, course: models.Course, at: dt.datetime) -> None:
    interruptions.pause(
        actor=here.nurse, course_id=course.id, at=at, reason="OCCLUSION", now=at
    )


def resume(here: Ward, course: models.Course, at: dt.datetime) -> None:
    interruptions.resume(
        actor=here.nurse, course_id=course.id, at=at, supervised=False, now=at
    )


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


# B2. Alarms


def test_no_record_is_an_alarm_in_the_night_too(post):
    """https://github.com/NightscoutFoundation/xDrip/issues/1287 and /issues/4052."""
    scene = Scene(event_at=in_hours(-1))
    people_models.ContactPoint.objects.update(
        quiet_from=dt.time(0, 0), quiet_to=dt.time(23, 59)
    )
    message = scene.owe(kind="bag_change_overdue", expires_at=in_hours(5))

    deliver(post)

    assert state(message)[0] == "SENT"


def test_an_old_alarm_is_not_raised_again_for_what_has_ended():
    """https://github.com/NightscoutFoundation/xDrip/issues/4688."""
    here = ward()
    course = here.running()
    pause(here, course, MONDAY + HOUR)
    alert_sweeps.sweep_alerts(now=MONDAY + 3 * HOUR)
    resume(here, course, MONDAY + 3.5 * HOUR)

    raised = [
        alert_sweeps.sweep_alerts(now=MONDAY + hours * HOUR).raised
        for hours in (4, 5, 6)
    ]

    assert raised == [0, 0, 0]
    assert models.Alert.objects.get().status == "RESOLVED"


def test_quiet_hours_follow_the_person_who_travels(post):
    """https://github.com/nightscout/cgm-remote-monitor/issues/8231."""
    scene = Scene(event_at=in_hours(23), patient_fields={"time_zone": "UTC"})
    here = in_hours(0)
    away = here.astimezone(ZoneInfo("Asia/Shanghai"))
    quiet = {
        "quiet_from": (away - dt.timedelta(hours=1)).time(),
        "quiet_to": (away + dt.timedelta(hours=1)).time(),
    }
    people_models.ContactPoint.objects.update(**quiet)
    people_models.Patient.objects.update(time_zone="Asia/Shanghai")
    message = scene.owe(kind="bag_change_24h")

    deliver(post)

    assert (state(message), post.taken) == (("PENDING", "quiet_hours"), [])


# B3. Schedules and windows


def test_overdue_does_not_lock_what_is_recorded_late():
    """https://github.com/opensrp/fhircore/issues/1511."""
    here = ward()
    course = here.running()
    new = here.deliver(planned_bags(course)[0], CHANGE - DAY)
    late = CHANGE + HOUR

    here.hang(new, late, replaces=course.bags.get(status="HUNG"))

    assert owed(course, kind="bag_change_overdue", event_at=CHANGE) == []


def test_the_next_reminder_follows_what_happened_and_not_the_first_plan():
    """https://github.com/opensrp/fhircore/issues/1696."""
    here = ward()
    course = here.running()
    new = here.deliver(planned_bags(course)[0], CHANGE - DAY)

    here.hang(new, CHANGE + HOUR, replaces=course.bags.get(status="HUNG"))

    new.refresh_from_db()
    told = {one.event_at for one in owed(course, bag=new, event="BAG_CHANGE")}
    assert told == {new.planned_take_down_at}


def test_what_was_done_changes_what_is_owed_at_once():
    """https://github.com/opensrp/fhircore/issues/1909: not at the next 12-hour worker."""
    here = ward()
    course = here.running()
    hung = course.bags.get(status="HUNG")
    new = here.deliver(planned_bags(course)[0], CHANGE - DAY)
    assert owed(course, bag=hung, kind="bag_change_overdue")

    here.hang(new, CHANGE, replaces=hung)

    assert owed(course, bag=hung, kind="bag_change_overdue") == []


def test_a_stop_is_respected_whoever_plans_again():
    """https://github.com/medic/cht-core/issues/7020 and cht-conf/issues/280."""
    here = ward()
    course = here.running()
    pause(here, course, MONDAY + HOUR)
    course.refresh_from_db()

    for minutes in (1, 2):
        at = MONDAY + HOUR + dt.timedelta(minutes=minutes)
        replan(course, cause="people_changed", actor_id=None, now=at)

    assert owed(course, event="BAG_CHANGE") == []
