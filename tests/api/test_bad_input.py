"""What must not be told of a course over REST: refused with its reason, nothing half done.

Events that cannot be are in ``test_events``, a hard criterion in ``test_readiness``.
"""

import datetime as dt

import pytest

from infusion import models
from patients import clock
from patients.api.fields import instant_text
from tests.api.clients import code_of
from tests.api.course_steps.bodies import hang_of, version
from tests.factories import infusion as factories
from tests.factories import readiness as ready

TABLES = (
    models.Bag,
    models.HangCheck,
    models.InfusionEvent,
    models.PlanVersion,
    models.ReadinessFact,
    models.ReadinessSignature,
    models.ReadinessWaiver,
    models.StoredReply,
)


@pytest.fixture
def ready_course(world, travel):
    """Return a course three days in, ready on whatever day of the week that is."""
    signed = {"value": "0", "signed_by": "Dr A", "signed_on": "2026-03-01"}
    world.site.policy = {"importance_off_days": signed}
    world.site.save()
    nurse, physician = world.actor("NURSE"), world.actor("PHYSICIAN")
    row = factories.order(world.patient, physician, world.now, "us-label-mrd")
    factories.start(row, nurse, travel(hours=1, minutes=1))
    factories.hang(row, nurse, world.actor("SECOND_NURSE"), travel(minutes=1))
    return ready.make_ready(row, nurse, travel(days=3, hours=1))


def stored(course) -> tuple[int, ...]:
    course.refresh_from_db()
    return (course.version, *(table.objects.count() for table in TABLES))


def stop(**changed):
    return {"kind": "DISCONNECTED", "at": instant_text(clock.now()), **changed}


def test_an_event_of_a_course_nobody_here_knows_is_not_found(world, running):
    before = stored(running)

    answer = world.api("OTHER_NURSE").post(f"courses/{running.id}/events", stop())

    assert code_of(answer) == (404, "not_found")
    assert stored(running) == before


def test_an_event_of_a_course_that_has_not_begun_is_refused(world, running):
    other = factories.order(world.neighbour, world.actor("PHYSICIAN"), clock.now())
    before = stored(other)

    answer = world.api("NURSE").post(f"courses/{other.id}/events", stop())

    assert code_of(answer) == (409, "no_running_cycle")
    assert stored(other) == before


def test_a_family_tells_nothing_of_another_patient(world, running):
    other = factories.order(world.neighbour, world.actor("PHYSICIAN"), clock.now())
    before = stored(other)

    answer = world.api("CAREGIVER").post(f"courses/{other.id}/events", stop())

    assert code_of(answer) == (404, "not_found")
    assert stored(other) == before


@pytest.mark.parametrize(
    ("replaces", "code"),
    [(None, "another_bag_hanging"), ("NOSUCHBAG", "not_the_hanging_bag")],
)
def test_a_second_bag_never_hangs_beside_the_first(
    world, running, travel, replaces, code
):
    now = travel(days=6, hours=20)
    bag = factories.next_bag(running)
    factories.deliver(bag, world.actor("NURSE"), now)
    api = world.api("NURSE")
    before = stored(running)

    answer = api.post(
        f"courses/{running.id}/hang",
        hang_of(bag, now, **({"replaces_code": replaces} if replaces else {})),
        version=version(api, running),
    )

    assert code_of(answer)[1] == code
    assert stored(running) == before
    assert running.bags.filter(status="HUNG").count() == 1


def test_two_runs_never_overlap_by_a_correction(world, running, travel):
    """A stop of an hour was told; taken back alone, its restart would be a second run."""
    travel(hours=3)
    now, api = clock.now(), world.api("NURSE")
    told = api.post(
        f"courses/{running.id}/events",
        stop(
            at=instant_text(now - dt.timedelta(hours=2)),
            until=instant_text(now - dt.timedelta(hours=1)),
        ),
    ).json()
    before = stored(running)

    answer = api.post(
        f"events/{told['event']['id']}/withdrawal", version=told["course_version"]
    )

    assert code_of(answer) == (422, "runs_overlap")
    assert stored(running) == before


def test_nobody_signs_an_assessment_that_is_not_the_present_one(
    world, ready_course, travel
):
    nurse = world.api("NURSE")
    path = f"courses/{ready_course.id}/readiness"
    shown = nurse.get(path).json()
    travel(minutes=1)
    fever = {"kind": "TEMPERATURE", "number": "38.9", "unit": "Cel"}
    at = instant_text(clock.now())
    told = nurse.post(f"{path}/facts", {"taken_at": at, "facts": [fever]})
    assert told.status_code == 201, told.json()
    before = stored(ready_course)

    answer = world.api("PHYSICIAN").post(
        f"{path}/signatures", {"digest": shown["digest"]}
    )

    assert code_of(answer)[1] == "assessment_outdated"
    assert stored(ready_course) == before


def test_one_person_signs_once(world, ready_course):
    nurse, path = world.api("NURSE"), f"courses/{ready_course.id}/readiness"
    digest = nurse.get(path).json()["digest"]
    assert nurse.post(f"{path}/signatures", {"digest": digest}).status_code == 201
    before = stored(ready_course)

    again = nurse.post(f"{path}/signatures", {"digest": digest})

    assert code_of(again) == (409, "signed_by_you")
    assert stored(ready_course) == before


def test_a_hard_criterion_is_waived_by_nobody(world, ready_course):
    before = stored(ready_course)

    answer = world.api("PHYSICIAN").post(
        f"courses/{ready_course.id}/readiness/waivers",
        {"criterion": "TC04", "reason": "He wants to go home"},
    )

    assert code_of(answer) == (409, "criterion_hard")
    assert stored(ready_course) == before
