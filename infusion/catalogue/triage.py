"""The triage rules that ship, and how a file of them is read."""

import datetime as dt
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from infusion.catalogue import files
from infusion.catalogue.drafts import Draft
from infusion.catalogue.scales_asks import read_code, read_when, statement
from infusion.domain.findings_kinds import KINDS
from infusion.domain.triage import Colour, Rule, RuleSet, Trend, Unanswered

Written = Mapping[str, Any]
_LONGEST_HOURS = 168


@cache
def shipped_triage() -> RuleSet:
    """Return the rules that ship."""
    return read_triage(files.ROOT / "triage" / "triage.toml")


def read_triage(path: Path) -> RuleSet:
    """Read one file of rules.

    :raises CatalogueFileRefused: when the file is not sound.
    """
    data = files.read(path, "triage")
    draft = Draft(path)
    follow_up = _hours(draft, "follow_up", data["follow_up"])
    if data["unanswered"]["value"] not in list(Unanswered):
        found = data["unanswered"]["value"]
        draft.refuse("unanswered", "unanswered_colour", found=found)
    rules = tuple(_rules(draft, data["rules"]))
    ambers = files.positive(path, "ambers_that_make_red", data["ambers_that_make_red"])
    for refusal in draft.refusals:
        raise refusal
    return RuleSet(
        key=data["key"],
        version=data["version"],
        title=files.text(data["title"]),
        rules=rules,
        follow_up=follow_up,
        ambers_that_make_red=int(ambers),
        unanswered=Unanswered(data["unanswered"]["value"]),
    )


def _hours(draft: Draft, place: str, fact: Written) -> dt.timedelta:
    hours = files.positive(draft.path, place, fact)
    if fact["unit"] != "h":
        draft.refuse(place, "not_allowed", found=repr(fact["unit"]), allowed="h")
    if hours > _LONGEST_HOURS:
        draft.refuse(place, "too_large", most=_LONGEST_HOURS)
        return dt.timedelta(0)
    return dt.timedelta(hours=float(hours))


def _rules(draft: Draft, rows: list[Written]) -> Iterator[Rule]:
    keys = [row["key"] for row in rows]
    for number, row in enumerate(rows, 1):
        place = f"rules{files.item_of(rows, number)}"
        if keys.count(row["key"]) > 1:
            draft.refuse(f"{place}.key", "rule_twice", kind=row["key"])
        if ("when" in row) == ("trend" in row):
            draft.refuse(place, "rule_or_trend")
        yield Rule(
            key=row["key"],
            topic=row["topic"],
            colour=Colour(row["colour"]["value"]),
            colour_fact=statement(f"{place}.colour", row["colour"]),
            statement=statement(place, row["rule"]),
            when=read_when(draft, f"{place}.when", row.get("when", ())),
            trend=_trend(draft, f"{place}.trend", row.get("trend")),
        )


def _trend(draft: Draft, place: str, row: Written | None) -> Trend | None:
    code = read_code(draft, place, row["code"]) if row else None
    if row is None or code is None:
        return None
    is_number = not KINDS[code].words
    if is_number != ("by" in row) or is_number != (row["change"] == "WORSE_BY"):
        draft.refuse(place, "trend_by", found=code)
    return Trend(
        code=code,
        within=_hours(draft, f"{place}.within_hours", row["within_hours"]),
        by=Decimal(row["by"]) if "by" in row else None,
    )
