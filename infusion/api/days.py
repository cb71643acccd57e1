"""Days on the wire: a date without a clock, at the patient or the site."""

import datetime as dt
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from patients.api.fields import EARLIEST, LATEST


class DayField(serializers.DateField):
    """A day as 2026-03-01; of an instant nobody knows the day."""

    default_error_messages = {
        "out_of_range": _("This day is not between the years 1900 and 2200."),
    }

    def to_internal_value(self, value: Any) -> dt.date:
        """Return the day; years far from any treatment are slips of the hand."""
        day = super().to_internal_value(value)
        if not EARLIEST.date() <= day < LATEST.date():
            self.fail("out_of_range")
        return day
