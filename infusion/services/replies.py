"""Does a keyed request once, and keeps the answer for whoever repeats it."""

import datetime as dt
import uuid
from collections.abc import Callable

from django.db import transaction

from infusion import models
from infusion.domain.refusals import Refusal
from infusion.selectors import replies
from patients.domain.replies import Reply


class KeyReused(Refusal):
    """The key was used before for something else."""

    code = "idempotency_key_reused"


@transaction.atomic
def answer_once(
    *,
    user_id: uuid.UUID,
    key: str,
    fingerprint: str,
    work: Callable[[], Reply],
) -> Reply:
    """Do the work and keep its answer, or return the answer kept before.

    The row of the key is inserted first, in the transaction of the work. A second
    request with the key waits on the unique index until the first one is through. When
    the work is refused the row goes with it: a repeat is judged anew.

    :raises KeyReused: when the key stands for another request.
    """
    row = models.StoredReply(user_id=user_id, key=key, fingerprint=fingerprint)
    models.StoredReply.objects.bulk_create([row], ignore_conflicts=True)
    kept = replies.get_reply(user_id, key)
    if kept.id == row.id:
        return _keep(kept, work())
    if kept.fingerprint != fingerprint:
        raise KeyReused
    return _recall(kept)


def purge_replies(*, before: dt.datetime) -> int:
    """Forget the answers stored before an instant; return how many."""
    old = models.StoredReply.objects.filter(created_at__lt=before)
    return old.delete()[0]


def _keep(row: models.StoredReply, reply: Reply) -> Reply:
    row.status_code = reply.status
    row.body = reply.body
    row.etag = reply.etag
    row.save(update_fields=["status_code", "body", "etag"])
    return reply


def _recall(row: models.StoredReply) -> Reply:
    return Reply(
        status=row.status_code or 200,
        body=str(row.body or ""),
        etag=row.etag,
        is_replayed=True,
    )
