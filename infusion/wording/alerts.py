"""What is said when an alert cannot be taken, handed over or ended."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from infusion.wording.base import Wording

_ALERT = _("The alert")

ALERTS: Mapping[str, Wording] = {
    "alert_closed": Wording(409, _ALERT, _("Somebody has this alert, or it is over.")),
    "alert_not_yours": Wording(
        409, _ALERT, _("Only who has taken an alert hands it over or ends it.")
    ),
    "outcome_unknown": Wording(
        422, _ALERT, _("Say how the alert ended; with OTHER, in a few words.")
    ),
}
