"""The tables of what to do after a toxicity, and for which regimens they were read."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from infusion.catalogue import files
from infusion.catalogue.reasons import reason
from infusion.domain.courses import Text
from infusion.domain.evidence import Fact
from infusion.domain.toxicity import (
    Action,
    Missing,
    StopReason,
    StopWhen,
    ToxicityEvent,
    ToxicityRule,
    Trigger,
)

_UNITS = {"d": dt.timedelta(days=1), "h": dt.timedelta(hours=1)}
_LIMITED = frozenset({StopReason.LASTS_LONGER, StopReason.MORE_SEIZURES})


@dataclass(frozen=True, kw_only=True)
class ToxicityTable:
    """One file of rules. For a regimen that it does not name no table was seen."""

    key: str
    version: str
    jurisdiction: str
    title: Text
    note: Text | None
    regimens: frozenset[str]
    rules: tuple[ToxicityRule, ...]


@cache
def shipped_toxicity() -> ToxicityTable:
    """Return the table that ships."""
    return read_toxicity(files.ROOT / "toxicity" / "toxicity.toml")


def toxicity_of(regimen_key: str) -> ToxicityTable | None:
    """Return the table that was read for a regimen, or None."""
    table = shipped_toxicity()
    return table if regimen_key in table.regimens else None


def read_toxicity(path: Path) -> ToxicityTable:
    """Read one table.

    :raises CatalogueFileRefused: when the file is not sound.
    """
    data = files.read(path, "toxicity")
    for place, why in _faults(data["rows"]):
        raise files.CatalogueFileRefused(path, place, why)
    return ToxicityTable(
        key=data["key"],
        version=data["version"],
        jurisdiction=data["jurisdiction"],
        title=files.text(data["title"]),
        note=files.text(data["note"]) if "note" in data else None,
        regimens=frozenset(data["regimens"]),
        rules=tuple(_rule(path, row) for row in data["rows"]),
    )


def _faults(rows: list[Mapping[str, Any]]) -> Iterator[tuple[str, Text]]:
    """Yield what a schema cannot see: a hole that acts, a rule that does nothing."""
    keys = [row["key"] for row in rows]
    for number, row in enumerate(rows, 1):
        place = f"rows{files.item_of(rows, number)}"
        if keys.count(row["key"]) > 1:
            yield f"{place}.key", reason("row_twice", key=row["key"])
        acts = {"action", "until", "restart", "stop_when", "when", "treatment"} & {*row}
        if row.get("missing") and acts:
            yield place, reason("hole_acts", names=", ".join(sorted(acts)))
        if not row.get("missing") and "action" not in row:
            yield place, reason("no_action")
        if "until" in row and row.get("action") != Action.HOLD:
            yield f"{place}.until", reason("only_a_hold_ends")
        for index, one in enumerate(row.get("stop_when", ()), 1):
            if (StopReason(one["is"]) in _LIMITED) != ("limit" in one):
                yield f"{place}.stop_when[{index}]", reason("limit_of", found=one["is"])


def _rule(path: Path, row: Mapping[str, Any]) -> ToxicityRule:
    place = f"rows.{row['key']}"
    until, restart = row.get("until", {}), row.get("restart", {})
    return ToxicityRule(
        key=row["key"],
        events=frozenset(map(ToxicityEvent, row["events"])),
        grades=frozenset(row["grades"]),
        statement=_statement(place, row["rule"]),
        from_kg=Decimal(row["from_kg"]) if "from_kg" in row else None,
        below_kg=Decimal(row["below_kg"]) if "below_kg" in row else None,
        action=Action(row["action"]) if "action" in row else None,
        treatment=_statement(place, row["treatment"]) if "treatment" in row else None,
        settled_grade=until.get("grade"),
        held_for=_span(path, f"{place}.until", until.get("held_for")),
        restarts_low=bool(restart),
        full_after=_span(path, f"{place}.restart", restart.get("full_after")),
        stop_when=tuple(_stop(path, place, one) for one in row.get("stop_when", ())),
        triggers=tuple(
            Trigger(
                fact=Missing(one["fact"]),
                above=files.positive(path, f"{place}.when", one["above"]),
            )
            for one in row.get("when", ())
        ),
        note=files.text(row["note"]) if "note" in row else None,
    )


def _statement(place: str, data: Mapping[str, Any]) -> Fact:
    (found,) = files.facts(place, data)
    return found


def _span(path: Path, place: str, fact: Mapping[str, Any] | None) -> Any:
    if fact is None:
        return None
    if fact["unit"] not in _UNITS:
        why = reason("not_allowed", found=fact["unit"], allowed=", ".join(_UNITS))
        raise files.CatalogueFileRefused(path, place, why)
    return _UNITS[fact["unit"]] * float(files.positive(path, place, fact))


def _stop(path: Path, place: str, row: Mapping[str, Any]) -> StopWhen:
    limit = row.get("limit")
    return StopWhen(
        reason=StopReason(row["is"]),
        limit=files.positive(path, f"{place}.stop_when", limit) if limit else None,
    )
