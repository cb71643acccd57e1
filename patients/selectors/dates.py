"""Conditions on rows with a first and a last day."""

import datetime as dt

from django.db.models import Q


def standing_on(day: dt.date) -> Q:
    """Select rows whose dates hold a day, both ends included."""
    return Q(starts_on__lte=day) & (Q(ends_on=None) | Q(ends_on__gte=day))
