"""The forms of the patient page."""

import datetime as dt
import zoneinfo
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from infusion.board import tokens, words
from infusion.board.forms.fields import READING, START, Instant, Number
from infusion.board.ordering import Choices, entry_arguments

# What services call differently from the forms.
_FIELDS = {"regimen": "regimen_key", "from_block": "entry", "from_round": "entry"}


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


class RegimenSelect(forms.Select):
    """A list in which some entries can be read but not chosen."""

    closed: frozenset[str] = frozenset()

    def create_option(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Close what can't be ordered."""
        option: dict[str, Any] = super().create_option(*args, **kwargs)
        if str(option["value"]) in self.closed:
            option["attrs"]["disabled"] = True
        return option


class OrderForm(SiteForm):
    """The order of a course."""

    regimen_key = forms.ChoiceField(label=_("Regimen"), widget=RegimenSelect)
    entry = forms.ChoiceField(
        label=_("Begins with"),
        required=False,
        help_text=_("What comes before is taken as given elsewhere."),
    )
    opening = forms.ChoiceField(
        label=_("Pre-phase before the first block"), required=False
    )
    start_at = Instant(
        label=_("Start"),
        days=START,
        help_text=_("Of the pre-phase or the block the course begins with."),
    )
    cycles = forms.IntegerField(
        label=_("Cycles"),
        min_value=1,
        max_value=20,
        required=False,
        help_text=_(
            "Empty: as many as the regimen gives. Cycles given elsewhere count."
        ),
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )

    def __init__(
        self,
        *args: Any,
        choices: Choices,
        entries_url: str,
        chosen: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.initial["regimen_key"] = chosen
        found: Any = self.fields
        found["regimen_key"].choices = [("", "–"), *choices.regimens]
        widget = found["regimen_key"].widget
        widget.closed = choices.closed
        # Another regimen has other blocks to begin with.
        widget.attrs |= {"hx-get": entries_url, "hx-target": "#entry-choice"}
        found["entry"].choices = choices.entries
        found["opening"].choices = choices.openings

    def arguments(self) -> dict[str, Any]:
        """Return what the service takes."""
        given = super().arguments()
        entry = given.pop("entry")
        return {**given, **entry_arguments(entry), "opening": given["opening"] or None}


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
