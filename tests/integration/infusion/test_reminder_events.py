"""What a course owes beyond its bag changes, event by event, from real steps."""

import datetime as dt

import pytest

from infusion import models
from infusion.catalogue import shipped_reminders
from infusion.domain.reminders.events import Event
from infusion.domain.reminders.rules import Trait
from infusion.services import alert_sweeps
from infusion.services.compounding import (
    check_compounded,
    compound_bag,
    dispatch_bag,
    order_bag,
)
from infusion.services.interruptions import pause, resume
from infusion.services.projection import project_course
from infusion.services.visits import assign_visit
from patients import models as people_models
from tests.factories import patients as people
from tests.factories.wards import Ward, planned_bags, ward

HOUR = dt.timedelta(hours=1)
DAY = 24 * HOUR


@pytest.fixture
def here() -> Ward:
    one = ward()
    people.MembershipFactory(site=one.site, role="COORDINATOR")
    return one


def owed(course: models.Course, event: str, status: str = "PENDING"):
    rows = course.messages.filter(event=event, status=status)
    return list(rows.order_by("event_at", "due_at", "person_kind", "id"))


def at_home(here: Ward, course: models.Course) -> None:
    models.Placement.objects.create(
        course=course,
        kind="HOME",
        from_at=here.now + dt.timedelta(minutes=1),
        override_reason="test",
        recorded_by_id=here.physician.user_id,
    )


def test_an_order_tells_of_the_admission_and_of_the_first_bag_only(here):
    people_models.Site.objects.filter(id=here.site.id).update(
        policy={"pharmacy_records_steps": {"value": "YES", "signed_by": "x"}}
    )
    course = here.order(start_at=here.now + 4 * DAY)

    admission = owed(course, "ADMISSION")
    assert {one.event_at for one in admission} == {here.now + 4 * DAY}
    assert {one.person_kind for one in admission} == {"PATIENT", "CAREGIVER", "STAFF"}
    first = planned_bags(course)[0]
    assert {one.subject_id for one in owed(course, "BAG_TO_COMPOUND")} == {first.id}
    assert owed(course, "BAG_CHANGE") == []


def test_a_start_that_was_made_is_no_admission_any_more(here):
    course = here.order(start_at=here.now)
    here.deliver(planned_bags(course)[0], here.now)
    here.start(course, here.now)

    assert owed(course, "ADMISSION") == []


def test_each_step_of_the_pharmacy_owes_the_next_one(here):
    people_models.Site.objects.filter(id=here.site.id).update(
        policy={"pharmacy_records_steps": {"value": "YES", "signed_by": "x"}}
    )
    other = people.MembershipFactory(site=here.site, role="PHARMACIST").user
    course = here.order(start_at=here.now + 4 * DAY)
    bag, at = planned_bags(course)[0], here.now + HOUR
    second = type(here.pharmacist)(
        user_id=other.id, site_roles={here.site.id: frozenset({"PHARMACIST"})}
    )

    def waiting() -> set[str]:
        rows = course.messages.filter(status="PENDING", event__startswith="BAG_TO_")
        return set(rows.values_list("event", flat=True))

    order_bag(actor=here.pharmacist, bag_id=bag.id, now=at)
    seen = [waiting()]
    compound_bag(actor=here.pharmacist, bag_id=bag.id, lot="L1", prepared_at=at, now=at)
    seen.append(waiting())
    check_compounded(actor=second, bag_id=bag.id, now=at)
    seen.append(waiting())
    dispatch_bag(actor=here.pharmacist, bag_id=bag.id, now=at)
    seen.append(waiting())

    assert seen == [{"BAG_TO_COMPOUND"}, {"BAG_TO_CHECK"}, {"BAG_TO_DISPATCH"}, set()]


def test_a_delivery_is_expected_and_late_until_the_bag_is_there(here):
    course = here.running()
    at_home(here, course)
    bag = planned_bags(course)[0]
    assign_visit(
        actor=here.nurse,
        visit_id=models.Visit.objects.get(bag=bag).id,
        user_id=here.nurse.user_id,
        now=here.now,
    )
    late = [one for one in owed(course, "DELIVERY") if one.subject_id == bag.id]

    assert {one.kind for one in late} == {"delivery_expected_12h", "delivery_late_4h"}
    here.deliver(bag, here.now + DAY)
    assert bag.id not in {one.subject_id for one in owed(course, "DELIVERY")}


def test_a_visit_at_home_that_nobody_has_is_told_to_the_coordinator(here):
    course = here.running()
    at_home(here, course)
    visit = models.Visit.objects.filter(status="BOOKED").order_by("planned_at").first()
    assign_visit(
        actor=here.nurse, visit_id=visit.id, user_id=here.nurse.user_id, now=here.now
    )
    without = {one.subject_id for one in owed(course, "VISIT_WITHOUT_OWNER")}

    assert visit.id not in without
    assign_visit(actor=here.nurse, visit_id=visit.id, user_id=None, now=here.now)
    (message,) = [
        one for one in owed(course, "VISIT_WITHOUT_OWNER") if one.subject_id == visit.id
    ]
    assert message.event_at == visit.planned_at


def test_a_change_at_home_that_is_nobodys_a_day_before_is_told_by_its_alert_alone(here):
    course = here.running()
    visit = models.Visit.objects.filter(status="BOOKED").order_by("planned_at").first()
    models.Visit.objects.filter(id=visit.id).update(placement="HOME")
    late = visit.planned_at - DAY
    project_course(course, here.now)
    told = course.messages.filter(kind__contains="without_owner", subject_id=visit.id)
    assert {one.expires_at for one in told} == {late}
    told.delete()

    project_course(course, late - HOUR)
    assert told.filter(status="PENDING").count() == 1
    told.delete()
    project_course(course, late)
    assert not told.exists()
    alert_sweeps.sweep_alerts(now=late)
    assert models.Alert.objects.filter(cause="CHANGE_UNOWNED").count() == 1


@pytest.mark.parametrize(
    ("place", "kind", "key"),
    [
        ("CLINIC", "BAG_CHANGE", "clinic_without_owner_48h"),
        ("HOME", "START", "start_without_owner_48h"),
    ],
)
def test_what_raises_no_alert_is_reminded_of_to_the_last_hour(place, kind, key):
    rules = {one.rule.key: one.rule for one in shipped_reminders()}
    traits = {Trait.PLACE: place, Trait.VISIT: kind}
    said = [
        one
        for one in rules.values()
        if one.event is Event.VISIT_WITHOUT_OWNER and one.asks_for(traits)
    ]

    assert [(one.key, one.expires_minutes) for one in said] == [(key, -60)]


def test_a_dose_step_and_its_premedication_are_told_of_the_visit(here):
    course = here.running()
    (step,) = {one.subject_id for one in owed(course, "DOSE_STEP")}
    visit = models.Visit.objects.get(id=step)

    assert visit.planned_at == here.now + 7 * DAY
    assert step in {one.subject_id for one in owed(course, "PREMEDICATION")}


def test_a_port_needle_is_changed_with_the_first_bag_of_its_days(here):
    people_models.CentralLine.objects.create(
        patient=here.patient, kind="PORT", placed_on=here.now.date()
    )
    course = here.running()

    found = {one.event_at for one in owed(course, "NEEDLE_CHANGE")}

    # Days 6 to 8 and every week again: the bags of seven days fall on day 8, 15 and 22.
    assert found == {here.now + days * DAY for days in (7, 14, 21)}


def test_a_stop_at_home_is_told_in_three_steps_and_ends_with_the_restart(here):
    course = here.running()
    at_home(here, course)
    at = here.now + HOUR
    pause(actor=here.nurse, course_id=course.id, at=at, reason="OCCLUSION", now=at)
    told = [one.due_at - at for one in owed(course, "PUMP_STOPPED")]

    assert set(told) == {2 * HOUR, 3 * HOUR, 3.5 * HOUR}
    assert owed(course, "BAG_CHANGE") == []
    resume(
        actor=here.nurse,
        course_id=course.id,
        at=at + HOUR,
        supervised=False,
        now=at + HOUR,
    )
    assert owed(course, "PUMP_STOPPED") == []
    assert owed(course, "BAG_CHANGE") != []


def test_a_hold_that_was_ordered_is_no_stop_that_somebody_forgot(here):
    course = here.running()
    at_home(here, course)
    at = here.now + HOUR

    pause(actor=here.nurse, course_id=course.id, at=at, reason="ADVERSE_EVENT", now=at)

    assert owed(course, "PUMP_STOPPED") == []


def test_on_the_ward_the_family_hears_nothing_of_a_stop(here):
    course = here.running()
    at = here.now + HOUR

    pause(actor=here.nurse, course_id=course.id, at=at, reason="OCCLUSION", now=at)

    assert owed(course, "PUMP_STOPPED") == []


def test_a_new_coordinator_is_told_by_the_next_look_at_the_people(here):
    from infusion.services.following import refresh_recipients

    course = here.running()
    new = people.MembershipFactory(site=here.site, role="COORDINATOR").user

    assert refresh_recipients(now=here.now + HOUR) == 1
    assert course.messages.filter(user=new, event="BAG_CHANGE").exists()
