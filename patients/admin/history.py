"""Pages of the history: read only, for everybody."""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from patients import models
from patients.admin.base import OF_PATIENT, ScopedAdmin


class HistoryAdmin(ScopedAdmin):
    """Every version of a row, with when, what was done and by whom."""

    list_display = ("pgh_created_at", "pgh_label", "pgh_obj_id", "done_by")
    list_filter = ("pgh_label",)
    list_select_related = ("pgh_context",)
    ordering = ("-pgh_id",)
    show_full_result_count = False

    @admin.display(description=_("by"))
    def done_by(self, event: Any) -> str:
        """Name the account, or the command, that wrote."""
        known = event.pgh_context.metadata if event.pgh_context else {}
        return str(known.get("actor") or known.get("command") or "")


# Tracked table -> where the site of its rows is found.
_TRACKED: Mapping[Any, Mapping[str, str]] = {
    models.Patient: {"site": "site"},
    models.Membership: {"site": "site"},
    models.SiteDay: {"site": "site"},
    models.CaregiverLink: OF_PATIENT,
    models.ContactPoint: OF_PATIENT,
    models.Consent: OF_PATIENT,
}

for _model, _paths in _TRACKED.items():
    _event = _model.pgh_event_model
    admin.site.register(
        _event, type(f"{_event.__name__}Admin", (HistoryAdmin,), {"paths": _paths})
    )
