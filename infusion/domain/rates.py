"""How often something happened, and how sure that can be with so few patients."""

from dataclasses import dataclass
from math import sqrt

# The 97.5th percentile of the normal distribution: an interval of 95 percent.
_Z = 1.959964


@dataclass(frozen=True, kw_only=True)
class Rate:
    """So many of so many, in percent, with the 95 % interval of Wilson.

    Of none nothing can be said: the interval is then all there is.
    """

    events: int
    of: int

    def __post_init__(self) -> None:
        """Refuse more events than there were occasions."""
        if not 0 <= self.events <= self.of:
            raise ValueError("a rate of more than all")

    @property
    def percent(self) -> float | None:
        """Return the share in percent; None of none."""
        return 100 * self.events / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float]:
        """Return between which percentages the true share lies, 95 times in 100."""
        if not self.of:
            return 0.0, 100.0
        n, share = self.of, self.events / self.of
        width = 1 + _Z**2 / n
        middle = (share + _Z**2 / (2 * n)) / width
        half = _Z * sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2)) / width
        return max(0.0, 100 * (middle - half)), min(100.0, 100 * (middle + half))

    def holds(self, percent: float) -> bool:
        """Say whether a published share lies within the interval."""
        low, high = self.interval
        return low <= percent <= high
