"""The forms of the way home: facts of one criterion, a waiver, a signature, discharge."""

import datetime as dt
import uuid
import zoneinfo
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from infusion.board.forms.courses import StepForm
from infusion.board.forms.fields import READING, Instant, Number
from infusion.board.forms.people import SiteForm
from infusion.domain.readiness import FactType, Form
from infusion.services.readiness import NewFact

# From yesterday to as long as a cycle lasts.
_AHEAD = (-1, 35)
_ANSWERS = [("", "–"), ("yes", _("Yes")), ("no", _("No"))]


@dataclass(frozen=True)
class Asked:
    """One fact a form asks for: its kind and, where it has parts, which one."""

    kind: FactType
    item: str = ""

    @property
    def name(self) -> str:
        """Return the name of its field."""
        return f"{self.kind.key}-{self.item}" if self.item else self.kind.key

    @property
    def label(self) -> str:
        """Return what the field is called in the reader's language."""
        language = get_language() or "en"
        title = self.kind.title.in_language(language)
        for item in self.kind.items:
            if item.key == self.item:
                return f"{title}: {item.title.in_language(language)}"
        return title


class FactsForm(SiteForm):
    """The facts of one criterion, taken at one instant; what stays empty is left out."""

    taken_at = Instant(label=_("Taken at"), days=READING)

    def __init__(
        self,
        *args: Any,
        asked: Sequence[Asked],
        caregivers: Sequence[tuple[str, str]],
        zone: zoneinfo.ZoneInfo,
        now: dt.datetime,
        **kwargs: Any,
    ) -> None:
        self.asked = asked
        super().__init__(*args, zone=zone, now=now, **kwargs)
        for one in asked:
            for name, field in _fields(one, caregivers):
                if isinstance(field, Instant):
                    field.read_in(zone, now)
                self.fields[name] = field

    def clean(self) -> dict[str, Any]:
        """Ask for at least one fact."""
        if not self.errors and not self.facts():
            self.add_error(None, _("Give at least one fact."))
        return self.cleaned_data

    def facts(self) -> list[NewFact]:
        """Return what was filled in."""
        found = (_fact(one, self.cleaned_data) for one in self.asked)
        return [fact for fact in found if fact is not None]

    def arguments(self) -> dict[str, Any]:
        """Return what the service takes."""
        return {"taken_at": self.cleaned_data["taken_at"], "facts": self.facts()}


def _fields(
    asked: Asked, caregivers: Sequence[tuple[str, str]]
) -> Iterator[tuple[str, forms.Field]]:
    """Yield the fields of a fact by its form."""
    name, label = asked.name, asked.label
    common: dict[str, Any] = {"label": label, "required": False}
    match asked.kind.form:
        case Form.NUMBER | Form.WHOLE:
            yield name, Number(unit=asked.kind.unit, **common)
        case Form.LABORATORY:
            yield name, Number(unit=asked.kind.unit, **common)
            limit = _("%(fact)s: upper limit of normal") % {"fact": label}
            yield (
                f"{name}-limit",
                Number(unit=asked.kind.unit, label=limit, required=False),
            )
        case Form.ANSWER:
            yield name, forms.ChoiceField(choices=_ANSWERS, **common)
        case Form.TEXT:
            yield name, forms.CharField(max_length=200, **common)
        case Form.INSTANT:
            yield name, Instant(days=_AHEAD, **common)
        case Form.PRESENCE:
            choices = [("", "–"), *caregivers]
            yield name, forms.ChoiceField(choices=choices, **common)
            yield f"{name}-from", Instant(label=_("From"), days=_AHEAD, required=False)
            yield (
                f"{name}-until",
                Instant(label=_("Until"), days=_AHEAD, required=False),
            )


def _fact(asked: Asked, given: dict[str, Any]) -> NewFact | None:
    value = given.get(asked.name)
    if value in {None, ""}:
        return None
    kind = asked.kind
    return NewFact(
        kind=kind.key, item=asked.item, unit=kind.unit, **_value(asked, value, given)
    )


def _value(asked: Asked, value: Any, given: dict[str, Any]) -> dict[str, Any]:
    """Return the fields that carry the value, by its form."""
    name = asked.name
    found: dict[str, Any] = {}
    match asked.kind.form:
        case Form.NUMBER | Form.WHOLE:
            found = {"number": value}
        case Form.LABORATORY:
            found = {"number": value, "upper_limit": given.get(f"{name}-limit")}
        case Form.ANSWER:
            found = {"answer": value == "yes"}
        case Form.TEXT:
            found = {"text": value}
        case Form.INSTANT:
            found = {"from_at": value}
        case Form.PRESENCE:
            found = {
                "from_at": given.get(f"{name}-from"),
                "until_at": given.get(f"{name}-until"),
                "caregiver_id": uuid.UUID(value),
            }
    return found


class WaiverForm(SiteForm):
    """Why a soft criterion may pass."""

    reason = forms.CharField(
        label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )


class SignatureForm(SiteForm):
    """A signature over what is shown."""

    digest = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, *args: Any, digest: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["digest"] = digest


class Discharge(StepForm):
    """The patient goes home with the infusion running."""

    from_at = Instant(label=_("The patient leaves at"))
    pump_serial = forms.CharField(
        label=_("Serial number of the home pump"), max_length=100
    )
    volume_left_ml = Number(label=_("Volume left, read on the pump"), unit="mL")
    reason = forms.CharField(label=_("Note"), max_length=500, required=False)
    override_reason = forms.CharField(
        label=_("Physician's reason for going home without two signatures"),
        max_length=500,
        required=False,
        help_text=_("Only when the two signatures are missing or no longer hold."),
    )


class Readmit(StepForm):
    """The patient comes back to the ward."""

    from_at = Instant(label=_("On the ward since"))
    reason = forms.CharField(label=_("Reason"), max_length=500)
    keeps_home_pump = forms.BooleanField(
        required=False,
        label=_("Stays on the home pump"),
        help_text=_(
            "Only where the site has signed it. The infusion runs on either way."
        ),
    )
