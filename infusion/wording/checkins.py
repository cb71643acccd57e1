"""What is said when an answer to a check-in cannot be read."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from infusion.wording.base import Wording

_CHECK_IN = _("The check-in")

CHECKINS: Mapping[str, Wording] = {
    "form_differs": Wording(
        409,
        _CHECK_IN,
        _("These answers are to other questions than %(wanted)s. Ask again."),
    ),
    "answer_not_on_form": Wording(
        422, _CHECK_IN, _("There is no such question, or no such answer to it.")
    ),
    "answer_in_the_future": Wording(
        422, _CHECK_IN, _("This instant has not come yet.")
    ),
    "only_clinical": Wording(
        422, _CHECK_IN, _("Only a clinician can record this, not a home.")
    ),
}
