"""The form by which a site fills in what a regimen lacks: a row for each place."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from infusion.board import tokens
from infusion.board.forms.fields import Remark
from infusion.domain.courses import Text
from infusion.selectors.overlays import OverlayValue

_HINTS = (
    ("infusion.steps", _("Delivered hour and level, such as 0:low, 96:full.")),
    ("recipes", _("Keys of bag recipes of the jurisdiction, such as us-48h, us-96h.")),
)


@dataclass(frozen=True, kw_only=True)
class Place:
    """A place of the regimen file that takes a value; ``present`` is what stands there."""

    place: str
    name: str
    unit: str
    note: Text
    present: str = ""


@dataclass(frozen=True)
class PlaceRow:
    """A place with its three fields."""

    place: Place
    fields: list[Any]
    hint: Any

    @property
    def has_errors(self) -> bool:
        """Say whether one of the fields was refused."""
        return any(field.errors for field in self.fields)


class OverlayForm(forms.Form):
    """Value, source and note for each place; a row may stay empty in a draft."""

    token = forms.CharField(widget=forms.HiddenInput, max_length=64)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        *args: Any,
        places: Iterable[Place],
        drafted: Iterable[OverlayValue] = (),
        version: int | None = None,
        **kwargs: Any,
    ) -> None:
        kwargs["initial"] = {"token": tokens.new_token(), "version": version}
        super().__init__(*args, **kwargs)
        self.places = list(places)
        held = {value.place: value for value in drafted}
        for number, place in enumerate(self.places):
            self._add(number, held.get(place.place))

    def _add(self, number: int, held: OverlayValue | None) -> None:
        fields = {
            f"value_{number}": _field(_("Value of the site"), 200),
            f"source_{number}": _field(_("Where it is from"), 300),
            f"note_{number}": _field(_("Note"), 500),
        }
        self.fields.update(fields)
        if held is not None:
            texts = (held.value, held.source, held.note)
            self.initial.update(zip(fields, texts, strict=True))

    @property
    def rows(self) -> list[PlaceRow]:
        """Return the places with their fields."""
        return [self._row(number) for number in range(len(self.places))]

    @property
    def holes(self) -> list[PlaceRow]:
        """Return the places where something is missing."""
        return [row for row in self.rows if not row.place.present]

    @property
    def doubts(self) -> list[PlaceRow]:
        """Return the places whose value was not verified."""
        return [row for row in self.rows if row.place.present]

    def _row(self, number: int) -> PlaceRow:
        place = self.places[number]
        found = (text for end, text in _HINTS if end in place.place)
        fields = [self[f"{name}_{number}"] for name in ("value", "source", "note")]
        return PlaceRow(place=place, fields=fields, hint=next(found, ""))

    def values(self) -> dict[str, Mapping[str, str]]:
        """Return what was filled in: place -> value, unit, source, note."""
        typed = self.cleaned_data
        return {
            place.place: {
                "value": typed[f"value_{number}"],
                "unit": place.unit,
                "source": typed[f"source_{number}"],
                "note": typed[f"note_{number}"],
            }
            for number, place in enumerate(self.places)
            if typed.get(f"value_{number}")
        }

    def refuse(self, field: str | None, text: str) -> None:
        """Put a refusal beside the place it is about."""
        keys = [place.place for place in self.places]
        name = f"value_{keys.index(field)}" if field in keys else None
        self.add_error(name, text)

    def renewed(self) -> None:
        """Keep what was typed and take a fresh token."""
        typed: Any = self.data
        self.data = typed.dict() | {"token": tokens.new_token()}


def _field(label: Any, longest: int) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        max_length=longest,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class EndOverlayForm(forms.Form):
    """Takes an overlay back."""

    reason = Remark(label=_("Reason"))
    version = forms.IntegerField(widget=forms.HiddenInput)
