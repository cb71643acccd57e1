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
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from infusion.domain.ribbon import labels_in

# First and last day on offer: of a fact, of a reading, of a pump's end, of a start.
FACT = (-14, 0)
READING = (-60, 0)
PUMP_END = (-1, 9)
START = (0, 90)
_NUMBER = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6})?")
_TIME = re.compile(r"([01]?[0-9]|2[0-3])[:.]?([0-5][0-9])")


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


class Remark(forms.CharField):
    """A reason or a note in somebody's own words: a sentence or two."""

    def __init__(self, *, max_length: int = 500, **kwargs: Any) -> None:
        lines = forms.Textarea(attrs={"rows": 2})
        super().__init__(widget=lines, max_length=max_length, **kwargs)


class Day(forms.DateField):
    """A day, written year first: 06/07 would be two days."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {
            "inputmode": "numeric",
            "autocomplete": "off",
            "size": "10",
            "maxlength": "10",
            "placeholder": "2026-01-31",
        }
        kwargs.setdefault("help_text", _("Year-month-day, such as 2026-01-31."))
        super().__init__(
            input_formats=["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d"],
            widget=forms.DateInput(format="%Y-%m-%d", attrs=attrs),
            **kwargs,
        )

    def to_python(self, value: Any) -> dt.date | None:
        """Read the day.

        :raises ValidationError: when it is no day of the calendar.
        """
        return super().to_python(_narrow(value) if isinstance(value, str) else value)


class DateAndTime(forms.MultiWidget):
    """A day by its name, a 24-hour time, and which of two when the clocks go back.

    The days are a list with weekdays, because 06/07 is two days and a pump runs for a
    week.
    """

    template_name = "board/parts/date_and_time.html"
    use_fieldset = True

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
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
        super().__init__([forms.Select(), time, which], attrs)
        self.zone: zoneinfo.ZoneInfo = zoneinfo.ZoneInfo("UTC")
        self.days: list[dt.date] = []

    def decompress(self, value: Any) -> list[Any]:
        """Split an instant into the wall clock of the zone."""
        if not isinstance(value, dt.datetime):
            return ["", "", ""]
        local = value.astimezone(self.zone)
        return [local.date().isoformat(), f"{local:%H:%M}", ""]

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        """Offer the days, and ask which of two equal times only when it matters."""
        parts = value if isinstance(value, list) else self.decompress(value)
        days = self.widgets[0]
        days.choices = [("", "–"), *self._days(str(parts[0]))]  # type: ignore[attr-defined]
        context = super().get_context(name, parts, attrs)
        context["widget"]["zone"] = str(self.zone).replace("_", " ")
        context["widget"]["asks_which"] = _is_twice(parts, self.zone)
        return context

    def _days(self, typed: str) -> list[tuple[str, str]]:
        """Return the days on offer, and the one that was sent even if it is another."""
        labels = labels_in(get_language() or "en")
        offered = [(day.isoformat(), labels.date_of(day)) for day in self.days]
        known = {key for key, _text in offered}
        return offered if typed in known or not typed else [(typed, typed), *offered]


class Instant(forms.MultiValueField):
    """An instant, typed as the wall clock of a zone.

    ``days`` are the first and the last day on offer, counted from today. ``read_in``
    sets the zone and says which day today is.
    """

    widget = DateAndTime

    def __init__(self, *, days: tuple[int, int] = FACT, **kwargs: Any) -> None:
        parts = [
            forms.DateField(input_formats=["%Y-%m-%d"]),
            forms.CharField(max_length=8),
            forms.CharField(max_length=1, required=False),
        ]
        super().__init__(parts, require_all_fields=False, **kwargs)
        self.zone = zoneinfo.ZoneInfo("UTC")
        self.days = days

    def read_in(self, zone: zoneinfo.ZoneInfo, now: dt.datetime) -> None:
        """Read and show the wall clock of a zone, with the days around now."""
        first, last = self.days
        today = now.astimezone(zone).date()
        self.zone = zone
        self.widget.zone = zone
        self.widget.days = [
            today + dt.timedelta(days=shift) for shift in range(first, last + 1)
        ]

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
