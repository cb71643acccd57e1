"""The forms of the patient page."""

import datetime as dt
import zoneinfo
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from infusion.board import tokens, words
from infusion.board.forms.fields import READING, START, Instant, Number

# What services call differently from the forms.
_FIELDS = {"regimen": "regimen_key"}


class SiteForm(forms.Form):
    """A form whose times are read in one zone, and which is sent once."""

    token = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(
        self,
        *args: Any,
        zone: zoneinfo.ZoneInfo,
        now: dt.datetime,
        **kwargs: Any,
    ) -> None:
        times = {name: now for name in ("taken_at",) if name in self.base_fields}
        kwargs["initial"] = {"token": tokens.new_token(), **times}
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, Instant):
                field.read_in(zone, now)

    def renewed(self) -> None:
        """Keep what was typed and take a fresh token."""
        typed: Any = self.data
        self.data = typed.dict() | {"token": tokens.new_token()}

    def arguments(self) -> dict[str, Any]:
        """Return what the service takes, beside actor, patient and now."""
        return {key: v for key, v in self.cleaned_data.items() if key != "token"}

    def refuse(self, field: str | None, text: str) -> None:
        """Put a refusal beside the field it is about."""
        name = _FIELDS.get(field or "", field)
        self.add_error(name if name in self.fields else None, text)


class MeasurementForm(SiteForm):
    """A weight or a height."""

    kind = forms.ChoiceField(
        label=_("What"),
        choices=[("WEIGHT_KG", _("Weight (kg)")), ("HEIGHT_CM", _("Height (cm)"))],
        widget=forms.RadioSelect,
        initial="WEIGHT_KG",
    )
    value = Number(label=_("Value"), unit="")
    taken_at = Instant(label=_("Taken at"), days=READING)


class OrderForm(SiteForm):
    """The order of a course."""

    regimen_key = forms.ChoiceField(label=_("Regimen"), widget=forms.RadioSelect)
    start_at = Instant(label=_("Start of the infusion"), days=START)
    cycles = forms.IntegerField(
        label=_("Cycles"),
        min_value=1,
        max_value=20,
        required=False,
        help_text=_("Empty: as many as the label gives."),
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )

    def __init__(
        self, *args: Any, regimens: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["regimen_key"].choices = regimens  # type: ignore[attr-defined]


class Search(forms.Form):
    """What narrows the list of patients."""

    q = forms.CharField(
        label=_("Name, initials or record number"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    status = forms.ChoiceField(
        label=_("Course"),
        required=False,
        choices=[("", _("All")), *words.options(words.COURSES)],
    )
    place = forms.ChoiceField(
        label=_("Place"),
        required=False,
        choices=[("", _("All")), *words.options(words.PLACES)],
    )
    after = forms.CharField(
        required=False, max_length=800, widget=forms.HiddenInput, label=""
    )
