"""A document of reminder rules and a day of a course, as rows."""

import datetime as dt
import uuid

from infusion import models


def document(
    site_id: uuid.UUID, by_id: uuid.UUID, now: dt.datetime
) -> models.ReminderDocument:
    """Return the draft of a site; it has one at most."""
    row, _ = models.ReminderDocument.objects.get_or_create(
        site_id=site_id,
        number=1,
        defaults={"body": {}, "drafted_by_id": by_id, "drafted_at": now},
    )
    return row


def care_date(
    course: models.Course, by_id: uuid.UUID, now: dt.datetime
) -> models.CareDate:
    """Return a blood sample of tomorrow."""
    return models.CareDate.objects.create(
        course=course,
        kind="LABORATORY_DRAW",
        at=now + dt.timedelta(days=1),
        entered_by_id=by_id,
        entered_at=now,
    )
