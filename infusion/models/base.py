"""What the infusion tables share."""

import uuid
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import pgtrigger
import uuid6
from django.db import models


def new_id() -> uuid.UUID:
    """Return a time-ordered UUID."""
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


def choices(states: type[StrEnum]) -> list[tuple[str, str]]:
    """Return an enumeration of the domain as Django choices."""
    return [(str(state), str(state)) for state in states]


def only_steps(steps: Mapping[Any, frozenset[Any]]) -> pgtrigger.FSM:
    """Let the database refuse every step the domain's table does not list."""
    return pgtrigger.FSM(
        name="only_listed_steps",
        field="status",
        transitions=[
            # Sorted, because a set has another order in every process.
            (str(start), str(end))
            for start, ends in steps.items()
            for end in sorted(ends)
        ],
    )


def append_only() -> pgtrigger.Protect:
    """Let the database refuse to change or remove a row."""
    return pgtrigger.Protect(
        name="append_only", operation=pgtrigger.Update | pgtrigger.Delete
    )
