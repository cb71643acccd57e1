"""The triage rules that ship, those of a site, and how a file of them is read."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from infusion.catalogue import files
from infusion.catalogue.characters import strange_in
from infusion.catalogue.drafts import Draft
from infusion.catalogue.files import CatalogueFileRefused
from infusion.catalogue.scales_asks import read_code, read_when, statement
from infusion.catalogue.sources import all_sources
from infusion.domain.evidence import NEEDS_SIGN_OFF, Fact, Mark
from infusion.domain.findings_kinds import KINDS
from infusion.domain.triage import (
    Colour,
    Rule,
    RuleSet,
    Trend,
    Unanswered,
    only_compared,
)

Written = Mapping[str, Any]
SHIPPED = files.ROOT / "triage" / "triage.toml"
# What a site writes has no file; refusals name it as the shipped one, whose key it has.
SITE = Path(SHIPPED.name)
_LONGEST_HOURS = 168
_LONGEST_VERSION = 20
_HEAD = ("follow_up", "ambers_that_make_red", "unanswered")


@cache
def shipped_triage() -> RuleSet:
    """Return the rules that ship."""
    return read_triage(SHIPPED)


@cache
def shipped_triage_body() -> dict[str, Any]:
    """Return the file of the rules that ship, as a site's own begins with."""
    return files.read(SHIPPED, "triage")


def read_triage(path: Path) -> RuleSet:
    """Read one file of rules.

    :raises CatalogueFileRefused: when the file is not sound.
    """
    draft = Draft(path)
    found = _rule_set(draft, files.read(path, "triage"))
    draft.check()
    return found


def triage_at_site(body: Written, number: int, *, is_signed: bool = True) -> RuleSet:
    """Return the rules that a site has written, as its document of a number.

    Results name them with that number. What no source gives has the mark of the site once
    two persons stand behind it; a draft has the marks it was written with.

    :raises CatalogueFileRefused: naming the rule, the field and the reason.
    """
    if found := strange_in(body):
        raise Draft(SITE).refused("rules", "strange_sign", found=found)
    for problem in files.problems(SITE, body, "triage"):
        raise problem
    draft = Draft(SITE)
    rules = _rule_set(draft, body)
    _check_claims(draft, body)
    if not is_signed:
        # What is in force is read as it was signed.
        _check_trends(draft, rules.rules)
    draft.check()
    own = frozenset(one.key for one in rules.rules) if is_signed else frozenset()
    return _signed(rules, number, own)


def triage_in_force(body: Written, number: int) -> tuple[RuleSet, tuple[str, ...]]:
    """Return the rules with what still holds of a document, and the keys left out.

    It was sound when it came in force; a later version of the service may know a finding
    or a word no more. A shipped rule of the same key counts in the place of such a rule.
    """
    try:
        return triage_at_site(body, number), ()
    except CatalogueFileRefused:
        pass
    shipped = shipped_triage_body()
    known = {row["key"]: row for row in shipped["rules"]}
    head = {name: value for name, value in body.items() if name != "rules"}
    left_out = [] if _holds({**head, "rules": shipped["rules"]}) else ["head"]
    head = shipped if left_out else head
    rows = []
    for row in body.get("rules", ()):
        key = str(row.get("key", "?"))
        if _holds({**shipped, "rules": [row]}):
            rows.append(row)
            continue
        left_out.append(key)
        rows += [known[key]] if key in known else []
    draft = Draft(SITE)
    found = _rule_set(draft, {**head, "rules": rows or shipped["rules"]})
    draft.check()
    own = frozenset(row["key"] for row in rows) - set(left_out)
    return _signed(found, number, own), tuple(left_out)


def _holds(body: Written) -> bool:
    try:
        triage_at_site(body, 0)
    except CatalogueFileRefused:
        return False
    return True


def _signed(rules: RuleSet, number: int, own: frozenset[str]) -> RuleSet:
    """Return the rules under the number of the document, what it signs marked so."""
    return replace(
        rules,
        version=f"{rules.version}+site.{number}",
        rules=tuple(
            replace(
                one,
                statement=_by_site(one.statement),
                colour_fact=_by_site(one.colour_fact),
            )
            if one.key in own
            else one
            for one in rules.rules
        ),
    )


def _by_site(fact: Fact) -> Fact:
    return replace(fact, mark=Mark.SITE) if fact.mark in NEEDS_SIGN_OFF else fact


def _check_claims(draft: Draft, body: Written) -> None:
    """Refuse a changed value or sign that still claims the source of the shipped one."""
    if len(body["version"]) > _LONGEST_VERSION:
        draft.refuse("version", "too_large", most=_LONGEST_VERSION)
    shipped = shipped_triage_body()
    for name in _HEAD:
        _check_claim(draft, name, body[name], shipped[name])
    known = {row["key"]: row for row in shipped["rules"]}
    for number, row in enumerate(body["rules"], 1):
        place = f"rules{files.item_of(body['rules'], number)}"
        before = known.get(row["key"], {})
        _check_claim(draft, f"{place}.colour", row["colour"], before.get("colour"))
        same = all(row.get(name) == before.get(name) for name in ("when", "trend"))
        _check_claim(
            draft, f"{place}.rule", row["rule"], before.get("rule") if same else None
        )
        if trend := row.get("trend"):
            hours = before.get("trend", {}).get("within_hours")
            where = f"{place}.trend.within_hours"
            _check_claim(draft, where, trend["within_hours"], hours)


def _check_trends(draft: Draft, rules: Sequence[Rule]) -> None:
    """Refuse a trend of what no other rule asks for: unanswered it could be green."""
    for rule in only_compared(rules):
        place = f"rules.{rule.key}.trend.code"
        draft.refuse(place, "trend_alone", found=", ".join(rule.codes))


def _check_claim(
    draft: Draft, place: str, fact: Written, shipped: Written | None
) -> None:
    if fact != shipped and Mark(fact["mark"]) not in NEEDS_SIGN_OFF:
        draft.refuse(place, "claims_source", mark=fact["mark"])
    for key in fact["sources"]:
        if key not in all_sources():
            draft.refuse(place, "unknown_source", key=key)


def _rule_set(draft: Draft, data: Written) -> RuleSet:
    """Build the rules of a document that satisfies the schema; note what is wrong."""
    if data["unanswered"]["value"] not in list(Unanswered):
        found = data["unanswered"]["value"]
        draft.refuse("unanswered", "unanswered_colour", found=found)
    rules = tuple(_rules(draft, data["rules"]))
    ambers = data["ambers_that_make_red"]
    files.positive(draft.path, "ambers_that_make_red", ambers)
    least = files.whole(draft.path, "ambers_that_make_red", ambers)
    draft.check()
    return RuleSet(
        key=data["key"],
        version=data["version"],
        title=files.text(data["title"]),
        rules=rules,
        follow_up=_hours(draft, "follow_up", data["follow_up"]),
        ambers_that_make_red=least,
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
        for way, asks in enumerate(row.get("when", ()), 1):
            # A phone shows signs by itself: it must never show less than the rules say.
            if len(asks) > 1 or "below_code" in asks[0]:
                draft.refuse(f"{place}.when[{way}]", "one_finding")
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
