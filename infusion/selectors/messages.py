"""Reads the message log of a course."""

import uuid
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from infusion import models


def list_messages(course_id: uuid.UUID) -> QuerySet[models.Message]:
    """List the messages of a course in order of due time, the cancelled included."""
    rows = models.Message.objects.filter(course_id=course_id)
    return rows.order_by("due_at", "id")


def list_ledger(course_id: uuid.UUID) -> QuerySet[models.Message, Any]:
    """List the messages of a course with who read them, was rung, or is told again."""
    calls = models.PhoneCall.objects.filter(message=OuterRef("id"))
    related = ("user", "acknowledgement")
    return (
        list_messages(course_id)
        .select_related(*related)
        .annotate(
            is_rung=Exists(calls), is_reached=Exists(calls.filter(was_reached=True))
        )
    )
