"""Reads what is known of a toxicity in a course, and what the rules say of it."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from infusion import catalogue, models
from infusion.domain.bags import Stretch
from infusion.domain.changes import digest_of
from infusion.domain.cycles import dose_turns, effective_ledger, stretches_of
from infusion.domain.dose_changes import LowStepUnknown, low_step, weight_at
from infusion.domain.regimens import Regimen
from infusion.domain.states import AdverseEventStatus
from infusion.domain.stops import open_gap
from infusion.domain.toxicity import (
    Assessment,
    Missing,
    Scale,
    ToxicityEvent,
    ToxicityFacts,
    Verdict,
    assess,
)
from infusion.selectors.planning import (
    CycleRows,
    cycle_facts,
    load_rows,
    site_policy,
)
from infusion.selectors.regimens import regimen_of

# Grade 5 is death: no rule says how to go on.
_HIGHEST = 4


@dataclass(frozen=True, kw_only=True)
class ToxicityAsked:
    """What a physician says of a toxicity; None is not known."""

    event: ToxicityEvent
    onset_at: dt.datetime
    grade: int | None = None
    scale: Scale | None = None
    grade_now: int | None = None
    settled_at: dt.datetime | None = None
    seizures: int | None = None
    multiples: Mapping[Missing, Decimal] = field(default_factory=dict)
    # The recorded adverse event it is asked from; it changes nothing that is shown.
    adverse_event_id: uuid.UUID | None = None


@dataclass(frozen=True, kw_only=True)
class ToxicityView:
    """The facts and what the table says; without a table nobody saw one."""

    asked: ToxicityAsked
    facts: ToxicityFacts
    assessment: Assessment
    table: catalogue.ToxicityTable | None

    @property
    def token(self) -> str:
        """Return a digest of what is shown: who decides sends it back.

        The hour is no part of it, but what the hour makes of the rules is.
        """
        said = self.assessment
        known = replace(self.asked, multiples={}, adverse_event_id=None)
        return digest_of(
            (
                known,
                sorted((key.value, one) for key, one in self.asked.multiples.items()),
                (self.facts.weight_kg, self.facts.level),
                self.table.version if self.table else "",
                [one.key for one in said.rules],
                (said.verdict.value, said.needs_new_cycle),
                [one.value for one in (*said.missing, *said.offered)],
            )
        )


def read_toxicity(
    course: models.Course, rows: CycleRows, asked: ToxicityAsked, now: dt.datetime
) -> ToxicityView:
    """Return what the rules say of a toxicity in a running cycle.

    :raises ToxicityFactsNotSane: when what was said contradicts itself.
    """
    table = catalogue.toxicity_of(course.regimen_key)
    facts = _facts(course, rows, asked, now)
    found = assess(table.rules, facts) if table else _nothing()
    return ToxicityView(asked=asked, facts=facts, assessment=found, table=table)


def running_rows(course: models.Course) -> CycleRows | None:
    """Return the rows of the cycle that runs, or None."""
    every = load_rows(course)
    started = (one for one in every.cycles if one.status == "STARTED")
    cycle = next(started, None)
    return every.of(cycle) if cycle else None


def list_decisions(course_id: uuid.UUID) -> Sequence[models.ToxicityDecision]:
    """List what was decided on toxicities, the latest first."""
    rows = models.ToxicityDecision.objects.filter(cycle__course_id=course_id)
    people = rows.select_related("cycle", "decided_by", "adverse_event")
    return list(people.order_by("-id"))


def decisions_on(adverse_event_id: uuid.UUID) -> Sequence[models.ToxicityDecision]:
    """List what was decided from an adverse event, the latest first."""
    rows = models.ToxicityDecision.objects.filter(adverse_event_id=adverse_event_id)
    return list(rows.select_related("cycle", "decided_by").order_by("-id"))


def asked_of(row: models.AdverseEvent) -> ToxicityAsked | None:
    """Return what the toxicity rules are asked of an adverse event as it was graded.

    None when it was withdrawn. The highest grade is that of the scale it was graded by
    last: the same number means another thing on another scale.
    """
    if row.status == AdverseEventStatus.WITHDRAWN:
        return None
    graded = [one for one in row.entries.all() if one.grade is not None]
    scale = Scale(graded[-1].scale) if graded else None
    grades = [one.grade or 0 for one in graded if one.scale == scale]
    highest = min(max(grades, default=0), _HIGHEST)
    is_over = row.status == AdverseEventStatus.RESOLVED
    now = 0 if is_over else (min(grades[-1], _HIGHEST) if grades else None)
    return ToxicityAsked(
        event=ToxicityEvent(row.event),
        onset_at=row.onset_at,
        grade=highest or None,
        scale=scale if highest else None,
        grade_now=now,
        settled_at=row.resolved_at,
        adverse_event_id=row.pk,
    )


def _nothing() -> Assessment:
    return Assessment(verdict=Verdict.NO_RULE, rules=())


def _facts(
    course: models.Course, rows: CycleRows, asked: ToxicityAsked, now: dt.datetime
) -> ToxicityFacts:
    regimen, facts = regimen_of(course), cycle_facts(rows)
    ledger = effective_ledger(facts, now)
    gap = open_gap(ledger)
    turns = dose_turns(facts, now)
    step = site_policy(course.site_id).number("dose_rounding_mcg")
    begun = ledger.delivered(now)
    onset = ledger.delivered(asked.onset_at)
    has_run = ledger.started_at is not None and ledger.started_at <= asked.onset_at
    level = _level_given(
        rows, stretches_of(regimen, facts, step, now), asked.onset_at, onset
    )
    return ToxicityFacts(
        event=asked.event,
        onset_at=asked.onset_at,
        now=now,
        weight_kg=weight_at(turns, facts.weight, begun).weight_kg,
        grade=asked.grade,
        scale=asked.scale,
        level=level if has_run else None,
        low_level=_low_level(regimen, rows.cycle.block_key),
        grade_now=asked.grade_now,
        settled_at=asked.settled_at,
        stopped_since=gap.start if gap else None,
        seizures=asked.seizures,
        multiples=asked.multiples,
    )


def _level_given(
    rows: CycleRows,
    stretches: Sequence[Stretch],
    onset_at: dt.datetime,
    position: dt.timedelta,
) -> str | None:
    """Return the level of the bag that hung at the onset; a step may be late or early.

    None when no bag had hung by then or its dose is none of the cycle's.
    """
    hung = [bag for bag in rows.bags if bag.hung_at and bag.hung_at <= onset_at]
    last = max(hung, key=lambda bag: bag.hung_at or onset_at, default=None)
    same = [
        one for one in stretches if last and one.daily_dose_mcg == last.daily_dose_mcg
    ]
    nearest = min(same, key=lambda one: _distance(one, position), default=None)
    return nearest.level if nearest else None


def _distance(stretch: Stretch, position: dt.timedelta) -> dt.timedelta:
    return max(stretch.start - position, position - stretch.end, dt.timedelta(0))


def _low_level(regimen: Regimen, block: str) -> str | None:
    try:
        return low_step(regimen, block).level
    except LowStepUnknown:
        return None
