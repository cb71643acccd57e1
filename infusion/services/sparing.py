"""Goes through many courses of which one that is broken must not stop the others."""

import uuid
from collections.abc import Callable

import structlog
from django.db import InterfaceError, OperationalError

log = structlog.get_logger(__name__)


def sparing_the_others(
    work: Callable[[], bool], *, course_id: uuid.UUID | None, event: str
) -> bool:
    """Return what the work on a course says; log its failure as ``event`` and go on.

    :raises InterfaceError: when the database is away, not the course broken.
    :raises OperationalError: likewise.
    """
    try:
        return work()
    except (InterfaceError, OperationalError):
        raise
    except Exception as error:  # noqa: BLE001 - one bad course must not stop the others
        log.warning(event, course_id=str(course_id), error=type(error).__name__)
        return False
