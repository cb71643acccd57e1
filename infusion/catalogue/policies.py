"""What a site decides for itself, with the proposal that ships."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from infusion.catalogue import files
from infusion.domain.courses import Text, Unverified
from infusion.domain.doses import SurfaceFormula
from infusion.domain.evidence import Fact


@dataclass(frozen=True, kw_only=True)
class PolicyValue:
    """One value a site sets, the proposal, and what may be chosen."""

    key: str
    title: Text
    fact: Fact
    choices: tuple[str, ...]


@cache
def proposals() -> dict[str, PolicyValue]:
    """Return the shipped proposals by key."""
    path = files.ROOT / "policy" / "site.toml"
    data = files.read(path, "policy")
    return {key: _value(key, row) for key, row in data["values"].items()}


def _value(key: str, row: dict[str, Any]) -> PolicyValue:
    (fact,) = files.facts(f"site policy: {key}", row["fact"])
    return PolicyValue(
        key=key,
        title=files.text(row["title"]),
        fact=fact,
        choices=tuple(row.get("choices", ())),
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
        and _acceptable(key, entry.get("value"))
    }
    return SitePolicy(signed)


def _acceptable(key: str, value: object) -> bool:
    """Say whether a value is one of the choices, or a number above zero."""
    choices = proposals()[key].choices
    if choices:
        return value in choices
    text = str(value)
    return text.replace(".", "", 1).isdigit() and Decimal(text) > 0
