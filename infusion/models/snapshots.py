"""The regimens courses were ordered under, word for word."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from infusion.models.base import Record, append_only


class RegimenSnapshot(Record):
    """A regimen as it stood when a course was ordered; a changed file changes no course.

    ``body`` is the document with the shared blocks it names and the values the site
    signed; ``version`` is that of the file, with the number of the site's overlay.
    """

    key = models.CharField(max_length=80)
    version = models.CharField(max_length=60)
    # SHA-256 of the body: an equal document of a version is stored once.
    digest = models.CharField(max_length=64)
    body = models.JSONField()

    class Meta:
        triggers = [append_only()]
        constraints = [
            models.UniqueConstraint(fields=["digest", "version"], name="snapshot_once")
        ]


class RegimenChange(Record):
    """A running course was moved to another version of its regimen: by whom and why."""

    SCOPE: ClassVar = {"site": "course__site", "patient": "course__patient"}

    course = models.ForeignKey(
        "infusion.Course", models.PROTECT, related_name="regimen_changes"
    )
    before = models.ForeignKey(RegimenSnapshot, models.PROTECT, related_name="+")
    after = models.ForeignKey(RegimenSnapshot, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    changed_at = models.DateTimeField()

    class Meta:
        triggers = [append_only()]
