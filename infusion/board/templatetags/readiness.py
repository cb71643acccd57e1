"""How facts and criteria are written on the screen."""

import datetime as dt
from typing import Any

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from infusion.board.templatetags.board import at, plain
from infusion.catalogue import fact_types
from infusion.domain.readiness import Fact, Need

register = template.Library()


@register.filter
def fact_name(need: Need) -> str:
    """Write what a need asks for."""
    language = get_language() or "en"
    asked = fact_types()[need.fact]
    title = asked.title.in_language(language)
    for item in asked.items:
        if item.key == need.item:
            return f"{title}: {item.title.in_language(language)}"
    return title


@register.filter
def unit_name(unit: str) -> str:
    """Write a unit as it is read: °C, not Cel."""
    return {"Cel": "°C", "a": _("years")}.get(unit, unit)


@register.filter
def fact_value(fact: Fact | None, zone: dt.tzinfo) -> SafeString | str:
    """Write the value of a fact with its unit."""
    if fact is None:
        return "–"
    if fact.number is not None:
        unit = unit_name(fact_types()[fact.kind].unit)
        text = f"{plain(fact.number)} {unit}".strip()
        if fact.upper_limit is None:
            return text
        return _("%(value)s (normal up to %(limit)s)") % {
            "value": text,
            "limit": plain(fact.upper_limit),
        }
    if fact.answer is not None:
        return _("Yes") if fact.answer else _("No")
    if fact.until_at is not None:
        return SafeString(f"{at(fact.from_at, zone)} – {at(fact.until_at, zone)}")
    return fact.text or at(fact.from_at, zone)


@register.filter
def recorded(rows: dict[Any, Any], fact: Fact | None) -> Any:
    """Return the stored row of a fact, to say who recorded it."""
    return rows.get(fact.id) if fact and fact.id else None
