"""How instants, numbers and codes are written on the screen."""

import datetime as dt
import zoneinfo
from decimal import ROUND_DOWN, Decimal
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext as _

from infusion.board import words
from infusion.catalogue.recipes import all_recipes
from infusion.catalogue.regimens import all_regimens
from infusion.domain.conditions import Condition, KnownFact
from infusion.domain.courses import Text, Unmet
from infusion.domain.reminders.events import EVENTS
from infusion.domain.ribbon import Labels, labels_in
from infusion.wording.conditions import condition_sentence, known_fact
from infusion.wording.regimens import place_word
from infusion.wording.regimens import unit as unit_text

register = template.Library()
_MINUTE = dt.timedelta(minutes=1)


def _labels() -> Labels:
    return labels_in(get_language() or "en")


@register.filter
def wall(instant: dt.datetime, zone: dt.tzinfo) -> str:
    """Write an instant as the wall clock of a zone shows it, with its weekday."""
    return _labels().instant_of(instant, zone)


@register.filter
def at(instant: dt.datetime | None, zone: dt.tzinfo) -> SafeString | str:
    """Write an instant as a time element."""
    if instant is None:
        return "–"
    return format_html(
        '<time datetime="{}">{}</time>', instant.isoformat(), wall(instant, zone)
    )


@register.filter
def clock_time(instant: dt.datetime, zone: dt.tzinfo) -> str:
    """Write the time of day with seconds."""
    return f"{instant.astimezone(zone):%H:%M:%S}"


@register.filter
def day(date: dt.date | dt.datetime | None, zone: dt.tzinfo | None = None) -> str:
    """Write a date with its year."""
    if date is None:
        return "–"
    if isinstance(date, dt.datetime):
        date = date.astimezone(zone).date()
    if (get_language() or "").startswith("zh"):
        return f"{date.year}年{date.month}月{date.day}日"
    return f"{date.day} {_labels().months[date.month - 1]} {date.year}"


@register.filter
def weekday(date: dt.date) -> str:
    """Write a date with its weekday and its year, as a time element."""
    return format_html(
        '<time datetime="{}">{}</time>', date.isoformat(), _labels().date_of(date)
    )


@register.filter
def place_end(place: str) -> str:
    """Write what is missing at a place of a block."""
    parts = place.split(".", 2)
    return place_word(parts[-1])


@register.filter
def unit(code: str) -> str:
    """Write a unit of the catalogue."""
    return unit_text(code)


@register.filter
def known(fact: KnownFact) -> str:
    """Write what is known."""
    return known_fact(fact)


@register.filter
def asked(condition: Condition) -> str:
    """Write what is asked."""
    return condition_sentence(condition)


@register.filter
def zone_name(zone: zoneinfo.ZoneInfo | str) -> str:
    """Write the name of a zone so that it may wrap."""
    return str(zone).replace("_", " ")


@register.filter
def relative(instant: dt.datetime, now: dt.datetime) -> str:
    """Write how far an instant is away: in 3 h 05 min, 20 min ago."""
    if abs(instant - now) < _MINUTE:
        return gettext("now")
    if instant > now:
        return _("in %(span)s") % {"span": span(instant - now)}
    return _("%(span)s ago") % {"span": span(now - instant)}


@register.filter
def from_event(rule: Any) -> str:
    """Write how long before or after its event a rule speaks."""
    if not rule.offset_minutes:
        return _("when it happens")
    length = {"span": span(abs(rule.offset))}
    if rule.is_before:
        return _("%(span)s before") % length
    return _("%(span)s after") % length


@register.filter
def span(length: dt.timedelta) -> str:
    """Write a length of time in days and hours, or in hours and minutes."""
    minutes = int(length / _MINUTE)
    hours, minutes = divmod(minutes, 60)
    days, day_hours = divmod(hours, 24)
    if days >= 2:  # noqa: PLR2004 - up to 48 h are read as hours
        return _("%(days)d d %(hours)d h") % {"days": days, "hours": day_hours}
    if hours:
        return _("%(hours)d h %(minutes)02d min") % {"hours": hours, "minutes": minutes}
    return _("%(minutes)d min") % {"minutes": minutes}


@register.filter
def plain(number: Decimal | float | None) -> str:
    """Write a number with its leading zero and without trailing zeros."""
    if number is None:
        return "–"
    text = f"{Decimal(str(number)):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@register.filter
def hours_done(hours: Decimal) -> str:
    """Write delivered hours; rounded down, so that 672 means all of them."""
    return plain(Decimal(hours).quantize(Decimal("0.1"), ROUND_DOWN))


@register.filter
def word(code: Any, of: str) -> str:
    """Write what a code is called."""
    return words.word(code, of)


@register.filter
def what(message: Any) -> str:
    """Write what a message is: the word of its kind, else that of its event."""
    known = words.LISTS["message_kind"].get(message.kind)
    if known or message.event not in EVENTS:
        return str(known or message.kind)
    return read(EVENTS[message.event].title)


@register.filter
def read(text: Text) -> str:
    """Write a text of the catalogue in the reader's language."""
    return text.in_language(get_language() or "en")


@register.filter
def get(mapping: dict[Any, Any], key: Any) -> Any:
    """Return an entry of a mapping."""
    return mapping.get(key)


@register.filter
def fits(step: Any, target: Any) -> bool:
    """Say whether a step can be taken on a bag or a visit."""
    return bool(step.fits(target))


@register.filter
def instant(text: str | dt.datetime) -> dt.datetime:
    """Read an instant of a plan preview."""
    return text if isinstance(text, dt.datetime) else dt.datetime.fromisoformat(text)


@register.filter
def svg(picture: str) -> SafeString:
    """Put a ribbon into the page; its texts were escaped when it was drawn."""
    return mark_safe(picture)  # noqa: S308


@register.filter
def unmet(item: Unmet | dict[str, Any]) -> str:
    """Write why a plan is not complete."""
    if isinstance(item, Unmet):
        return words.unmet(item.code, dict(item.params))
    return words.unmet(item["code"], item)


@register.filter
def recipe(key: str) -> str:
    """Write the title of a bag recipe; one that left the catalogue is shown by its key."""
    found = all_recipes().get(key)
    return read(found.title) if found else key


@register.filter
def regimen(key: str) -> str:
    """Write the title of a regimen; one that left the catalogue is shown by its key."""
    found = all_regimens().get(key)
    return read(found.title) if found else key
