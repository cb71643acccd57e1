"""The debt to look again at signatures: one row a course, with a due time."""

import datetime as dt

from infusion import models


def owe(course: models.Course, due_at: dt.datetime | None) -> None:
    """Look at the signatures of a course again by an instant; None: nothing is owed."""
    rows = models.Reassessment.objects
    if due_at is None:
        rows.filter(course=course).delete()
        return
    rows.update_or_create(
        course=course, defaults={"due_at": due_at, "lease_until": None}
    )


def hasten(course: models.Course, now: dt.datetime) -> None:
    """Look again at once, if anything is owed at all: the course itself has changed."""
    rows = models.Reassessment.objects.filter(course=course)
    rows.update(due_at=now, lease_until=None)
