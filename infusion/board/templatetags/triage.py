"""What a triage rule asks, word for word: its text alone could say something else."""

from django import template
from django.utils.translation import gettext as _

from infusion.domain.findings import Ask
from infusion.domain.triage import Rule, Trend

register = template.Library()
_SIGNS = {"at_least": "≥", "above": ">", "at_most": "≤", "below": "<"}


@register.filter
def asks(rule: Rule) -> str:
    """Return the codes and limits that a rule reads."""
    if rule.trend is not None:
        return _trend(rule.trend)
    ways = (_(" and ").join(map(_ask, way)) for way in rule.when)
    return _(" or ").join(ways)


def _ask(one: Ask) -> str:
    limits = [
        f"{sign} {getattr(one, name)}"
        for name, sign in _SIGNS.items()
        if getattr(one, name) is not None
    ]
    if one.below_code:
        limits.append(f"< {one.below_code}")
    words = sorted(one.words | one.maybe)
    return " ".join([one.code, *limits, *([f"= {' / '.join(words)}"] if words else [])])


def _trend(trend: Trend) -> str:
    by = f" {trend.by}" if trend.by is not None else ""
    hours = trend.within.total_seconds() / 3600
    return f"{trend.code} Δ{by}, {hours:g} h"
