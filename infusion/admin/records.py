"""The infusion records for the back office: to be read, never to be changed here.

A course changes through its services only, which check, plan again and write the history.
"""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest

from infusion import models
from patients.admin.base import ScopedAdmin, is_superuser

OF_COURSE = {"site": "course__site"}
_OF_CYCLE = {"site": "cycle__course__site"}


class ReadOnly(ScopedAdmin):
    """Show a record to administrators of its site; offer no change."""

    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        """Refuse: records come from services."""
        return False

    def has_change_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        """Refuse: records change through services."""
        return False

    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        """Refuse: nothing clinical is removed."""
        return False


@admin.register(models.Course)
class CourseAdmin(ReadOnly):
    """Courses."""

    paths = {"site": "site"}
    list_display = ("id", "patient", "site", "regimen_key", "status", "ordered_at")
    list_filter = ("status", "regimen_key", "site")
    list_select_related = ("patient", "site")
    search_fields: ClassVar = ["=id", "patient__mrn", "patient__sort_key"]
    date_hierarchy = "ordered_at"


@admin.register(models.Cycle)
class CycleAdmin(ReadOnly):
    """Cycles."""

    paths = OF_COURSE
    list_display = ("id", "course", "number", "status", "planned_start_at", "ended_at")
    list_filter = ("status",)
    search_fields: ClassVar = ["=id", "=course__id"]


@admin.register(models.CourseBlock)
class CourseBlockAdmin(ReadOnly):
    """The way of a course through its regimen."""

    paths = OF_COURSE
    list_display = (
        "course",
        "sequence",
        "block_key",
        "ordinal",
        "status",
        "starts_on",
        "ended_on",
    )
    list_filter = ("status",)
    search_fields: ClassVar = ["=course__id", "block_key"]


@admin.register(models.Decision)
class DecisionAdmin(ReadOnly):
    """Which way was taken, by whom."""

    paths = OF_COURSE
    list_display = ("decided_at", "course", "to", "verdict", "decided_by")
    list_filter = ("verdict",)
    list_select_related = ("decided_by",)
    search_fields: ClassVar = ["=course__id", "to"]


@admin.register(models.RegimenChange)
class RegimenChangeAdmin(ReadOnly):
    """Courses moved to another version of their regimen."""

    paths = OF_COURSE
    list_display = ("changed_at", "course", "before", "after", "changed_by")
    list_select_related = ("before", "after", "changed_by")
    search_fields: ClassVar = ["=course__id"]


@admin.register(models.RegimenOverlay)
class RegimenOverlayAdmin(ReadOnly):
    """What sites fill into regimens."""

    paths = {"site": "site"}
    list_display = ("regimen_key", "number", "site", "status", "in_force_at")
    list_filter = ("status", "regimen_key", "site")
    list_select_related = ("site",)
    search_fields: ClassVar = ["=id", "regimen_key"]


@admin.register(models.OverlaySignature)
class OverlaySignatureAdmin(ReadOnly):
    """Who signed them."""

    paths = {"site": "overlay__site"}
    list_display = ("signed_at", "overlay", "revision", "role", "signed_by")
    list_filter = ("role",)
    list_select_related = ("overlay", "signed_by")
    search_fields: ClassVar = ["=overlay__id"]


@admin.register(models.Bag)
class BagAdmin(ReadOnly):
    """Bags, also by lot for a recall."""

    paths = OF_COURSE
    list_display = ("code", "course", "sequence", "status", "lot", "hung_at", "use_by")
    list_filter = ("status", "recipe_key")
    search_fields: ClassVar = ["code", "lot", "=course__id"]


@admin.register(models.InfusionEvent)
class InfusionEventAdmin(ReadOnly):
    """The ledger of the pump."""

    paths = _OF_CYCLE
    list_display = ("at", "kind", "reason", "cycle", "recorded_by")
    list_filter = ("kind",)
    list_select_related = ("recorded_by",)
    search_fields: ClassVar = ["=cycle__id", "=cycle__course__id"]


@admin.register(models.HangCheck)
class HangCheckAdmin(ReadOnly):
    """Readings of two people."""

    paths = {"site": "bag__course__site"}
    list_display = ("bag", "hung_at", "entered_by", "confirmed_by", "confirmed_at")
    list_select_related = ("entered_by", "confirmed_by")
    search_fields: ClassVar = ["bag__code"]


@admin.register(models.Placement)
class PlacementAdmin(ReadOnly):
    """Placements."""

    paths = OF_COURSE
    list_display = ("course", "kind", "from_at", "recorded_by")
    list_filter = ("kind",)
    list_select_related = ("recorded_by",)


@admin.register(models.PlanVersion)
class PlanVersionAdmin(ReadOnly):
    """Plans as they were made."""

    paths = OF_COURSE
    list_display = ("course", "number", "cause", "made_at", "made_by")
    list_filter = ("cause",)
    list_select_related = ("made_by",)
    search_fields: ClassVar = ["=course__id"]


@admin.register(models.Visit)
class VisitAdmin(ReadOnly):
    """Visits."""

    paths = _OF_CYCLE
    list_display = ("id", "kind", "planned_at", "placement", "status", "assigned_to")
    list_filter = ("status", "kind", "placement")
    list_select_related = ("assigned_to",)
    date_hierarchy = "planned_at"


@admin.register(models.Message)
class MessageAdmin(ReadOnly):
    """Messages owed and sent."""

    paths = {"site": "site"}
    list_display = ("due_at", "kind", "person_kind", "channel", "status", "reason")
    list_filter = ("status", "event", "channel", "site")
    search_fields: ClassVar = ["=id", "=course__id"]
    date_hierarchy = "due_at"


@admin.register(models.Mute)
class MuteAdmin(ReadOnly):
    """Times in which nothing is said to a family; set and ended at the console only."""

    paths = {"site": "patient__site"}
    list_display = ("from_at", "until", "reason", "by", "ended_at", "ended_how")
    list_filter = ("reason", "ended_how")
    list_select_related = ("by",)
    date_hierarchy = "from_at"


@admin.register(models.ReminderDocument)
class ReminderDocumentAdmin(ReadOnly):
    """What sites changed of their reminder rules; changed at the console only."""

    paths = {"site": "site"}
    list_display = ("site", "number", "status", "drafted_by", "in_force_at")
    list_filter = ("status", "site")
    list_select_related = ("site", "drafted_by")


@admin.register(models.CareDate)
class CareDateAdmin(ReadOnly):
    """Days of courses that no plan knows of."""

    paths = OF_COURSE
    list_display = ("at", "kind", "status", "entered_by")
    list_filter = ("kind", "status")
    list_select_related = ("entered_by",)
    date_hierarchy = "at"


@admin.register(models.MessageAttempt)
class MessageAttemptAdmin(ReadOnly):
    """Tries to send."""

    paths = {"site": "message__site"}
    list_display = ("at", "message", "outcome", "detail", "provider_id")
    list_filter = ("outcome",)


@admin.register(models.DeliveryReport)
class DeliveryReportAdmin(ReadOnly):
    """What providers reported afterwards."""

    paths = {"site": "message__site"}
    list_display = ("created_at", "message", "provider", "arrival", "code")
    list_filter = ("arrival", "provider")


@admin.register(models.Shift)
class ShiftAdmin(ReadOnly):
    """Who was and is on call; planned and swapped at the console."""

    paths = {"site": "site"}
    list_display = ("from_at", "to_at", "role", "user", "site", "removed_at")
    list_filter = ("role", "site")
    list_select_related = ("user", "site")
    search_fields: ClassVar = ["=id", "user__email"]
    date_hierarchy = "from_at"


@admin.register(models.ShiftSwap)
class ShiftSwapAdmin(ReadOnly):
    """Shifts that were offered to somebody else."""

    paths = {"site": "shift__site"}
    list_display = ("proposed_at", "shift", "proposed_by", "proposed_to", "status")
    list_filter = ("status",)
    list_select_related = ("shift", "proposed_by", "proposed_to")


@admin.register(models.Alert)
class AlertAdmin(ReadOnly):
    """Alerts; taken, handed over and ended at the console."""

    paths = {"site": "site"}
    list_display = (
        "raised_at",
        "severity",
        "cause",
        "status",
        "owner",
        "outcome",
        "site",
    )
    list_filter = ("status", "severity", "cause", "site")
    list_select_related = ("owner", "site")
    search_fields: ClassVar = ["=id", "=course__id"]
    date_hierarchy = "raised_at"


@admin.register(models.AlertStep)
class AlertStepAdmin(ReadOnly):
    """What happened to alerts, whom they reached and who took them."""

    paths = {"site": "alert__site"}
    list_display = ("at", "alert", "kind", "role", "told", "by")
    list_filter = ("kind",)
    list_select_related = ("by",)
    search_fields: ClassVar = ["=alert__id"]


@admin.register(models.Heartbeat)
class HeartbeatAdmin(ReadOnly):
    """When the background parts last showed themselves."""

    list_display = ("name", "at")
    has_module_permission: Any = is_superuser
    has_view_permission: Any = is_superuser
