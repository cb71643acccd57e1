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
    "nothing_to_omit": Wording(
        409, _CHANGE, _("Nothing comes next in this course that could be left out.")
    ),
    "low_step_omitted": Wording(
        422,
        _CHANGE,
        _(
            "This cycle begins with the low dose: no source says how a course goes on without it."
        ),
    ),
    "cease_ends_course": Wording(
        422,
        _CHANGE,
        _(
            "No source says how a course goes on after a cycle that ended early. Choose all later cycles, or pause."
        ),
    ),
    "end_not_said": Wording(422, _CHANGE, _("Say when the pump was disconnected.")),
    "visit_fixed": Wording(
        409,
        _CHANGE,
        _(
            "Only a bag change can be moved. The start is deferred, and the end follows from the hours."
        ),
    ),
    "visit_in_the_past": Wording(
        422, _CHANGE, _("A visit cannot be moved to an hour that has gone by.")
    ),
    "visit_already_then": Wording(
        422, _CHANGE, _("The visit is planned for that time already.")
    ),
    "visit_after_dry": Wording(
        422, _CHANGE, _("The bag on the pump is empty at %(at)s, before that visit.")
    ),
    "visit_after_use_by": Wording(
        422,
        _CHANGE,
        _("The bag on the pump reaches its use-by at %(at)s, before that visit."),
    ),
    "visit_without_bag": Wording(
        422,
        _CHANGE,
        _(
            "No bag can be changed at %(at)s: none lasts until then, or none can be made and brought by then."
        ),
    ),
    "no_bag_then": Wording(422, _CHANGE, _("No bag is to be hung at that instant.")),
    "recipe_not_possible": Wording(
        422,
        _CHANGE,
        _(
            "This bag cannot be used there: it is not in stock, not for this weight, or it does not fit the hours."
        ),
    ),
    "dose_stays_same": Wording(
        422, _CHANGE, _("The last weight gives the dose that is planned already.")
    ),
}
