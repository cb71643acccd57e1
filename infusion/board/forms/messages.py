"""The forms that mute a family, move the end of a mute, and note a call."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from infusion.board import words
from infusion.board.forms.fields import READING, Instant, Remark
from infusion.board.forms.people import SiteForm
from infusion.domain.muting import MuteReason


class UntilForm(SiteForm):
    """Until when; as far as the site allows."""

    until = Instant(label=_("Muted until"))

    def __init__(self, *args: Any, longest: dt.timedelta, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        until: Any = self.fields["until"]
        until.days = (0, longest.days)
        until.read_in(kwargs["zone"], kwargs["now"])


class MuteForm(UntilForm):
    """What is muted, and why."""

    course_id = forms.ChoiceField(label=_("What is muted"), required=False)
    reason = forms.ChoiceField(label=_("Why"))
    note = Remark(label=_("Note"), required=False)
    field_order = ("course_id", "until", "reason", "note")

    def __init__(
        self, *args: Any, courses: Sequence[tuple[uuid.UUID, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        what: Any = self.fields["course_id"]
        what.choices = [
            ("", _("every reminder to the patient and the caregivers")),
            *((str(one), name) for one, name in courses),
        ]
        why: Any = self.fields["reason"]
        # None is chosen for them: a reason nobody gave would be a wrong one.
        reasons = [(str(one), words.word(one, "mute_reason")) for one in MuteReason]
        why.choices = [("", "–"), *reasons]

    def arguments(self) -> dict[str, Any]:
        """Return what the service takes, beside actor, patient and now."""
        given = super().arguments()
        course_id = given.pop("course_id")
        return given | {"course_id": uuid.UUID(course_id) if course_id else None}


class CallForm(SiteForm):
    """Whether somebody was reached, when, and a word for the colleagues."""

    was_reached = forms.ChoiceField(
        label=_("Did you reach them?"),
        choices=[("yes", _("Yes, they know")), ("no", _("No, nobody was reached"))],
        widget=forms.RadioSelect,
    )
    at = Instant(label=_("When"), days=READING)
    note = Remark(
        label=_("Note"),
        required=False,
        help_text=_("For colleagues. It is sent to nobody."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["at"] = kwargs["now"]

    def arguments(self) -> dict[str, Any]:
        """Return what the service takes, beside actor, message and now."""
        given = super().arguments()
        return given | {"was_reached": given["was_reached"] == "yes"}
