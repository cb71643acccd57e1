"""Refusals as RFC 9457 problems."""

from typing import Any


def handle(error: Exception, context: dict[str, Any]) -> None:
    """Leave every error to Django until the table is here."""
