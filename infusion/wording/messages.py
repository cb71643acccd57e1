"""What is said when a message cannot be sent again, or a family not be muted."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from infusion.wording.base import Wording

_MESSAGE = _("The message")
_MUTE = _("The mute")

MESSAGES: Mapping[str, Wording] = {
    "resend_on_its_way": Wording(
        409, _MESSAGE, _("This message is still on its way. Wait what becomes of it.")
    ),
    "resend_too_soon": Wording(
        409,
        _MESSAGE,
        _("It was sent a moment ago. It can be sent again after %(minutes)s minutes."),
    ),
    "resend_too_late": Wording(
        409, _MESSAGE, _("What the message speaks of is over. Ring instead.")
    ),
    "resend_muted": Wording(
        409, _MESSAGE, _("The reminders to this family are muted. Unmute them first.")
    ),
    "resend_pointless": Wording(
        409,
        _MESSAGE,
        _(
            "There is no reason for this message any more: it moved, is done or was cancelled."
        ),
    ),
    "resend_nobody": Wording(
        409,
        _MESSAGE,
        _("This person is not to be told any more, or has no address."),
    ),
    "mute_reason_missing": Wording(
        422, _MUTE, _("Say why the reminders are muted; with OTHER, in a few words.")
    ),
    "mute_ends_before": Wording(
        422, _MUTE, _("The end of a mute lies in time to come.")
    ),
    "mute_too_long": Wording(
        422,
        _MUTE,
        _("Reminders are muted for %(days)s days at most. It can be set again then."),
    ),
    "mute_closed": Wording(409, _MUTE, _("The mute has ended. Mute anew.")),
}
