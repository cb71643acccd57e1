"""Reads whom to tell when nobody else can be told."""

from patients import models


def list_administrator_emails() -> list[str]:
    """List where the administrators of all sites log in, each once."""
    rows = models.User.objects.filter(
        is_active=True,
        memberships__role=models.Role.ADMIN,
        memberships__is_active=True,
    )
    return list(rows.order_by("email").values_list("email", flat=True).distinct())
