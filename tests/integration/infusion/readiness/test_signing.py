"""From facts to two signatures, by two people, over what was shown."""

from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from infusion import models
from infusion.domain.readiness import State, Verdict
from infusion.services.readiness import NewFact
from infusion.services.signing import (
    AssessmentOutdated,
    NotReady,
    NotSignedByYou,
    SignatureRole,
    SignedByYou,
    SignOffComplete,
    sign_readiness,
    withdraw_signature,
)
from tests.factories import readiness as ready
from tests.factories.wards import HOUR
from tests.integration.infusion.readiness.scenes import fever, found, record


def test_without_facts_a_course_says_what_it_lacks(course, now):
    picture = found(course, now)

    assert picture.assessment.verdict is Verdict.NOT_READY
    lines = {line.criterion.key: line.state for line in picture.assessment.lines}
    assert lines["TC01"] is State.MET
    assert lines["TC02"] is State.MET
    assert lines["TC19"] is State.NOT_MET
    assert lines["TC22"] is State.NOT_KNOWN


def test_with_everything_recorded_the_patient_is_ready(prepared, now):
    picture = found(prepared, now)

    assert [one.criterion.key for one in picture.assessment.lines if one.blocks] == []
    assert picture.assessment.is_ready
    assert picture.assessment.next_change_at == now + 8 * HOUR


def test_two_people_of_the_roles_of_the_site_sign(place, prepared, now):
    first = ready.sign(prepared, place.physician, now)
    assert first.status == "OPEN"

    second = ready.sign(prepared, place.nurse, now)

    assert (second.id, second.status) == (first.id, "SIGNED")
    rows = second.signatures.order_by("place")
    assert [row.role for row in rows] == ["PHYSICIAN", "NURSE"]
    assert set(rows[0].states.values()) == {"MET"}
    assert rows[0].numbers["fever_free_hours"] == "24"


def test_one_person_does_not_sign_twice(place, prepared, now):
    ready.sign(prepared, place.nurse, now)

    with pytest.raises(SignedByYou):
        ready.sign(prepared, place.nurse, now)

    assert models.ReadinessSignature.objects.count() == 1


def test_the_database_itself_holds_the_two_places_to_two_people(place, prepared, now):
    sign_off = ready.sign(prepared, place.nurse, now)
    row = sign_off.signatures.get()
    row.pk, row.place = None, 2
    row._state.adding = True

    with pytest.raises(DatabaseError), transaction.atomic():
        row.save(force_insert=True)


def test_two_nurses_are_not_enough_and_a_third_is_too_many(place, prepared, now):
    ready.sign(prepared, place.nurse, now)
    with pytest.raises(SignatureRole):
        ready.sign(prepared, place.other_nurse, now)
    ready.sign(prepared, place.physician, now)

    with pytest.raises(SignOffComplete):
        ready.sign(prepared, place.other_nurse, now)


def test_nobody_signs_what_has_changed_since_it_was_shown(place, prepared, now):
    shown = found(prepared, now).digest
    record(place, prepared, now, NewFact(kind="ECOG", number=Decimal(0)))

    with pytest.raises(AssessmentOutdated):
        sign_readiness(actor=place.nurse, course_id=prepared.id, digest=shown, now=now)


def test_nobody_signs_for_a_patient_who_is_not_ready(place, prepared, now):
    record(place, prepared, now, fever())

    with pytest.raises(NotReady) as refused:
        ready.sign(prepared, place.nurse, now)

    assert refused.value.params == {"criteria": "TC03"}


def take_back(course, actor, now):
    return withdraw_signature(actor=actor, course_id=course.id, now=now)


def test_who_signed_takes_it_back_and_the_other_signer_is_told(place, prepared, now):
    ready.sign(prepared, place.physician, now)
    ready.sign(prepared, place.nurse, now)

    sign_off = take_back(prepared, place.nurse, now)

    sign_off.refresh_from_db()
    assert (sign_off.status, sign_off.voided_for) == ("VOID", [])
    assert sign_off.signatures.count() == 2
    told = models.Message.objects.filter(kind="readiness_voided")
    assert [one.user_id for one in told] == [place.physician.user_id]
    assert found(prepared, now).assessment.is_ready


def test_after_a_withdrawal_two_people_sign_anew(place, prepared, now):
    ready.sign(prepared, place.nurse, now)
    first = take_back(prepared, place.nurse, now)
    assert not models.Message.objects.filter(kind="readiness_voided").exists()

    ready.sign(prepared, place.nurse, now)
    second = ready.sign(prepared, place.physician, now)

    assert second.id != first.id
    assert second.status == "SIGNED"


def test_nobody_takes_another_ones_signature_back(place, prepared, now):
    sign_off = ready.sign(prepared, place.nurse, now)

    for stranger in (place.physician, place.other_nurse):
        with pytest.raises(NotSignedByYou):
            take_back(prepared, stranger, now)

    sign_off.refresh_from_db()
    assert sign_off.status == "OPEN"


def test_what_was_taken_back_or_voided_is_not_taken_back_again(place, prepared, now):
    ready.sign(prepared, place.nurse, now)
    take_back(prepared, place.nurse, now)

    with pytest.raises(NotSignedByYou):
        take_back(prepared, place.nurse, now)
