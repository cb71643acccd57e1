"""Who is reached, over which addresses, and when they must be left alone."""

import datetime as dt
import uuid
import zoneinfo
from dataclasses import dataclass

PATIENT = "PATIENT"
CAREGIVER = "CAREGIVER"
STAFF = "STAFF"

EMAIL = "EMAIL"
SMS = "SMS"
# To the devices on which a person has allowed it.
PUSH = "PUSH"
# Read in the app by who looks there; it wakes nobody.
IN_APP = "IN_APP"
WECHAT = "WECHAT"
CONSOLE = "CONSOLE"
PHONE = "PHONE"

# A person is called over PHONE, a message is never sent over it.
SENDABLE = (EMAIL, SMS, PUSH, WECHAT, IN_APP, CONSOLE)
# These need an account that logs in, and nobody writes their address down.
OF_THE_ACCOUNT = frozenset({PUSH, IN_APP})

# Why nothing is said to a family, whatever addresses there are.
CONSENT_WITHDRAWN = "consent_withdrawn"
PATIENT_DIED = "patient_died"

_DAY = dt.timedelta(days=1)
_MINUTE = dt.timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class Address:
    """One way to reach a person; quiet hours are wall-clock times in their zone."""

    channel: str
    value: str
    rank: int = 1
    quiet_from: dt.time | None = None
    quiet_to: dt.time | None = None
    verified: bool = False
    opted_out: bool = False


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """A person who may get messages about one patient.

    ``silence`` is why they get none and have no address here; empty of who is told.
    """

    kind: str
    user_id: uuid.UUID | None
    patient_id: uuid.UUID | None
    given_name: str
    language: str
    time_zone: str
    addresses: tuple[Address, ...] = ()
    silence: str = ""


def is_quiet(
    instant: dt.datetime,
    zone: zoneinfo.ZoneInfo,
    quiet_from: dt.time | None,
    quiet_to: dt.time | None,
) -> bool:
    """Say whether the wall clock of the zone is inside the quiet hours at an instant.

    The span holds its start and not its end, and may cross midnight; equal ends mean
    the whole day. The wall clock is compared, so an hour that a clock change repeats
    is quiet both times.
    """
    if quiet_from is None or quiet_to is None:
        return False
    clock = instant.astimezone(zone).time()
    if quiet_from < quiet_to:
        return quiet_from <= clock < quiet_to
    return clock >= quiet_from or clock < quiet_to


def quiet_ends_at(
    instant: dt.datetime,
    zone: zoneinfo.ZoneInfo,
    quiet_from: dt.time | None,
    quiet_to: dt.time | None,
) -> dt.datetime:
    """Return the first instant (UTC) from this one on that is not quiet.

    Quiet hours that fill the day never end: the instant itself is returned, so that a
    message is late rather than lost.
    """
    if quiet_to is None or quiet_from == quiet_to:
        return instant
    if not is_quiet(instant, zone, quiet_from, quiet_to):
        return instant
    local = instant.astimezone(zone)
    end = dt.datetime.combine(local.date(), quiet_to, tzinfo=zone)
    if end.astimezone(dt.UTC) <= instant:
        end = _end_after(local, quiet_to, zone, instant)
    return _before_gap(end.astimezone(dt.UTC), zone, quiet_from, quiet_to)


def quiet_began_at(
    instant: dt.datetime,
    zone: zoneinfo.ZoneInfo,
    quiet_from: dt.time | None,
    quiet_to: dt.time | None,
) -> dt.datetime:
    """Return the last minute (UTC) before the quiet hours that hold an instant.

    The instant itself is returned when it is not quiet, or when the quiet hours fill the
    day: they never begin.
    """
    if quiet_from is None or quiet_from == quiet_to:
        return instant
    if not is_quiet(instant, zone, quiet_from, quiet_to):
        return instant
    local = instant.astimezone(zone)
    day = local.date() if local.time() >= quiet_from else local.date() - _DAY
    start = dt.datetime.combine(day, quiet_from, tzinfo=zone).astimezone(dt.UTC)
    return min(start, instant) - _MINUTE


def _end_after(
    local: dt.datetime,
    quiet_to: dt.time,
    zone: zoneinfo.ZoneInfo,
    instant: dt.datetime,
) -> dt.datetime:
    """Return the end in the repeated hour of the same day, else on the next day."""
    repeated = dt.datetime.combine(local.date(), quiet_to, tzinfo=zone).replace(fold=1)
    if repeated.astimezone(dt.UTC) > instant:
        return repeated
    tomorrow = local.date() + dt.timedelta(days=1)
    return dt.datetime.combine(tomorrow, quiet_to, tzinfo=zone)


def _before_gap(
    end: dt.datetime,
    zone: zoneinfo.ZoneInfo,
    quiet_from: dt.time | None,
    quiet_to: dt.time | None,
) -> dt.datetime:
    """Step back to the clock change when it skipped the end of the quiet hours."""
    minute = dt.timedelta(minutes=1)
    while not is_quiet(end - minute, zone, quiet_from, quiet_to):
        end -= minute
    return end
