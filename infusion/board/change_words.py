"""What changes of a plan are called at the console."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = Mapping[str, Promise]

VERBS: Words = {
    "DEFER": _("Let the cycle start later"),
    "OMIT": _("Leave out the next block"),
    "CEASE": _("End it early"),
    "HOLD": _("Hold: an adverse event"),
    "RESUME": _("Resume after a hold"),
    "CHANGE_PLACEMENT": _("Change the placement"),
    "MOVE_VISIT": _("Move a visit"),
    "SWAP_RECIPE": _("Use another bag"),
    "CHANGE_WEIGHT": _("Dose by the present weight"),
}
SCOPES: Words = {
    "STEP": _("This one only"),
    "CYCLE": _("This cycle"),
    "LATER": _("This and all that comes later"),
}
FATES: Words = {
    "SAME": _("stays"),
    "MOVED": _("changes"),
    "ADDED": _("new"),
    "CANCELLED": _("cancelled"),
    "NOT_USED": _("made, and not used any more"),
    "ENDED": _("over"),
}
PARAMETERS: Words = {
    "at": _("At"),
    "to": _("New time"),
    "place": _("Where"),
    "supervised": _("Restarted under supervision, with premedication"),
    "recipe": _("Bag"),
    "override_reason": _("Physician's reason, where the rules speak against it"),
}
RISKS: Words = {
    "visit_outside_window": _("A visit outside the visit hours"),
    "off_day_visit": _("A visit on a weekend or holiday"),
    "needs_recipe": _("A bag that is out of stock would help"),
    "cold_limit": _("A bag kept beyond its limit, or that nobody can have made"),
    "gap": _("Hours that no bag covers"),
}
