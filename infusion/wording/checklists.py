"""What the words of the checklist are called on the screen."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

Words = Mapping[str, Promise]

STATES: Words = {
    "MET": pgettext_lazy("criterion", "Met"),
    "NOT_MET": pgettext_lazy("criterion", "Not met"),
    "NOT_KNOWN": pgettext_lazy("criterion", "Not known"),
    "EXPIRED": pgettext_lazy("criterion", "Too old"),
    "WAIVED": pgettext_lazy("criterion", "Waived"),
}
KINDS: Words = {
    "HARD": pgettext_lazy("criterion", "hard: never waived"),
    "SOFT": pgettext_lazy("criterion", "soft: met or waived"),
    "INFORMATION": pgettext_lazy("criterion", "information"),
}
VERDICTS: Words = {
    "READY": _("Ready to go home"),
    "NOT_READY": _("Not ready"),
    "CANNOT_ASSESS": _("Cannot be assessed: something is not known or too old"),
}
FINDINGS: Words = {
    "not_recorded": _("nothing recorded"),
    "too_old": _("too old"),
    "outside": _("outside the limit"),
    "site_value_missing": _("the site has not set its limit"),
    "high": _("fever within the interval"),
    "series_short": _("not measured for long enough, or with too long a pause"),
    "not_covered": _("not covered from now on"),
    "step_not_covered": _("the time after the dose step is not covered"),
    "age_not_known": _("the age is not known"),
}
SIGN_OFFS: Words = {
    "OPEN": pgettext_lazy("sign-off", "one signature is missing"),
    "SIGNED": pgettext_lazy("sign-off", "signed by both"),
    "VOID": pgettext_lazy("sign-off", "no longer holds"),
    "USED": pgettext_lazy("sign-off", "the patient went home under it"),
}
RESTARTS: Words = {
    "RUNNING": _(
        "The pump runs. If it stops: resume within 4 hours; from 4 hours on only supervised, with premedication, not at home."
    ),
    "RESUME": _("Stopped for less than 4 hours: resume."),
    "SUPERVISED": _(
        "Stopped for 4 hours or more: restart only under supervision on the ward or in the clinic, with premedication. Not at home."
    ),
    "NEW_CYCLE": _(
        "Stopped for more than 7 days after an adverse event: a new cycle, not a restart."
    ),
    "NOT_SOURCED": _(
        "Stopped for more than 7 days: no source says what to do. The physician decides."
    ),
}
PHONES: Words = {
    "ON_CALL": _("On call"),
    "PATIENT": _("Patient"),
}
