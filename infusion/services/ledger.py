"""What every follow-up of a message shares: one lock, one check, one version."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from infusion import models
from infusion.services.common import NotFound
from patients import policy
from patients.policy import Actor
from patients.services.writing import written_by


@contextmanager
def following_up(actor: Actor, message_id: uuid.UUID) -> Iterator[models.Message]:
    """Open a transaction on a locked message of a course that the actor may follow up.

    Of one that was sent again it is the first: what is done about it is done once.

    :raises NotFound: when there is no such message for the actor.
    :raises NotAllowed: when the actor's role does not allow it.
    """
    with written_by(actor):
        resent = models.Resending.objects.filter(message_id=message_id)
        first_id = resent.values_list("first_id", flat=True).first() or message_id
        rows = models.Message.objects.select_for_update(of=("self",))
        row = rows.select_related("course", "site").filter(id=first_id).first()
        # Only what is about a course has somebody to be judged by.
        if row is None or row.course is None:
            raise NotFound(field="message")
        if not policy.can(actor, "message.trace", row.course):
            raise NotFound(field="message")
        policy.check(actor, "message.follow_up", row.course)
        yield row
