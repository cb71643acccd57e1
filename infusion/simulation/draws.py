"""Random numbers that stay where they are: one stream for each concern of each patient.

A stream is named by the seed, the number of the patient, the concern and the time. So a
patient does not depend on how many are simulated, and one more draw here shifts nothing
there. Nothing secret is drawn.
"""

import datetime as dt
from dataclasses import dataclass
from math import exp
from random import Random
from statistics import NormalDist

# The utmost tails are cut on both sides alike, which leaves the median where it was.
_TAIL = 0.02
_NORMAL = NormalDist()


@dataclass(frozen=True)
class Draws:
    """The streams of one patient in a run of a seed."""

    seed: int
    index: int

    def of(self, *concern: object) -> Random:
        """Return the stream of a concern, from its beginning."""
        name = ":".join(map(str, (self.seed, self.index, *concern)))
        return Random(name)  # noqa: S311 - repeatable on purpose, nothing secret


def happens(stream: Random, share: float) -> bool:
    """Say whether something happens that does so in a share (0 to 1) of cases."""
    return stream.random() < share


def around(stream: Random, median: float, spread: float) -> float:
    """Return a number above zero with that median; the spread is of its logarithm."""
    share = _TAIL + (1 - 2 * _TAIL) * stream.random()
    return median * exp(spread * _NORMAL.inv_cdf(share))


def span_around(stream: Random, median: dt.timedelta, spread: float) -> dt.timedelta:
    """Return a duration with that median, to the second."""
    seconds = around(stream, median.total_seconds(), spread)
    return dt.timedelta(seconds=round(seconds))
