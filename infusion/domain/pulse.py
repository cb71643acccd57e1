"""Is the background alive: what was seen of it, and what of that is late.

The limits are of the machinery, not of medicine: ticks that were missed, messages that
wait, tries that fail.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

BEAT = "beat"
SWEEP = "sweep"
# These show themselves with every tick; one that never did has never run.
EXPECTED = (BEAT, SWEEP)
# Watched from its first sweep on.
ALERTS = "alerts"

# Missed ticks before a part counts as late.
TICKS = 4
MESSAGE_LATE = dt.timedelta(minutes=5)
# Fewer tries than these say nothing about the providers.
FEWEST_TRIES = 10
FAILING_SHARE = 0.5


class Trouble(StrEnum):
    """What may be wrong with the background."""

    NO_HEARTBEAT = "no_heartbeat"
    LATE = "late"
    AHEAD = "ahead"
    MESSAGES_LATE = "messages_late"
    PROVIDERS_FAILING = "providers_failing"


# Then due work is not looked for, and no alarm of the service itself can be relied on.
STOPPED = frozenset(
    {Trouble.NO_HEARTBEAT, Trouble.LATE, Trouble.AHEAD, Trouble.MESSAGES_LATE}
)


@dataclass(frozen=True, kw_only=True)
class Pulse:
    """What the database tells of the background at an instant.

    ``ages`` says how long ago each part showed itself; below zero when its instant has
    not come yet. ``owed_for`` is how long the oldest due message waits, ``due`` how many
    wait. ``tries`` and ``failed`` count the last conversations with providers.
    """

    ages: Mapping[str, dt.timedelta]
    owed_for: dt.timedelta | None
    due: int
    tries: int
    failed: int

    @property
    def failure_rate(self) -> float:
        """Return the share of failed tries, zero when there was none."""
        return self.failed / self.tries if self.tries else 0.0


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, and with which part."""

    trouble: Trouble
    part: str = ""


def findings(pulse: Pulse, tick: dt.timedelta) -> tuple[Finding, ...]:
    """Return what is wrong when the beat ticks so often, the worst first."""
    if not pulse.ages:
        found = [Finding(Trouble.NO_HEARTBEAT)]
    else:
        parts = sorted({*EXPECTED, *pulse.ages})
        found = [one for part in parts if (one := _of_part(pulse, part, tick * TICKS))]
    if pulse.owed_for is not None and pulse.owed_for > MESSAGE_LATE:
        found.append(Finding(Trouble.MESSAGES_LATE))
    if pulse.tries >= FEWEST_TRIES and pulse.failure_rate > FAILING_SHARE:
        found.append(Finding(Trouble.PROVIDERS_FAILING))
    return tuple(found)


def _of_part(pulse: Pulse, part: str, limit: dt.timedelta) -> Finding | None:
    age = pulse.ages.get(part)
    if age is None or age > limit:
        return Finding(Trouble.LATE, part)
    # A clock that was set back would make a part that stopped look alive.
    return Finding(Trouble.AHEAD, part) if age < -limit else None


def is_stopped(found: tuple[Finding, ...]) -> bool:
    """Say whether due work is not being done, whatever becomes of it at a provider."""
    return any(one.trouble in STOPPED for one in found)


def in_words(found: tuple[Finding, ...]) -> str:
    """Return one line for whoever looks after the machines; ``ok`` when all is well."""
    late = [one.part for one in found if one.trouble is Trouble.LATE]
    late += ["messages" for one in found if one.trouble is Trouble.MESSAGES_LATE]
    ahead = [one.part for one in found if one.trouble is Trouble.AHEAD]
    lines = [
        "no heartbeat yet" if Finding(Trouble.NO_HEARTBEAT) in found else "",
        f"late: {', '.join(late)}" if late else "",
        f"ahead of the clock: {', '.join(ahead)}" if ahead else "",
        "providers failing" if Finding(Trouble.PROVIDERS_FAILING) in found else "",
    ]
    return "; ".join(line for line in lines if line) or "ok"
