"""What events around an infusion are called on the screen."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from infusion.domain.events import REASONS, Happening

EVENTS: Mapping[str, Promise] = {
    "START": _("Infusion started"),
    "PAUSE": _("Pump stopped"),
    "RESUME": _("Pump restarted"),
    "STOP": _("Infusion ended"),
    "ALARM": _("Pump alarm"),
    "DISCONNECTED": _("Line disconnected"),
    "WRONG_RATE": _("Wrong rate"),
    "FLUSHED": _("Line flushed: overdose incident"),
    "BAG_LEAKED": _("Bag leaked"),
    "LINE_PROBLEM": _("Line problem"),
    "HOLD_ORDERED": _("Hold ordered"),
    "RESUME_ORDERED": _("Resume ordered"),
    "DOSE_CHANGED": _("Dose changed"),
    "ADMITTED": _("Admitted"),
    "DISCHARGED": _("Discharged home"),
    "TRANSFERRED": _("Transferred to another hospital"),
    "DIED": _("Died"),
    "BAG_CHANGED_EARLY": _("Bag changed early"),
    "BAG_CHANGED_LATE": _("Bag changed late"),
}
EFFECTS: Mapping[str, Promise] = {
    "RUNS": _("the clock runs"),
    "STOPS": _("the clock stands still"),
    "ENDS": _("the clock ends"),
    "NONE": _("no change"),
}
REASON_WORDS: Mapping[str, Promise] = {
    "OCCLUSION": _("Occlusion"),
    "AIR_IN_LINE": _("Air in line"),
    "BATTERY": _("Battery"),
    "BAG_EMPTY": _("Bag empty"),
    "BAG_PROBLEM": _("Bag problem"),
    "LINE_PROBLEM": _("Line problem"),
    "ADVERSE_EVENT": _("Adverse event"),
    "PROCEDURE": _("Procedure or examination"),
    "CRS": _("Cytokine release syndrome"),
    "NEUROTOXICITY": _("Neurotoxicity"),
    "SEIZURE": _("Seizure"),
    "LIVER": _("Liver values"),
    "INFECTION": _("Infection"),
    "OTHER": pgettext_lazy("reason", "Other"),
}

# The start, the end and what follows from the bags are recorded elsewhere.
_ELSEWHERE = {Happening.START, Happening.STOP}


def told() -> list[tuple[str, Promise]]:
    """Return what may be recorded as an event, as choices of a form."""
    kinds = (kind for kind in Happening if kind not in _ELSEWHERE)
    return [(kind.value, EVENTS[kind.value]) for kind in kinds]


def reasons() -> list[tuple[str, Promise]]:
    """Return every reason that some event takes, as choices of a form."""
    known = {reason for each in REASONS.values() for reason in each}
    return [(key, text) for key, text in REASON_WORDS.items() if key in known]
