"""What toxicities, their grades and what is done about them are called on the screen."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

EVENTS: Mapping[str, Promise] = {
    "CRS": _("Cytokine release syndrome"),
    "NEUROTOXICITY": _("Neurotoxicity"),
    "ICANS": _("ICANS"),
    "SEIZURE": _("Seizure"),
    "LIVER": _("Liver values"),
    "NEUTROPENIA": _("Prolonged neutropenia"),
    "PANCREATITIS": _("Suspected pancreatitis"),
    "TUMOUR_LYSIS": _("Tumour lysis"),
    "INFECTION": _("Infection"),
    "OTHER": pgettext_lazy("reason", "Other"),
}
SCALES: Mapping[str, str] = {
    "ASTCT": "ASTCT",
    "CTCAE_5": "CTCAE 5.0",
    "CTCAE_6": "CTCAE 6.0",
}
CHOICES: Mapping[str, Promise] = {
    "CONTINUE": _("Go on as before"),
    "INTERRUPT": _("Interrupt: the pump is stopped"),
    "HOLD_ON": _("Keep the pump stopped"),
    "RESTART_LOW": _("Restart at the low dose, with a new step"),
    "STOP": _("Stop permanently: the cycle and the course end"),
}
ACTIONS: Mapping[str, Promise] = {
    "STOP": _("Stop permanently"),
    "HOLD": _("Hold, then restart at the low dose"),
    "INTERRUPT": _("Interrupt"),
    "EVALUATE": _("Evaluate"),
    "CONSIDER_STOP": _("Consider stopping permanently"),
}
VERDICTS: Mapping[str, Promise] = {
    "RULE": _("A rule applies."),
    "CANNOT_ASSESS": _("Cannot assess: facts are missing."),
    "NO_RULE": _("No rule found: the site must sign one. A physician decides."),
    "NOT_MET": _("The limit of the rule is not passed."),
}
MISSING: Mapping[str, Promise] = {
    "GRADE": _("the grade"),
    "GRADE_NOW": _("the grade now"),
    "SETTLED_AT": _("since when it is so"),
    "SEIZURES": _("the number of seizures so far"),
    "LEVEL": _("the dose level at the onset"),
    "TRANSAMINASES_X_ULN": _("transaminases, as a multiple of the upper limit"),
    "BILIRUBIN_X_ULN": _("bilirubin, as a multiple of the upper limit"),
}
