"""Closes first readings of the pump that can no longer be confirmed."""

import datetime as dt

from infusion import models


def withdraw_checks(bags: list[models.Bag], now: dt.datetime) -> None:
    """Withdraw the open checks of bags that are discarded or whose cycle is over."""
    models.HangCheck.objects.filter(
        bag__in=bags, confirmed_at=None, withdrawn_at=None
    ).update(withdrawn_at=now)
