"""What may be waived, by whom, and when a waiver falls."""

from decimal import Decimal

import pytest

from infusion import models
from infusion.domain.readiness import State
from infusion.services import readiness as recording
from infusion.services.readiness import NewFact, waive_criterion
from tests.factories.wards import HOUR
from tests.integration.infusion.readiness.scenes import GARDEN, fever, found, record


def waive(place, course, now, criterion, actor=None, reason=GARDEN):
    return waive_criterion(
        actor=actor or place.physician,
        course_id=course.id,
        criterion=criterion,
        reason=reason,
        now=now,
    )


def test_a_soft_criterion_is_waived_with_a_reason(place, prepared, now):
    record(
        place,
        prepared,
        now,
        NewFact(kind="TRAVEL_TIME", number=Decimal(80), unit="min"),
    )

    waive(place, prepared, now, "TC13")

    picture = found(prepared, now)
    line = picture.assessment.line("TC13")
    assert (line.state, line.waiver.reason) == (State.WAIVED, GARDEN)
    assert picture.assessment.is_ready
    later = now + HOUR
    record(
        place,
        prepared,
        later,
        NewFact(kind="TRAVEL_TIME", number=Decimal(95), unit="min"),
    )
    assert found(prepared, later).assessment.line("TC13").state is State.NOT_MET


@pytest.mark.parametrize(
    ("criterion", "reason", "refusal"),
    [
        ("TC04", GARDEN, recording.CriterionHard),
        ("TC08", GARDEN, recording.CriterionHard),
        ("TC99", GARDEN, recording.CriterionUnknown),
        ("TC06", GARDEN, recording.NothingToWaive),
        ("TC13", "  ", recording.ReasonMissing),
    ],
)
def test_what_cannot_be_waived(place, prepared, now, criterion, reason, refusal):
    record(place, prepared, now, NewFact(kind="CRS_GRADE", number=Decimal(1)))
    with pytest.raises(refusal):
        waive(place, prepared, now, criterion, reason=reason)

    assert not models.ReadinessWaiver.objects.exists()


def test_a_nurse_does_not_waive_a_fever(place, prepared, now):
    record(place, prepared, now, fever())

    with pytest.raises(recording.WaiverRole):
        waive(place, prepared, now, "TC03", actor=place.nurse)


def test_a_waiver_falls_when_the_site_makes_the_criterion_hard(place, prepared, now):
    record(place, prepared, now, fever())
    waive(place, prepared, now, "TC03")
    assert found(prepared, now).assessment.is_ready

    site = prepared.site
    site.policy = site.policy | {
        "readiness_harder": {"value": "TC03", "signed_by": "Dr A"}
    }
    site.save()

    line = found(prepared, now).assessment.line("TC03")
    assert (line.state, line.waiver_holds) == (State.NOT_MET, False)
