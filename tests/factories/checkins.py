"""Check-ins as rows, for tests that only need them to be there."""

import datetime as dt
import uuid
from typing import Any

from infusion import models

# The smallest JPEG a browser shows: a grey dot.
JPEG = bytes.fromhex(
    "ffd8ffe000104a46494600010100000100010000ffdb004300080606070605080707"
    "07090908" + "0a" * 58 + "ffc0000b080001000101011100ffc40014000100"
    "00000000000000000000000000000009ffc40014100100000000000000000000000000000000"
    "ffda0008010100003f00549fffd9"
)

_FINDING = {
    "at": "2026-06-01T14:00:00+00:00",
    "source": "PATIENT",
    "unit": "",
    "verbatim": "",
    "form": "daily-adult 0.9.0",
    "site": "",
}
# Findings that another version of the service stored and this one can't read.
UNREADABLE = (
    {"code": "OF_AN_OLDER_VERSION", "value": "1"},
    _FINDING | {"code": "CHILLS", "value": "A_LOT"},
    _FINDING | {"code": "TEMPERATURE", "value": "101", "unit": "[degF]"},
    _FINDING | {"code": "ANC", "value": "2.0", "unit": "10*9/L"},
)


def check_in(course: Any, due_at: dt.datetime, **values: Any) -> models.CheckIn:
    """Ask the daily questions at an instant."""
    return models.CheckIn.objects.create(
        course=course,
        key=f"test:{uuid.uuid4()}",
        due_at=due_at,
        **{"forms": ["daily-adult"]} | values,
    )


def answers(
    row: models.CheckIn, user_id: uuid.UUID, at: dt.datetime, *findings: Any
) -> Any:
    """Store answers and a result that nobody has worked out."""
    found = models.CheckInAnswers.objects.create(
        check_in=row,
        client_id=uuid.uuid4(),
        digest="0" * 64,
        forms=["daily-adult 1.0.0"],
        values={},
        language="en",
        source="PATIENT",
        way="SELF",
        recorded_by_id=user_id,
        given_at=at,
        received_at=at,
    )
    models.CheckInResult.objects.create(
        answers=found,
        colour="GREEN",
        rules="triage 1.0.0",
        findings=list(findings),
        fired=[],
        grades=[],
        made_at=at,
    )
    return found


def photo(of: Any, user_id: uuid.UUID, at: dt.datetime) -> models.CheckInPhoto:
    """Keep a picture beside answers."""
    return models.CheckInPhoto.objects.create(
        answers=of,
        question="neuro.sentence-photo",
        media_type="image/jpeg",
        body=JPEG,
        sha256=uuid.uuid4().hex,
        recorded_by_id=user_id,
        received_at=at,
    )


def adverse_event(course: Any, user_id: uuid.UUID, at: dt.datetime) -> Any:
    """Store an adverse event without a grade."""
    return models.AdverseEvent.objects.create(
        course=course,
        event="CRS",
        onset_at=at,
        seriousness="NOT_SERIOUS",
        source="NURSE",
        recorded_by_id=user_id,
        recorded_at=at,
    )
