"""Who is told of what, over which channel, and at which hour."""

import datetime as dt

import pytest

from infusion import models
from infusion.domain.reminders.events import Event
from infusion.domain.reminders.projection import Occurrence
from infusion.domain.reminders.rules import Quiet, ReminderRule, To
from infusion.services.following import refresh_recipients
from infusion.services.projection import project_course
from infusion.services.recipients import People, due_for, first_channel
from infusion.services.visits import assign_visit
from patients.domain.contacts import Address, Recipient
from tests.factories import patients as people
from tests.factories.wards import MONDAY, ward

HOUR = dt.timedelta(hours=1)


def rule(**more) -> ReminderRule:
    values = {
        "key": "x",
        "event": Event.VISIT,
        "offset_minutes": -60,
        "expires_minutes": 0,
        "to": (To.NURSE,),
    }
    return ReminderRule(**{**values, **more})


def person(*addresses: Address, zone: str = "Europe/London") -> Recipient:
    return Recipient(
        kind="PATIENT",
        user_id=None,
        patient_id=None,
        given_name="Jane",
        language="en",
        time_zone=zone,
        addresses=addresses,
    )


def at_night(channel: str = "EMAIL", rank: int = 1) -> Address:
    return Address(
        channel=channel,
        value="x",
        rank=rank,
        quiet_from=dt.time(22),
        quiet_to=dt.time(7),
    )


@pytest.mark.parametrize(
    ("quiet", "told"),
    [
        (Quiet.FORWARD, dt.datetime(2026, 12, 1, 21, 59, tzinfo=dt.UTC)),
        (Quiet.HOLD, dt.datetime(2026, 12, 2, 3, 0, tzinfo=dt.UTC)),
        (Quiet.IGNORE, dt.datetime(2026, 12, 2, 3, 0, tzinfo=dt.UTC)),
    ],
)
def test_what_is_brought_forward_leaves_before_the_quiet_hours(quiet, told):
    due = dt.datetime(2026, 12, 2, 3, 0, tzinfo=dt.UTC)
    now = dt.datetime(2026, 12, 1, 12, 0, tzinfo=dt.UTC)

    assert due_for(person(at_night()), rule(quiet=quiet), due, now) == told


def test_what_is_planned_in_the_quiet_hours_is_not_brought_into_the_past():
    due = dt.datetime(2026, 12, 2, 3, 0, tzinfo=dt.UTC)
    now = dt.datetime(2026, 12, 1, 23, 0, tzinfo=dt.UTC)

    assert due_for(person(at_night()), rule(quiet=Quiet.FORWARD), due, now) == due


def test_brought_forward_in_the_night_the_clocks_go_back_it_is_still_before():
    due = dt.datetime(2026, 10, 25, 4, 0, tzinfo=dt.UTC)
    now = dt.datetime(2026, 10, 24, 12, 0, tzinfo=dt.UTC)

    told = due_for(person(at_night()), rule(quiet=Quiet.FORWARD), due, now)

    # 21:59 of summer time, the evening before.
    assert told == dt.datetime(2026, 10, 24, 20, 59, tzinfo=dt.UTC)


def test_the_channels_of_a_rule_come_in_its_own_order():
    both = person(at_night("EMAIL", 1), at_night("SMS", 2))

    assert first_channel(both, rule()) == "EMAIL"
    assert first_channel(both, rule(channels=("SMS", "EMAIL"))) == "SMS"
    assert first_channel(both, rule(channels=("PUSH",))) == "PUSH"


def test_who_is_on_call_when_it_is_due_is_told():
    here = ward()
    course = here.running()
    shifts = [(here.nurse, MONDAY, MONDAY + 8 * HOUR)]
    shifts += [(here.other_nurse, MONDAY + 8 * HOUR, MONDAY + 16 * HOUR)]
    for holder, from_at, to_at in shifts:
        models.Shift.objects.create(
            site=here.site,
            role="NURSE",
            user_id=holder.user_id,
            from_at=from_at,
            to_at=to_at,
        )
    told = People(course, MONDAY, [rule(to=(To.ON_CALL,))])
    stop = Occurrence(
        event=Event.PUMP_STOPPED, subject_id=course.id, at=MONDAY + 7 * HOUR
    )

    found = [
        [one.user_id for one in told.of(To.ON_CALL, stop, at)]
        for at in (MONDAY + 7 * HOUR, MONDAY + 9 * HOUR, MONDAY + 20 * HOUR)
    ]

    assert found == [[here.nurse.user_id], [here.other_nurse.user_id], []]


def test_a_role_is_told_as_a_whole_and_nobody_twice():
    here = ward()
    course = here.running()
    both = people.MembershipFactory(site=here.site, role="COORDINATOR").user
    people.MembershipFactory(site=here.site, user=both, role="PHARMACIST")
    told = People(course, MONDAY, [])
    one = Occurrence(event=Event.VISIT, subject_id=course.id, at=MONDAY)

    coordinators = told.of(To.COORDINATOR, one, MONDAY)
    pharmacists = told.of(To.PHARMACIST, one, MONDAY)

    assert [each.user_id for each in coordinators] == [both.id]
    assert both.id in {each.user_id for each in pharmacists}


def test_a_shift_that_changes_hands_changes_who_is_told():
    here = ward()
    course = here.running()
    on_call = {
        "key": "bag_change_24h",
        "event": "BAG_CHANGE",
        "offset": {"value": "-1440", "unit": "min", "mark": "I", "sources": []},
        "expires_minutes": -60,
        "to": ["on_call"],
        "title": {"en": "x", "zh": "x"},
        "body": {"en": "$when", "zh": "$when"},
        "short": {"en": "$short_when", "zh": "$short_when"},
    }
    models.ReminderDocument.objects.create(
        site=here.site,
        number=1,
        body={"rules": [on_call]},
        status="IN_FORCE",
        drafted_by_id=here.nurse.user_id,
        drafted_at=MONDAY,
    )
    shift = models.Shift.objects.create(
        site=here.site,
        role="NURSE",
        user_id=here.nurse.user_id,
        from_at=MONDAY,
        to_at=MONDAY + 10 * 24 * HOUR,
    )

    def told() -> set[object]:
        refresh_recipients(now=MONDAY + HOUR)
        rows = course.messages.filter(kind="bag_change_24h", status="PENDING")
        return set(rows.values_list("user_id", flat=True))

    before = told()
    models.Shift.objects.filter(id=shift.id).update(
        user_id=here.other_nurse.user_id, version=2
    )

    assert before == {here.nurse.user_id}
    assert told() == {here.other_nurse.user_id}


def test_who_was_told_is_not_told_again_over_a_newer_channel():
    here = ward()
    course = here.running()
    soon = course.messages.filter(kind="bag_change_2h", person_kind="PATIENT")
    first = soon.order_by("event_at").first()
    soon.filter(id=first.id).update(status="SENDING")
    soon.filter(id=first.id).update(status="SENT", sent_at=first.due_at)
    here.patient.contact_points.update(rank=2)
    people.ContactPointFactory(
        patient=here.patient, channel="SMS", value="+12025550123", rank=1
    )

    # Past its time it would be due at once, for the change is still to come.
    project_course(course, first.due_at + HOUR / 2)

    rows = soon.filter(event_at=first.event_at).exclude(status="CANCELLED")
    assert [one.id for one in rows] == [first.id]
    later = soon.filter(event_at__gt=first.event_at, status="PENDING")
    assert {one.channel for one in later} == {"SMS"}


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        # Kept back by a mute, or told on the telephone: for good.
        ("CANCELLED", "muted"),
        ("CANCELLED", "rang_instead"),
        # Due by now: the sweep, or the end of a quiet night, is about to send it.
        ("PENDING", "quiet_hours"),
    ],
)
def test_what_is_settled_or_due_is_not_owed_beside_it_over_a_newer_channel(
    status, reason
):
    here = ward()
    course = here.running()
    soon = course.messages.filter(kind="bag_change_2h", person_kind="PATIENT")
    first = soon.order_by("event_at").first()
    soon.filter(id=first.id).update(status=status, reason=reason)
    here.patient.contact_points.update(rank=2)
    people.ContactPointFactory(
        patient=here.patient, channel="SMS", value="+12025550123", rank=1
    )

    project_course(course, first.due_at + HOUR / 2)

    assert soon.get(event_at=first.event_at).id == first.id


def test_a_nurse_who_becomes_only_a_caregiver_is_told_as_one():
    here = ward()
    course = here.running()
    person = here.nurse.user_id
    rows = course.messages.filter(user_id=person, status="PENDING")
    assert set(rows.values_list("person_kind", flat=True)) == {"STAFF"}
    people.CaregiverLinkFactory(patient=here.patient, user_id=person)
    people.models.Membership.objects.filter(user_id=person).update(is_active=False)

    assert refresh_recipients(now=MONDAY + HOUR) == 1

    later = rows.filter(due_at__gt=MONDAY + HOUR)
    assert set(later.values_list("person_kind", flat=True)) == {"CAREGIVER"}


def test_a_death_in_the_record_ends_every_reminder_to_whomever():
    """The record of the patient may say it before anybody ends the course."""
    here = ward()
    course = here.running()
    assert course.messages.filter(status="PENDING", person_kind="STAFF").exists()
    people.models.Patient.objects.filter(id=here.patient.id).update(is_deceased=True)

    assert refresh_recipients(now=MONDAY + HOUR) == 1

    assert not course.messages.filter(status__in=["PENDING", "SENDING"]).exists()
    assert refresh_recipients(now=MONDAY + 2 * HOUR) == 0


def test_an_hour_that_the_site_signs_moves_what_waits():
    here = ward()
    course = here.running()
    signed = {"value": "30", "signed_by": "A", "signed_on": "2026-01-01"}
    here.site.policy = {"overdue_after_minutes": signed}
    here.site.save()

    assert refresh_recipients(now=MONDAY + HOUR) == 1

    late = course.messages.filter(kind="bag_change_overdue", status="PENDING")
    assert {one.due_at - one.event_at for one in late} == {HOUR / 2}
    assert refresh_recipients(now=MONDAY + HOUR) == 0


def owner(here, visit, actor, now):
    """Give a visit to somebody."""
    visit.refresh_from_db()
    return assign_visit(
        actor=here.nurse,
        visit_id=visit.id,
        expected_version=visit.version,
        user_id=actor.user_id,
        now=now,
    )


def test_what_was_held_over_the_night_leaves_with_the_visit():
    here = ward()
    course = here.running()
    rows = models.Visit.objects.filter(cycle__course=course, kind="BAG_CHANGE")
    visit = rows.order_by("planned_at").first()
    owner(here, visit, here.other_nurse, MONDAY + HOUR)
    day_before = course.messages.filter(
        kind="bag_change_24h", event_at=visit.planned_at, person_kind="STAFF"
    ).exclude(status="CANCELLED")
    held = day_before.get()
    day_before.update(not_before=held.due_at + 9 * HOUR, reason="quiet_hours")

    # A plan in the night leaves it with who has the visit; another owner takes it away.
    project_course(course, held.due_at + HOUR)
    held.refresh_from_db()
    assert (held.user_id, held.status) == (here.other_nurse.user_id, "PENDING")
    owner(here, visit, here.nurse, held.due_at + 2 * HOUR)

    held.refresh_from_db()
    assert (held.status, held.reason) == ("CANCELLED", "plan_changed")


@pytest.mark.parametrize(
    ("outcome", "arrival", "owed_anew"),
    [
        ("ACCEPTED", "", 0),
        ("ACCEPTED", "FAILED", 1),
        # Nobody was told: the row that was called off stands in the way of nothing.
        ("REFUSED", "", 1),
    ],
)
def test_what_a_provider_took_after_it_was_called_off_is_not_said_twice(
    outcome, arrival, owed_anew
):
    here = ward()
    course = here.running()
    soon = course.messages.filter(kind="bag_change_2h", person_kind="PATIENT")
    first = soon.order_by("event_at").first()
    soon.filter(id=first.id).update(status="SENDING", attempts=1)
    soon.filter(id=first.id).update(status="CANCELLED", reason="plan_changed")
    models.MessageAttempt.objects.create(
        message=first,
        at=first.due_at,
        channel=first.channel,
        outcome=outcome,
        detail="not_ours_any_more",
    )
    if arrival:
        models.DeliveryReport.objects.create(
            message=first, provider="sms", arrival=arrival
        )

    project_course(course, first.due_at + HOUR / 2)

    again = soon.filter(event_at=first.event_at).exclude(id=first.id)
    assert again.count() == owed_anew
