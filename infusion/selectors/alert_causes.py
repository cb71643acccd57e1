"""Reads what is wrong now with the pumps that run, by the rules of their sites."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from infusion import catalogue, models
from infusion.catalogue.alerts import cause_rule, span_of
from infusion.domain.alerts import Cause, CauseRule, Place, Standing, stage_at
from infusion.domain.clock import PauseReason
from infusion.domain.plans import effective_ledger
from infusion.domain.states import CourseStatus, CycleStatus
from infusion.domain.stops import open_gap
from infusion.selectors.planning import CycleRows, cycle_facts
from patients.selectors.sites import all_policies

PUMP_CAUSES = frozenset({Cause.PUMP_STOPPED, Cause.BAG_CHANGE_OVERDUE})


class SiteRules(dict[uuid.UUID, catalogue.SitePolicy]):
    """The values in force at every site, read once a sweep."""

    def rule(self, site_id: uuid.UUID, cause: Cause) -> CauseRule:
        """Return how a site deals with a cause."""
        return cause_rule(self[site_id], cause)

    def longest(self, key: str) -> dt.timedelta:
        """Return the longest of a span over all sites; without a site there is none."""
        spans = (span_of(values, key) for values in self.values())
        return max(spans, default=dt.timedelta(0))

    def standing(
        self,
        cause: Cause,
        place: Place,
        subject: str,
        since: dt.datetime,
        now: dt.datetime,
    ) -> Standing:
        """Return a cause that holds, with how many of its times are past."""
        rule = self.rule(place.site_id, cause)
        back = rule.returns_after
        return Standing(
            cause=cause,
            place=place,
            subject=subject,
            since=since,
            stage=stage_at(since, rule.times, now),
            forgotten_before=None if back is None else now - back,
        )


def site_rules() -> SiteRules:
    """Return the values of every site, in one query."""
    stored = all_policies()
    return SiteRules({one: catalogue.site_policy(v) for one, v in stored.items()})


@dataclass(frozen=True, kw_only=True)
class Watched:
    """A running cycle."""

    place: Place
    rows: CycleRows


def watched_cycles() -> list[Watched]:
    """Return every running cycle, in three queries for any number of them."""
    cycles = models.Cycle.objects.filter(
        status=CycleStatus.STARTED, course__status=CourseStatus.ACTIVE
    ).select_related("course")
    running = list(cycles)
    ids = [cycle.pk for cycle in running]
    events = _by_cycle(models.InfusionEvent.objects.filter(cycle__in=ids))
    bags = _by_cycle(models.Bag.objects.filter(cycle__in=ids, hung_at__isnull=False))
    return [
        Watched(
            place=Place(cycle.course.site_id, cycle.course_id),
            rows=CycleRows(
                cycle=cycle,
                bags=bags.get(cycle.pk, []),
                events=events.get(cycle.pk, []),
            ),
        )
        for cycle in running
    ]


def _by_cycle(rows: QuerySet[Any]) -> Mapping[uuid.UUID, list[Any]]:
    found: dict[uuid.UUID, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.cycle_id].append(row)
    return found


def pump_causes(
    watched: Watched, rules: SiteRules, now: dt.datetime
) -> Iterator[Standing]:
    """Yield what is wrong, or about to be, with the pump of a running cycle.

    A hold that was ordered for an adverse event is no stop that somebody forgot.
    """
    rows, place = watched.rows, watched.place
    gap = open_gap(effective_ledger(cycle_facts(rows), now))
    if gap is not None and gap.reason != PauseReason.ADVERSE_EVENT:
        subject = f"{rows.cycle.pk}:{gap.start.isoformat()}"
        yield rules.standing(Cause.PUMP_STOPPED, place, subject, gap.start, now)
    if bag := rows.hanging:
        due = bag.planned_take_down_at
        subject = f"{bag.pk}:{due.isoformat()}"
        yield rules.standing(Cause.BAG_CHANGE_OVERDUE, place, subject, due, now)
