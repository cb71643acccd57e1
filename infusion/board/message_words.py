"""How messages are spoken of at the console: their way, and what people do about them."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from infusion.domain.delivery import Arrival, Outcome
from infusion.domain.muting import MuteEnd, MuteReason

MUTE_REASONS: Mapping[str, Promise] = {
    MuteReason.IN_HOSPITAL: _("In hospital for something else"),
    MuteReason.FAMILY_WISH: _("The family asked for it"),
    MuteReason.WRONG_MESSAGES: _("Wrong messages went out"),
    MuteReason.BEREAVEMENT: _("A death in the family"),
    MuteReason.OTHER: pgettext_lazy("mute", "Other (write why)"),
}
MUTE_ENDS: Mapping[str, Promise] = {
    MuteEnd.UNMUTED: _("unmuted"),
    MuteEnd.EXPIRED: _("ran out"),
    MuteEnd.CLOSED: _("closed: nothing more to say"),
}
TRIES: Mapping[str, Promise] = {
    Outcome.ACCEPTED: _("the provider took it"),
    Outcome.RETRY: _("did not go through, tried again later"),
    Outcome.REFUSED: _("refused, this way is closed"),
    Outcome.UNKNOWN: _("no answer came: it may have arrived"),
}
ARRIVALS: Mapping[str, Promise] = {
    Arrival.ON_ITS_WAY: _("on its way"),
    Arrival.DELIVERED: _("it arrived"),
    Arrival.FAILED: _("it did not arrive"),
}
