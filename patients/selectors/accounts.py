"""Reads what an account is told about itself."""

import uuid
from typing import Any

from patients import models


def get_account(user_id: uuid.UUID) -> dict[str, Any]:
    """Return the account's own data."""
    rows = models.User.objects.filter(id=user_id)
    return {**rows.values("id", "email", "first_name", "last_name", "language").get()}


def site_names(site_ids: list[uuid.UUID]) -> dict[uuid.UUID, tuple[str, str]]:
    """Return the name and the time zone of sites, by id."""
    rows = models.Site.objects.filter(id__in=site_ids)
    return {row["id"]: (row["name"], row["time_zone"]) for row in rows.values()}
