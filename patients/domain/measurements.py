"""Weights and heights: what is refused because it can't be a reading.

Only the physically impossible is refused here. What is implausible for the people a
site treats is a range in the site's policy values, signed by that site.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from patients.domain.refusals import Refusal

WEIGHT_KG = "WEIGHT_KG"
HEIGHT_CM = "HEIGHT_CM"

# Kind -> unit, also its UCUM code.
UNITS: Mapping[str, str] = {WEIGHT_KG: "kg", HEIGHT_CM: "cm"}
# What the column holds: four digits before the point, two after.
LARGEST = Decimal("9999.99")
STEP = Decimal("0.01")


class MeasurementKindUnknown(Refusal):
    """The kind of reading is not in the table."""

    code = "measurement_kind_unknown"


class UnitNotSupported(Refusal):
    """The reading is in another unit; nothing is converted silently."""

    code = "unit_not_supported"


class NotANumber(Refusal):
    """The reading is not a finite decimal number."""

    code = "not_a_number"


class ValueImpossible(Refusal):
    """The reading is zero, negative or beyond every scale."""

    code = "value_impossible"


class TooPrecise(Refusal):
    """The reading has more digits than can be stored; it would be rounded silently."""

    code = "too_precise"


class NaiveTime(Refusal):
    """An instant without a zone."""

    code = "naive_time"


class InTheFuture(Refusal):
    """An instant that has not come yet."""

    code = "in_the_future"


class OutsideSiteRange(Refusal):
    """The reading is outside the range the site has signed for."""

    code = "outside_site_range"


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A weight in kg or a height in cm, at an instant in UTC."""

    kind: str
    value: Decimal
    taken_at: dt.datetime


def unit_of(kind: str) -> str:
    """Return the unit of a kind of reading.

    :raises MeasurementKindUnknown: when the kind is not in the table.
    """
    if kind not in UNITS:
        raise MeasurementKindUnknown(field="kind", expected=", ".join(UNITS))
    return UNITS[kind]


def parse_value(kind: str, value: Decimal | str | int, unit: str | None) -> Decimal:
    """Return the value in the unit of its kind (kg, cm).

    :raises Refusal: when the unit, the number or its size can't be accepted.
    """
    expected = unit_of(kind)
    text = str(value).strip()
    if unit is None:
        text, _, unit = text.partition(" ")
    if (unit.strip() or expected) != expected:
        raise UnitNotSupported(field="value", expected=expected)
    return _possible(_finite(text, expected), expected)


def parse_reading(
    *,
    kind: str,
    value: Decimal | str | int,
    taken_at: dt.datetime,
    now: dt.datetime,
    unit: str | None = None,
) -> Reading:
    """Return a reading that could have been taken.

    :raises Refusal: when it could not.
    """
    number = parse_value(kind, value, unit)
    check_past(taken_at, now, field="taken_at")
    return Reading(kind=kind, value=number, taken_at=taken_at.astimezone(dt.UTC))


def check_past(instant: dt.datetime, now: dt.datetime, *, field: str) -> None:
    """Refuse an instant that has no zone or has not come yet.

    :raises NaiveTime: when it has no zone.
    :raises InTheFuture: when it is after ``now``.
    """
    if instant.utcoffset() is None:
        raise NaiveTime(field=field)
    if instant > now:
        raise InTheFuture(field=field)


def check_range(reading: Reading, low: Decimal, high: Decimal) -> None:
    """Refuse a reading outside the range of the site, both ends included.

    :raises OutsideSiteRange: when it is outside.
    """
    if not low <= reading.value <= high:
        raise OutsideSiteRange(
            field="value", low=str(low), high=str(high), unit=UNITS[reading.kind]
        )


def _finite(text: str, unit: str) -> Decimal:
    # Python reads "1_000" as a thousand; nobody writes a weight like that.
    try:
        number = Decimal(text.replace("_", "?"))
    except InvalidOperation:
        # "154lb" is a unit problem, "abc" is not a number at all.
        if text[:1].isdigit() and text[-1:].isalpha():
            raise UnitNotSupported(field="value", expected=unit) from None
        raise NotANumber(field="value", expected=unit) from None
    if not number.is_finite():
        raise NotANumber(field="value", expected=unit)
    return number


def _possible(number: Decimal, unit: str) -> Decimal:
    if not 0 < number <= LARGEST:
        raise ValueImpossible(field="value", expected=unit)
    if number != number.quantize(STEP):
        raise TooPrecise(field="value", places=2)
    return number.quantize(STEP)
