"""What a site decides for itself, with the proposal that ships."""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from infusion.catalogue import files
from infusion.catalogue.hours import HoursNotRead, read_times, read_week
from infusion.catalogue.ladders import LadderNotRead, read_ladder
from infusion.catalogue.reasons import reason
from infusion.catalogue.recipes import all_recipes
from infusion.domain.calendars import Week
from infusion.domain.courses import Text, Unverified
from infusion.domain.doses import SurfaceFormula
from infusion.domain.evidence import Fact
from infusion.domain.ladders import Rung
from infusion.domain.readiness.criteria import SiteNumber

# Plain digits and at most three places: an exponent is a slip nobody sees.
_PLAIN = re.compile(r"[0-9]{1,9}(\.[0-9]{1,3})?")
# Counted in whole ones wherever they are used.
_WHOLE = frozenset({"d", "h", "min", ""})
_CRITERION = re.compile(r"TC[0-9]{2}")
# What stands for no number, and for no criterion.
NONE = "NONE"


class ValueNotRead(Exception):
    """The text is neither NONE nor what this value is made of."""


def read_limit(text: str) -> Decimal | None:
    """Return a number from zero up; None for NONE, a limit the site has not set.

    :raises ValueNotRead: when it is neither.
    """
    if text == NONE:
        return None
    if not _PLAIN.fullmatch(text):
        raise ValueNotRead
    return Decimal(text)


def read_criteria(text: str) -> frozenset[str]:
    """Return the keys of criteria such as "TC03 TC13"; none for NONE.

    :raises ValueNotRead: when a part is no such key.
    """
    keys = [] if text == NONE else text.split()
    if text != NONE and (not keys or not all(map(_CRITERION.fullmatch, keys))):
        raise ValueNotRead
    return frozenset(keys)


def read_recipes(text: str) -> frozenset[str]:
    """Return the keys of bag recipes such as "us-72h us-96h"; none for NONE.

    :raises ValueNotRead: when there is no recipe of a key.
    """
    keys = frozenset() if text == NONE else frozenset(text.split())
    if (text != NONE and not keys) or keys - all_recipes().keys():
        raise ValueNotRead
    return keys


# Values that are neither a choice nor a number, and who reads them.
_FORMATS: Mapping[str, Callable[[str], object]] = {
    "times": read_times,
    "week": read_week,
    "limit": read_limit,
    "criteria": read_criteria,
    "recipes": read_recipes,
    "ladder": read_ladder,
}


@dataclass(frozen=True, kw_only=True)
class PolicyValue:
    """One value a site sets, the proposal, and what may be chosen.

    A number is above zero unless ``least`` says otherwise; ``format`` names another way
    of writing: "times" of a day, the hours of a "week", a "limit" that may be NONE, keys
    of "criteria" or of bag "recipes", or the "ladder" of an alert.
    """

    key: str
    title: Text
    fact: Fact
    choices: tuple[str, ...]
    least: Decimal | None = None
    most: Decimal | None = None
    format: str = ""


@cache
def proposals() -> dict[str, PolicyValue]:
    """Return the shipped proposals of every file by key."""
    found: dict[str, PolicyValue] = {}
    for path in files.paths("policy"):
        found |= read_policy(path)
    return found


def read_policy(path: Path) -> dict[str, PolicyValue]:
    """Read one file of site policy values.

    :raises CatalogueFileRefused: when the file is not sound.
    """
    data = files.read(path, "policy")
    values = {key: _value(key, row) for key, row in data["values"].items()}
    for key, one in values.items():
        if not _is_acceptable(one, one.fact.value):
            why = reason("not_a_choice", found=one.fact.value)
            raise files.CatalogueFileRefused(path, f"values.{key}.fact", why)
    return values


def _value(key: str, row: dict[str, Any]) -> PolicyValue:
    (fact,) = files.facts(f"site policy: {key}", row["fact"])
    return PolicyValue(
        key=key,
        title=files.text(row["title"]),
        fact=fact,
        choices=tuple(row.get("choices", ())),
        least=Decimal(row["least"]) if "least" in row else None,
        most=Decimal(row["most"]) if "most" in row else None,
        format=row.get("format", ""),
    )


@dataclass(frozen=True)
class SitePolicy:
    """The values in force at a site: signed ones first, proposals for the rest."""

    signed: Mapping[str, str]

    def text(self, key: str) -> str:
        """Return a value as text."""
        return self.signed.get(key) or proposals()[key].fact.value

    def number(self, key: str) -> Decimal:
        """Return a value as a number."""
        return Decimal(self.text(key))

    def is_on(self, key: str) -> bool:
        """Say whether a value that is YES or NO is YES."""
        return self.text(key) == "YES"

    def times(self, key: str) -> tuple[dt.time, ...]:
        """Return a value as times of a day, in order."""
        return read_times(self.text(key))

    def week(self, key: str) -> Week | None:
        """Return a value as hours of a week; None stands for the site's own."""
        return read_week(self.text(key))

    def limit(self, key: str) -> Decimal | None:
        """Return a value as a limit; None when the site has not set one."""
        return read_limit(self.text(key))

    def criteria(self, key: str) -> frozenset[str]:
        """Return a value as keys of criteria."""
        return read_criteria(self.text(key))

    def recipes(self, key: str) -> frozenset[str]:
        """Return a value as keys of bag recipes."""
        return read_recipes(self.text(key))

    def ladder(self, key: str) -> tuple[Rung, ...]:
        """Return a value as the ladder of an alert."""
        return read_ladder(self.text(key))

    @property
    def surface_formula(self) -> SurfaceFormula:
        """Return the body-surface formula of the site."""
        return SurfaceFormula(self.text("surface_formula"))

    def shown(self, key: str) -> SiteNumber:
        """Return a value as a page shows it: its mark, and whether it is signed."""
        asked = proposals()[key]
        is_signed = key in self.signed
        return SiteNumber(
            key=key,
            title=asked.title,
            value=self.text(key),
            unit=asked.fact.unit,
            mark=asked.fact.mark.value,
            note=asked.fact.note,
            is_signed=is_signed,
            needs_sign_off=asked.fact.needs_sign_off and not is_signed,
        )

    def unsigned(self, *keys: str) -> tuple[Unverified, ...]:
        """Return which of these values have no source and no signature yet."""
        return tuple(
            proposals()[key].fact.as_unverified()
            for key in keys
            if key not in self.signed and proposals()[key].fact.needs_sign_off
        )


def site_policy(stored: Mapping[str, Any]) -> SitePolicy:
    """Return the policy of a site from what it stored.

    A stored value counts only with the name of who signed it.
    """
    signed = {
        key: str(entry["value"])
        for key, entry in stored.items()
        if key in proposals()
        and isinstance(entry, dict)
        and entry.get("signed_by")
        and _is_acceptable(proposals()[key], entry.get("value"))
    }
    return SitePolicy(signed)


class Unsound(StrEnum):
    """Why a value that a site has stored does not count."""

    UNKNOWN = "UNKNOWN"
    UNREAD = "UNREAD"
    UNSIGNED = "UNSIGNED"


def unsound(stored: Mapping[str, Any]) -> dict[str, Unsound]:
    """Return which stored values do not count, and why, in the order stored."""
    found = {key: _why_unsound(key, entry) for key, entry in stored.items()}
    return {key: why for key, why in found.items() if why}


def _why_unsound(key: str, entry: object) -> Unsound | None:
    asked = proposals().get(key)
    if asked is None:
        return Unsound.UNKNOWN
    if not isinstance(entry, dict) or not _is_acceptable(asked, entry.get("value")):
        return Unsound.UNREAD
    return None if entry.get("signed_by") else Unsound.UNSIGNED


def _is_acceptable(asked: PolicyValue, value: object) -> bool:
    """Say whether a value is one of the choices, well written, or within bounds."""
    if asked.choices:
        return value in asked.choices
    if asked.format:
        return isinstance(value, str) and _is_read(asked.format, value)
    return _is_number(asked, str(value))


def _is_read(form: str, value: str) -> bool:
    try:
        _FORMATS[form](value)
    except (HoursNotRead, LadderNotRead, ValueNotRead):
        return False
    return True


def _is_number(asked: PolicyValue, text: str) -> bool:
    if not _PLAIN.fullmatch(text):
        return False
    number = Decimal(text)
    if asked.fact.unit in _WHOLE and number % 1:
        return False
    if asked.most is not None and number > asked.most:
        return False
    return number > 0 if asked.least is None else number >= asked.least
