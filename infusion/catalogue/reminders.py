"""The reminder rules."""

from dataclasses import replace
from functools import cache

from infusion.catalogue import files
from infusion.catalogue.policies import SitePolicy
from infusion.domain.messages import Event, MessageKind, ReminderRule, To


@cache
def _shipped() -> tuple[ReminderRule, ...]:
    path = files.ROOT / "reminders" / "default.toml"
    data = files.read(path, "reminders")
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
