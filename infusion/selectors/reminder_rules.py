"""Reads the reminder rules in force at a site."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from infusion import catalogue
from infusion.domain.reminders.rules import ReminderRule
from infusion.domain.reminders.texts import MessageText


@dataclass(frozen=True)
class RulesInForce:
    """The rules of a site that are switched on, by key, and their texts."""

    rules: tuple[ReminderRule, ...]
    texts: Mapping[str, MessageText]

    def rule(self, key: str) -> ReminderRule | None:
        """Return a rule; None when the site has none of that key any more."""
        return next((one for one in self.rules if one.key == key), None)

    def text(self, key: str) -> MessageText | None:
        """Return what a rule says."""
        return self.texts.get(key)


def rules_in_force(
    site_id: uuid.UUID,  # noqa: ARG001
    policy: Mapping[str, Any],
) -> RulesInForce:
    """Return the rules of a site; ``policy`` are its stored values."""
    shipped = catalogue.shipped_reminders()
    return RulesInForce(
        rules=catalogue.reminder_rules(catalogue.site_policy(policy), shipped),
        texts={one.rule.key: one.text for one in shipped},
    )
