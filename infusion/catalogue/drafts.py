"""Collects everything that is wrong with a file while its value is built."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from infusion.catalogue import files
from infusion.catalogue.files import CatalogueFileRefused
from infusion.catalogue.reasons import reason

# No regimen runs so long or has so many rounds: more is a slip of the finger, and days
# beyond the calendar would break every page that counts them.
_LARGEST = {"d": 3660, "h": 8784, "": 99}


@dataclass
class Draft:
    """A file on its way to a value; a refused part is left out and the rest read on."""

    path: Path
    refusals: list[CatalogueFileRefused] = field(default_factory=list)

    def refuse(self, place: str, why: str, **params: object) -> None:
        """Note why a place can't stand."""
        self.refusals.append(self.refused(place, why, **params))

    def refused(self, place: str, why: str, **params: object) -> CatalogueFileRefused:
        """Return why a place can't stand."""
        return CatalogueFileRefused(self.path, place, reason(why, **params))

    def whole(self, place: str, fact: Mapping[str, Any] | None) -> int | None:
        """Return a whole number; None where it is left out, missing or refused."""
        value = self._read(place, fact, least=None)
        if value is None:
            return None
        if value != value.to_integral_value():
            self.refuse(place, "not_whole")
            return None
        most = _LARGEST.get(fact["unit"] if fact else "")
        if most is not None and value > most:
            self.refuse(place, "too_large", most=most)
            return None
        return int(value)

    def positive(self, place: str, fact: Mapping[str, Any] | None) -> Decimal | None:
        """Return a number above zero; None where it is left out, missing or refused."""
        return self._read(place, fact, least=Decimal(0))

    def _read(
        self, place: str, fact: Mapping[str, Any] | None, *, least: Decimal | None
    ) -> Decimal | None:
        if fact is None or fact.get("missing"):
            return None
        read = files.number if least is None else files.positive
        try:
            return read(self.path, place, fact)
        except CatalogueFileRefused as refusal:
            self.refusals.append(refusal)
            return None

    def check(self) -> None:
        """Refuse the file if anything is wrong with it.

        :raises CatalogueFileRefused: for the first thing that is.
        """
        for refusal in self.refusals:
            raise refusal
