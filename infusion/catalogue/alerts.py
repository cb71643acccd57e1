"""What a site makes of each cause of an alert, and which of its values say so."""

import datetime as dt
from collections.abc import Mapping

from infusion.catalogue.policies import SitePolicy, proposals
from infusion.domain.alerts import Cause, CauseRule
from infusion.domain.ladders import Severity
from infusion.domain.readiness.criteria import SiteNumber

# The values that say when a cause is raised and told again.
_TIMES: Mapping[Cause, tuple[str, ...]] = {
    Cause.PUMP_STOPPED: (
        "pump_stopped_first_minutes",
        "pump_stopped_second_minutes",
        "pump_stopped_third_minutes",
    ),
    Cause.BAG_CHANGE_OVERDUE: ("overdue_after_minutes",),
    Cause.CHANGE_UNOWNED: ("unowned_change_hours", "unowned_change_again_hours"),
    Cause.ROTA_GAP: ("rota_gap_days", "rota_gap_again_hours"),
    Cause.MUTE_ENDING: ("mute_warn_hours",),
}
# Their times lie before what they warn of.
_AHEAD = frozenset({Cause.CHANGE_UNOWNED, Cause.ROTA_GAP, Cause.MUTE_ENDING})
# These are told when they begin, some beside the times above.
_AT_ONCE = frozenset(
    {
        Cause.ROTA_GAP,
        Cause.DOSE_ON_PUMP,
        Cause.READINESS_VOID,
        Cause.NOBODY_REACHED,
        Cause.PROVIDER_FAILING,
        Cause.MUTE_ENDING,
        Cause.CHECK_IN_RED,
        Cause.CHECK_IN_AMBER,
        Cause.CHECK_IN_TO_RING,
        Cause.CHECK_IN_MISSED,
        Cause.CALL_WANTED,
        Cause.ANSWERS_UNREAD,
    }
)
# What goes on while nobody acts: who ended such an alert too early is told of it anew.
_RETURNING = frozenset(
    {
        Cause.PUMP_STOPPED,
        Cause.BAG_CHANGE_OVERDUE,
        Cause.DOSE_ON_PUMP,
        Cause.CHECK_IN_RED,
        Cause.CHECK_IN_MISSED,
        Cause.CALL_WANTED,
        Cause.ANSWERS_UNREAD,
    }
)
# What else decides whether the cause holds.
_BOUNDS: Mapping[Cause, tuple[str, ...]] = {
    Cause.NOBODY_REACHED: ("unreached_hours",),
    Cause.MUTE_ENDING: ("mute_ended_hours",),
    Cause.PROVIDER_FAILING: (
        "provider_failing_percent",
        "provider_failing_tries",
        "provider_failing_minutes",
    ),
}
_SPANS = {"min": dt.timedelta(minutes=1), "h": dt.timedelta(hours=1)}


def span_of(policy: SitePolicy, key: str) -> dt.timedelta:
    """Return a value in minutes, hours or days as a span."""
    unit = _SPANS.get(proposals()[key].fact.unit, dt.timedelta(days=1))
    return float(policy.number(key)) * unit


def cause_rule(policy: SitePolicy, cause: Cause) -> CauseRule:
    """Return how a site deals with a cause."""
    return CauseRule(
        severity=Severity(policy.text(_severity(cause))),
        ladder=policy.ladder(_ladder(cause)),
        times=_times(policy, cause),
        returns_after=(
            span_of(policy, "alert_returns_minutes") if cause in _RETURNING else None
        ),
    )


def rule_values(policy: SitePolicy, cause: Cause) -> tuple[SiteNumber, ...]:
    """Return the values behind an alert, with their marks: its rule, to be shown."""
    keys = (*_TIMES.get(cause, ()), *_BOUNDS.get(cause, ()))
    rule = cause_rule(policy, cause)
    told = ("alert_repeat_minutes",) if rule.severity is Severity.RED else ()
    back = ("alert_returns_minutes",) if cause in _RETURNING else ()
    shown = (*keys, _severity(cause), _ladder(cause), *told, *back)
    return tuple(policy.shown(key) for key in shown)


def _severity(cause: Cause) -> str:
    return f"alert_{cause.lower()}_severity"


def _ladder(cause: Cause) -> str:
    return f"alert_{cause.lower()}_ladder"


def _times(policy: SitePolicy, cause: Cause) -> tuple[dt.timedelta, ...]:
    spans = [span_of(policy, key) for key in _TIMES.get(cause, ())]
    if cause in _AHEAD:
        spans = [-one for one in spans]
    at_once = [dt.timedelta(0)] if cause in _AT_ONCE else []
    return tuple(sorted([*spans, *at_once]))
