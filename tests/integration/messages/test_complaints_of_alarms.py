"""What users complain about in alarms and schedules, one test a complaint, with its address.

Most of it is proven in more depth beside the code it is about; here every complaint has a
test of its name, so that nobody has to search whether it was thought of.
"""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from infusion import models
from infusion.services import alert_sweeps, muting
from infusion.services.planning import replan
from patients import models as people_models
from tests.factories import patients as factories
from tests.factories.messages import Scene, in_hours
from tests.factories.wards import HOUR, MONDAY, planned_bags, ward
from tests.fakes.email import EmailChannel
from tests.integration.messages.complaints import (
    CHANGE,
    DAY,
    hush,
    owed,
    pause,
    resume,
)
from tests.integration.messages.deliver.post import deliver, state

LONDON = ZoneInfo("Europe/London")


@pytest.fixture
def post() -> EmailChannel:
    return EmailChannel()


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


def test_what_is_muted_is_muted_until_its_hour_and_not_forgotten(post):
    """https://github.com/NightscoutFoundation/xDrip/pull/2406."""
    scene = Scene()
    now, later = scene.owe(), scene.owe(kind="bag_change_24h", due_at=in_hours(1.5))
    hush(scene, until=in_hours(1))

    deliver(post)
    deliver(post, offset=1.6 * HOUR)

    assert state(now) == ("CANCELLED", "muted")
    assert state(later)[0] == "SENT"


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


def test_muting_twice_is_muting_once_and_one_switch_ends_it(post):
    """https://github.com/medic/cht-core/issues/7020 and cht-conf/issues/280."""
    scene = Scene()
    muted = [hush(scene, until=in_hours(2)) for _ in range(2)]
    to_come = scene.owe(kind="bag_change_24h", due_at=in_hours(0.5))

    muting.unmute(
        actor=factories.staff_actor(scene.site, today=in_hours(0).date()),
        mute_id=muted[0].mute.id,
        expected_version=muted[0].mute.version,
        now=in_hours(0),
    )
    deliver(post, offset=0.6 * HOUR)

    assert [one.is_new for one in muted] == [True, False]
    assert state(to_come)[0] == "SENT"
