"""Who has read a message and said so."""

from django.conf import settings
from django.db import models

from infusion.models.base import Record, append_only
from infusion.models.messages import Message


class Acknowledgement(Record):
    """The reader of a message says that they have read it. Append-only, once."""

    message = models.OneToOneField(
        Message, models.PROTECT, related_name="acknowledgement"
    )
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        triggers = [append_only()]
