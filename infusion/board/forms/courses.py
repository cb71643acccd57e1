"""The forms of a course: each becomes the arguments of one service."""

import datetime as dt
import zoneinfo
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from infusion.board import tokens, words
from infusion.board.forms.fields import PUMP_END, START, Instant, Number, Remark
from infusion.domain.courses import BagState, CourseState
from infusion.domain.hanging import PumpReading
from infusion.domain.states import BagStatus

# What services call differently from the forms.
_FIELDS = {"user": "user_id", "replaces_code": "bag_code"}


class StepForm(forms.Form):
    """One step of a course: knows the version it was opened on, and is sent once."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    token = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(
        self, *args: Any, state: CourseState, now: dt.datetime, **kwargs: Any
    ) -> None:
        version = self.version_of(state, kwargs.pop("target", None))
        fresh = {"version": version, "token": tokens.new_token()}
        kwargs["initial"] = fresh | self.first_values(state, now)
        super().__init__(*args, **kwargs)
        self.state = state
        zone = zoneinfo.ZoneInfo(state.time_zone)
        for field in self.fields.values():
            if isinstance(field, Instant):
                field.read_in(zone, now)

    def version_of(self, state: CourseState, target: Any) -> int:
        """Return the version the step will be checked against."""
        return getattr(target, "version", state.version)

    def first_values(self, _state: CourseState, now: dt.datetime) -> dict[str, Any]:
        """Return what stands in the form when it is opened."""
        names = {"at", "hung_at", "from_at"} & set(self.base_fields)
        return dict.fromkeys(names, now)

    def renewed(self, state: CourseState, target: Any = None) -> None:
        """Keep what was typed, take the present version and a fresh token."""
        fresh = {"version": self.version_of(state, target), "token": tokens.new_token()}
        typed: Any = self.data
        self.data = typed.dict() | fresh

    def arguments(self) -> dict[str, Any]:
        """Return what the service takes, beside actor, target and now."""
        known = {"version", "token"}
        given = {key: v for key, v in self.cleaned_data.items() if key not in known}
        return given | {"expected_version": self.cleaned_data["version"]}

    def refuse(self, field: str | None, text: str) -> None:
        """Put a refusal beside the field it is about."""
        name = _FIELDS.get(field or "", field)
        self.add_error(name if name in self.fields else None, text)


class StartCycle(StepForm):
    """The go for a cycle."""

    premedication_given = forms.BooleanField(
        required=False,
        label=_("Premedication was given as the regimen asks, or none is due"),
    )


class MoveStart(StepForm):
    """Another start for a cycle that has not begun."""

    start_at = Instant(label=_("New start of the cycle"), days=START)

    def first_values(self, state: CourseState, now: dt.datetime) -> dict[str, Any]:
        """Begin with the start as it is planned, or with now when that has gone by."""
        cycle = state.current_cycle
        return {"start_at": max(cycle.starts_at, now) if cycle else now}


class CancelCycle(StepForm):
    """The order of a cycle that has not begun, taken back."""

    reason = Remark(label=_("Reason"), max_length=200)


class NextCycle(StepForm):
    """The order of the next cycle."""

    start_at = Instant(label=_("Start of the cycle"), days=START)


class EndCycle(StepForm):
    """The end of a cycle, as planned or before."""

    at = Instant(label=_("The pump was stopped at"))
    reason = forms.ChoiceField(label=_("Reason"), choices=words.options(words.ENDS))
    shortfall_reason = Remark(
        label=_("Physician's reason to complete it with hours missing"),
        max_length=200,
        required=False,
        help_text=_(
            "Only when hours are missing and the cycle counts as complete all the same. Leave it empty first: the refusal says how many minutes are missing."
        ),
    )

    def __init__(self, *args: Any, may_fall_short: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_fall_short:
            del self.fields["shortfall_reason"]


class Pause(StepForm):
    """The pump stands still."""

    at = Instant(label=_("The pump stopped at"))
    reason = forms.ChoiceField(
        label=_("Reason"), choices=[("", "–"), *words.options(words.PAUSES)]
    )
    note = Remark(
        label=_("Note"),
        required=False,
    )


class Resume(StepForm):
    """The pump runs again."""

    at = Instant(label=_("The pump runs again since"))
    supervised = forms.BooleanField(
        required=False,
        label=_("Restarted under supervision on the ward or in the clinic"),
        help_text=_("Needed when the pump stood still for 4 hours or more."),
    )


class Move(StepForm):
    """A change of placement."""

    kind = forms.ChoiceField(
        label=_("The patient is now"),
        choices=words.options(words.PLACES),
        widget=forms.RadioSelect,
    )
    from_at = Instant(label=_("Since"))
    reason = forms.CharField(label=_("Reason"), max_length=500, required=False)
    override_reason = forms.CharField(
        label=_("Physician's reason for leaving the ward early"),
        max_length=500,
        required=False,
        help_text=_("Only when the days the label asks for on the ward are not over."),
    )


class ReadingForm(StepForm):
    """What the pump shows: rate, volume and computed end, read from its display."""

    rate_ml_h = Number(label=_("Rate"), unit="mL/h")
    volume_ml = Number(label=_("Volume to be infused"), unit="mL")
    ends_at = Instant(label=_("End that the pump computes"), days=PUMP_END)

    def reading(self) -> PumpReading:
        """Return the reading as a value."""
        given = self.cleaned_data
        return PumpReading(
            rate_ml_h=given["rate_ml_h"],
            volume_ml=given["volume_ml"],
            ends_at=given["ends_at"],
        )


class Hang(ReadingForm):
    """The first person hangs a bag and reads the pump."""

    bag_code = forms.CharField(
        label=_("Code on the new bag"),
        max_length=32,
        required=False,
        help_text=_("Scan the label, or choose the bag below."),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters"}
        ),
    )
    pick = forms.ChoiceField(
        label=_("Delivered bags"), required=False, widget=forms.RadioSelect
    )
    replaces_code = forms.CharField(widget=forms.HiddenInput, required=False)
    hung_at = Instant(label=_("Hung at"))
    field_order = ("version", "token", "replaces_code", "bag_code", "pick", "hung_at")

    def __init__(self, *args: Any, state: CourseState, **kwargs: Any) -> None:
        super().__init__(*args, state=state, **kwargs)
        # One of the two is needed.
        self.fields["bag_code"].one_of = True  # type: ignore[attr-defined]
        self.fields["pick"].choices = [  # type: ignore[attr-defined]
            (bag.code, bag) for bag in delivered(state)
        ]

    def first_values(self, state: CourseState, now: dt.datetime) -> dict[str, Any]:
        """Take down the bag that hangs."""
        hanging = state.hanging
        code = hanging.code if hanging else ""
        return {"replaces_code": code, **super().first_values(state, now)}

    def clean(self) -> dict[str, Any]:
        """Take the bag from the scan or from the list; both must agree."""
        scanned = self.cleaned_data.get("bag_code", "").strip().upper()
        picked = self.cleaned_data.get("pick", "")
        if scanned and picked and scanned != picked:
            self.add_error("bag_code", _("The code and the chosen bag differ."))
        if not scanned and not picked and "pick" not in self.errors:
            self.add_error("bag_code", _("Scan the new bag or choose it."))
        self.cleaned_data["bag_code"] = scanned or picked
        return self.cleaned_data

    def arguments(self) -> dict[str, Any]:
        """Return the bag, the instant and the reading."""
        given = self.cleaned_data
        return {
            "expected_version": given["version"],
            "bag_code": given["bag_code"],
            "replaces_code": given["replaces_code"] or None,
            "hung_at": given["hung_at"],
            "reading": self.reading(),
        }


class Confirm(ReadingForm):
    """The second person reads the pump without seeing the first reading."""

    def arguments(self) -> dict[str, Any]:
        """Return the reading."""
        return {"reading": self.reading()}


class Withdraw(StepForm):
    """The first person takes the reading back."""

    def arguments(self) -> dict[str, Any]:
        """Return nothing: the check itself says all."""
        return {}


class Assign(StepForm):
    """Somebody takes a visit."""

    user_id = forms.TypedChoiceField(
        label=_("Who"), empty_value=None, coerce=lambda value: value, required=False
    )

    def __init__(
        self, *args: Any, staff: Sequence[tuple[Any, str]] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        nobody = [("", _("Nobody"))]
        self.fields["user_id"].choices = [*nobody, *staff]  # type: ignore[attr-defined]


def delivered(state: CourseState) -> list[BagState]:
    """Return the bags of the running cycle that can be hung."""
    cycle = state.current_cycle
    bags = cycle.bags if cycle else ()
    return [bag for bag in bags if bag.status == BagStatus.DELIVERED]
