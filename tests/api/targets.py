"""Something of every kind that an address may name, for the matrix of doors."""

import datetime as dt
from typing import Any

from infusion import models
from tests.factories import checkins, reminders, triage
from tests.factories import infusion as factories
from tests.factories.patients import CaregiverLinkFactory, ContactPointFactory


def targets_of(world: Any, patient: Any, physician: Any) -> dict[str, Any]:
    """Return the id of everything of a patient that an address may name."""
    course = factories.order(patient, physician, world.now)
    bag = factories.next_bag(course)
    check = models.HangCheck.objects.create(
        bag=bag,
        hung_at=world.now,
        rate_ml_h=bag.rate_ml_h,
        volume_ml=bag.volume_ml,
        ends_at=world.now,
        entered_by_id=physician.user_id,
    )
    return {
        "site": patient.site_id,
        "site_id": patient.site_id,
        "overlay_id": _overlay(patient.site, physician, world.now),
        **_shift(patient.site, physician, world.now),
        "document_id": reminders.document(
            patient.site_id, physician.user_id, world.now
        ).id,
        "rules_id": triage.draft(patient.site_id, physician.user_id, world.now).id,
        "date_id": reminders.care_date(course, physician.user_id, world.now).id,
        "patient_id": patient.id,
        "message_id": _message(course, physician, world.now).id,
        "mute_id": models.Mute.objects.create(
            patient=patient,
            reason="FAMILY_WISH",
            by_id=physician.user_id,
            from_at=world.now,
            until=world.now + dt.timedelta(days=1),
        ).id,
        "course_id": course.id,
        "bag_id": bag.id,
        "check_id": check.id,
        "event_id": models.InfusionEvent.objects.create(
            cycle=course.cycles.get(),
            kind="TRANSFERRED",
            at=world.now,
            recorded_by_id=physician.user_id,
        ).id,
        "alert_id": models.Alert.objects.create(
            site=patient.site,
            course=course,
            cause="PUMP_STOPPED",
            subject=str(course.id),
            since=world.now,
            raised_at=world.now,
        ).id,
        **_check_in(course, physician, world.now),
        **_texts(patient.site, physician, world.now),
        "visit_id": models.Visit.objects.filter(cycle__course=course).first().id,
        "contact_id": ContactPointFactory(patient=patient).id,
        "link_id": CaregiverLinkFactory(patient=patient, state="PENDING").id,
    }


def _check_in(course, physician, now) -> dict[str, Any]:
    row = checkins.check_in(course, now)
    answers = checkins.answers(row, physician.user_id, now)
    photo = checkins.photo(answers, physician.user_id, now)
    event = checkins.adverse_event(course, physician.user_id, now)
    return {
        "check_in_id": row.id,
        "answers_id": answers.id,
        "photo_id": photo.id,
        "adverse_event_id": event.id,
    }


def _texts(site, physician, now) -> dict[str, Any]:
    given = {"number": 1, "drafted_by_id": physician.user_id, "drafted_at": now}
    advice, _ = models.AdviceText.objects.get_or_create(
        site=site, kind="RED", defaults=given
    )
    wording, _ = models.QuestionWording.objects.get_or_create(
        site=site, question="neuro.place", defaults=given
    )
    return {"advice_id": advice.id, "wording_id": wording.id}


def _message(course, physician, now) -> Any:
    return models.Message.objects.create(
        site_id=course.site_id,
        course=course,
        kind="alert_raised",
        event="ALERT",
        subject_kind="COURSE",
        subject_id=course.id,
        event_at=now,
        person_kind="STAFF",
        user_id=physician.user_id,
        channel="EMAIL",
        due_at=now,
        expires_at=now,
    )


def _overlay(site, physician, now) -> Any:
    row, _ = models.RegimenOverlay.objects.get_or_create(
        site=site,
        regimen_key="alliance-a041703",
        defaults={
            "number": 1,
            "base_version": "1",
            "base_digest": "",
            "values": {},
            "drafted_by_id": physician.user_id,
            "drafted_at": now,
            "changed_at": now,
        },
    )
    return row.id


def _shift(site, physician, now) -> dict[str, Any]:
    shift, _ = models.Shift.objects.get_or_create(
        site=site,
        role="PHYSICIAN",
        defaults={"from_at": now, "to_at": now + dt.timedelta(hours=8)},
    )
    swap, _ = models.ShiftSwap.objects.get_or_create(
        shift=shift,
        defaults={
            "shift_version": 1,
            "proposed_by_id": physician.user_id,
            "proposed_to_id": physician.user_id,
            "proposed_at": now,
        },
    )
    return {"shift_id": shift.id, "swap_id": swap.id}
