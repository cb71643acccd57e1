"""What every table shares: a time-ordered public id and a row version."""

import uuid

import uuid6
from django.db import models


def new_id() -> uuid.UUID:
    """Return a time-ordered UUID, so that ids are safe in URLs and cheap to index."""
    return uuid6.uuid7()


class Record(models.Model):
    """A row with a public id and the instant it was first stored."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True


class VersionedRecord(Record):
    """A row that several people may change: ``version`` is its ETag."""

    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        abstract = True
