"""Reads how a message about an alert is to be delivered: by the rung that asked for it."""

from dataclasses import replace

from infusion import catalogue, models
from infusion.catalogue.alerts import cause_rule
from infusion.domain.alerts import Cause
from infusion.domain.ladders import way_of
from infusion.domain.messages import NOTICE_RULES, MessageKind
from infusion.domain.reminders.rules import Quiet, ReminderRule
from patients.domain.contacts import SENDABLE


def alert_notice(alert: models.Alert, whom: str) -> ReminderRule:
    """Return the rule of a message about an alert to those on a rung.

    The channels of the rung come first. A person who has none of them is told over what
    there is: an alert is not lost for want of a channel.
    """
    rule = cause_rule(catalogue.site_policy(alert.site.policy), Cause(alert.cause))
    way = way_of(rule.ladder, whom)
    others = tuple(one for one in SENDABLE if one not in way.channels)
    return replace(
        NOTICE_RULES[MessageKind.ALERT_RAISED],
        channels=(*way.channels, *others) if way.channels else (),
        quiet=Quiet.HOLD if way.is_quiet_at_night else Quiet.IGNORE,
    )


def notice_rule(row: models.Message) -> ReminderRule | None:
    """Return the rule of a notice; None of a message that is none."""
    if row.kind != MessageKind.ALERT_RAISED:
        return NOTICE_RULES.get(row.kind)
    rows = models.Alert.objects.select_related("site")
    alert = rows.filter(id=row.subject_id).first()
    if alert is None:
        return NOTICE_RULES[MessageKind.ALERT_RAISED]
    # An alert is raised and told to its first rung at one instant: the rung counts.
    step = alert.steps.filter(at=row.event_at).exclude(role="").first()
    return alert_notice(alert, step.role if step else "")
