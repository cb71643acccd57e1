"""What is to happen next on a simulated clock: no waiting, no second order of things."""

import datetime as dt
import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field

MINUTE = dt.timedelta(minutes=1)

Act = Callable[[], None]


@dataclass(order=True)
class Due:
    """Something to do at an instant; what was entered first is done first."""

    at: dt.datetime
    number: int
    act: Act = field(compare=False)


class Timetable:
    """Everything that is still to be done, in order of time."""

    def __init__(self, now: dt.datetime) -> None:
        self.now = now
        self._due: list[Due] = []
        self._numbers = itertools.count()

    def enter(self, at: dt.datetime, act: Act) -> dt.datetime:
        """Do something at an instant, in whole minutes, and never before now."""
        at = max(whole_minute(at), self.now)
        heapq.heappush(self._due, Due(at, next(self._numbers), act))
        return at

    def turn(self) -> Due | None:
        """Go to what comes next and return it; None when nothing does."""
        if not self._due:
            return None
        due = heapq.heappop(self._due)
        self.now = due.at
        return due


def whole_minute(at: dt.datetime) -> dt.datetime:
    """Return the next full minute: people write minutes down."""
    floor = at.replace(second=0, microsecond=0)
    return floor if floor == at else floor + MINUTE
