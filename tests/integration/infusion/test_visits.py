"""A visit is given to somebody who can make it."""

import datetime as dt
import uuid

import pytest

from infusion import models
from infusion.domain.readiness import State
from infusion.selectors.readiness import load_readiness
from infusion.services.visits import VisitorNotSuitable, assign_visit
from patients import models as people_models
from patients.policy import Actor
from patients.services.assignments import NotOnStaff
from tests.factories import patients as people
from tests.factories.wards import MONDAY, Ward, ward

DAY = dt.timedelta(days=1)


@pytest.fixture
def standing() -> Ward:
    one = ward()
    one.running()
    return one


def last_visit() -> models.Visit:
    return models.Visit.objects.filter(status="BOOKED").latest("planned_at")


def assign(standing: Ward, user_id: uuid.UUID | None) -> models.Visit:
    return assign_visit(
        actor=standing.nurse, visit_id=last_visit().id, user_id=user_id, now=MONDAY
    )


def look_after(standing: Ward, actor: Actor, **days: dt.date) -> None:
    user = people_models.User.objects.get(id=actor.user_id)
    people.CareAssignmentFactory(patient=standing.patient, user=user, **days)


@pytest.mark.parametrize("role", ["NURSE", "PHYSICIAN"])
def test_nurses_and_physicians_of_the_site_may_go(standing, role):
    visitor = people.staff_actor(standing.site, role)

    assert assign(standing, visitor.user_id).assigned_to_id == visitor.user_id


@pytest.mark.parametrize(
    "role", ["PHARMACIST", "COORDINATOR", "ADMIN", "AUDITOR", "HOME_NURSE"]
)
def test_nobody_else_may_go(standing, role):
    visitor = people.staff_actor(standing.site, role)

    with pytest.raises(VisitorNotSuitable) as refusal:
        assign(standing, visitor.user_id)

    assert refusal.value.field == "user"
    assert last_visit().assigned_to_id is None


def test_a_home_nurse_goes_to_her_own_patients(standing):
    visitor = people.staff_actor(standing.site, "HOME_NURSE")
    look_after(standing, visitor)

    assert assign(standing, visitor.user_id).assigned_to_id == visitor.user_id


def test_the_day_of_the_visit_counts_for_a_home_nurse(standing):
    day = last_visit().planned_at.date()
    early = people.staff_actor(standing.site, "HOME_NURSE")
    look_after(standing, early, ends_on=day - 2 * DAY)
    coming = people.staff_actor(standing.site, "HOME_NURSE")
    look_after(standing, coming, starts_on=day - DAY)

    with pytest.raises(VisitorNotSuitable):
        assign(standing, early.user_id)
    assert assign(standing, coming.user_id).assigned_to_id == coming.user_id


def test_a_nurse_of_another_site_is_not_on_staff(standing):
    stranger = people.staff_actor(people.SiteFactory(), "NURSE")

    with pytest.raises(NotOnStaff):
        assign(standing, stranger.user_id)


def test_a_confirmed_caregiver_takes_a_bag_change_on(standing):
    link = people.CaregiverLinkFactory(patient=standing.patient)

    assert assign(standing, link.user_id).assigned_to_id == link.user_id


@pytest.mark.parametrize(
    "link",
    [
        {"state": "PENDING"},
        {"state": "REVOKED"},
        {"ends_on": MONDAY.date() + DAY},
        {"user__is_active": False},
    ],
)
def test_a_caregiver_who_is_none_on_the_day_takes_nothing_on(standing, link):
    person = people.CaregiverLinkFactory(patient=standing.patient, **link)

    with pytest.raises(NotOnStaff):
        assign(standing, person.user_id)


def test_a_caregiver_of_another_patient_takes_nothing_on(standing):
    person = people.CaregiverLinkFactory(patient=standing.neighbour().patient)

    with pytest.raises(NotOnStaff):
        assign(standing, person.user_id)


def test_a_caregiver_starts_no_cycle():
    ordered = ward()
    course = ordered.order()
    start = models.Visit.objects.get(
        cycle__course=course, kind="START", bag__isnull=False
    )
    link = people.CaregiverLinkFactory(patient=ordered.patient)

    with pytest.raises(VisitorNotSuitable):
        assign_visit(
            actor=ordered.nurse, visit_id=start.id, user_id=link.user_id, now=MONDAY
        )


def test_with_a_caregiver_for_the_last_visit_every_visit_has_an_owner(standing):
    course = models.Course.objects.get()
    link = people.CaregiverLinkFactory(patient=standing.patient)
    visits = models.Visit.objects.filter(status="BOOKED")
    for visit in visits.exclude(id=last_visit().id):
        assign_visit(
            actor=standing.nurse,
            visit_id=visit.id,
            user_id=standing.nurse.user_id,
            now=MONDAY,
        )
    course.refresh_from_db()
    assert tc19(course) is State.NOT_MET

    assign(standing, link.user_id)

    course.refresh_from_db()
    assert tc19(course) is State.MET


def tc19(course: models.Course) -> State:
    found = load_readiness(course, MONDAY)
    assert found is not None
    line = found.assessment.line("TC19")
    assert line is not None
    return line.state


def test_a_visit_is_freed_again(standing):
    assign(standing, standing.other_nurse.user_id)

    assert assign(standing, None).assigned_to_id is None


def test_the_visit_comes_back_as_it_is_stored(standing):
    found = assign(standing, standing.other_nurse.user_id)

    stored = models.Visit.objects.get(id=found.id)
    assert (found.version, found.planned_at) == (stored.version, stored.planned_at)
    assert found.placement == stored.placement
