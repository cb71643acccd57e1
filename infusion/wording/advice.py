"""What families are told after their answers until a site has approved its own words."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from infusion.domain.checkins import AdviceKind
from infusion.domain.courses import Text
from infusion.domain.evidence import Mark

# Proposed here: no source words them, and every site signs its own.
MARK = Mark.I
SHIPPED: Mapping[AdviceKind, Promise] = {
    AdviceKind.GREEN: _(
        "Nothing in your answers asks for a person now. If that changes, tell us or call "
        "at any time."
    ),
    AdviceKind.AMBER: _("If it gets worse, call: do not wait."),
    AdviceKind.RED: _("The person on call has been alerted. Call as well, now."),
}


def shipped_advice(kind: AdviceKind) -> Text:
    """Return the shipped words in both languages, whatever the reader's is."""
    with override("en"):
        english = str(SHIPPED[kind])
    with override("zh-hans"):
        return Text(en=english, zh=str(SHIPPED[kind]))
