"""What is said of changes of a plan that are looked at first."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from infusion.wording.base import Wording

_CHANGE = _("The change of the plan")

CHANGES: Mapping[str, Wording] = {
    "scope_not_offered": Wording(
        422, _CHANGE, _("This change reaches another way. Possible is: %(known)s.")
    ),
    "change_incomplete": Wording(
        422, _CHANGE, _("Something is missing that this change needs: %(missing)s.")
    ),
    "parameter_not_used": Wording(
        422, _CHANGE, _("This change has no use for this value. Leave it out.")
    ),
    "preview_outdated": Wording(
        409,
        _CHANGE,
        _(
            "What you looked at is not what would happen now. Nothing was changed. Look again."
        ),
    ),
    "not_later": Wording(
        422, _CHANGE, _("To defer means to begin later than planned.")
    ),
    "cease_ends_course": Wording(
        422,
        _CHANGE,
        _(
            "No source says how a course goes on after a cycle that ended early. Choose all later cycles, or pause."
        ),
    ),
    "end_not_said": Wording(422, _CHANGE, _("Say when the pump was disconnected.")),
}
