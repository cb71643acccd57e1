"""The reminder rules: those that ship, and how a document of rules is read."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from infusion.catalogue import files
from infusion.catalogue.characters import strange_in
from infusion.catalogue.files import CatalogueFileRefused
from infusion.catalogue.policies import SitePolicy, proposals
from infusion.catalogue.reasons import reason
from infusion.domain.evidence import Fact
from infusion.domain.messages import NOTICES
from infusion.domain.reminders.events import EVENTS, Event
from infusion.domain.reminders.rules import (
    Condition,
    Quiet,
    ReminderRule,
    To,
    Trait,
    Urgency,
    traits_of,
)
from infusion.domain.reminders.texts import MessageText, flaws_of

_MINUTES = re.compile(r"-?[0-9]{1,6}")
SHIPPED = files.ROOT / "reminders" / "default.toml"
# What a site writes has no file; refusals name it so.
SITE = Path("site.toml")


@dataclass(frozen=True, kw_only=True)
class ShippedRule:
    """A rule with its text, the evidence for its offset, and whether it is switched on."""

    rule: ReminderRule
    text: MessageText
    fact: Fact
    is_on: bool = True


@cache
def shipped_reminders() -> tuple[ShippedRule, ...]:
    """Return the rules that ship, those switched off included."""
    return read_rules(SHIPPED)


def read_rules(path: Path) -> tuple[ShippedRule, ...]:
    """Read one file of reminder rules.

    :raises CatalogueFileRefused: when the file is not sound.
    """
    return rules_of(path, files.read(path, "reminders"))


def rules_of(path: Path, data: Mapping[str, Any]) -> tuple[ShippedRule, ...]:
    """Return the rules of a document that satisfies the schema.

    :raises CatalogueFileRefused: naming the rule, the field and the reason.
    """
    for problem in problems_of(path, data):
        raise problem
    return tuple(_rule(row) for row in data["rules"])


def problems_of(path: Path, data: Mapping[str, Any]) -> Iterator[CatalogueFileRefused]:
    """Yield everything for which the rules of a document are refused."""
    rows: Sequence[Mapping[str, Any]] = data["rules"]
    keys = [row["key"] for row in rows]
    seen: dict[tuple[Any, ...], str] = {}
    for row in rows:
        key = row["key"]
        if keys.count(key) > 1:
            yield _refused(path, key, "key", "rule_twice", kind=key)
            continue
        if key in NOTICES:
            yield _refused(path, key, "key", "rule_reserved", kind=key)
        found = [*_times(path, row), *_conditions(path, row), *_texts(path, row)]
        yield from found
        if not found:
            same = _same(row)
            if same in seen:
                yield _refused(path, key, "event", "rule_same", other=seen[same])
            seen.setdefault(same, key)


def reminders_with(body: Mapping[str, Any]) -> tuple[ShippedRule, ...]:
    """Return the shipped rules with those of a site laid over.

    ``rules`` replace those of the same key or are new; ``off`` are the keys left out.

    :raises CatalogueFileRefused: naming the rule, the field and the reason.
    """
    shipped = files.read(SHIPPED, "reminders")
    document = _document(body)
    for problem in files.problems(SITE, document, "reminders"):
        raise problem
    own = {row["key"]: row for row in document["rules"]}
    if len(own) < len(document["rules"]):
        # Two of one key would hide each other.
        rules_of(SITE, document)
    merged = [own.pop(row["key"], row) for row in shipped["rules"]]
    merged += own.values()
    found = rules_of(SITE, {**document, "rules": merged})
    off = _off(body, {one.rule.key for one in found})
    return tuple(
        replace(one, is_on=False) if one.rule.key in off else one for one in found
    )


def reminders_in_force(
    body: Mapping[str, Any],
) -> tuple[tuple[ShippedRule, ...], tuple[str, ...]]:
    """Return the rules with what still holds of a document, and the keys left out.

    It was sound when it came in force; a later version of the service may know a rule or
    an event no more. Without the entries concerned the reminders of the site go on.
    """
    try:
        return reminders_with(body), ()
    except CatalogueFileRefused:
        pass
    held: dict[str, list[Any]] = {"rules": [], "off": []}
    left_out = []
    for part, entries in held.items():
        for one in body.get(part, []):
            entries.append(one)
            if not _holds(held):
                entries.pop()
                left_out.append(one if part == "off" else one["key"])
    return reminders_with(held), tuple(left_out)


def _holds(body: Mapping[str, Any]) -> bool:
    try:
        reminders_with(body)
    except CatalogueFileRefused:
        return False
    return True


def _document(body: Mapping[str, Any]) -> dict[str, Any]:
    """Write what a site changes as a file of rules is written."""
    strange = sorted(set(body) - {"rules", "off"})
    if strange:
        why = reason("unknown_name", names=", ".join(strange))
        raise CatalogueFileRefused(SITE, "", why)
    if found := strange_in(body):
        raise CatalogueFileRefused(SITE, "rules", reason("strange_sign", found=found))
    head = {"schema": 2, "kind": "reminders", "key": SITE.stem, "version": "1.0.0"}
    return {**head, "rules": body.get("rules", [])}


def _off(body: Mapping[str, Any], known: set[str]) -> frozenset[str]:
    found = body.get("off", [])
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise CatalogueFileRefused(SITE, "off", reason("type_array"))
    for key in found:
        if key not in known:
            why = reason("unknown_rule", key=key, known=", ".join(sorted(known)))
            raise CatalogueFileRefused(SITE, "off", why)
    return frozenset(found)


def _refused(
    path: Path, rule: str, field: str, code: str, **params: object
) -> CatalogueFileRefused:
    return CatalogueFileRefused(path, f"rules.{rule}.{field}", reason(code, **params))


def _times(path: Path, row: Mapping[str, Any]) -> Iterator[CatalogueFileRefused]:
    key, spec = row["key"], EVENTS[Event(row["event"])]
    written = row["offset"]["value"]
    if not _MINUTES.fullmatch(written) or row["offset"]["unit"] != "min":
        yield _refused(path, key, "offset", "not_minutes")
        return
    offset, expires = int(written), row["expires_minutes"]
    if not (spec.before if offset < 0 else spec.after):
        side = "before" if offset < 0 else "after"
        yield _refused(path, key, "offset", f"nothing_{side}", event=row["event"])
    if expires <= offset:
        yield _refused(
            path, key, "expires_minutes", "expires_first", offset=offset, found=expires
        )
    elif offset < 0 < expires:
        yield _refused(path, key, "expires_minutes", "expires_after", found=expires)
    if "policy" in row and not _is_minutes(row["policy"]):
        yield _refused(path, key, "policy", "unknown_policy", key=row["policy"])


def _conditions(path: Path, row: Mapping[str, Any]) -> Iterator[CatalogueFileRefused]:
    """Yield the conditions that could never hold."""
    known = traits_of(Event(row["event"]))
    for name in row.get("when", {}):
        if name not in known:
            params = {"event": row["event"], "known": ", ".join(sorted(known))}
            field = f"when.{name}"
            yield _refused(path, row["key"], field, "trait_never_known", **params)


def _is_minutes(policy: str) -> bool:
    known = proposals().get(policy)
    return known is not None and known.fact.unit == "min"


def _texts(path: Path, row: Mapping[str, Any]) -> Iterator[CatalogueFileRefused]:
    for flaw in flaws_of(_text(row)):
        yield _refused(path, row["key"], flaw.place, flaw.code, **flaw.params)


def _same(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return what makes two rules the same: event, time and conditions."""
    when = {name: sorted(values) for name, values in row.get("when", {}).items()}
    return (
        row["event"],
        int(row["offset"]["value"]),
        row.get("policy", ""),
        tuple(sorted((name, tuple(values)) for name, values in when.items())),
        tuple(sorted(row["to"])),
    )


def _text(row: Mapping[str, Any]) -> MessageText:
    return MessageText(
        title=files.text(row["title"]),
        body=files.text(row["body"]),
        short=files.text(row["short"]),
    )


def _rule(row: Mapping[str, Any]) -> ShippedRule:
    (fact,) = files.facts(f"reminder: {row['key']}", row["offset"])
    return ShippedRule(
        rule=ReminderRule(
            key=row["key"],
            event=Event(row["event"]),
            offset_minutes=int(row["offset"]["value"]),
            expires_minutes=row["expires_minutes"],
            to=tuple(To(one) for one in row["to"]),
            channels=tuple(row.get("channels", ())),
            urgency=Urgency(row.get("urgency", Urgency.NORMAL)),
            quiet=Quiet(row.get("quiet", Quiet.HOLD)),
            repeat_when_unknown=row.get("repeat_when_unknown", True),
            conditions=tuple(
                Condition(trait=Trait(name), values=frozenset(values))
                for name, values in row.get("when", {}).items()
            ),
            policy=row.get("policy", ""),
        ),
        text=_text(row),
        fact=fact,
        is_on=row.get("on", True),
    )


def reminder_rules(
    policy: SitePolicy, rows: Sequence[ShippedRule] | None = None
) -> tuple[ReminderRule, ...]:
    """Return the rules in force; a site value that gives an offset moves the expiry too."""
    found = shipped_reminders() if rows is None else rows
    return tuple(_at_site(one.rule, policy) for one in found if one.is_on)


def _at_site(rule: ReminderRule, policy: SitePolicy) -> ReminderRule:
    if not rule.policy:
        return rule
    offset = int(policy.number(rule.policy))
    if rule.is_before:
        offset = -offset
    moved = offset - rule.offset_minutes
    return replace(
        rule,
        offset_minutes=offset,
        expires_minutes=rule.expires_minutes + moved,
    )
