"""Check-ins, adverse events and the rules and texts of sites, for the back office.

Lists show codes, times and people, and no word that a family or a nurse has written.
"""

from typing import ClassVar

from django.contrib import admin

from infusion import models
from infusion.admin.records import OF_COURSE, ReadOnly

_OF_CHECK_IN = {"site": "check_in__course__site"}
_OF_ANSWERS = {"site": "answers__check_in__course__site"}


@admin.register(models.CheckIn)
class CheckInAdmin(ReadOnly):
    """What families were asked, and what came of it."""

    paths = OF_COURSE
    list_display = ("due_at", "course", "kind", "status", "colour", "looked_at")
    list_filter = ("status", "colour", "kind")
    search_fields: ClassVar = ["=id", "=course__id"]
    date_hierarchy = "due_at"


@admin.register(models.CheckInAnswers)
class CheckInAnswersAdmin(ReadOnly):
    """Answers: when, by whom, by which way."""

    paths = _OF_CHECK_IN
    list_display = ("given_at", "received_at", "check_in", "source", "way", "language")
    list_filter = ("source", "way", "language")
    search_fields: ClassVar = ["=id", "=client_id", "=check_in__id"]
    date_hierarchy = "given_at"


@admin.register(models.UnreadAnswers)
class UnreadAnswersAdmin(ReadOnly):
    """Answers that no rule can read: kept word for word."""

    paths = _OF_CHECK_IN
    list_display = ("given_at", "received_at", "check_in", "why", "way")
    list_filter = ("why",)
    search_fields: ClassVar = ["=id", "=client_id", "=check_in__id"]


@admin.register(models.CheckInResult)
class CheckInResultAdmin(ReadOnly):
    """What the rules made of answers, and in which version."""

    paths = _OF_ANSWERS
    list_display = ("made_at", "answers", "colour", "rules", "look_by")
    list_filter = ("colour", "rules")
    search_fields: ClassVar = ["=id", "=answers__id", "=answers__check_in__id"]
    date_hierarchy = "made_at"


@admin.register(models.CheckInLook)
class CheckInLookAdmin(ReadOnly):
    """Who looked at check-ins, and what came of it."""

    paths = _OF_CHECK_IN
    list_display = ("at", "check_in", "what", "by")
    list_filter = ("what",)
    list_select_related = ("by",)
    search_fields: ClassVar = ["=id", "=check_in__id"]


@admin.register(models.CheckInPhoto)
class CheckInPhotoAdmin(ReadOnly):
    """That there is a photograph; it is seen at its check-in."""

    paths = _OF_ANSWERS
    fields = ("answers", "question", "media_type", "sha256", "received_at")
    list_display = ("received_at", "answers", "question", "media_type")
    list_filter = ("question", "media_type")
    search_fields: ClassVar = ["=id", "=answers__id", "=answers__check_in__id"]


@admin.register(models.AdverseEvent)
class AdverseEventAdmin(ReadOnly):
    """Adverse events."""

    paths = OF_COURSE
    list_display = (
        "onset_at",
        "event",
        "course",
        "status",
        "seriousness",
        "source",
        "resolved_at",
    )
    list_filter = ("event", "status", "seriousness", "source")
    search_fields: ClassVar = ["=id", "=course__id"]
    date_hierarchy = "onset_at"


@admin.register(models.AdverseEventEntry)
class AdverseEventEntryAdmin(ReadOnly):
    """Their grades over time."""

    paths = {"site": "adverse_event__course__site"}
    list_display = ("at", "adverse_event", "kind", "verdict", "grade", "scale", "by")
    list_filter = ("kind", "verdict", "grade", "scale")
    list_select_related = ("adverse_event", "by")
    search_fields: ClassVar = ["=id", "=adverse_event__id"]


class SiteDocumentAdmin(ReadOnly):
    """What a site has written, and who stands behind it."""

    paths = {"site": "site"}
    list_filter: ClassVar = ["status", "site"]
    list_select_related: ClassVar = ["site", "drafted_by"]
    search_fields: ClassVar = ["=id", "=site__code"]


@admin.register(models.AdviceText)
class AdviceTextAdmin(SiteDocumentAdmin):
    """What families are told; written and approved at the console only."""

    list_display = ("site", "kind", "number", "status", "drafted_by", "drafted_at")


@admin.register(models.QuestionWording)
class QuestionWordingAdmin(SiteDocumentAdmin):
    """Questions that a site words itself."""

    list_display = ("site", "question", "number", "status", "drafted_by", "drafted_at")


@admin.register(models.TriageDocument)
class TriageDocumentAdmin(SiteDocumentAdmin):
    """The triage rules of sites."""

    list_display = ("site", "number", "status", "drafted_by", "in_force_at")
