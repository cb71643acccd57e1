"""Reads the message log of a course."""

import uuid

from django.db.models import QuerySet

from infusion import models


def list_messages(course_id: uuid.UUID) -> QuerySet[models.Message]:
    """List the messages of a course in order of due time, the cancelled included."""
    rows = models.Message.objects.filter(course_id=course_id)
    return rows.order_by("due_at", "id")
