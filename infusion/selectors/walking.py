"""Reads a course's way through its regimen: the rounds, the decisions, the facts."""

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from infusion import models
from infusion.domain.conditions import FactKind, KnownFact
from infusion.domain.instants import local_date, zone
from infusion.domain.outlooks import FactTaken
from infusion.domain.plans import CyclePlan
from infusion.domain.regimens import Regimen
from infusion.domain.standings import Standing, leaving, standing
from infusion.domain.states import BlockStatus, CourseStatus
from infusion.domain.walks import RoundStatus, WalkedRound
from infusion.selectors.planning import PlannedCourse, plan_course
from infusion.selectors.regimens import regimen_of

# A course that has ended may still be left by an exit, such as for a transplant.
LEAVABLE = frozenset({CourseStatus.COMPLETED, CourseStatus.STOPPED})


@dataclass(frozen=True, kw_only=True)
class Walk:
    """A course's way so far, read once; ``on`` is the day at the patient."""

    course: models.Course
    regimen: Regimen
    on: dt.date
    rows: Sequence[models.CourseBlock]
    decisions: Sequence[models.Decision]
    rounds: tuple[WalkedRound, ...]
    birth_date: dt.date | None

    @property
    def last(self) -> models.CourseBlock | None:
        """Return the round the course has reached."""
        return self.rows[-1] if self.rows else None

    @property
    def given(self) -> int:
        """Return how many blinatumomab cycles were given, here or elsewhere."""
        over = {RoundStatus.COMPLETED, RoundStatus.ELSEWHERE}
        return sum(one.cycle is not None and one.status in over for one in self.rounds)

    @property
    def cycles(self) -> int:
        """Return the number of the last blinatumomab cycle; 0 before the first."""
        return max((one.cycle or 0 for one in self.rounds), default=0)

    def standing(self, facts: Iterable[KnownFact] = ()) -> Standing:
        """Say where the course stands."""
        return standing(self.regimen, self.rounds, facts)

    def leaving(self, facts: Iterable[KnownFact] = ()) -> Standing:
        """Say by which exits the course, which has ended, may still be left."""
        was_stopped = self.course.status == CourseStatus.STOPPED
        return leaving(self.regimen, self.rounds, facts, was_stopped=was_stopped)

    def age(self) -> FactTaken | None:
        """Return the age in whole years on the day, when the birth date is known."""
        if self.birth_date is None:
            return None
        fact = KnownFact(
            kind=FactKind.AGE_YEARS, value=str(years(self.birth_date, self.on))
        )
        return FactTaken(fact=fact, taken_on=self.on, is_computed=True)

    def known(self) -> tuple[FactTaken, ...]:
        """Return what was recorded, the latest of each kind and assay last; and the age."""
        age = self.age()
        return (*_latest(self._recorded()), *((age,) if age else ()))

    def fresh(self) -> tuple[KnownFact, ...]:
        """Return the known facts that were found since the last round began.

        An old remission says nothing of the fork that is due now.
        """
        given = [one for one in self.rounds if one.status != RoundStatus.OMITTED]
        begun = given[-1].starts_on if given else None
        return tuple(
            one.fact
            for one in self.known()
            if begun is None or (one.taken_on is not None and one.taken_on >= begun)
        )

    def _recorded(self) -> Iterator[FactTaken]:
        for row in self.rows:
            yield from facts_of(row.gate_facts, self.regimen)
        for decision in self.decisions:
            yield from facts_of(decision.facts, self.regimen)


def load_walk(
    course: models.Course, now: dt.datetime, planned: PlannedCourse | None = None
) -> Walk:
    """Read the way of a course in a fixed number of queries.

    Days of cycles come from the plan as the facts are now, made anew or brought along.
    """
    plan = (planned or plan_course(course, now)).plan
    plans = {one.number: one for one in plan.cycles}
    blocks, decisions = _walked(course)
    where = zone(course.time_zone)
    regimen = regimen_of(course)
    return Walk(
        course=course,
        regimen=regimen,
        on=local_date(now, where),
        rows=blocks,
        decisions=decisions,
        rounds=tuple(_rounds(regimen, blocks, decisions, plans, where)),
        birth_date=course.patient.birth_date,
    )


def waits_for(course: models.Course) -> Standing:
    """Say where a course stands by its rows alone, without its plan."""
    # Only where it stands: who decided and what the cycles are by now is not asked.
    blocks = list(_blocks(course))
    decisions = list(course.decisions.order_by("decided_at", "id"))
    regimen, where = regimen_of(course), zone(course.time_zone)
    return standing(regimen, tuple(_rounds(regimen, blocks, decisions, {}, where)))


def _walked(
    course: models.Course,
) -> tuple[list[models.CourseBlock], list[models.Decision]]:
    """Read the rounds and the decisions of a course, in their order."""
    blocks = _blocks(course).select_related("cycle", "gate_passed_by")
    decisions = course.decisions.select_related("decided_by", "from_block").order_by(
        "decided_at", "id"
    )
    return list(blocks), list(decisions)


def _blocks(course: models.Course) -> QuerySet[models.CourseBlock]:
    rows = course.blocks.exclude(status=BlockStatus.CANCELLED)
    return rows.order_by("sequence")


def facts_of(
    stored: Iterable[Mapping[str, Any]], regimen: Regimen
) -> Iterator[FactTaken]:
    """Return facts as they were stored, with what the regimen calls their words."""
    for one in stored:
        day, kind = one["taken_on"], FactKind(one["kind"])
        yield FactTaken(
            fact=KnownFact(
                kind=kind,
                value=one["value"],
                assay=one["assay"],
                name=regimen.name_of(kind, one["value"]),
            ),
            taken_on=dt.date.fromisoformat(day) if day else None,
            is_computed=one["is_computed"],
        )


def years(born: dt.date, on: dt.date) -> int:
    """Return the age in whole years on a day."""
    had_birthday = (on.month, on.day) >= (born.month, born.day)
    return on.year - born.year - (not had_birthday)


def _latest(facts: Iterable[FactTaken]) -> Iterator[FactTaken]:
    found: dict[tuple[FactKind, str], FactTaken] = {}
    for one in facts:
        if one.is_computed:
            continue
        place = (one.fact.kind, one.fact.assay)
        before = found.get(place)
        if before is None or (one.taken_on or dt.date.min) >= (
            before.taken_on or dt.date.min
        ):
            found[place] = one
    yield from sorted(found.values(), key=lambda one: one.taken_on or dt.date.min)


def _rounds(
    regimen: Regimen,
    rows: Sequence[models.CourseBlock],
    decisions: Sequence[models.Decision],
    plans: Mapping[int, CyclePlan],
    where: dt.tzinfo,
) -> Iterator[WalkedRound]:
    decided: dict[uuid.UUID, str] = {one.from_block_id: one.to for one in decisions}
    onward = [row.block_key for row in rows[1:]]
    for index, row in enumerate(rows):
        gate = regimen.block(row.block_key).gate
        starts_on, ended_on = _days(regimen, row, plans, where)
        yield WalkedRound(
            block=row.block_key,
            ordinal=row.ordinal,
            status=RoundStatus(row.status),
            starts_on=starts_on,
            ended_on=ended_on,
            gate_passed=gate is None or row.gate_passed_at is not None,
            moved_on_to=onward[index] if index < len(onward) else decided.get(row.id),
            cycle=row.cycle_number,
        )


def _days(
    regimen: Regimen,
    row: models.CourseBlock,
    plans: Mapping[int, CyclePlan],
    where: dt.tzinfo,
) -> tuple[dt.date | None, dt.date | None]:
    if row.status == BlockStatus.OMITTED:
        # A cycle ordered later has the number of the one that was left out.
        return None, None
    plan = plans.get(row.cycle.number) if plans and row.cycle else None
    if plan is None:
        return row.starts_on, row.ended_on
    starts_on, ends_on = local_date(plan.starts_at, where), plan.ends_on
    own = regimen.block(row.block_key).own_days
    if ends_on is not None and own is not None:
        ends_on = max(ends_on, starts_on + dt.timedelta(days=own - 1))
    return starts_on, ends_on
