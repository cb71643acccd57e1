"""How many alerts wait, for the head of every page."""

from typing import Any

from django import template

from infusion.selectors.alerts import count_waiting
from patients import policy

register = template.Library()


@register.simple_tag(takes_context=True)
def waiting_alerts(context: Any) -> int:
    """Return how many alerts wait for a person, of those the reader may see."""
    actor = getattr(context.get("request"), "actor", None)
    if actor is None or not policy.may_ever(actor, "alert.view"):
        return 0
    return count_waiting(actor)
