"""From facts to two signatures, to home and back; and everything that stops it."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from infusion import models
from infusion.domain.messages import MessageKind
from infusion.domain.readiness import State, Verdict
from infusion.domain.readiness.facts import (
    FactImpossible,
    FactIncomplete,
    FactPeriodReversed,
    FactUnitWrong,
    FactUnknown,
)
from infusion.selectors.readiness import load_readiness
from infusion.services import discharging, interruptions, placements, reassessing
from infusion.services import readiness as recording
from infusion.services.common import InTheFuture, NotFound
from infusion.services.readiness import NewFact, record_facts, waive_criterion
from infusion.services.signing import (
    AssessmentOutdated,
    NotReady,
    SignatureRole,
    SignedByYou,
    SignOffComplete,
    sign_readiness,
)
from patients.policy import NotAllowed
from tests.factories import patients as people
from tests.factories import readiness as ready
from tests.factories.wards import HOUR, ward

DAY = 24 * HOUR
GARDEN = "a garden of tests"


@pytest.fixture
def place():
    return ward()


@pytest.fixture
def course(place):
    """Return a consolidation course whose three days on the ward are just over."""
    return place.running("us-label-mrd")


@pytest.fixture
def now(place):
    return place.now + 3 * DAY + HOUR


@pytest.fixture
def prepared(place, course, now):
    return ready.make_ready(course, place.nurse, now)


def found(course, now):
    course.refresh_from_db()
    return load_readiness(course, now)


def record(place, course, now, *facts, taken_at=None):
    return record_facts(
        actor=place.nurse,
        course_id=course.id,
        taken_at=taken_at or now,
        facts=list(facts),
        now=now,
    )


def fever(celsius="38.3"):
    return NewFact(kind="TEMPERATURE", number=Decimal(celsius), unit="Cel")


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
