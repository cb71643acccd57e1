"""What is said of events around an infusion."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from infusion.wording.base import Wording

_EVENT = _("The event")

EVENTS: Mapping[str, Wording] = {
    "event_unknown": Wording(
        422, _EVENT, _("There is no such event. Known are: %(known)s.")
    ),
    "effect_not_said": Wording(
        422, _EVENT, _("Say whether the pump stood still. The service does not guess.")
    ),
    "runs_overlap": Wording(
        422,
        _EVENT,
        _(
            "By what is recorded the pump ran at that instant already. Record or correct the stop first."
        ),
    ),
    "restart_not_said": Wording(
        422,
        _EVENT,
        _(
            "This stop lies before the last bag change. Say too when the pump ran again."
        ),
    ),
    "restart_before_stop": Wording(
        422, _EVENT, _("The pump must have run again after it stopped.")
    ),
    "event_fixed": Wording(
        409,
        _EVENT,
        _(
            "This one is not corrected here: two people confirmed the start at the pump, and an end closes the cycle."
        ),
    ),
    "stop_too_long": Wording(
        409,
        _EVENT,
        _(
            "This site does not go on after so long a stop. A physician decides how the course ends."
        ),
    ),
}
