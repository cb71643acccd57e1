"""A family that is told nothing for a while, and what is kept back, or goes out again."""

import datetime as dt
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, connection

from infusion import models
from infusion.domain.muting import (
    MuteClosed,
    MuteEndsBefore,
    MuteReasonMissing,
    MuteTooLong,
)
from infusion.selectors.mutes import is_muted
from infusion.services import muting
from infusion.services.common import NotFound, VersionOutdated
from infusion.services.projection import project_course
from patients.policy import NotAllowed
from tests.factories.messages import HOUR, Scene, in_hours
from tests.factories.patients import (
    CaregiverLinkFactory,
    ContactPointFactory,
    staff_actor,
)
from tests.factories.wards import ward
from tests.fakes.email import EmailChannel
from tests.integration.messages.deliver.post import claim, deliver, deliver_one, state

DAY = 24 * HOUR


@pytest.fixture
def post() -> EmailChannel:
    return EmailChannel()


@pytest.fixture
def scene() -> Scene:
    return Scene()


def today() -> dt.date:
    return in_hours(0).date()


def hush(scene, hours=5, **more):
    values = {
        "actor": staff_actor(scene.site, today=today()),
        "patient_id": scene.patient.id,
        "reason": "FAMILY_WISH",
        "until": in_hours(hours),
        # A little before: due is decided by the database's own clock.
        "now": in_hours(0) - dt.timedelta(seconds=5),
    }
    return muting.mute(**(values | more))


def unhush(scene, mute, now=None):
    actor = staff_actor(scene.site, today=today())
    return muting.unmute(
        actor=actor,
        mute_id=mute.id,
        expected_version=mute.version,
        now=now or in_hours(0),
    )


def test_what_is_due_to_a_muted_patient_is_kept_back_and_named(scene, post):
    message = scene.owe()
    mute = hush(scene).mute

    deliver(post)

    assert (state(message), post.taken) == (("CANCELLED", "muted"), [])
    assert message.kept_back.mute_id == mute.id


def test_caregivers_are_muted_too_and_staff_are_told_as_ever(scene, post):
    """https://github.com/medic/cht-conf/issues/280: at one door, not by each author."""
    user = CaregiverLinkFactory(patient=scene.patient).user
    nurse = scene.staff()
    for each in (user, nurse):
        each.email = f"{each.pk}@example.org"
        each.save()
    to_caregiver = scene.owe(user=user, person_kind="CAREGIVER")
    to_staff = scene.owe(user=nurse, person_kind="STAFF")
    hush(scene)

    deliver(post)

    assert state(to_caregiver) == ("CANCELLED", "muted")
    assert state(to_staff)[0] == "SENT"


def test_a_mute_between_claim_and_send_wins(scene, post):
    message = scene.owe()
    token = claim(message)
    hush(scene)

    deliver_one(message, token, post)

    assert (state(message), post.taken) == (("CANCELLED", "muted"), [])


def test_a_course_alone_can_be_muted(scene):
    hush(scene, course_id=scene.course.id)

    now = in_hours(0)
    assert is_muted(scene.patient.id, scene.course.id, now)
    assert not is_muted(scene.patient.id, uuid.uuid4(), now)


def test_it_ends_by_itself_though_nothing_looks_after_it(scene, post):
    later = scene.owe(due_at=in_hours(1.5))
    hush(scene, hours=1)

    deliver(post, offset=1.6 * HOUR)

    assert state(later)[0] == "SENT"
    assert models.Mute.objects.get().ended_at is None


def test_after_unmuting_what_is_to_come_goes_out_and_nothing_late(scene, post):
    past, to_come = scene.owe(), scene.owe(kind="bag_change_24h", due_at=in_hours(1))
    mute = hush(scene).mute
    deliver(post)

    unhush(scene, mute)
    deliver(post)
    deliver(post, offset=1.1 * HOUR)

    assert state(past) == ("CANCELLED", "muted")
    assert state(to_come)[0] == "SENT"
    assert len(post.taken) == 1


def test_a_new_plan_does_not_owe_what_was_kept_back_again():
    """Not even the last reminder before an event still to come."""
    here = ward()
    ContactPointFactory(patient=here.patient, value="jane@example.org")
    course = here.running()
    project_course(course, here.now)
    rows = course.messages.filter(person_kind="PATIENT", status="PENDING")
    first = rows.order_by("due_at").first()
    same = course.messages.filter(
        subject_id=first.subject_id, kind=first.kind, event_at=first.event_at
    )
    before = same.count()
    same.update(status="CANCELLED", reason="muted")

    project_course(course, first.due_at + dt.timedelta(minutes=1))

    assert same.count() == before
    assert not same.filter(status="PENDING").exists()


def test_muting_what_is_muted_is_one_mute(scene):
    """https://github.com/medic/cht-core/issues/7020."""
    first, second = hush(scene), hush(scene, hours=9, reason="IN_HOSPITAL")

    assert (first.is_new, second.is_new) == (True, False)
    assert second.mute.id == first.mute.id
    assert models.Mute.objects.get().until == in_hours(5)


@pytest.mark.django_db(transaction=True)
def test_two_who_mute_at_once_set_one_mute(scene):
    people = [staff_actor(scene.site, today=today()) for _number in range(2)]
    together = threading.Barrier(2)

    def run(actor):
        together.wait()
        try:
            return hush(scene, actor=actor).mute.id
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        ids = set(pool.map(run, people))

    assert ids == {models.Mute.objects.get().id}


def test_the_database_allows_one_open_mute(scene):
    hush(scene)
    row = models.Mute.objects.get()
    row.pk = uuid.uuid4()

    with pytest.raises(IntegrityError, match="one_mute_at_a_time"):
        row.save(force_insert=True)


def test_unmuting_what_has_ended_changes_nothing(scene):
    mute = hush(scene).mute
    once = unhush(scene, mute)

    twice = unhush(scene, mute, now=in_hours(1))

    assert (twice.ended_at, twice.version) == (once.ended_at, once.version)


def test_after_one_has_run_out_a_new_one_is_set(scene):
    hush(scene, hours=1)

    again = hush(scene, hours=9, now=in_hours(2))

    assert again.is_new
    old = models.Mute.objects.exclude(id=again.mute.id).get()
    assert (old.ended_how, old.ended_at) == ("EXPIRED", old.until)


@pytest.mark.parametrize(
    ("asked", "refusal"),
    [
        ({"hours": 24 * 14 + 1}, MuteTooLong),
        ({"hours": -1}, MuteEndsBefore),
        ({"reason": "OTHER", "note": " "}, MuteReasonMissing),
        ({"reason": "BECAUSE"}, MuteReasonMissing),
        ({"course_id": uuid.UUID(int=7)}, NotFound),
    ],
)
def test_what_no_mute_may_be(scene, asked, refusal):
    with pytest.raises(refusal):
        hush(scene, **asked)
    assert not models.Mute.objects.exists()


def test_only_who_works_with_the_patient_mutes(scene):
    pharmacist = staff_actor(scene.site, "PHARMACIST", today=today())
    stranger = staff_actor(Scene().site, today=today())

    with pytest.raises(NotAllowed):
        hush(scene, actor=pharmacist)
    with pytest.raises(NotFound):
        hush(scene, actor=stranger)


def test_its_end_is_moved_by_who_has_seen_it(scene):
    mute = hush(scene).mute
    asked = {
        "actor": staff_actor(scene.site, today=today()),
        "mute_id": mute.id,
        "until": in_hours(24),
        "now": in_hours(0),
    }

    moved = muting.move_end(expected_version=mute.version, **asked)
    assert (moved.until, moved.version) == (in_hours(24), 2)
    with pytest.raises(VersionOutdated):
        muting.move_end(expected_version=mute.version, **asked)
    with pytest.raises(MuteTooLong):
        muting.move_end(expected_version=2, **(asked | {"until": in_hours(24 * 20)}))
    unhush(scene, moved)
    with pytest.raises(MuteClosed):
        muting.move_end(expected_version=3, **asked)


def test_it_is_closed_when_the_patient_died_and_nothing_waits(scene):
    hush(scene)
    scene.patient.is_deceased = True
    scene.patient.save()
    message = scene.owe()
    assert muting.end_mutes(now=in_hours(0)) == 0

    models.Message.objects.filter(id=message.id).update(status="CANCELLED")
    assert muting.end_mutes(now=in_hours(0)) == 1
    assert models.Mute.objects.get().ended_how == "CLOSED"


def test_the_end_of_a_course_lets_nothing_out_that_was_muted(scene):
    """The message two days after the end is still to come: the mute runs on."""
    hush(scene, course_id=scene.course.id)
    message = scene.owe(due_at=in_hours(1))
    models.Course.objects.filter(id=scene.course.id).update(status="COMPLETED")

    assert muting.end_mutes(now=in_hours(0)) == 0
    models.Message.objects.filter(id=message.id).update(status="CANCELLED")
    assert muting.end_mutes(now=in_hours(0)) == 1
