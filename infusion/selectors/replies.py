"""Reads the answers kept for repeated requests."""

import uuid

from infusion import models


def get_reply(user_id: uuid.UUID, key: str) -> models.StoredReply:
    """Return the row of one key of one account, locked."""
    rows = models.StoredReply.objects.select_for_update()
    return rows.get(user_id=user_id, key=key)
