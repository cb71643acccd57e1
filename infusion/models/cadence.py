"""The debt to look ahead again: until when the check-ins of a course are planned."""

from django.db import models

from infusion.models.base import Record
from infusion.models.courses import Course


class CadenceDebt(Record):
    """A course whose next check-ins must be planned by a due time.

    Check-ins are planned a few days ahead, so that no plan carries those of a whole
    cycle; ``lease_until`` is set while a worker has it.
    """

    course = models.OneToOneField(Course, models.PROTECT, related_name="cadence_debt")
    due_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["due_at"], name="cadence_due")]
