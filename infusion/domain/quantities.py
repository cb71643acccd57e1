"""Numbers with a unit; mixing units is refused when it happens, not when it hurts."""

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from infusion.domain.refusals import Refusal

# As a reading of a patient is stored: four digits before the point, two after.
LARGEST = Decimal("9999.99")
PLACES = 2
_PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)", re.ASCII)


class Unit(StrEnum):
    """The units of this field, in UCUM spelling."""

    MCG = "ug"
    MCG_PER_DAY = "ug/d"
    MCG_PER_M2_DAY = "ug/m2/d"
    ML = "mL"
    ML_PER_HOUR = "mL/h"
    HOUR = "h"
    KG = "kg"
    CM = "cm"
    M2 = "m2"


class NotANumber(Refusal):
    """The text is not a finite number."""

    code = "not_a_number"


class NotAboveZero(Refusal):
    """The quantity must be greater than zero."""

    code = "not_above_zero"


class ValueImpossible(Refusal):
    """The quantity is beyond every scale."""

    code = "value_impossible"


class TooPrecise(Refusal):
    """The quantity has more digits than are kept; it would be rounded silently."""

    code = "too_precise"


class UnitsDiffer(Refusal):
    """Two quantities of different units can't be added or compared."""

    code = "units_differ"


class UnitNotSupported(Refusal):
    """The unit is not the one this quantity is measured in."""

    code = "unit_not_supported"


@dataclass(frozen=True)
class Quantity:
    """A finite decimal and its unit."""

    value: Decimal
    unit: Unit

    def __post_init__(self) -> None:
        """Refuse floats, NaN and infinity.

        :raises NotANumber: when the value is not a finite decimal.
        """
        value: object = self.value
        if not isinstance(value, Decimal) or not value.is_finite():
            raise NotANumber(unit=self.unit.value)

    def __add__(self, other: "Quantity") -> "Quantity":
        """Add a quantity of the same unit."""
        return Quantity(self.value + self._same(other).value, self.unit)

    def __sub__(self, other: "Quantity") -> "Quantity":
        """Take away a quantity of the same unit."""
        return Quantity(self.value - self._same(other).value, self.unit)

    def __lt__(self, other: "Quantity") -> bool:
        """Compare with a quantity of the same unit."""
        return self.value < self._same(other).value

    def __le__(self, other: "Quantity") -> bool:
        """Compare with a quantity of the same unit."""
        return self.value <= self._same(other).value

    def scaled(self, factor: Decimal) -> "Quantity":
        """Multiply by a plain number."""
        return Quantity(self.value * factor, self.unit)

    def __str__(self) -> str:
        return f"{plain(self.value)} {self.unit.value}"

    def _same(self, other: "Quantity") -> "Quantity":
        if other.unit != self.unit:
            raise UnitsDiffer(left=self.unit.value, right=other.unit.value)
        return other


def plain(value: Decimal) -> str:
    """Write a number without an exponent and without trailing zeros: 0.6, 28."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def read_positive(text: str, unit: Unit, *, field: str) -> Quantity:
    """Read a number above zero, with or without its unit: "70", "70 kg".

    The same bounds hold as for the reading of a patient: plain digits, at most 9999.99,
    two places.

    :raises NotANumber: when it is not a number in plain digits.
    :raises NotAboveZero: when it is zero or less.
    :raises ValueImpossible: when it is beyond every scale.
    :raises TooPrecise: when it has more than two places.
    :raises UnitNotSupported: when another unit is written, such as "154 lb".
    """
    number, _, spelled = str(text).strip().partition(" ")
    if not spelled:
        number, spelled = _split_unit(number)
    if spelled and not _means(spelled.strip(), unit):
        raise UnitNotSupported(field=field, expected=unit.value)
    if not _PLAIN.fullmatch(number):
        raise NotANumber(field=field, unit=unit.value)
    return Quantity(_bounded(Decimal(number), field), unit)


def _bounded(value: Decimal, field: str) -> Decimal:
    if value <= 0:
        raise NotAboveZero(field=field)
    if value > LARGEST:
        raise ValueImpossible(field=field)
    if value != round(value, PLACES):
        raise TooPrecise(field=field, places=PLACES)
    return value


def _means(spelled: str, unit: Unit) -> bool:
    """Compare without case: the units of this field stay different that way."""
    return spelled.casefold() == unit.value.casefold()


def _split_unit(text: str) -> tuple[str, str]:
    """Part "154lb" into number and unit; leave "1e3" and "NaN" whole."""
    end = len(text)
    while end and text[end - 1].isalpha():
        end -= 1
    if end == 0 or text[end:].lower() == "e":
        return text, ""
    return text[:end], text[end:]
