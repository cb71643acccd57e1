"""What is said when a value that a site has stored would not count."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

UNSOUND: Mapping[str, Promise] = {
    "UNKNOWN": _("%(key)s: there is no such value."),
    "UNREAD": _("%(key)s (%(title)s): this value cannot be read, or is out of bounds."),
    "UNSIGNED": _(
        "%(key)s (%(title)s): without the name of who signed it does not count."
    ),
}
