"""What is said of requests, whatever they are about."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from infusion.wording.base import Wording

_KEY = _("Idempotency key")
_VERSION = _("Version")

REQUESTS: Mapping[str, Wording] = {
    "refused": Wording(422, _("Refused"), _("This step is refused.")),
    "not_found": Wording(404, _("Not found"), _("There is no such record for you.")),
    "version_stale": Wording(
        412,
        _("Changed meanwhile"),
        _("Somebody changed this record after you opened it. Look again, then repeat."),
    ),
    "not_allowed": Wording(
        403, _("Not allowed"), _("Your role does not allow this step.")
    ),
    "step_not_allowed": Wording(
        409,
        _("Not the right moment"),
        _("This step does not lead on from the present state (%(current)s)."),
    ),
    "precondition_required": Wording(
        428, _VERSION, _("Say in If-Match which version you are changing.")
    ),
    "precondition_malformed": Wording(
        400,
        _VERSION,
        _('If-Match takes exactly one version as it came in ETag, such as "7".'),
    ),
    "idempotency_key_missing": Wording(
        400, _KEY, _("Send an Idempotency-Key, one for each thing you want done.")
    ),
    "idempotency_key_invalid": Wording(
        400, _KEY, _("An Idempotency-Key is 1 to 128 visible ASCII characters.")
    ),
    "idempotency_key_reused": Wording(
        422, _KEY, _("This key was used before for another request.")
    ),
    "naive_time": Wording(
        422, _("Time without an offset"), _("This instant has no offset from UTC.")
    ),
    "instant_out_of_range": Wording(
        422,
        _("Out of range"),
        _("Only instants of the years %(first)s to %(last)s are understood."),
    ),
    "in_the_future": Wording(
        422, _("In the future"), _("This instant has not come yet.")
    ),
    "first_day_not_offered": Wording(
        422,
        _("Out of range"),
        _("Choose a day from today to %(days)s days from now."),
    ),
    "unknown_time_zone": Wording(
        422, _("Time zone"), _("This is not the name of a time zone.")
    ),
    "not_a_number": Wording(422, _("Not a number"), _("This is not a finite number.")),
    "not_above_zero": Wording(
        422, _("Not a number"), _("This must be greater than zero.")
    ),
    "unit_not_supported": Wording(
        422, _("Unit"), _("Only %(expected)s is understood here; nothing is converted.")
    ),
    "units_differ": Wording(
        422, _("Unit"), _("These two values have different units.")
    ),
}
