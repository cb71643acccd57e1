"""What a site decides for itself, with the proposal that ships."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from infusion.catalogue import files
from infusion.catalogue.reasons import reason
from infusion.domain.courses import Text, Unverified
from infusion.domain.doses import SurfaceFormula
from infusion.domain.evidence import Fact

# Plain digits and at most three places: an exponent is a slip nobody sees.
_PLAIN = re.compile(r"[0-9]{1,9}(\.[0-9]{1,3})?")
# Counted in whole ones wherever they are used.
_WHOLE = frozenset({"d", "min"})


@dataclass(frozen=True, kw_only=True)
class PolicyValue:
    """One value a site sets, the proposal, and what may be chosen."""

    key: str
    title: Text
    fact: Fact
    choices: tuple[str, ...]
    most: Decimal | None = None


@cache
def proposals() -> dict[str, PolicyValue]:
    """Return the shipped proposals by key."""
    return read_policy(files.ROOT / "policy" / "site.toml")


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
        most=Decimal(row["most"]) if "most" in row else None,
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

    @property
    def surface_formula(self) -> SurfaceFormula:
        """Return the body-surface formula of the site."""
        return SurfaceFormula(self.text("surface_formula"))

    def unsigned(self, *keys: str) -> tuple[Unverified, ...]:
        """Return which of these values the site has not signed yet."""
        return tuple(
            proposals()[key].fact.as_unverified()
            for key in keys
            if key not in self.signed
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


def _is_acceptable(asked: PolicyValue, value: object) -> bool:
    """Say whether a value is one of the choices, or a number above zero within bounds."""
    if asked.choices:
        return value in asked.choices
    text = str(value)
    if not _PLAIN.fullmatch(text):
        return False
    number = Decimal(text)
    if asked.fact.unit in _WHOLE and number % 1:
        return False
    return number > 0 and (asked.most is None or number <= asked.most)
