"""Whoever joins a patient is told of what is coming, whoever leaves is not any more."""

import datetime as dt
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from infusion import models, tasks
from infusion.selectors.following import ids_to_follow
from infusion.services.following import refresh_recipients
from infusion.services.interruptions import pause
from infusion.services.visits import assign_visit
from patients import clock
from patients import models as people_models
from tests.factories import patients as people
from tests.factories.wards import Ward, ward

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def standing() -> Ward:
    one = ward()
    one.running()
    return one


def owed_to(user_id: uuid.UUID) -> int:
    return models.Message.objects.filter(user_id=user_id, status="PENDING").count()


def versions() -> int:
    return models.PlanVersion.objects.count()


def refresh(standing: Ward) -> int:
    return refresh_recipients(now=standing.now + MINUTE)


def test_a_new_nurse_and_a_new_caregiver_get_their_reminders(standing):
    nurse = people.MembershipFactory(site=standing.site).user
    people.CareAssignmentFactory(patient=standing.patient, user=nurse)
    caregiver = people.CaregiverLinkFactory(patient=standing.patient).user

    assert refresh(standing) == 1
    assert owed_to(nurse.id) == owed_to(standing.nurse.user_id) > 0
    assert owed_to(caregiver.id) > 0
    last = models.PlanVersion.objects.latest("number")
    assert (last.cause, last.made_by) == ("people_changed", None)


def test_an_unchanged_course_gets_no_new_plan(standing):
    before = versions()

    assert refresh(standing) == 0
    assert versions() == before


def test_a_change_makes_one_plan_and_no_more(standing):
    people.CaregiverLinkFactory(patient=standing.patient)
    before = versions()

    assert [refresh(standing), refresh(standing)] == [1, 0]
    assert versions() == before + 1


@pytest.mark.parametrize("ended", ["assignment", "membership", "account"])
def test_who_leaves_is_owed_nothing_any_more(standing, ended):
    user_id = standing.nurse.user_id
    if ended == "assignment":
        rows = people_models.CareAssignment.objects.filter(user_id=user_id)
        rows.update(ends_on=dt.date(2026, 5, 31))
    elif ended == "membership":
        rows = people_models.Membership.objects.filter(user_id=user_id)
        rows.update(is_active=False)
    else:
        people_models.User.objects.filter(id=user_id).update(is_active=False)

    assert refresh(standing) == 1
    assert owed_to(user_id) == 0


def test_a_link_that_ends_by_its_date_is_noticed(standing):
    link = people_models.CaregiverLink.objects.get(patient=standing.patient)
    link.ends_on = standing.now.date()
    link.save()

    assert refresh(standing) == 0
    assert refresh_recipients(now=standing.now + dt.timedelta(days=1)) == 1
    assert owed_to(link.user_id) == 0


def test_when_the_visitor_leaves_the_others_are_told_instead(standing):
    visitor = people.MembershipFactory(site=standing.site).user
    visit = models.Visit.objects.filter(status="BOOKED").earliest("planned_at")
    assign_visit(
        actor=standing.nurse, visit_id=visit.id, user_id=visitor.id, now=standing.now
    )
    assert owed_to(visitor.id) > 0
    before = owed_to(standing.nurse.user_id)
    people_models.Membership.objects.filter(user=visitor).update(is_active=False)

    assert refresh(standing) == 1
    assert owed_to(visitor.id) == 0
    assert owed_to(standing.nurse.user_id) > before


def test_a_pump_at_rest_is_left_alone(standing):
    course = models.Course.objects.get()
    pause(
        actor=standing.nurse,
        course_id=course.id,
        reason="OTHER",
        at=standing.now + MINUTE,
        now=standing.now + MINUTE,
    )
    people.CaregiverLinkFactory(patient=standing.patient)

    assert refresh_recipients(now=standing.now + 2 * MINUTE) == 0


def test_a_course_that_can_not_be_planned_does_not_stop_the_others(standing):
    other = ward()
    broken = other.running()
    models.Course.objects.filter(id=broken.id).update(time_zone="Gone")
    for one in (standing, other):
        people.CaregiverLinkFactory(patient=one.patient)

    assert refresh(standing) == 1


def test_queries_do_not_grow_with_the_courses(standing):
    with CaptureQueriesContext(
        connection,
    ) as few:
        ids_to_follow(standing.now)
    for _ in range(2):
        ward().running()

    with CaptureQueriesContext(connection) as many:
        ids_to_follow(standing.now)

    assert len(many) == len(few) == 8


def test_the_task_tells_who_joined_by_the_clock_of_the_service(
    standing, settings, tmp_path
):
    ahead = standing.now + MINUTE - dt.datetime.now(dt.UTC)
    (tmp_path / "clock").write_text(str(int(ahead.total_seconds())))
    settings.CLOCK_FILE = str(tmp_path / "clock")
    caregiver = people.CaregiverLinkFactory(patient=standing.patient).user
    assert owed_to(caregiver.id) == 0

    tasks.refresh_recipients()

    assert owed_to(caregiver.id) > 0


def test_the_task_forgets_the_answers_that_are_old_enough(standing, settings):
    days_old = {"old": settings.REPLY_DAYS + 1, "young": settings.REPLY_DAYS - 1}
    for key, days in days_old.items():
        row = models.StoredReply.objects.create(
            user_id=standing.nurse.user_id, key=key, fingerprint="f"
        )
        stored_at = clock.now() - dt.timedelta(days=days)
        models.StoredReply.objects.filter(id=row.id).update(created_at=stored_at)

    tasks.purge_replies()

    kept = models.StoredReply.objects.values_list("key", flat=True)
    assert list(kept) == ["young"]
