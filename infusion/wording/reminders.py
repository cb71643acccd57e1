"""What is said when reminder rules, or a day that reminders speak of, are refused."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from infusion.wording.base import Wording

_RULES = _("The reminder rules")
_DATE = _("The day")

REMINDERS: Mapping[str, Wording] = {
    "reminder_rules_refused": Wording(
        422, _RULES, _("%(place)s is not sound: %(reason)s.")
    ),
    "reminder_draft_open": Wording(
        409,
        _RULES,
        _("Somebody began a draft at the same moment. Load the page again."),
    ),
    "reminder_document_closed": Wording(
        409, _RULES, _("These rules are in force or over. Draft a new change.")
    ),
    "care_date_past": Wording(422, _DATE, _("The day must still be to come.")),
    "care_date_twice": Wording(409, _DATE, _("This is entered for that time already.")),
    "care_date_closed": Wording(
        409, _DATE, _("The day is done or was called off before.")
    ),
}
