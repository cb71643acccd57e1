"""What adverse events, their relation and what was done are called on the screen."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from infusion.board import toxicity_words
from infusion.domain.toxicity import ToxicityEvent

RELATIONS: Mapping[str, Promise] = {
    "UNASSESSABLE": pgettext_lazy("relation", "Cannot be judged"),
    "CERTAIN": pgettext_lazy("relation", "Certainly"),
    "PROBABLE": pgettext_lazy("relation", "Probably"),
    "POSSIBLE": pgettext_lazy("relation", "Possibly"),
    "UNLIKELY": pgettext_lazy("relation", "Unlikely"),
    "CONDITIONAL": pgettext_lazy("relation", "Not yet to be judged: more is needed"),
}
SERIOUSNESS: Mapping[str, Promise] = {
    "NOT_SERIOUS": _("Not serious"),
    "SERIOUS": _("Serious"),
    "HOSPITALISATION": _("Led to a stay in hospital"),
    "LIFE_THREATENING": _("Life-threatening"),
    "DISABILITY": _("Led to a disability"),
    "DEATH": _("Led to death"),
}
ACTIONS: Mapping[str, Promise] = {
    "HOLD": _("Infusion held"),
    "STOP": _("Stopped for good"),
    "STEROID": _("Steroid given"),
    "ADMISSION": _("Admitted to hospital"),
    "OTHER": pgettext_lazy("reason", "Other"),
}
STATES: Mapping[str, Promise] = {
    "OPEN": pgettext_lazy("adverse event", "goes on"),
    "RESOLVED": pgettext_lazy("adverse event", "over"),
    "WITHDRAWN": pgettext_lazy("adverse event", "withdrawn"),
}
ENTRIES: Mapping[str, Promise] = {
    "RECORDED": pgettext_lazy("adverse event", "Recorded"),
    "GRADED": pgettext_lazy("adverse event", "Graded again"),
    "RESOLVED": pgettext_lazy("adverse event", "Over"),
    "WITHDRAWN": pgettext_lazy("adverse event", "Withdrawn"),
}
LISTS = {
    "adverse_relation": RELATIONS,
    "adverse_seriousness": SERIOUSNESS,
    "adverse_action": ACTIONS,
    "adverse_state": STATES,
    "adverse_entry": ENTRIES,
}


def name_of(row: Any) -> str:
    """Return what it is: its event with the term, or the term of what has no event."""
    event = str(toxicity_words.EVENTS.get(row.event, row.event))
    if not row.term:
        return event
    return row.term if row.event == ToxicityEvent.OTHER else f"{event}: {row.term}"
