"""Fields of the wire: instants with an offset, decimals without noise, no extras."""

import datetime as dt
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

EARLIEST = dt.datetime(1900, 1, 1, tzinfo=dt.UTC)
LATEST = dt.datetime(2200, 1, 1, tzinfo=dt.UTC)
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")


@extend_schema_field({"type": "string", "format": "date-time"})
class InstantField(serializers.Field[dt.datetime, Any, str, dt.datetime]):
    """An instant: in with any offset, out in UTC with a Z."""

    default_error_messages = {
        "invalid": _("Write an instant as 2026-03-01T08:00:00Z."),
        "naive_time": _("This instant has no offset from UTC."),
        "out_of_range": _("This instant is not between the years 1900 and 2200."),
    }

    def to_internal_value(self, data: Any) -> dt.datetime:
        """Return the instant in UTC."""
        instant = _parsed(data)
        if instant is None:
            self.fail("invalid")
        if instant.tzinfo is None:
            self.fail("naive_time")
        try:
            instant = instant.astimezone(dt.UTC)
        except OverflowError:
            self.fail("out_of_range")
        if not EARLIEST <= instant < LATEST:
            self.fail("out_of_range")
        return instant

    def to_representation(self, value: dt.datetime) -> str:
        """Return the instant as text in UTC."""
        return instant_text(value)


def instant_text(value: dt.datetime) -> str:
    """Return an instant as the API writes it."""
    return value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")


def _parsed(data: Any) -> dt.datetime | None:
    if not isinstance(data, str) or not data.isascii():
        return None
    try:
        return parse_datetime(data)
    except ValueError:
        return None


@extend_schema_field({"type": "string", "format": "decimal"})
class DecimalText(serializers.Field[Decimal, Any, str, Decimal]):
    """A decimal, out as text without trailing zeros: "5", never "5.000"."""

    def to_representation(self, value: Decimal) -> str:
        """Return the shortest exact text that is not in exponents."""
        return f"{value.normalize():f}"


class DecimalInput(serializers.DecimalField):
    """A finite decimal, in as a number or as text."""

    def to_internal_value(self, data: Any) -> Decimal:
        """Refuse true and false, which Python would read as 1 and 0."""
        if isinstance(data, bool):
            self.fail("invalid")
        return super().to_internal_value(data)


class Output(serializers.Serializer[Any]):
    """What goes out; every field is always present."""


class Input(serializers.Serializer[Any]):
    """What comes in; a field that is not listed is refused, not ignored."""

    default_error_messages = {
        "unknown_field": _("This field does not exist here."),
    }

    def to_internal_value(self, data: Any) -> Any:
        """Refuse unknown names before anything else."""
        if isinstance(data, Mapping):
            unknown = [name for name in data if name not in self.fields]
            if unknown:
                raise serializers.ValidationError(self._refused(unknown))
        return super().to_internal_value(data)

    def _refused(self, names: list[str]) -> dict[str, Any]:
        message = str(self.error_messages["unknown_field"])
        problem = [serializers.ErrorDetail(message, code="unknown_field")]
        # A hostile name is not echoed.
        shown = [name if _PLAIN_NAME.fullmatch(name) else "?" for name in names]
        return dict.fromkeys(shown[:20], problem)


class TextField(serializers.CharField):
    """A text a person wrote; a number is not one."""

    def to_internal_value(self, data: Any) -> str:
        """Refuse numbers, which CharField would turn into text."""
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)
