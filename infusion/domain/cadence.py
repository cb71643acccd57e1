"""When a family at home is asked how it goes: dense where the risk is, then tapering.

The clock on the wall where the patient is says when; windows count elapsed hours from a
start, a step, a discharge or a restart. Only who is at home or comes to the clinic is
asked: on a ward somebody looks. After a sign of harm the same is asked again every
morning until an answer says that it is gone, whatever the plan says.
"""

import datetime as dt
import uuid
import zoneinfo
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from infusion.domain.checkins import CheckInKind
from infusion.domain.courses import Text
from infusion.domain.instants import at_wall_clock, keep_in_utc, local_date
from infusion.domain.states import PlacementKind
from infusion.domain.visits import Whereabouts, placement_at

_DAY = dt.timedelta(days=1)
_NOON = dt.time(12)


class Anchor(StrEnum):
    """What a risk window counts from."""

    CYCLE_START = "CYCLE_START"
    STEP = "STEP"
    DISCHARGE = "DISCHARGE"
    # The pump ran again after a stop of four hours or more.
    RESTART = "RESTART"


class Nth(StrEnum):
    """Which cycle of a course it is."""

    FIRST = "FIRST"
    SECOND = "SECOND"
    LATER = "LATER"


@dataclass(frozen=True, kw_only=True)
class Ladder:
    """How long an answer may be missing: until somebody calls, until the alert."""

    call_after: dt.timedelta
    alert_after: dt.timedelta


@dataclass(frozen=True, kw_only=True)
class Rhythm:
    """At which hours of the day what is asked.

    ``first`` are the topics of the first hour of the day, ``others`` those of the rest.
    """

    key: str
    times: tuple[dt.time, ...]
    first: tuple[str, ...]
    others: tuple[str, ...]
    ladder: Ladder


@dataclass(frozen=True, kw_only=True)
class RiskWindow:
    """Some hours after something happened in which more is asked, and sooner missed."""

    key: str
    title: Text
    anchor: Anchor
    cycles: frozenset[Nth]
    lasts: dt.timedelta
    rhythm: str


@dataclass(frozen=True, kw_only=True)
class FormChoice:
    """A form for a topic, and for whom it is; ages in years, the upper one excluded."""

    topic: str
    form: str
    from_years: int | None = None
    below_years: int | None = None
    needs_caregiver: bool = False
    # A question about the pump makes no sense while it stands still.
    needs_running: bool = False

    def fits(self, years: int) -> bool:
        """Say whether it is worded for this age."""
        return (self.from_years or 0) <= years and (
            self.below_years is None or years < self.below_years
        )


@dataclass(frozen=True, kw_only=True)
class Cadence:
    """The cadence of a site in one version. Rhythms stand in order, the densest first."""

    key: str
    version: str
    title: Text
    asked_at: frozenset[PlacementKind]
    while_stopped: bool
    rhythms: Mapping[str, Rhythm]
    usual: str
    windows: tuple[RiskWindow, ...]
    forms: tuple[FormChoice, ...]
    follow_up_at: dt.time
    follow_up: Ladder
    follow_up_for: dt.timedelta
    # Nobody recorded a date of birth: asked as at this age.
    years_unknown: int


@dataclass(frozen=True, kw_only=True)
class WatchedCycle:
    """The cycle that runs; ``ends_at`` is when its last bag comes down, if that is sure."""

    id: uuid.UUID
    number: int
    started_at: dt.datetime
    ends_at: dt.datetime | None
    steps: tuple[dt.datetime, ...] = ()
    restarts: tuple[dt.datetime, ...] = ()
    is_stopped: bool = False

    def __post_init__(self) -> None:
        """Keep instants in UTC.

        :raises NaiveTime: when one has no offset.
        """
        keep_in_utc(self, "started_at", "ends_at")

    @property
    def nth(self) -> Nth:
        """Return which cycle it is."""
        return {1: Nth.FIRST, 2: Nth.SECOND}.get(self.number, Nth.LATER)


@dataclass(frozen=True, kw_only=True)
class Symptom:
    """A sign of harm that no later answer to the same forms has taken back."""

    at: dt.datetime
    forms: tuple[str, ...]

    def __post_init__(self) -> None:
        """Keep the instant in UTC.

        :raises NaiveTime: when it has no offset.
        """
        keep_in_utc(self, "at")


@dataclass(frozen=True, kw_only=True)
class Watched:
    """What the cadence asks of a course."""

    zone: zoneinfo.ZoneInfo
    places: tuple[Whereabouts, ...]
    cycle: WatchedCycle | None = None
    symptoms: tuple[Symptom, ...] = ()
    years: int | None = None
    has_caregiver: bool = True
    is_alive: bool = True


@dataclass(frozen=True, kw_only=True)
class PlannedCheckIn:
    """One occasion. ``key`` names it by date and hour on the wall, whatever is asked.

    ``window`` says which risk window it lies in; empty outside them.
    """

    key: str
    kind: CheckInKind
    due_at: dt.datetime
    call_at: dt.datetime
    alert_at: dt.datetime
    forms: tuple[str, ...]
    cycle_id: uuid.UUID | None = None
    window: str = ""
    is_risky: bool = False


def check_ins_of(
    watched: Watched, cadence: Cadence, now: dt.datetime, until: dt.datetime
) -> tuple[PlannedCheckIn, ...]:
    """Return every occasion from now until an instant, in order of time."""
    if not watched.is_alive:
        return ()
    # A day more on both sides: what is asked again belongs to the first of its morning.
    around = now - _DAY, until + _DAY
    found = {one.due_at: one for one in _planned(watched, cadence, *around)}
    for again in _follow_ups(watched, cadence, found.values(), *around):
        found[again.due_at] = again
    return tuple(found[at] for at in sorted(found) if now <= at < until)


def is_asked(watched: Watched, cadence: Cadence, at: dt.datetime) -> bool:
    """Say whether the family is asked at all at an instant, by the plan."""
    cycle = watched.cycle
    if not watched.is_alive or cycle is None or not is_at_home(watched, cadence, at):
        return False
    if cycle.is_stopped and not cadence.while_stopped:
        return False
    return cycle.started_at <= at and (cycle.ends_at is None or at < cycle.ends_at)


def is_followed_up(watched: Watched, cadence: Cadence, at: dt.datetime) -> bool:
    """Say whether some sign of harm is asked about again at an instant."""
    if not watched.is_alive or not is_at_home(watched, cadence, at):
        return False
    return any(_is_open(one, cadence, at) for one in watched.symptoms)


def is_at_home(watched: Watched, cadence: Cadence, at: dt.datetime) -> bool:
    """Say whether the patient is where families are asked."""
    return placement_at(at, watched.places) in cadence.asked_at


def _is_open(symptom: Symptom, cadence: Cadence, at: dt.datetime) -> bool:
    return symptom.at < at <= symptom.at + cadence.follow_up_for


def _planned(
    watched: Watched, cadence: Cadence, now: dt.datetime, until: dt.datetime
) -> Iterator[PlannedCheckIn]:
    cycle = watched.cycle
    if cycle is None:
        return
    spans = tuple(_spans(watched, cadence, cycle))
    for day in _days(now, until, watched.zone):
        for rhythm in cadence.rhythms.values():
            for place, time in enumerate(rhythm.times):
                at = at_wall_clock(day, time, watched.zone)
                if not now <= at < until or not is_asked(watched, cadence, at):
                    continue
                window = _window(cadence, spans, at)
                if rhythm.key != (window.rhythm if window else cadence.usual):
                    continue
                topics = rhythm.others if place else rhythm.first
                yield PlannedCheckIn(
                    key=_key(day, time),
                    kind=CheckInKind.PLANNED,
                    due_at=at,
                    call_at=at + rhythm.ladder.call_after,
                    alert_at=at + _alert_after(rhythm.ladder),
                    forms=_forms(watched, cadence, topics),
                    cycle_id=cycle.id,
                    window=window.key if window else "",
                    is_risky=window is not None,
                )


def _alert_after(ladder: Ladder) -> dt.timedelta:
    """Return when the alert is raised: never before somebody was asked to call."""
    return max(ladder.call_after, ladder.alert_after)


def _days(
    from_at: dt.datetime, until: dt.datetime, where: zoneinfo.ZoneInfo
) -> Iterator[dt.date]:
    day, last = local_date(from_at, where), local_date(until, where)
    while day <= last:
        yield day
        day += _DAY


def _key(day: dt.date, time: dt.time) -> str:
    return f"{day:%Y-%m-%d}T{time:%H%M}"


_Span = tuple[dt.datetime, dt.datetime, RiskWindow]


def _spans(watched: Watched, cadence: Cadence, cycle: WatchedCycle) -> Iterator[_Span]:
    """Yield every risk window of the cycle from when until when."""
    anchors: Mapping[Anchor, Iterable[dt.datetime]] = {
        Anchor.CYCLE_START: (cycle.started_at,),
        Anchor.STEP: cycle.steps,
        Anchor.RESTART: cycle.restarts,
        Anchor.DISCHARGE: tuple(_discharges(watched, cadence)),
    }
    for window in cadence.windows:
        if cycle.nth in window.cycles:
            for at in anchors[window.anchor]:
                yield at, at + window.lasts, window


def _discharges(watched: Watched, cadence: Cadence) -> Iterator[dt.datetime]:
    """Yield when the patient came to where families are asked, from where not."""
    was_asked = False
    for place in sorted(watched.places, key=lambda one: one.from_at):
        is_asked_here = place.kind in cadence.asked_at
        if is_asked_here and not was_asked:
            yield place.from_at
        was_asked = is_asked_here


def _window(
    cadence: Cadence, spans: Iterable[_Span], at: dt.datetime
) -> RiskWindow | None:
    """Return the window an instant lies in: of several the one that asks most often."""
    found = [window for start, end, window in spans if start <= at < end]
    order = list(cadence.rhythms)
    return min(found, key=lambda one: order.index(one.rhythm), default=None)


def _forms(
    watched: Watched, cadence: Cadence, topics: Iterable[str]
) -> tuple[str, ...]:
    """Return the forms for some topics, as worded for this patient."""
    years = cadence.years_unknown if watched.years is None else watched.years
    stopped = watched.cycle is None or watched.cycle.is_stopped
    return tuple(
        one.form
        for topic in topics
        for one in cadence.forms
        if one.topic == topic
        and one.fits(years)
        and (watched.has_caregiver or not one.needs_caregiver)
        and not (stopped and one.needs_running)
    )


def _follow_ups(
    watched: Watched,
    cadence: Cadence,
    planned: Iterable[PlannedCheckIn],
    now: dt.datetime,
    until: dt.datetime,
) -> Iterator[PlannedCheckIn]:
    """Yield one occasion a morning while a sign of harm stands.

    What is planned before noon anyway asks for it too: nobody is asked twice.
    """
    mornings = _mornings(planned, watched.zone)
    for day in _days(now, until, watched.zone):
        at = at_wall_clock(day, cadence.follow_up_at, watched.zone)
        host = mornings.get(day) or PlannedCheckIn(
            key=_key(day, cadence.follow_up_at),
            kind=CheckInKind.FOLLOW_UP,
            due_at=at,
            call_at=at + cadence.follow_up.call_after,
            alert_at=at + _alert_after(cadence.follow_up),
            forms=(),
            cycle_id=watched.cycle.id if watched.cycle else None,
            is_risky=True,
        )
        at = host.due_at
        again = [one.forms for one in watched.symptoms if _is_open(one, cadence, at)]
        if again and now <= at < until and is_at_home(watched, cadence, at):
            yield _asking_also(host, watched, cadence, again)


def _mornings(
    planned: Iterable[PlannedCheckIn], where: zoneinfo.ZoneInfo
) -> dict[dt.date, PlannedCheckIn]:
    """Return the first occasion of each day that lies before noon."""
    found: dict[dt.date, PlannedCheckIn] = {}
    for one in sorted(planned, key=lambda one: one.due_at):
        local = one.due_at.astimezone(where)
        if local.time() < _NOON:
            found.setdefault(local.date(), one)
    return found


def _asking_also(
    host: PlannedCheckIn,
    watched: Watched,
    cadence: Cadence,
    again: Iterable[tuple[str, ...]],
) -> PlannedCheckIn:
    """Return an occasion that also asks what is to be asked again, and is missed sooner.

    What a nurse alone assesses is no question to a family: after such a sign it is asked
    what it is asked first on a usual day.
    """
    to_family = {one.form for one in cadence.forms}
    forms = dict.fromkeys(host.forms)
    for more in again:
        forms.update(dict.fromkeys(one for one in more if one in to_family))
    if not forms:
        usual = cadence.rhythms[cadence.usual]
        forms = dict.fromkeys(_forms(watched, cadence, usual.first))
    sooner = cadence.follow_up
    return replace(
        host,
        kind=CheckInKind.FOLLOW_UP,
        forms=tuple(forms),
        call_at=min(host.call_at, host.due_at + sooner.call_after),
        alert_at=min(host.alert_at, host.due_at + _alert_after(sooner)),
        is_risky=True,
    )
