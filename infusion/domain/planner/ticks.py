"""Integer time: whole minutes of UTC, or microseconds where an instant asks for them."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)
MICROSECOND = dt.timedelta(microseconds=1)


@dataclass(frozen=True)
class Axis:
    """Time as integers; ``minute`` is how many of them make a minute.

    A course that runs off the minute keeps its seconds: a bag of 96 h hung at 10:07:23
    is dry at 10:07:23, and rounding would cost a bag or break its limit.
    """

    unit: dt.timedelta
    minute: int

    def tick(self, at: dt.datetime) -> int:
        """Return an instant as an integer."""
        return (at - EPOCH) // self.unit

    def first_from(self, at: dt.datetime) -> int:
        """Return the first integer that is not before an instant."""
        return -((EPOCH - at) // self.unit)

    def span(self, length: dt.timedelta) -> int:
        """Return a length of time as an integer."""
        return length // self.unit

    def instant(self, tick: int) -> dt.datetime:
        """Return the instant of an integer."""
        return EPOCH + tick * self.unit

    def length(self, ticks: int) -> dt.timedelta:
        """Return a length of time."""
        return ticks * self.unit


MINUTES = Axis(MINUTE, 1)
MICROSECONDS = Axis(MICROSECOND, MINUTE // MICROSECOND)


def axis_for(instants: Iterable[dt.datetime], spans: Iterable[dt.timedelta]) -> Axis:
    """Return the coarsest axis on which all of these are integers."""
    whole = all(not at.second and not at.microsecond for at in instants) and all(
        not span % MINUTE for span in spans
    )
    return MINUTES if whole else MICROSECONDS
