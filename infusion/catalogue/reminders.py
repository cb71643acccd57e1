"""The reminder rules."""

from dataclasses import replace
from functools import cache
from pathlib import Path

from infusion.catalogue import files
from infusion.catalogue.policies import SitePolicy
from infusion.catalogue.reasons import reason
from infusion.domain.messages import Event, MessageKind, ReminderRule, To


@cache
def _shipped() -> tuple[ReminderRule, ...]:
    return read_rules(files.ROOT / "reminders" / "default.toml")


def read_rules(path: Path) -> tuple[ReminderRule, ...]:
    """Read one file of reminder rules.

    :raises CatalogueFileRefused: when the file is not sound.
    """
    data = files.read(path, "reminders")
    kinds = [row["kind"] for row in data["rules"]]
    for kind in kinds:
        if kinds.count(kind) > 1:
            why = reason("rule_twice", kind=kind)
            raise files.CatalogueFileRefused(path, "rules", why)
    return tuple(
        ReminderRule(
            kind=MessageKind(row["kind"]),
            event=Event(row["event"]),
            offset_minutes=row["offset_minutes"],
            to=tuple(To(one) for one in row["to"]),
            expires_after_minutes=row["expires_after_minutes"],
        )
        for row in data["rules"]
    )


def reminder_rules(policy: SitePolicy) -> tuple[ReminderRule, ...]:
    """Return the rules with the site's own time after which a change is overdue."""
    overdue = int(policy.number("overdue_after_minutes"))
    return tuple(
        replace(rule, offset_minutes=overdue) if rule.offset_minutes > 0 else rule
        for rule in _shipped()
    )
