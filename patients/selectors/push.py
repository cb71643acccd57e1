"""Reads the devices of an account."""

import uuid

from django.db.models import QuerySet

from patients import models


def list_subscriptions(user_id: uuid.UUID) -> QuerySet[models.PushSubscription]:
    """List the devices that are written to, the latest first."""
    rows = models.PushSubscription.objects.filter(user_id=user_id, ended_at=None)
    return rows.order_by("-id")
