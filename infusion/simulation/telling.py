"""Reads what came of a synthetic course out of its rows, before they are gone."""

import datetime as dt
import uuid
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise

from infusion import catalogue, models
from infusion.domain.alerts import AlertStepKind, Cause
from infusion.domain.checkins import Way
from infusion.domain.ladders import Severity
from infusion.domain.states import BagStatus, CheckInStatus, PlacementKind
from infusion.domain.triage import Colour
from infusion.selectors.checkin_alerts import CAUSES as CHECK_IN_CAUSES
from infusion.selectors.planning import CycleRows, load_rows
from infusion.services.ledgers import ledger
from infusion.simulation.behaving import TrueIllness
from infusion.simulation.life import DAY, HOUR, Life
from infusion.simulation.stories import (
    AlertTold,
    CheckInTold,
    CourseStory,
    Illness,
    IllnessTold,
    WasteTold,
)

_SIGNS = (Colour.AMBER, Colour.RED)
# Check-in -> its results, the first first.
_Results = Mapping[uuid.UUID, Sequence[models.CheckInResult]]


def tell(life: Life) -> CourseStory:
    """Return the story of a course."""
    results = _results(life)
    on_ward, at_home = _days(life)
    return CourseStory(
        index=life.patient.index,
        group=life.patient.profile.group,
        regimen=life.plot.regimen,
        days_on_ward=on_ward,
        days_at_home=at_home,
        ended_why=life.ended_why,
        check_ins=tuple(_check_ins(life, results)),
        alerts=tuple(_alerts(life, results)),
        illnesses=tuple(_illnesses(life, results)),
        changes=tuple(life.changes),
        stops=tuple(life.stops),
        waste=_waste(life),
    )


def _end(life: Life) -> dt.datetime:
    return life.ended_at or life.now


def _days(life: Life) -> tuple[float, float]:
    """Return the days with somebody beside the bed, and those at home."""
    spans = {True: dt.timedelta(0), False: dt.timedelta(0)}
    edges = [*((one.from_at, one.kind) for one in life.stays), (_end(life), None)]
    for (begins, kind), (ends, _) in pairwise(edges):
        spans[kind is not PlacementKind.HOME] += max(ends - begins, dt.timedelta(0))
    return spans[True] / DAY, spans[False] / DAY


# --- Check-ins ------------------------------------------------------------------------


def _results(life: Life) -> _Results:
    rows = models.CheckInResult.objects.filter(
        answers__check_in__course_id=life.course_id
    )
    found: dict[uuid.UUID, list[models.CheckInResult]] = {}
    for one in rows.select_related("answers").order_by("made_at", "id"):
        found.setdefault(one.answers.check_in_id, []).append(one)
    return found


def _check_ins(life: Life, results: _Results) -> Iterator[CheckInTold]:
    """Yield what was asked; what is still to be answered is left out."""
    rows = models.CheckIn.objects.filter(course_id=life.course_id)
    asked = rows.exclude(status__in=(CheckInStatus.CANCELLED, CheckInStatus.DUE))
    for row in asked.order_by("due_at", "id"):
        had = results.get(row.pk, ())
        own = [one.answers for one in had if one.answers.way == Way.SELF]
        at = own[0].given_at if own else row.due_at
        yield CheckInTold(
            due=row.due_at - life.begins_at,
            answered_after=own[0].given_at - row.due_at if own else None,
            colour=Colour(had[0].colour) if had else None,
            rules=_fired(had[:1]),
            true_grade=_worst(life, at),
            had_reason=life.patient.needs_somebody(at - life.begins_at),
        )


def _fired(results: Sequence[models.CheckInResult]) -> tuple[str, ...]:
    names = [str(fired["rule"]) for one in results for fired in one.fired]
    return tuple(dict.fromkeys(names))


def _worst(life: Life, at: dt.datetime) -> int:
    return max(life.patient.grade(one, at - life.begins_at) for one in Illness)


# --- Alerts ---------------------------------------------------------------------------


def _alerts(life: Life, results: _Results) -> Iterator[AlertTold]:
    rows = models.Alert.objects.filter(course_id=life.course_id)
    for alert in rows.prefetch_related("steps").order_by("raised_at", "id"):
        steps = sorted(alert.steps.all(), key=lambda one: (one.at, one.pk))
        kinds = [one.kind for one in steps]
        taken = [one.at for one in steps if one.kind == AlertStepKind.TAKEN]
        ended = alert.ended_at
        yield AlertTold(
            cause=Cause(alert.cause),
            severity=Severity(alert.severity),
            raised=alert.raised_at - life.begins_at,
            rules=_rules_of(alert, results),
            taken_after=taken[0] - alert.raised_at if taken else None,
            resolved_after=ended - alert.raised_at if ended else None,
            climbed=max(kinds.count(AlertStepKind.CLIMBED) - 1, 0),
            is_exhausted=AlertStepKind.EXHAUSTED in kinds,
            had_reason=_had_reason(life, alert),
        )


def _rules_of(alert: models.Alert, results: _Results) -> tuple[str, ...]:
    if Cause(alert.cause) not in CHECK_IN_CAUSES:
        return ()
    had = results.get(uuid.UUID(alert.subject.split(":")[0]), ())
    return _fired([one for one in had if one.made_at <= alert.raised_at][-1:])


def _had_reason(life: Life, alert: models.Alert) -> bool:
    """Say whether a person was truly needed; what is read from a pump is never wrong."""
    if Cause(alert.cause) not in CHECK_IN_CAUSES:
        return True
    return life.patient.needs_somebody(alert.raised_at - life.begins_at)


# --- Illnesses ------------------------------------------------------------------------


def _illnesses(life: Life, results: _Results) -> Iterator[IllnessTold]:
    """Yield what the patient truly had while anybody could see it."""
    for one in life.patient.illnesses:
        if life.begins_at + one.onset < _end(life):
            yield _illness(life, one, results)


def _illness(life: Life, one: TrueIllness, results: _Results) -> IllnessTold:
    read = sorted(
        (
            (each.answers.given_at - life.begins_at, Colour(each.colour))
            for had in results.values()
            for each in had
        ),
        key=lambda found: found[0],
    )
    while_ill = [(at, colour) for at, colour in read if one.onset <= at <= one.ended]
    signs = [at - one.onset for at, colour in while_ill if colour in _SIGNS]
    reds = [at - one.onset for at, colour in while_ill if colour is Colour.RED]
    recorded, grades = _recorded(life, one)
    onset = life.begins_at + one.onset
    return IllnessTold(
        illness=one.illness,
        onset=one.onset,
        ended=one.ended,
        peak_grade=one.peak_grade,
        at_home_at_onset=life.place_at(onset) is PlacementKind.HOME,
        asked=bool(while_ill),
        flagged_after=min(signs, default=None),
        red_after=min(reds, default=None),
        recorded_after=recorded,
        recorded_grades=grades,
    )


def _recorded(
    life: Life, one: TrueIllness
) -> tuple[dt.timedelta | None, tuple[int, ...]]:
    """Return how soon an illness was in the record, and the grades it was given."""
    known = life.recorded.get(one.illness)
    if known is None:
        return None, ()
    row = models.AdverseEvent.objects.get(id=known[0])
    entries = row.entries.order_by("at", "recorded_at", "id")
    grades = tuple(each.grade for each in entries if each.grade is not None)
    return row.recorded_at - life.begins_at - one.onset, grades


# --- Waste ----------------------------------------------------------------------------


def _waste(life: Life) -> WasteTold:
    """Return what was made and thrown away, and what was left in bags that came down."""
    rows = load_rows(life.course())
    thrown = [one for one in rows.bags if one.status == BagStatus.DISCARDED]
    left = sum((_left(rows.of(cycle)) for cycle in rows.cycles), Decimal(0))
    left += sum((_content(one) for one in thrown), Decimal(0))
    return WasteTold(
        bags=len(thrown),
        vials=sum(_vials(one) for one in thrown),
        micrograms=round(left),
    )


def _left(rows: CycleRows) -> Decimal:
    """Return how many micrograms were left in the bags of a cycle that hung."""
    told = ledger(rows)
    found = Decimal(0)
    for bag in rows.bags:
        if bag.hung_at is not None and bag.taken_down_at is not None:
            ran = told.delivered(bag.taken_down_at) - told.delivered(bag.hung_at)
            left = max(bag.hours * HOUR - ran, dt.timedelta(0))
            found += bag.daily_dose_mcg * Decimal(left / DAY)
    return found


def _vials(bag: models.Bag) -> int:
    return catalogue.get_recipe(bag.recipe_key).vials(bag.daily_dose_mcg)


def _content(bag: models.Bag) -> Decimal:
    return bag.daily_dose_mcg * bag.hours / 24
