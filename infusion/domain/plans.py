"""The plan as a pure function: same request, same plan, byte for byte.

``make_plan`` reads as a table of contents: doses, clock, bags, visits, messages. An
impossible plan is a plan with ``unmet`` reasons, never an exception.
"""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from zoneinfo import ZoneInfo

from infusion.domain import visits
from infusion.domain.bags import Line, PlannedBag, Stretch
from infusion.domain.blocks import inpatient_until
from infusion.domain.calendars import VisitCalendar
from infusion.domain.courses import Unmet, Unverified
from infusion.domain.cycle_bags import CycleBags
from infusion.domain.cycles import (
    ZERO,
    CycleFacts,
    HangingBag,
    dose_turns,
    effective_ledger,
    empties_at,
    line_of,
    round_of,
    stretches_of,
)
from infusion.domain.differences import Difference, difference
from infusion.domain.dose_changes import lightest, weight_at
from infusion.domain.doses import DosingWeight
from infusion.domain.evidence import unverified
from infusion.domain.instants import at_wall_clock, keep_in_utc
from infusion.domain.intervals import ends_on
from infusion.domain.planner import Outcome, Relaxation, Score
from infusion.domain.recipes import Recipe, allowed
from infusion.domain.regimens import (
    CycleNotInRegimen,
    CycleNotPlannable,
    Regimen,
    Round,
)
from infusion.domain.reminders.occurrences import occurrences_of_chain
from infusion.domain.reminders.projection import PlannedMessage, project
from infusion.domain.reminders.rules import ReminderRule
from infusion.domain.states import PlacementKind
from infusion.domain.visits import Whereabouts
from infusion.domain.wasted import hung_in_vain, made_in_vain
from infusion.domain.wishes import Wishes

__all__ = [
    "CycleFacts",
    "CyclePlan",
    "Difference",
    "HangingBag",
    "Plan",
    "PlanRequest",
    "difference",
    "effective_ledger",
    "empties_at",
    "line_of",
    "make_plan",
]


@dataclass(frozen=True, kw_only=True)
class PlanRequest:
    """Everything a plan is made from; complete and frozen.

    ``last_cycle`` asks for further cycles beyond those in ``cycles``; they follow one
    another with the regimen's free interval. ``dose_step_mcg`` is the rounding step of
    the site. ``wishes`` is what the site wants of bag changes; without them nothing is
    known of visit hours and every day is as good as another. ``out_of_stock`` are bags
    of the jurisdiction that this plan may not use and may name.
    """

    regimen: Regimen
    recipes: tuple[Recipe, ...]
    rules: tuple[ReminderRule, ...]
    zone: ZoneInfo
    now: dt.datetime
    cycles: tuple[CycleFacts, ...]
    last_cycle: int
    dose_step_mcg: Decimal
    places: tuple[Whereabouts, ...] = ()
    step_tolerance: dt.timedelta = ZERO
    unsigned: tuple[Unverified, ...] = ()
    wishes: Wishes | None = None
    out_of_stock: tuple[Recipe, ...] = ()

    def __post_init__(self) -> None:
        """Keep instants in UTC.

        :raises NaiveTime: when one has no offset.
        """
        keep_in_utc(self, "now")


@dataclass(frozen=True, kw_only=True)
class PlannedStep:
    """From this instant the patient receives this daily dose."""

    at: dt.datetime
    level: str
    daily_dose_mcg: Decimal


@dataclass(frozen=True, kw_only=True)
class CyclePlan:
    """The plan of one cycle.

    ``ends_on`` is the last day of its free interval, None where no source gives its
    length. ``score`` says what the bags cost, ``relaxations`` which visits nobody works
    for and what would help.
    """

    number: int
    block: str
    ordinal: int
    starts_at: dt.datetime
    infusion_ends_at: dt.datetime
    ends_on: dt.date | None
    inpatient_until: dt.datetime | None
    steps: tuple[PlannedStep, ...]
    bags: tuple[PlannedBag, ...]
    visits: tuple[visits.PlannedVisit, ...]
    messages: tuple[PlannedMessage, ...]
    unmet: tuple[Unmet, ...] = ()
    score: Score = field(default_factory=Score)
    relaxations: tuple[Relaxation, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The cycles, what is unmet, and what still needs local sign-off."""

    cycles: tuple[CyclePlan, ...]
    unmet: tuple[Unmet, ...]
    unverified: tuple[Unverified, ...]


def make_plan(request: PlanRequest) -> Plan:
    """Plan every cycle of the request."""
    cycles: tuple[CyclePlan, ...] = ()
    undated: tuple[Unmet, ...] = ()
    for facts in request.cycles:
        round_ = round_of(request.regimen, facts)
        if round_.block.pattern is None:
            undated += (_not_plannable(round_, facts.number),)
            continue
        cycles += (_plan_cycle(request, facts, round_),)
    if not undated:
        cycles, undated = _with_following(request, cycles)
    return Plan(
        cycles=cycles,
        unmet=(*(reason for cycle in cycles for reason in cycle.unmet), *undated),
        unverified=_unverified(request, cycles),
    )


def _with_following(
    request: PlanRequest, cycles: tuple[CyclePlan, ...]
) -> tuple[tuple[CyclePlan, ...], tuple[Unmet, ...]]:
    """Add the cycles up to the last one asked for, as far as they can be dated."""
    while cycles and cycles[-1].number < request.last_cycle:
        before = cycles[-1]
        round_, days = _next_cycle(request.regimen, before)
        if round_ is None:
            _check_number(request.regimen, before.number + 1)
            break
        if days is None:
            return cycles, (_because("length_missing", before.number, before.block),)
        if round_.block.pattern is None:
            return cycles, (_not_plannable(round_, before.number + 1),)
        facts = CycleFacts(
            number=before.number + 1,
            block=round_.block.key,
            ordinal=round_.ordinal,
            starts_at=next_start(before, request.zone, days_between=days),
            weight=_last_weight(request),
        )
        cycles += (_plan_cycle(request, facts, round_),)
    return cycles, ()


def _last_weight(request: PlanRequest) -> DosingWeight:
    """Return the dosing weight at the end of the last cycle that is known."""
    last = request.cycles[-1]
    return weight_at(dose_turns(last, request.now), last.weight, dt.timedelta.max)


def _check_number(regimen: Regimen, number: int) -> None:
    """Refuse a cycle that no way through the regimen has."""
    if number > regimen.max_cycles:
        raise CycleNotInRegimen(field="cycles", max_cycles=regimen.max_cycles)


def _next_cycle(regimen: Regimen, before: CyclePlan) -> tuple[Round | None, int | None]:
    """Return the next cycle on the expected path and the days of the blocks between.

    The days are None where a length on the way is not known.
    """
    days: int | None = None if before.ends_on is None else 0
    for round_ in regimen.rounds_after(before.block, before.ordinal):
        if round_.cycle is not None:
            return round_, days
        length = round_.block.length_days
        days = None if days is None or length is None else days + length
    return None, None


def _not_plannable(round_: Round, number: int) -> Unmet:
    return _because(CycleNotPlannable.code, number, round_.block.key)


def _because(code: str, number: int, block: str) -> Unmet:
    return Unmet(code=code, params=(("cycle", str(number)), ("block", block)))


def next_start(before: CyclePlan, zone: ZoneInfo, days_between: int = 0) -> dt.datetime:
    """Return the earliest start of the next cycle: the day after ``ends_on``.

    Blocks between add their days; the hour on the wall clock is that of the cycle before.

    :raises CycleNotPlannable: when the end of the cycle before is not known.
    """
    if before.ends_on is None:
        raise CycleNotPlannable(field="block", block=before.block)
    hour = before.starts_at.astimezone(zone).time()
    day = before.ends_on + dt.timedelta(days=1 + days_between)
    return at_wall_clock(day, hour, zone)


def _plan_cycle(request: PlanRequest, facts: CycleFacts, round_: Round) -> CyclePlan:
    pattern = request.regimen.pattern_of(round_.block.key)
    line = line_of(facts, request.now)
    start = facts.ledger.started_at or line.at
    total = dt.timedelta(hours=pattern.infusion_hours)
    ledger = effective_ledger(facts, request.now)
    end = facts.ended_at or ledger.instant_of(total) or line.instant(total)
    stay = inpatient_until(pattern, start)
    places = _places(request, facts, start, stay)
    stretches = stretches_of(request.regimen, facts, request.dose_step_mcg, request.now)
    asked = _bags(request, facts, line, places, stretches)
    best = Outcome(bags=(), score=Score())
    if facts.ended_at is None:
        best = asked.best()
    if best.score.shortened:
        end = best.bags[-1].take_down_at
    has_started = bool(facts.ledger.events)
    return CyclePlan(
        number=facts.number,
        block=round_.block.key,
        ordinal=round_.ordinal,
        starts_at=start,
        infusion_ends_at=end,
        ends_on=ends_on(start, end, pattern, request.zone),
        inpatient_until=stay,
        steps=_steps(request, facts, line, stretches),
        bags=best.bags,
        visits=visits.visits_of(best.bags, places, has_started=has_started),
        messages=_messages(request, facts, best.bags, places),
        unmet=() if facts.ended_at else _unmet(asked, best),
        score=best.score,
        relaxations=best.relaxations,
    )


def _bags(
    request: PlanRequest,
    facts: CycleFacts,
    line: Line,
    places: tuple[Whereabouts, ...],
    stretches: tuple[Stretch, ...],
) -> CycleBags:
    """Return what the bags of a cycle are planned from."""
    unknown = VisitCalendar(zone=request.zone, weekend=frozenset())
    turns = dose_turns(facts, request.now)
    weight = lightest(turns, facts.weight, line.position(request.now)).weight_kg
    return CycleBags(
        facts=facts,
        now=request.now,
        line=line,
        stretches=stretches,
        turns=turns,
        recipes=allowed(request.recipes, weight),
        wishes=request.wishes or Wishes(calendar=unknown),
        places=places,
        step_tolerance=request.step_tolerance,
        out_of_stock=allowed(request.out_of_stock, weight),
    )


def _steps(
    request: PlanRequest,
    facts: CycleFacts,
    line: Line,
    stretches: tuple[Stretch, ...],
) -> tuple[PlannedStep, ...]:
    ledger = effective_ledger(facts, request.now)
    return tuple(
        PlannedStep(
            at=ledger.begins_at(one.start) or line.instant(one.start),
            level=one.level,
            daily_dose_mcg=one.daily_dose_mcg,
        )
        for one in stretches
    )


def _places(
    request: PlanRequest,
    facts: CycleFacts,
    start: dt.datetime,
    stay: dt.datetime | None,
) -> tuple[Whereabouts, ...]:
    """Return where the patient is and is expected to be in a cycle.

    Without facts: on the ward for the recommended days, then at home; where the
    source gives no number of days, at home once the start has been supervised. Being
    at home between cycles does not take away the days on the ward of the next one.
    """
    has_started = bool(facts.ledger.events)
    known = request.places if has_started or stay is None else ()
    if any(one.kind != PlacementKind.WARD and one.from_at >= start for one in known):
        return known
    expected = Whereabouts(from_at=stay or start, kind=PlacementKind.HOME)
    is_late = bool(known) and expected.from_at <= request.now
    return known if is_late else (*known, expected)


def _messages(
    request: PlanRequest,
    facts: CycleFacts,
    chain: tuple[PlannedBag, ...],
    places: tuple[Whereabouts, ...],
) -> tuple[PlannedMessage, ...]:
    """Return the reminders; none while the pump stands still, for no time is sure."""
    if facts.ledger.events and facts.ledger.paused_since is not None:
        return ()
    changes = occurrences_of_chain(chain, places, facts.number)
    return project(changes, request.rules, request.now, request.zone)


def _overdue(facts: CycleFacts, now: dt.datetime) -> tuple[Unmet, ...]:
    """Say so when the planned start has gone by and no bag hangs."""
    is_overdue = not facts.ledger.events and facts.starts_at < now
    params = (("cycle", str(facts.number)),)
    return (Unmet(code="start_overdue", params=params),) if is_overdue else ()


def _unmet(asked: CycleBags, best: Outcome) -> tuple[Unmet, ...]:
    facts = asked.facts
    number = ("cycle", str(facts.number))
    missing = tuple(_named(one, number) for one in best.unmet)
    return (
        *_overdue(facts, asked.now),
        *hung_in_vain(asked, number),
        *(_named(one, number) for one in best.lost),
        *(missing or made_in_vain(facts, best.bags, number)),
    )


def _named(reason: Unmet, number: tuple[str, str]) -> Unmet:
    """Say which cycle a reason is about; whoever reads it looks up the rest there."""
    if reason.code == "no_recipe_fits":
        return Unmet(code=reason.code, params=(number,))
    return Unmet(code=reason.code, params=(number, *reason.params))


def _unverified(
    request: PlanRequest, cycles: tuple[CyclePlan, ...]
) -> tuple[Unverified, ...]:
    """Return every value that took part and is not signed yet, once each."""
    used = {bag.recipe.key: bag.recipe for cycle in cycles for bag in cycle.bags}
    found = [*unverified(request.regimen.facts), *request.unsigned]
    for key in sorted(used):
        found.extend(unverified(used[key].facts))
    return tuple(dict.fromkeys(found))
