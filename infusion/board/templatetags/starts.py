"""How the start-day pages write what their forms send on."""

import datetime as dt
import zoneinfo
from decimal import Decimal

from django import template

from infusion.board import start_words
from infusion.domain.courses import HintState

register = template.Library()


@register.filter
def local_day(instant: dt.datetime | None, zone: dt.tzinfo) -> str:
    """Write the day of an instant as a form sends it."""
    return instant.astimezone(zone).date().isoformat() if instant else ""


@register.filter
def local_time(instant: dt.datetime | None, zone: dt.tzinfo) -> str:
    """Write the wall clock of an instant as a form sends it."""
    return f"{instant.astimezone(zone):%H:%M}" if instant else ""


@register.filter
def hint(one: HintState, zone: zoneinfo.ZoneInfo) -> str:
    """Say what a plan in force lacks, or what would help it."""
    return start_words.hint(one, zone)


@register.filter
def rounded(mcg: Decimal) -> str:
    """Write an amount of drug thrown away without decimals that mean nothing."""
    return f"{mcg:.1f}".removesuffix(".0")
