"""Which restart rule applies now; shown on the on-call page, never acted on.

Sources: label fact sheet section 7. The 4 hours and the 7 days after an adverse reaction
carry mark A; for a stop for another reason beyond 7 days nothing was found.
"""

import datetime as dt
from enum import StrEnum

from infusion.domain.clock import (
    SAME_CYCLE_UP_TO,
    PauseReason,
    needs_reinitiation,
)


class RestartRule(StrEnum):
    """What may be done with the pump now."""

    RUNNING = "RUNNING"
    # Less than 4 h: resume.
    RESUME = "RESUME"
    # From 4 h on: supervised, premedicated, not at home.
    SUPERVISED = "SUPERVISED"
    # More than 7 days after an adverse reaction: a new cycle.
    NEW_CYCLE = "NEW_CYCLE"
    # More than 7 days for another reason: no source says what to do.
    NOT_SOURCED = "NOT_SOURCED"


def restart_rule(
    stopped_since: dt.datetime | None, reason: str, now: dt.datetime
) -> RestartRule:
    """Return the rule that applies to a pump that stands still since an instant."""
    if stopped_since is None:
        return RestartRule.RUNNING
    stopped_for = now - stopped_since
    if stopped_for > SAME_CYCLE_UP_TO:
        is_adverse = reason == PauseReason.ADVERSE_EVENT
        return RestartRule.NEW_CYCLE if is_adverse else RestartRule.NOT_SOURCED
    if needs_reinitiation(stopped_for):
        return RestartRule.SUPERVISED
    return RestartRule.RESUME
