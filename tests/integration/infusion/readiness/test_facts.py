"""Facts are recorded, corrected and withdrawn, or refused whole."""

from decimal import Decimal

import pytest

from infusion import models
from infusion.domain.readiness.facts import (
    FactImpossible,
    FactIncomplete,
    FactPeriodReversed,
    FactUnitWrong,
    FactUnknown,
)
from infusion.services import readiness as recording
from infusion.services.common import InTheFuture, NotFound
from infusion.services.readiness import NewFact, record_facts, waive_criterion
from infusion.services.signing import (
    sign_readiness,
)
from patients.policy import NotAllowed
from tests.factories import patients as people
from tests.factories import readiness as ready
from tests.factories.wards import HOUR
from tests.integration.infusion.readiness.scenes import DAY, fever, found, record


@pytest.mark.parametrize(
    ("fact", "refusal"),
    [
        (NewFact(kind="MOOD", number=Decimal(1)), FactUnknown),
        (NewFact(kind="INFUSION_END"), FactUnknown),
        (NewFact(kind="TEACH_BACK", item="JUGGLING", answer=True), FactUnknown),
        (NewFact(kind="TEACH_BACK", answer=True), FactUnknown),
        (
            NewFact(kind="TEMPERATURE", number=Decimal("98.6"), unit="[degF]"),
            FactUnitWrong,
        ),
        (NewFact(kind="TEMPERATURE", number=Decimal("36.8")), FactUnitWrong),
        (
            NewFact(kind="TEMPERATURE", number=Decimal("98.6"), unit="Cel"),
            FactImpossible,
        ),
        (NewFact(kind="ICE", number=Decimal("9.5")), FactImpossible),
        (NewFact(kind="ICE", number=Decimal(11)), FactImpossible),
        (NewFact(kind="CRS_GRADE", number=Decimal(-1)), FactImpossible),
        (NewFact(kind="ECOG", number=Decimal("NaN")), FactImpossible),
        (NewFact(kind="ECOG"), FactIncomplete),
        (NewFact(kind="ECOG", number=Decimal(1), answer=True), FactIncomplete),
        (NewFact(kind="AST", number=Decimal(30), unit="U/L"), FactIncomplete),
        (
            NewFact(kind="AST", number=Decimal(30), upper_limit=Decimal(0), unit="U/L"),
            FactImpossible,
        ),
        (NewFact(kind="FUNDING", text="   "), FactIncomplete),
        (NewFact(kind="FUNDING", text="x" * 201), FactImpossible),
    ],
)
def test_a_fact_that_cannot_be_is_refused_and_nothing_is_half_done(
    place, course, now, fact, refusal
):
    with pytest.raises(refusal):
        record(place, course, now, NewFact(kind="ECOG", number=Decimal(1)), fact)

    assert not models.ReadinessFact.objects.exists()


def test_presence_is_of_a_confirmed_caregiver_and_forwards(place, course, now):
    link = people.CaregiverLinkFactory(patient=course.patient, state="PENDING")
    other = people.CaregiverLinkFactory()
    confirmed = people.CaregiverLinkFactory(patient=course.patient)

    def present(link, until):
        return NewFact(
            kind="CAREGIVER_PRESENT",
            from_at=now,
            until_at=until,
            caregiver_id=link.id,
        )

    for wrong in (link, other):
        with pytest.raises(recording.CaregiverNotConfirmed):
            record(place, course, now, present(wrong, now + DAY))
    with pytest.raises(FactPeriodReversed):
        record(place, course, now, present(confirmed, now))
    assert record(place, course, now, present(confirmed, now + DAY))


def test_a_fact_in_the_future_is_refused(place, course, now):
    with pytest.raises(InTheFuture):
        record(place, course, now, fever(), taken_at=now + HOUR)


def test_a_stranger_of_another_site_finds_no_course(course, now):
    stranger = people.staff_actor(people.SiteFactory(), "NURSE")
    arguments = {"actor": stranger, "course_id": course.id, "now": now}

    with pytest.raises(NotFound):
        record_facts(taken_at=now, facts=[fever()], **arguments)
    with pytest.raises(NotFound):
        sign_readiness(digest="", **arguments)


def test_a_pharmacist_records_but_waives_nothing(place, course, now):
    record_facts(
        actor=place.pharmacist,
        course_id=course.id,
        taken_at=now,
        facts=[NewFact(kind="FUNDING", text="A-1")],
        now=now,
    )
    with pytest.raises(NotAllowed):
        waive_criterion(
            actor=place.pharmacist,
            course_id=course.id,
            criterion="TC13",
            reason="x",
            now=now,
        )


def test_a_correction_is_a_row_of_its_own_and_may_void(place, prepared, now):
    (row,) = record(place, prepared, now, NewFact(kind="ECOG", number=Decimal(1)))
    sign_off = ready.sign(prepared, place.physician, now)
    wrong = NewFact(kind="ECOG", number=Decimal(3), corrects_id=row.id)

    record(place, prepared, now, wrong)

    sign_off.refresh_from_db()
    assert (sign_off.status, sign_off.voided_for) == ("VOID", ["TC06"])
    with pytest.raises(recording.FactCorrected):
        record(place, prepared, now, wrong)
    assert models.ReadinessFact.objects.get(id=row.id).number == 1


def test_a_fact_that_should_never_have_been_recorded_is_withdrawn(place, prepared, now):
    (row,) = record(place, prepared, now, fever())
    assert not found(prepared, now).assessment.is_ready

    record(
        place,
        prepared,
        now,
        NewFact(kind="TEMPERATURE", corrects_id=row.id, is_withdrawn=True),
    )

    assert found(prepared, now).assessment.is_ready


def test_a_correction_is_of_the_same_course_and_kind(place, prepared, now):
    (row,) = record(place, prepared, now, fever("37"))
    with pytest.raises(NotFound):
        record(
            place,
            prepared,
            now,
            NewFact(kind="ECOG", number=Decimal(1), corrects_id=row.id),
        )
    with pytest.raises(NotFound):
        record(place, prepared, now, NewFact(kind="ECOG", is_withdrawn=True))
