"""The forms of events: what happened, what should have been told, what did not happen."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from infusion.board import event_words
from infusion.board.forms.courses import StepForm
from infusion.board.forms.fields import Instant, Remark
from infusion.domain.courses import CourseState
from infusion.services.events import Report

_YES, _NO = "YES", "NO"
_SAID = {_YES: True, _NO: False}


class EventForm(StepForm):
    """What is told of any event."""

    kind = forms.ChoiceField(
        label=_("What happened"), choices=[("", "–"), *event_words.told()]
    )
    at = Instant(label=_("It happened at"))
    reason = forms.ChoiceField(
        label=_("Reason, alarm or adverse event"),
        choices=[("", "–"), *event_words.reasons()],
        required=False,
    )
    pump_stopped = forms.ChoiceField(
        label=_("Did the pump stand still from then on?"),
        choices=[("", "–"), (_YES, _("Yes")), (_NO, _("No"))],
        required=False,
        help_text=_("Needed for an alarm, a leak, a line problem, a hold, a flush."),
    )
    supervised = forms.BooleanField(
        required=False,
        label=_("Restarted under supervision on the ward or in the clinic"),
    )
    note = Remark(
        label=_("Note"),
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Whether it is needed hangs on what happened; its help says so.
        self.fields["pump_stopped"].one_of = True  # type: ignore[attr-defined]

    def report(self) -> Report:
        """Return what was typed as the service takes it."""
        typed = self.cleaned_data
        return Report(
            kind=typed["kind"],
            at=typed["at"],
            reason=typed["reason"],
            note=typed["note"],
            pump_stopped=_SAID.get(typed["pump_stopped"]),
            supervised=typed["supervised"],
            until=typed.get("until"),
        )


class TellEvent(EventForm):
    """An event, told for the first time."""

    until = Instant(
        label=_("The pump ran again at"),
        required=False,
        help_text=_("Only for a stop that is over."),
    )
    field_order = ("kind", "at", "reason", "pump_stopped", "until")

    def first_values(self, _state: CourseState, now: dt.datetime) -> dict[str, Any]:
        """Begin with now; when the pump ran again stays open."""
        return {"at": now}

    def arguments(self) -> dict[str, Any]:
        """Return the report; a fact is recorded whatever was recorded meanwhile."""
        return {"report": self.report()}


class CorrectEvent(EventForm):
    """What should have been told."""

    def __init__(self, *args: Any, target: Any = None, **kwargs: Any) -> None:
        self.target = target
        super().__init__(*args, **kwargs)

    def first_values(self, _state: CourseState, now: dt.datetime) -> dict[str, Any]:
        """Begin with what was told."""
        one = self.target
        if one is None:
            return {"at": now}
        said = {True: _YES, False: _NO}.get(one.pump_stopped, "")
        return {
            "kind": one.kind,
            "at": one.at,
            "reason": one.reason,
            "pump_stopped": said,
            "supervised": one.supervised,
        }

    def arguments(self) -> dict[str, Any]:
        """Return the course, the version looked at and the better report."""
        return {
            "course_id": self.state.id,
            "expected_version": self.cleaned_data["version"],
            "report": self.report(),
        }


class WithdrawEvent(StepForm):
    """It did not happen."""

    note = Remark(label=_("Why it is taken back"))

    def __init__(self, *args: Any, target: Any = None, **kwargs: Any) -> None:
        # The event has no version of its own: the course's counts.
        super().__init__(*args, **kwargs)
        self.target = target

    def arguments(self) -> dict[str, Any]:
        """Return the course, the version looked at and the reason."""
        return {**super().arguments(), "course_id": self.state.id}
