"""What takes the signatures away again: a worse fact, time, a changed course."""

import datetime as dt

from infusion import models
from infusion.domain.messages import MessageKind
from infusion.services import interruptions, reassessing
from tests.factories import readiness as ready
from tests.factories.wards import HOUR
from tests.integration.infusion.readiness.scenes import fever, record


def test_a_fever_before_the_second_signature_voids_the_first(place, prepared, now):
    sign_off = ready.sign(prepared, place.physician, now)

    record(place, prepared, now + HOUR, fever())

    sign_off.refresh_from_db()
    assert (sign_off.status, sign_off.voided_for) == ("VOID", ["TC03"])
    message = prepared.messages.get(kind=MessageKind.READINESS_VOIDED)
    assert message.user_id == place.physician.user_id
    assert not models.Reassessment.objects.filter(course=prepared).exists()


def test_a_fact_that_worsens_nothing_leaves_the_signatures(place, prepared, now):
    sign_off = ready.sign(prepared, place.physician, now)

    record(place, prepared, now + HOUR, fever("37.4"))

    sign_off.refresh_from_db()
    assert sign_off.status == "OPEN"
    assert ready.sign(prepared, place.nurse, now + HOUR).status == "SIGNED"


def test_a_notice_outlives_a_new_plan(place, prepared, now):
    ready.sign(prepared, place.physician, now)
    record(place, prepared, now, fever())

    interruptions.pause(
        actor=place.nurse, course_id=prepared.id, at=now, reason="OTHER", now=now
    )

    message = prepared.messages.get(kind=MessageKind.READINESS_VOIDED)
    assert message.status == "PENDING"


def test_what_grows_too_old_voids_the_signatures_by_its_due_time(place, prepared, now):
    sign_off = ready.make_signed(
        prepared, place.nurse, place.physician, now
    ).sign_offs.get()
    due = models.Reassessment.objects.get(course=prepared)
    assert due.due_at == now + 8 * HOUR

    assert not reassessing.reassess(prepared.id, due.due_at - HOUR)
    assert reassessing.reassess(prepared.id, due.due_at)
    assert not reassessing.reassess(prepared.id, due.due_at)

    sign_off.refresh_from_db()
    assert (sign_off.status, sign_off.voided_for) == ("VOID", ["TC03"])
    signers = {place.nurse.user_id, place.physician.user_id}
    notices = prepared.messages.filter(kind=MessageKind.READINESS_VOIDED)
    assert {row.user_id for row in notices} == signers


def test_a_sweep_takes_what_is_due_by_the_clock_of_the_database(place, prepared, now):
    ready.make_signed(prepared, place.nurse, place.physician, now)
    ahead = models.Reassessment.objects.get().due_at - dt.datetime.now(dt.UTC)

    early = reassessing.reassess_due(now=now + 7 * HOUR, offset=ahead - HOUR)
    late = reassessing.reassess_due(now=now + 9 * HOUR, offset=ahead + HOUR)

    assert (early, late) == (0, 1)
    assert not models.Reassessment.objects.exists()


def test_a_row_that_another_worker_holds_is_left_alone(place, prepared, now):
    ready.make_signed(prepared, place.nurse, place.physician, now)
    present = dt.datetime.now(dt.UTC)
    models.Reassessment.objects.update(
        due_at=present - HOUR, lease_until=present + HOUR
    )

    assert reassessing.reassess_due(now=now + 9 * HOUR, offset=dt.timedelta(0)) == 0
    models.Reassessment.objects.update(lease_until=present - HOUR)
    assert reassessing.reassess_due(now=now + 9 * HOUR, offset=dt.timedelta(0)) == 1


def test_a_change_of_the_course_asks_for_another_look_at_once(place, prepared, now):
    ready.make_signed(prepared, place.nurse, place.physician, now)

    interruptions.pause(
        actor=place.nurse,
        course_id=prepared.id,
        at=now + HOUR,
        reason="OTHER",
        now=now + HOUR,
    )

    assert models.Reassessment.objects.get().due_at == now + HOUR
    assert reassessing.reassess(prepared.id, now + HOUR)
    assert prepared.sign_offs.get().voided_for == ["TC20"]
