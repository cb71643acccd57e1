"""Whatever the OpenAPI document allows is answered as the document says."""

import datetime as dt
import logging
import os
import uuid

import hypothesis
import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from drf_spectacular.generators import SchemaGenerator
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from config.wsgi import application
from infusion import models
from patients.models import PushSubscription
from tests.factories import checkins, reminders
from tests.factories import infusion as factories
from tests.factories.patients import CaregiverLinkFactory, ContactPointFactory

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
# Staff who may do most of what there is.
CALLERS = ("NURSE", "PHYSICIAN", "PHARMACIST", "PATIENT")
# These refuse with an OperationOutcome.
IN_FHIR = ("/api/v1/fhir/", "/api/v1/regimens/{key}/plan-definition")
EXAMPLES = int(os.environ.get("CONTRACT_EXAMPLES", "2"))

_DOCUMENT = SchemaGenerator().get_schema(request=None, public=True)
_SCHEMA = schemathesis.openapi.from_dict(_DOCUMENT)
_SCHEMA.app = application
OPERATIONS = {
    f"{each.ok().method.upper()} {each.ok().path}": each.ok()
    for each in _SCHEMA.get_all_operations()
}


@pytest.fixture
def _as_one_test():
    """Keep the connection of the test open between requests, and the log quiet."""
    logging.disable(logging.CRITICAL)
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)
    logging.disable(logging.NOTSET)


def _ids(world, course) -> dict[str, str]:
    """Return something real for every name in a path."""
    bag = factories.next_bag(course)
    check = models.HangCheck.objects.create(
        bag=bag,
        hung_at=world.now,
        rate_ml_h=bag.rate_ml_h,
        volume_ml=bag.volume_ml,
        ends_at=world.now,
        entered_by=world.people["NURSE"],
    )
    visit = models.Visit.objects.filter(cycle__course=course).first()
    link = CaregiverLinkFactory(patient=world.patient, state="PENDING")
    return {
        "patient_id": str(world.patient.id),
        "course_id": str(course.id),
        "bag_id": str(bag.id),
        "check_id": str(check.id),
        "visit_id": str(visit.id),
        "event_id": str(_event(world, course).id),
        "contact_id": str(ContactPointFactory(patient=world.patient).id),
        "link_id": str(link.id),
        "site_id": str(world.site.id),
        "overlay_id": str(_overlay(world)),
        "alert_id": str(_alert(world, course).id),
        **_shift(world),
        **_reminders(world, course),
        **_own(world, course),
        **_check_in(world, course),
        **_texts(world),
        "key": "us-label-rr",
    }


def _check_in(world, course) -> dict[str, str]:
    """Return a check-in with answers and a photo, and what came of it."""
    asked, nurse = checkins.check_in(course, world.now), world.people["NURSE"].id
    answered = checkins.answers(asked, nurse, world.now)
    return {
        "check_in_id": str(asked.id),
        "answers_id": str(answered.id),
        "photo_id": str(checkins.photo(answered, nurse, world.now).id),
        "adverse_event_id": str(checkins.adverse_event(course, nurse, world.now).id),
    }


def _texts(world) -> dict[str, str]:
    """Return a draft of each kind of text the site writes."""
    draft = {
        "site": world.site,
        "number": 1,
        "drafted_by": world.people["PHYSICIAN"],
        "drafted_at": world.now,
    }
    advice = models.AdviceText.objects.create(kind="RED", **draft)
    wording = models.QuestionWording.objects.create(question="neuro.place", **draft)
    return {"advice_id": str(advice.id), "wording_id": str(wording.id)}


def _reminders(world, course) -> dict[str, str]:
    by_id = world.people["PHYSICIAN"].id
    return {
        "document_id": str(reminders.document(world.site.id, by_id, world.now).id),
        "mute_id": str(_mute(world, by_id).id),
        "date_id": str(reminders.care_date(course, by_id, world.now).id),
    }


def _mute(world, by_id) -> models.Mute:
    return models.Mute.objects.create(
        patient=world.patient,
        reason="FAMILY_WISH",
        by_id=by_id,
        from_at=world.now,
        until=world.now + dt.timedelta(days=1),
    )


def _own(world, course) -> dict[str, str]:
    """Return a message and a device of the nurse, which are their owner's alone."""
    nurse = world.people["NURSE"]
    message = models.Message.objects.create(
        site=world.site,
        course=course,
        kind="alert_raised",
        event="ALERT",
        subject_kind="COURSE",
        subject_id=course.id,
        event_at=world.now,
        person_kind="STAFF",
        user=nurse,
        channel="PUSH",
        due_at=world.now,
        expires_at=world.now,
        status="SENT",
    )
    device = PushSubscription.objects.create(
        user=nurse, endpoint="https://fcm.googleapis.com/x", p256dh="x", auth="x"
    )
    ids = {"message_id": str(message.id), "subscription_id": str(device.id)}
    return {**ids, "channel": "IN_APP"}


def _event(world, course) -> models.InfusionEvent:
    return models.InfusionEvent.objects.create(
        cycle=course.cycles.first(),
        kind="TRANSFERRED",
        at=world.now,
        recorded_by=world.people["NURSE"],
    )


def _alert(world, course) -> models.Alert:
    return models.Alert.objects.create(
        site=world.site,
        course=course,
        cause="PUMP_STOPPED",
        subject=str(course.id),
        since=world.now,
        raised_at=world.now,
    )


def _shift(world) -> dict[str, str]:
    """Return a shift of the site that is offered to somebody."""
    person = world.people["PHYSICIAN"]
    shift = models.Shift.objects.create(
        site=world.site,
        role="PHYSICIAN",
        from_at=world.now,
        to_at=world.now + dt.timedelta(hours=8),
    )
    swap = models.ShiftSwap.objects.create(
        shift=shift,
        shift_version=1,
        proposed_by=person,
        proposed_to=person,
        proposed_at=world.now,
    )
    return {"shift_id": str(shift.id), "swap_id": str(swap.id)}


def _overlay(world) -> uuid.UUID:
    """Return a draft of the site."""
    row, _ = models.RegimenOverlay.objects.get_or_create(
        site=world.site,
        regimen_key="alliance-a041703",
        status="DRAFT",
        defaults={
            "number": 1,
            "base_version": "1",
            "base_digest": "",
            "values": {},
            "drafted_by": world.people["PHARMACIST"],
            "drafted_at": world.now,
            "changed_at": world.now,
        },
    )
    return row.id


def _aim(case, ids, token) -> None:
    """Point a generated request at what exists, as somebody who is known."""
    for name in case.path_parameters:
        case.path_parameters[name] = ids[name]
    case.headers.update({"X-Session-Token": token})
    if "Idempotency-Key" in case.headers:
        case.headers["Idempotency-Key"] = str(uuid.uuid4())
    if "If-Match" in case.headers:
        overlay = "overlay_id" in case.path_parameters
        kind = models.RegimenOverlay if overlay else models.Course
        row_id = ids["overlay_id" if overlay else "course_id"]
        version = kind.objects.get(id=row_id).version
        case.headers["If-Match"] = f'"{version}"'


def _departures(case, response) -> list[str]:
    """Return where an answer is not what the document says it is."""
    try:
        case.validate_response(response, checks=CHECKS)
    except FailureGroup as found:
        return [f"{one.title}: {one.message}" for one in found.exceptions]
    return []


@pytest.mark.usefixtures("_as_one_test")
@pytest.mark.parametrize("name", OPERATIONS)
def test_the_answers_are_those_of_the_document(world, course, name):
    operation = OPERATIONS[name]
    ids = _ids(world, course)
    tokens = [world.api(kind).headers["x-session-token"] for kind in CALLERS]
    answered = []

    @hypothesis.settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(hypothesis.HealthCheck),
        phases=[hypothesis.Phase.generate],
    )
    @hypothesis.given(case=operation.as_strategy())
    def ask(case):
        for token in tokens:
            _aim(case, ids, token)
            response = case.call()
            assert _departures(case, response) == []
            answered.append(token)

    ask()
    assert set(answered) == set(tokens)


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_has_a_name_and_says_no_as_a_problem(name):
    operation = OPERATIONS[name].definition.raw

    assert operation["operationId"]
    assert operation["responses"]["401"]["content"].keys() == {
        "application/fhir+json"
        if name.partition(" ")[2].startswith(IN_FHIR)
        else "application/problem+json"
    }
