"""Start a background task by its name, once the transaction is over.

Tasks stand above services and services start tasks: the name in between keeps the
imports free of a cycle. A task carries ids and instants only; what it is about is read
from the database. A broker that is away costs time, never work: what is owed is stored
and the next sweep finds it.
"""

from functools import partial
from typing import Any

import structlog
from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

log = structlog.get_logger(__name__)

SWEEP_MESSAGES = "infusion.sweep_messages"
DELIVER_MESSAGES = "infusion.deliver_messages"
DELIVER_URGENT = "infusion.deliver_urgent"


def after_commit(name: str, **arguments: Any) -> None:
    """Start a task when the transaction is committed; at once outside of one."""
    transaction.on_commit(partial(send, name, **arguments))


def send(name: str, **arguments: Any) -> bool:
    """Hand a task to the broker and say whether it was taken."""
    try:
        current_app.send_task(name, kwargs=arguments, argsrepr="", kwargsrepr="")
    except OperationalError:
        log.warning("broker_away", task=name)
        return False
    return True
