"""Reads what the cadence of check-ins asks of a course."""

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from django.db.models import Q

from infusion import catalogue, models
from infusion.domain.bag_life import TO_COME
from infusion.domain.cadence import Cadence, Symptom, Watched, WatchedCycle
from infusion.domain.checkins import CheckInKind
from infusion.domain.clock import Ledger, needs_reinitiation
from infusion.domain.instants import local_date, zone
from infusion.domain.states import (
    BagStatus,
    CheckInStatus,
    CycleStatus,
    PlacementKind,
)
from infusion.domain.triage import Colour
from infusion.domain.visits import Whereabouts, placement_at
from infusion.selectors.planning import CourseRows, CycleRows, places, told_by
from infusion.selectors.walking import years
from patients.selectors.recipients import has_caregiver

# What stands on the pump or is to come; its end is the end of the infusion.
_CHAIN = frozenset({BagStatus.HUNG, *TO_COME})
# What the cadence itself asks; the rest comes of people.
PLANNED_KINDS = (CheckInKind.PLANNED, CheckInKind.FOLLOW_UP)
_SIGNS = (Colour.AMBER, Colour.RED)


def cadence_at(course: models.Course) -> Cadence:
    """Return the cadence with the numbers of the site of a course."""
    return catalogue.cadence_of(catalogue.site_policy(course.site.policy))


def standing_check_ins(
    course: models.Course, cadence: Cadence, now: dt.datetime
) -> list[models.CheckIn]:
    """Return what waits, what is silent, and what was answered lately, latest first."""
    lately = now - cadence.follow_up_for
    rows = models.CheckIn.objects.filter(course=course).filter(
        Q(status=CheckInStatus.DUE)
        | Q(due_at__gte=now)
        | Q(status=CheckInStatus.MISSED, looked_at=None)
        | Q(status=CheckInStatus.ANSWERED, answered_at__gt=lately)
    )
    return list(rows.exclude(status=CheckInStatus.CANCELLED).order_by("-due_at", "id"))


def watched_of(
    rows: CourseRows, check_ins: Sequence[models.CheckIn], now: dt.datetime
) -> Watched:
    """Return what the cadence asks of a course, from rows as they are stored by now."""
    course = rows.course
    patient, where = course.patient, zone(course.time_zone)
    spots = places(rows.placements)
    # The same that reminders ask: nobody is told anything after a death.
    by_event = any(one.end_reason == "DEATH" for one in rows.cycles)
    born = patient.birth_date
    return Watched(
        zone=where,
        places=spots,
        cycle=_running(rows),
        symptoms=tuple(_symptoms(check_ins)),
        years=years(born, local_date(now, where)) if born else None,
        # On a ward nobody is asked, so nobody has to be looked for.
        has_caregiver=not _is_ward(now, spots) and has_caregiver(patient, now),
        is_alive=not (by_event or patient.is_deceased),
    )


def _is_ward(at: dt.datetime, spots: Sequence[Whereabouts]) -> bool:
    """Say whether the patient lies on a ward at an instant."""
    return placement_at(at, spots) == PlacementKind.WARD


def _running(rows: CourseRows) -> WatchedCycle | None:
    for cycle in rows.cycles:
        if cycle.status == CycleStatus.STARTED:
            return _watched_cycle(rows.of(cycle))
    return None


def _watched_cycle(rows: CycleRows) -> WatchedCycle | None:
    told = told_by(rows)
    if told.started_at is None:
        return None
    ends = [one.planned_take_down_at for one in rows.bags if one.status in _CHAIN]
    return WatchedCycle(
        id=rows.cycle.id,
        number=rows.cycle.number,
        started_at=told.started_at,
        # While the pump stands still no time of a bag is sure.
        ends_at=max(ends, default=None) if told.is_running else None,
        steps=tuple(_steps(rows.bags)),
        restarts=tuple(_restarts(told)),
        is_stopped=not told.is_running,
    )


def _steps(bags: Iterable[models.Bag]) -> Iterator[dt.datetime]:
    """Yield when the daily dose rose, or will."""
    hung = [one for one in bags if one.hung_at or one.status in _CHAIN]
    hung.sort(key=_hang_at)
    for before, after in pairwise(hung):
        if after.daily_dose_mcg > before.daily_dose_mcg:
            yield _hang_at(after)


def _hang_at(bag: models.Bag) -> dt.datetime:
    return bag.hung_at or bag.planned_hang_at


def _restarts(told: Ledger) -> Iterator[dt.datetime]:
    for gap in told.gaps():
        if gap.end is not None and needs_reinitiation(gap.end - gap.start):
            yield gap.end


def _symptoms(check_ins: Iterable[models.CheckIn]) -> Iterator[Symptom]:
    """Yield the signs of harm that no later answer to the same forms has taken back."""
    answered = [
        (one.answered_at, one) for one in check_ins if one.answered_at and one.forms
    ]
    seen: set[str] = set()
    for at, one in sorted(answered, key=lambda found: found[0], reverse=True):
        again = tuple(form for form in one.forms if form not in seen)
        seen.update(again)
        if again and one.colour in _SIGNS:
            yield Symptom(at=at, forms=again)


def follows_of(
    check_ins: Iterable[models.CheckIn], forms: Iterable[str]
) -> uuid.UUID | None:
    """Return the last check-in with a sign of harm that asked one of these forms."""
    wanted = set(forms)
    found = [
        (one.answered_at, one.pk)
        for one in check_ins
        if one.answered_at and one.colour in _SIGNS and wanted & set(one.forms)
    ]
    return max(found)[1] if found else None
