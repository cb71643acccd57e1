"""The reader of a message says that they have read it."""

import datetime as dt
import uuid

from infusion import models
from infusion.domain.delivery import Arrival
from infusion.notifications.channels.reports import Report
from infusion.selectors.inbox import get_own_message
from infusion.services.reports import take_report
from patients.policy import Actor
from patients.services.writing import written_by

# Who tells it: there is no better report of an arrival than its reader's.
READER = "reader"


def acknowledge(
    *, actor: Actor, message_id: uuid.UUID, now: dt.datetime
) -> models.Message:
    """Note that the actor has read a message; the first time counts.

    It has arrived then, whatever its provider said; it is not tried again. An alert is
    not taken by reading of it.

    :raises NotFound: when no such message has left for the actor.
    """
    with written_by(actor):
        message = get_own_message(actor, message_id)
        # The lock makes two devices of one reader follow each other.
        models.Message.objects.select_for_update(of=("self",)).get(id=message.id)
        models.Acknowledgement.objects.get_or_create(
            message=message, defaults={"at": now, "by_id": actor.user_id}
        )
        report = Report(
            message_id=message.id, provider_id="", arrival=Arrival.DELIVERED
        )
        take_report(READER, report, now)
    return get_own_message(actor, message_id)
