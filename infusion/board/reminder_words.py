"""What the parts of reminder rules, and entered days, are called on the screen."""

from typing import Any

from django.utils.functional import lazy
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from infusion.domain.courses import Text
from infusion.domain.reminders.events import EVENTS


def _in_language(text: Text) -> str:
    return text.in_language(get_language() or "en")


_title: Any = lazy(_in_language, str)

TITLES = {str(event): _title(spec.title) for event, spec in EVENTS.items()}
TO = {
    "patient": _("Patient"),
    "caregiver": _("Caregiver"),
    "nurse": _("Nurse of the visit or the patient"),
    "on_call": _("Nurse on call"),
    "pharmacist": _("Pharmacist"),
    "coordinator": _("Coordinator"),
}
URGENCY = {"urgent": _("urgent"), "normal": pgettext_lazy("urgency", "normal")}
QUIET = {
    "hold": _("waits for the end of quiet hours"),
    "forward": _("leaves before quiet hours"),
    "ignore": _("wakes people"),
}
CARE_DATES = {
    "BOOKED": pgettext_lazy("entered day", "To come"),
    "DONE": pgettext_lazy("entered day", "Done"),
    "CANCELLED": pgettext_lazy("entered day", "Called off"),
}
