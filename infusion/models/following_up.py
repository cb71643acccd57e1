"""What people did about a message: sent it again, or rang instead."""

from django.conf import settings
from django.db import models

from infusion.models.base import Record, append_only
from infusion.models.messages import Message


class Resending(Record):
    """Somebody had a message sent again, as a message of its own. Append-only."""

    # The new one, and the one that the plan or an alert first asked for.
    message = models.OneToOneField(Message, models.PROTECT, related_name="resending")
    first = models.ForeignKey(Message, models.PROTECT, related_name="resendings")
    number = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        triggers = [append_only()]
        constraints = [
            models.UniqueConstraint(fields=["first", "number"], name="resend_once"),
        ]


class PhoneCall(Record):
    """Somebody rang the reader of a message instead. Append-only."""

    message = models.ForeignKey(Message, models.PROTECT, related_name="calls")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    was_reached = models.BooleanField()
    # Kept here for those who care; it is never sent to anybody.
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        triggers = [append_only()]
