"""Home and back; and everything that stops it."""

from decimal import Decimal

import pytest

from infusion import models
from infusion.domain.readiness import State
from infusion.services import discharging, interruptions, placements
from infusion.services.signing import NotSignedByYou, withdraw_signature
from tests.factories import readiness as ready
from tests.factories.wards import HOUR
from tests.integration.infusion.readiness.scenes import GARDEN, found


def go_home(place, course, now, **more):
    values = {
        "actor": place.nurse,
        "course_id": course.id,
        "from_at": now,
        "pump_serial": ready.SERIAL,
        "volume_left_ml": Decimal(50),
        "now": now,
        **more,
    }
    return discharging.discharge(**values)


def test_signed_and_ready_the_patient_goes_home(place, prepared, now):
    ready.make_signed(prepared, place.nurse, place.physician, now)

    go_home(place, prepared, now)

    row = models.Discharge.objects.get(course=prepared)
    assert row.sign_off.status == "USED"
    assert row.placement.override_reason == ""
    assert row.first_home_bag.status == "PLANNED"
    assert row.next_visit.bag_id == row.first_home_bag_id
    assert row.plan_version.number == prepared.plan_versions.count()
    rate, hours = row.bag.rate_ml_h, Decimal(73)
    assert row.volume_computed_ml == (row.bag.volume_ml - rate * hours).quantize(
        Decimal("0.01")
    )
    assert not models.Reassessment.objects.exists()


def test_without_signatures_only_a_physician_with_a_reason(place, prepared, now):
    arguments = {"course_id": prepared.id, "kind": "HOME", "from_at": now, "now": now}
    for actor in (place.nurse, place.physician):
        with pytest.raises(placements.NotReadyForHome):
            placements.change_placement(actor=actor, **arguments)
    with pytest.raises(placements.NotReadyForHome):
        placements.change_placement(
            actor=place.nurse, override_reason=GARDEN, **arguments
        )

    placements.change_placement(
        actor=place.physician, override_reason=GARDEN, **arguments
    )

    assert prepared.placements.get(kind="HOME").override_reason == GARDEN


def test_one_signature_is_not_two(place, prepared, now):
    ready.sign(prepared, place.nurse, now)

    with pytest.raises(placements.NotReadyForHome):
        go_home(place, prepared, now)

    assert not models.Discharge.objects.exists()


def test_after_a_signature_was_taken_back_nobody_goes_home(place, prepared, now):
    ready.make_signed(prepared, place.nurse, place.physician, now)
    withdraw_signature(actor=place.physician, course_id=prepared.id, now=now)

    with pytest.raises(placements.NotReadyForHome):
        go_home(place, prepared, now)


def test_under_a_used_signature_nothing_is_taken_back(place, prepared, now):
    ready.make_signed(prepared, place.nurse, place.physician, now)
    go_home(place, prepared, now)

    with pytest.raises(NotSignedByYou):
        withdraw_signature(actor=place.nurse, course_id=prepared.id, now=now)

    assert models.SignOff.objects.get().status == "USED"


def test_signatures_that_time_has_overtaken_do_not_count(place, prepared, now):
    ready.make_signed(prepared, place.nurse, place.physician, now)

    with pytest.raises(placements.NotReadyForHome):
        go_home(place, prepared, now + 9 * HOUR, from_at=now)


def test_nobody_goes_home_on_another_pump_or_one_that_stands_still(
    place, prepared, now
):
    ready.make_signed(prepared, place.nurse, place.physician, now)
    with pytest.raises(discharging.PumpDiffers):
        go_home(place, prepared, now, pump_serial="HP-0043")
    with pytest.raises(discharging.VolumeImpossible):
        go_home(place, prepared, now, volume_left_ml=Decimal(1000))
    interruptions.pause(
        actor=place.nurse, course_id=prepared.id, at=now, reason="OTHER", now=now
    )
    with pytest.raises(interruptions.NotRunning):
        go_home(place, prepared, now)


def test_nobody_goes_home_on_an_empty_bag(place, course, now):
    empty = course.bags.get(status="HUNG").planned_take_down_at + HOUR
    late = ready.make_ready(course, place.nurse, empty)

    assert found(late, empty).assessment.line("TC20").state is State.NOT_KNOWN
    with pytest.raises(interruptions.NotRunning):
        go_home(place, late, empty, override_reason=GARDEN, actor=place.physician)


def test_back_on_the_ward_the_clock_runs_on_and_home_asks_again(place, prepared, now):
    ready.make_signed(prepared, place.nurse, place.physician, now)
    go_home(place, prepared, now)
    later = now + HOUR
    arguments = {
        "actor": place.nurse,
        "course_id": prepared.id,
        "from_at": later,
        "reason": "fever",
        "now": later,
    }
    with pytest.raises(discharging.HomePumpNotAllowed):
        discharging.readmit(keeps_home_pump=True, **arguments)
    site = prepared.site
    site.policy = site.policy | {
        "readmission_home_pump": {"value": "YES", "signed_by": "Dr A"}
    }
    site.save()
    events = models.InfusionEvent.objects.count()

    discharging.readmit(keeps_home_pump=True, **arguments)

    assert models.InfusionEvent.objects.count() == events
    assert models.Readmission.objects.get().keeps_home_pump
    with pytest.raises(placements.NotReadyForHome):
        go_home(place, prepared, later, from_at=later)


def test_from_the_clinic_the_patient_goes_home_as_before(place, prepared, now):
    ready.make_signed(prepared, place.nurse, place.physician, now)
    go_home(place, prepared, now)
    for hours, kind in ((1, "CLINIC"), (2, "HOME")):
        placements.change_placement(
            actor=place.nurse,
            course_id=prepared.id,
            kind=kind,
            from_at=now + hours * HOUR,
            now=now + hours * HOUR,
        )

    assert prepared.placements.count() == 4
