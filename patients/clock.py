"""The clock, read at the edge only (views, commands, tasks) and passed down.

A demo or a journey test may move it: ``settings.CLOCK_FILE`` names a file that holds a
whole number of seconds to add. The setting is refused outside demo mode by a system
check, so production always reads the real time.
"""

import datetime as dt
from pathlib import Path

from django.conf import settings


def offset() -> dt.timedelta:
    """Return how far this deployment's clock is ahead of the real one."""
    path = settings.CLOCK_FILE
    if not path:
        return dt.timedelta(0)
    try:
        return dt.timedelta(seconds=int(Path(path).read_text()))
    except FileNotFoundError:
        return dt.timedelta(0)


def now() -> dt.datetime:
    """Return the present instant in UTC."""
    return dt.datetime.now(dt.UTC) + offset()
