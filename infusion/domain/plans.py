"""The plan as a pure function: same request, same plan, byte for byte.

``make_plan`` reads as a table of contents: doses, clock, bags, visits, messages. An
impossible plan is a plan with ``unmet`` reasons, never an exception.
"""

import datetime as dt
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from zoneinfo import ZoneInfo

from infusion.domain import bags, messages, visits
from infusion.domain.bags import Line, PlannedBag, Stretch, WaitingBag
from infusion.domain.clock import Ledger, PauseReason
from infusion.domain.courses import Unmet, Unverified
from infusion.domain.differences import Difference, difference
from infusion.domain.doses import DosingWeight
from infusion.domain.evidence import unverified
from infusion.domain.instants import at_wall_clock, keep_in_utc
from infusion.domain.intervals import ends_on
from infusion.domain.recipes import Recipe, allowed
from infusion.domain.regimens import CyclePattern, Regimen, inpatient_until
from infusion.domain.states import PlacementKind
from infusion.domain.visits import Whereabouts

__all__ = ["CyclePlan", "Difference", "Plan", "PlanRequest", "difference", "make_plan"]

ZERO = dt.timedelta(0)


@dataclass(frozen=True, kw_only=True)
class HangingBag:
    """The bag on the pump and the instants that bound it."""

    id: uuid.UUID
    recipe: Recipe
    daily_dose_mcg: Decimal
    hung_at: dt.datetime
    use_by: dt.datetime

    def __post_init__(self) -> None:
        """Keep instants in UTC.

        :raises NaiveTime: when one has no offset.
        """
        keep_in_utc(self, "hung_at", "use_by")


@dataclass(frozen=True, kw_only=True)
class CycleFacts:
    """What is known of one cycle."""

    number: int
    starts_at: dt.datetime
    weight: DosingWeight
    ledger: Ledger = field(default_factory=Ledger)
    hanging: HangingBag | None = None
    waiting: tuple[WaitingBag, ...] = ()
    ended_at: dt.datetime | None = None

    def __post_init__(self) -> None:
        """Keep instants in UTC.

        :raises NaiveTime: when one has no offset.
        """
        keep_in_utc(self, "starts_at", "ended_at")


@dataclass(frozen=True, kw_only=True)
class PlanRequest:
    """Everything a plan is made from; complete and frozen.

    ``last_cycle`` asks for further cycles beyond those in ``cycles``; they follow one
    another with the regimen's free interval. ``dose_step_mcg`` is the rounding step of
    the site.
    """

    regimen: Regimen
    recipes: tuple[Recipe, ...]
    rules: tuple[messages.ReminderRule, ...]
    zone: ZoneInfo
    now: dt.datetime
    cycles: tuple[CycleFacts, ...]
    last_cycle: int
    dose_step_mcg: Decimal
    places: tuple[Whereabouts, ...] = ()
    step_tolerance: dt.timedelta = ZERO
    unsigned: tuple[Unverified, ...] = ()

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
    """The plan of one cycle. ``ends_on`` is the last day of its free interval."""

    number: int
    starts_at: dt.datetime
    infusion_ends_at: dt.datetime
    ends_on: dt.date
    inpatient_until: dt.datetime | None
    steps: tuple[PlannedStep, ...]
    bags: tuple[PlannedBag, ...]
    visits: tuple[visits.PlannedVisit, ...]
    messages: tuple[messages.PlannedMessage, ...]
    unmet: tuple[Unmet, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The cycles, what is unmet, and what still needs local sign-off."""

    cycles: tuple[CyclePlan, ...]
    unmet: tuple[Unmet, ...]
    unverified: tuple[Unverified, ...]


def make_plan(request: PlanRequest) -> Plan:
    """Plan every cycle of the request."""
    cycles = tuple(_plan_cycle(request, facts) for facts in request.cycles)
    while cycles and cycles[-1].number < request.last_cycle:
        cycles += (_plan_cycle(request, _following(request, cycles[-1])),)
    return Plan(
        cycles=cycles,
        unmet=tuple(reason for cycle in cycles for reason in cycle.unmet),
        unverified=_unverified(request, cycles),
    )


def _following(request: PlanRequest, before: CyclePlan) -> CycleFacts:
    """Return the facts of the cycle after: next day, same hour, same weight."""
    return CycleFacts(
        number=before.number + 1,
        starts_at=next_start(before, request.zone),
        weight=request.cycles[-1].weight,
    )


def next_start(before: CyclePlan, zone: ZoneInfo) -> dt.datetime:
    """Return the earliest start of the next cycle: the day after ``ends_on``.

    The hour on the wall clock is that of the cycle before.
    """
    hour = before.starts_at.astimezone(zone).time()
    return at_wall_clock(before.ends_on + dt.timedelta(days=1), hour, zone)


def _plan_cycle(request: PlanRequest, facts: CycleFacts) -> CyclePlan:
    pattern = request.regimen.pattern(facts.number)
    line = line_of(facts, request.now)
    start = facts.ledger.started_at or line.at
    total = dt.timedelta(hours=pattern.infusion_hours)
    ledger = effective_ledger(facts, request.now)
    end = facts.ended_at or ledger.instant_of(total) or line.instant(total)
    is_done = facts.ended_at is not None or ledger.delivered(request.now) >= total
    stay = inpatient_until(pattern, start)
    chain = () if facts.ended_at else _chain(request, facts, pattern, line)
    places = _places(request, facts, start, stay)
    return CyclePlan(
        number=facts.number,
        starts_at=start,
        infusion_ends_at=end,
        ends_on=ends_on(start, end, pattern, request.zone),
        inpatient_until=stay,
        steps=_steps(request, facts, pattern, line),
        bags=chain,
        visits=visits.visits_of(chain, places, has_started=bool(facts.ledger.events)),
        messages=_messages(request, facts, chain),
        unmet=()
        if facts.ended_at
        else _overdue(facts, request.now) + _unmet(facts, chain, end, is_done=is_done),
    )


def line_of(facts: CycleFacts, now: dt.datetime) -> Line:
    """Return delivered time on the calendar from now on.

    Before the start it begins at the planned start, or now when that has gone by; while
    the pump stands still it is taken to run again from now.
    """
    if facts.ended_at is not None and not facts.ledger.events:
        return Line(at=facts.starts_at, delivered=ZERO)
    if not facts.ledger.events:
        return Line(at=max(facts.starts_at, now), delivered=ZERO)
    ledger = effective_ledger(facts, now)
    if ledger.is_running:
        # Any instant of the present run gives the same line; its start is exact.
        run = ledger.runs[-1]
        return Line(at=run.start, delivered=ledger.delivered(run.start))
    return Line(at=now, delivered=ledger.delivered(now))


def effective_ledger(facts: CycleFacts, now: dt.datetime) -> Ledger:
    """Return the ledger with the pause that an empty bag causes by itself.

    Nothing flows after a bag has run dry or reached its use-by, whatever was recorded:
    from then on no hour counts as delivered until somebody hangs the next bag.
    """
    emptied = _flow_ends_at(facts.ledger, facts.hanging)
    if emptied is None or emptied >= now:
        return facts.ledger
    return facts.ledger.without_flow_after(emptied, PauseReason.BAG_EMPTY.value)


def empties_at(ledger: Ledger, hanging: HangingBag | None) -> dt.datetime | None:
    """Return when the hanging bag runs dry or must come down, or None."""
    return _flow_ends_at(ledger, hanging) if ledger.is_running else None


def _flow_ends_at(ledger: Ledger, hanging: HangingBag | None) -> dt.datetime | None:
    """Return when nothing can flow from the hanging bag any more, pump on or off."""
    if hanging is None:
        return None
    full = ledger.delivered(hanging.hung_at) + hanging.recipe.life
    dry_at = ledger.instant_of(full)
    return hanging.use_by if dry_at is None else min(dry_at, hanging.use_by)


def _stretches(
    request: PlanRequest, facts: CycleFacts, pattern: CyclePattern
) -> tuple[Stretch, ...]:
    return tuple(
        Stretch(
            start=dt.timedelta(hours=start),
            end=dt.timedelta(hours=end),
            level=level,
            daily_dose_mcg=_dose(request, facts, level),
        )
        for start, end, level in pattern.segments()
    )


def _dose(request: PlanRequest, facts: CycleFacts, level: str) -> Decimal:
    return request.regimen.doses.dose(level, facts.weight, request.dose_step_mcg).mcg


def _chain(
    request: PlanRequest, facts: CycleFacts, pattern: CyclePattern, line: Line
) -> tuple[PlannedBag, ...]:
    """Return the hanging bag, if any, and the bags after it."""
    stretches = _stretches(request, facts, pattern)
    first, reached = _hanging(request, facts, stretches, line)
    left = tuple(
        replace(stretch, start=max(stretch.start, reached))
        for stretch in stretches
        if stretch.end > reached
    )
    left = bags.stepping_early(left, reached, request.step_tolerance)
    recipes = allowed(request.recipes, facts.weight.weight_kg)
    return first + bags.chain(line, left, recipes, facts.waiting)


def _hanging(
    request: PlanRequest,
    facts: CycleFacts,
    stretches: Sequence[Stretch],
    line: Line,
) -> tuple[tuple[PlannedBag, ...], dt.timedelta]:
    """Return the bag on the pump, and how much is delivered when the next goes up."""
    delivered = line.position(request.now) if facts.ledger.events else ZERO
    bag = facts.hanging
    if bag is None:
        return (), delivered
    hung = facts.ledger.delivered(bag.hung_at)
    stretch = _stretch_of(bag, hung, stretches)
    limit = max(hung, line.position(bag.use_by))
    reached = min(hung + bag.recipe.life, stretch.end, limit)
    emptied = _flow_ends_at(facts.ledger, bag)
    is_empty = emptied is not None and emptied <= request.now
    down_at = emptied if emptied and is_empty else line.instant(reached)
    planned = PlannedBag(
        id=bag.id,
        recipe=bag.recipe,
        level=stretch.level,
        daily_dose_mcg=bag.daily_dose_mcg,
        hang_at=bag.hung_at,
        take_down_at=max(bag.hung_at, down_at),
        use_by=bag.use_by,
        is_hanging=True,
    )
    return (planned,), max(reached, delivered)


def _stretch_of(
    bag: HangingBag, hung: dt.timedelta, stretches: Sequence[Stretch]
) -> Stretch:
    """Return the stretch a bag serves: that of its dose, even if hung a little early."""
    open_ones = [one for one in stretches if one.end > hung] or [stretches[-1]]
    same = [one for one in open_ones if one.daily_dose_mcg == bag.daily_dose_mcg]
    return (same or open_ones)[0]


def _steps(
    request: PlanRequest, facts: CycleFacts, pattern: CyclePattern, line: Line
) -> tuple[PlannedStep, ...]:
    ledger = effective_ledger(facts, request.now)
    return tuple(
        PlannedStep(
            at=ledger.begins_at(dt.timedelta(hours=start))
            or line.instant(dt.timedelta(hours=start)),
            level=level,
            daily_dose_mcg=_dose(request, facts, level),
        )
        for start, _, level in pattern.segments()
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
    request: PlanRequest, facts: CycleFacts, chain: tuple[PlannedBag, ...]
) -> tuple[messages.PlannedMessage, ...]:
    """Return the reminders; none while the pump stands still, for no time is sure."""
    if facts.ledger.events and facts.ledger.paused_since is not None:
        return ()
    return messages.project(chain, request.rules, request.now)


def _overdue(facts: CycleFacts, now: dt.datetime) -> tuple[Unmet, ...]:
    """Say so when the planned start has gone by and no bag hangs."""
    if facts.ledger.events or facts.starts_at >= now:
        return ()
    return (Unmet(code="start_overdue", params=(("cycle", str(facts.number)),)),)


def _unmet(
    facts: CycleFacts,
    chain: tuple[PlannedBag, ...],
    end: dt.datetime,
    *,
    is_done: bool,
) -> tuple[Unmet, ...]:
    number = ("cycle", str(facts.number))
    if not is_done and (not chain or chain[-1].take_down_at < end):
        return (Unmet(code="no_recipe_fits", params=(number,)),)
    return tuple(_late(facts, chain, number))


def _late(
    facts: CycleFacts, chain: tuple[PlannedBag, ...], number: tuple[str, str]
) -> Iterator[Unmet]:
    """Name the existing bags that the plan has no use for any more."""
    used = {bag.id for bag in chain}
    for bag in facts.waiting:
        if bag.prepared_at is not None and bag.id not in used:
            yield Unmet(
                code="bag_not_usable", params=(number, ("recipe", bag.recipe.key))
            )


def _unverified(
    request: PlanRequest, cycles: tuple[CyclePlan, ...]
) -> tuple[Unverified, ...]:
    """Return every value that took part and is not signed yet, once each."""
    used = {bag.recipe.key: bag.recipe for cycle in cycles for bag in cycle.bags}
    found = [*unverified(request.regimen.facts), *request.unsigned]
    for key in sorted(used):
        found.extend(unverified(used[key].facts))
    return tuple(dict.fromkeys(found))
