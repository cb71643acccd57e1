"""Fields for the two things that go wrong at a pump: numbers and times.

A number is written with its leading zero; a comma is refused rather than guessed. A time is
the wall clock of the zone that stands beside the field; an hour that the clocks skip is
refused, one that comes twice is asked for.
"""

import datetime as dt
import re
import unicodedata
import zoneinfo
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

_NUMBER = re.compile(r"\d{1,6}(\.\d{1,6})?")
_TIME = re.compile(r"([01]?\d|2[0-3])[:.]?([0-5]\d)")


def _narrow(text: str) -> str:
    """Return the text with full-width digits and signs made plain."""
    return unicodedata.normalize("NFKC", text).replace("。", ".").strip()


class Number(forms.CharField):
    """A positive decimal number, kept exactly as it was typed until it is read."""

    def __init__(self, *, unit: str, **kwargs: Any) -> None:
        attrs = {"inputmode": "decimal", "autocomplete": "off", "size": "8"}
        super().__init__(widget=forms.TextInput(attrs=attrs), max_length=20, **kwargs)
        self.unit = unit

    def clean(self, value: Any) -> Decimal | None:
        """Read the number.

        :raises ValidationError: when it could be misread.
        """
        text = _narrow(super().clean(value))
        if not text:
            return None
        if text.startswith("."):
            raise ValidationError(_("Write the zero before the point: 0.6, not .6."))
        if "," in text:
            raise ValidationError(_("Write a point, not a comma: 2.5."))
        if not _NUMBER.fullmatch(text):
            raise ValidationError(_("Write a number, without the unit."))
        return Decimal(text)


class DateAndTime(forms.MultiWidget):
    """A date, a 24-hour time, and which of two equal times when the clocks go back."""

    template_name = "board/parts/date_and_time.html"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        day = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        time = forms.TextInput(
            attrs={
                "inputmode": "numeric",
                "autocomplete": "off",
                "size": "5",
                "maxlength": "5",
                "placeholder": "00:00",
            }
        )
        which = forms.Select(
            choices=[("", "–"), ("0", _("the first")), ("1", _("the second"))]
        )
        super().__init__([day, time, which], attrs)
        self.zone: zoneinfo.ZoneInfo = zoneinfo.ZoneInfo("UTC")
        self.asks_which = False

    def decompress(self, value: Any) -> list[Any]:
        """Split an instant into the wall clock of the zone."""
        if not isinstance(value, dt.datetime):
            return ["", "", ""]
        local = value.astimezone(self.zone)
        return [local.date(), f"{local:%H:%M}", ""]

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        """Ask which of two equal times only when it matters."""
        context = super().get_context(name, value, attrs)
        parts = value if isinstance(value, list) else ["", "", ""]
        context["widget"]["zone"] = str(self.zone).replace("_", " ")
        context["widget"]["asks_which"] = _is_twice(parts, self.zone)
        return context


class Instant(forms.MultiValueField):
    """An instant, typed as the wall clock of a zone; ``in_zone`` sets the zone."""

    widget = DateAndTime

    def __init__(self, **kwargs: Any) -> None:
        parts = [
            forms.DateField(input_formats=["%Y-%m-%d"]),
            forms.CharField(max_length=8),
            forms.CharField(max_length=1, required=False),
        ]
        super().__init__(parts, require_all_fields=False, **kwargs)
        self.zone = zoneinfo.ZoneInfo("UTC")

    def in_zone(self, zone: zoneinfo.ZoneInfo) -> None:
        """Read and show the wall clock of a zone."""
        self.zone = zone
        self.widget.zone = zone

    def compress(self, data_list: Sequence[Any]) -> dt.datetime | None:
        """Return the instant in UTC.

        :raises ValidationError: when no such time was or which one is unclear.
        """
        if not data_list:
            return None
        day, text, which = data_list
        local = _local(day, text)
        if local is None:
            raise ValidationError(_("Write the time as 08:00 or 20:30."))
        return _in_utc(local, self.zone, which)


def _local(day: dt.date | None, text: str) -> dt.datetime | None:
    found = _TIME.fullmatch(_narrow(text or ""))
    if day is None or not found:
        return None
    hour, minute = int(found[1]), int(found[2])
    return dt.datetime.combine(day, dt.time(hour, minute))


def _in_utc(local: dt.datetime, zone: zoneinfo.ZoneInfo, which: str) -> dt.datetime:
    first = local.replace(tzinfo=zone, fold=0).astimezone(dt.UTC)
    second = local.replace(tzinfo=zone, fold=1).astimezone(dt.UTC)
    if first.astimezone(zone).replace(tzinfo=None) != local:
        raise ValidationError(_("The clocks skip this time that night."))
    if first == second:
        return first
    if which not in {"0", "1"}:
        raise ValidationError(
            _("This time comes twice that night: say which of the two.")
        )
    return second if which == "1" else first


def _is_twice(parts: list[Any], zone: zoneinfo.ZoneInfo) -> bool:
    try:
        day = dt.date.fromisoformat(str(parts[0]))
    except ValueError:
        return False
    local = _local(day, str(parts[1] or ""))
    if local is None:
        return False
    offsets = {local.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1)}
    back = local.replace(tzinfo=zone, fold=0).astimezone(dt.UTC).astimezone(zone)
    return len(offsets) > 1 and back.replace(tzinfo=None) == local
