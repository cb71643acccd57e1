"""What the pump of the simulation truly does, worked out apart from the service.

It adds up as time goes on and knows no ledger, so that the clock of the service can be
held against it.
"""

import datetime as dt

ZERO = dt.timedelta(0)


class Pump:
    """A pump with one bag: it delivers while it is on, the bag holds some and keeps."""

    def __init__(self) -> None:
        self.delivered = ZERO
        self.is_on = False
        self.left = ZERO
        self.use_by: dt.datetime | None = None
        # Since when nothing flows; None while something does.
        self.still_since: dt.datetime | None = None
        self._at: dt.datetime | None = None

    def go_to(self, at: dt.datetime) -> None:
        """Let the time pass until an instant."""
        before, self._at = self._at, at
        if before is None or not self.is_on:
            return
        ends = [at, before + self.left, *([self.use_by] if self.use_by else [])]
        end = max(min(ends), before)
        self.delivered += end - before
        self.left -= end - before
        if end < at and self.still_since is None:
            self.still_since = end

    def hang(self, at: dt.datetime, hours: int, use_by: dt.datetime | None) -> None:
        """Put a bag up; one that hung comes down."""
        self.go_to(at)
        self.left, self.use_by = dt.timedelta(hours=hours), use_by
        if self.is_on:
            self.still_since = None

    def run(self, at: dt.datetime) -> None:
        """Switch it on."""
        self.go_to(at)
        self.is_on, self.still_since = True, None

    def stop(self, at: dt.datetime) -> None:
        """Let it stand still."""
        self.go_to(at)
        self.is_on = False
        self.still_since = self.still_since or at

    @property
    def empty_at(self) -> dt.datetime | None:
        """Return when nothing will flow any more if all goes on as it does."""
        if self.still_since is not None or self._at is None:
            return self.still_since
        end = self._at + self.left
        return min(end, self.use_by) if self.use_by else end
