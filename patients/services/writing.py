"""How every service writes: one transaction, with who did it in the history."""

from collections.abc import Iterator
from contextlib import contextmanager

import pghistory
from django.db import IntegrityError, transaction

from patients.policy import Actor


@contextmanager
def written_by(actor: Actor) -> Iterator[None]:
    """Open a transaction whose history rows name the actor."""
    with transaction.atomic(), pghistory.context(actor=str(actor.user_id)):
        yield


def violated(error: IntegrityError) -> str:
    """Return the name of the constraint that stopped a write; empty when unknown."""
    diagnosis = getattr(error.__cause__, "diag", None)
    return getattr(diagnosis, "constraint_name", None) or ""
