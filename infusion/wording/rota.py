"""What is said when a shift cannot be planned, given away or swapped."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from infusion.wording.base import Wording

_SHIFT = _("The shift")

ROTA: Mapping[str, Wording] = {
    "shift_reversed": Wording(422, _SHIFT, _("The shift ends before it begins.")),
    "shift_too_long": Wording(
        422, _SHIFT, _("A shift is at most %(days)s days long. Check the dates.")
    ),
    "shift_over": Wording(
        409, _SHIFT, _("The shift has ended. Who was on call is not rewritten.")
    ),
    "shift_overlaps": Wording(
        409, _SHIFT, _("Another shift of this role covers a part of it.")
    ),
    "role_not_held": Wording(
        422, _SHIFT, _("This person does not work in the role of the shift.")
    ),
    "shift_not_yours": Wording(
        409, _SHIFT, _("Only who holds a shift can offer it, and to somebody else.")
    ),
    "swap_not_yours": Wording(
        403, _SHIFT, _("The shift was offered to somebody else.")
    ),
    "swap_open": Wording(409, _SHIFT, _("The shift is on offer already.")),
    "swap_closed": Wording(
        409, _SHIFT, _("The offer was answered, or the shift has changed since.")
    ),
}
