"""Facts in, occurrences out: what will happen or has happened that a rule may speak of.

While the pump stands still no time of a bag or a visit is sure: only the stop itself is
spoken of, and days that do not hang on the pump.
"""

import datetime as dt
import uuid
from collections.abc import Iterator, Mapping, Sequence

from infusion.domain.bags import PlannedBag
from infusion.domain.reminders.events import EVENTS, Event
from infusion.domain.reminders.facts import (
    BagFacts,
    CheckInFacts,
    CourseFacts,
    OwedCycle,
    SignOffFacts,
    VisitFacts,
)
from infusion.domain.reminders.projection import Occurrence
from infusion.domain.reminders.rules import Trait, Traits
from infusion.domain.states import BagStatus, CycleStatus, SignOffStatus
from infusion.domain.visits import VisitKind, Whereabouts, placement_at

_OVER = (CycleStatus.COMPLETED, CycleStatus.STOPPED)


def occurrences_of(facts: CourseFacts) -> tuple[Occurrence, ...]:
    """Return everything of a course that a rule may speak of."""
    return (
        *(one for cycle in facts.cycles for one in _of_cycle(facts, cycle)),
        *(
            Occurrence(
                event=day.event,
                subject_id=day.id,
                at=day.at,
                traits=_traits(facts, None, day.at),
            )
            for day in facts.dates
        ),
        *(_of_check_in(facts, one) for one in facts.check_ins),
    )


def _of_check_in(facts: CourseFacts, one: CheckInFacts) -> Occurrence:
    traits = {
        **_traits(facts, None, one.at),
        Trait.RISK: "YES" if one.is_risky else "NO",
    }
    if one.cycle is not None:
        traits[Trait.CYCLE] = "FIRST" if one.cycle == 1 else "LATER"
    return Occurrence(event=Event.CHECK_IN, subject_id=one.id, at=one.at, traits=traits)


def _of_cycle(facts: CourseFacts, cycle: OwedCycle) -> Iterator[Occurrence]:
    if cycle.status in _OVER and cycle.ended_at:
        yield Occurrence(
            event=Event.INFUSION_ENDED,
            subject_id=cycle.id,
            at=cycle.ended_at,
            traits=_traits(facts, cycle, cycle.ended_at),
        )
    if cycle.status == CycleStatus.PLANNED:
        yield from _before_start(facts, cycle)
    if cycle.sign_off:
        yield from _of_sign_off(facts, cycle, cycle.sign_off)
    if cycle.stopped_since:
        yield Occurrence(
            event=Event.PUMP_STOPPED,
            subject_id=cycle.id,
            at=cycle.stopped_since,
            traits=_traits(facts, cycle, cycle.stopped_since),
        )
    if cycle.is_running:
        yield from _of_bags(facts, cycle)
        for visit in cycle.visits:
            yield from _of_visit(facts, cycle, visit)


def _before_start(facts: CourseFacts, cycle: OwedCycle) -> Iterator[Occurrence]:
    """Only the start itself is planned for sure: the visit and the first bag."""
    traits = _traits(facts, cycle, cycle.starts_at)
    yield Occurrence(
        event=Event.ADMISSION, subject_id=cycle.id, at=cycle.starts_at, traits=traits
    )
    for bag in cycle.bags[:1]:
        yield from _of_pharmacy(facts, cycle, bag)
    for visit in cycle.visits:
        if visit.kind == VisitKind.START:
            yield from _of_visit(facts, cycle, visit)


def _of_sign_off(
    facts: CourseFacts, cycle: OwedCycle, found: SignOffFacts
) -> Iterator[Occurrence]:
    event = {
        SignOffStatus.OPEN: (Event.SIGNATURE_WANTED, found.opened_at),
        SignOffStatus.SIGNED: (Event.READINESS_REACHED, found.signed_at),
    }.get(found.status)
    if event is not None:
        name, at = event
        yield Occurrence(
            event=name, subject_id=found.id, at=at, traits=_traits(facts, cycle, at)
        )


def _of_bags(facts: CourseFacts, cycle: OwedCycle) -> Iterator[Occurrence]:
    owners = {visit.bag_id: visit.owner_id for visit in cycle.visits}
    for index, bag in enumerate(cycle.bags):
        after = cycle.bags[index + 1 : index + 2]
        yield Occurrence(
            event=Event.BAG_CHANGE if after else Event.INFUSION_END,
            subject_id=bag.id,
            bag_id=bag.id,
            at=bag.take_down_at,
            # Whoever hangs the next bag takes this one down.
            owner_id=owners.get(after[0].id if after else None),
            traits=_traits(facts, cycle, bag.take_down_at),
        )
        if bag.status != BagStatus.HUNG:
            yield from _of_pharmacy(facts, cycle, bag)


def _of_pharmacy(
    facts: CourseFacts, cycle: OwedCycle, bag: BagFacts
) -> Iterator[Occurrence]:
    """A bag is made, checked, sent and brought before it is hung, and hung before it spoils.

    All of it is owed ahead: what is done by then is not spoken of.
    """
    for event in _WAYS[bag.status]:
        at = bag.use_by if event == Event.USE_BY else bag.hang_at
        if at is not None:
            yield Occurrence(
                event=event,
                subject_id=bag.id,
                bag_id=bag.id,
                at=at,
                traits=_traits(facts, cycle, bag.hang_at),
            )


# Status -> what may be said of a bag from there on.
_WAYS: Mapping[BagStatus, tuple[Event, ...]] = {
    status: tuple(
        event
        for event in (
            Event.BAG_TO_COMPOUND,
            Event.BAG_TO_CHECK,
            Event.BAG_TO_DISPATCH,
            Event.DELIVERY,
            Event.USE_BY,
        )
        if status in EVENTS[event].before
    )
    for status in BagStatus
}


def _of_visit(
    facts: CourseFacts, cycle: OwedCycle, visit: VisitFacts
) -> Iterator[Occurrence]:
    traits = {
        **_traits(facts, cycle, visit.at),
        Trait.PLACE: str(visit.place),
        Trait.VISIT: str(visit.kind),
        Trait.OWNER: "YES" if visit.owner_id else "NO",
    }
    wanted = {
        Event.VISIT: True,
        Event.VISIT_WITHOUT_OWNER: visit.owner_id is None,
        Event.DOSE_STEP: visit.is_step,
        Event.PREMEDICATION: visit.is_premedicated,
        Event.NEEDLE_CHANGE: _is_first_in_window(cycle, visit),
    }
    for event, is_wanted in wanted.items():
        if is_wanted:
            yield Occurrence(
                event=event,
                subject_id=visit.id,
                bag_id=visit.bag_id,
                at=visit.at,
                owner_id=visit.owner_id,
                traits=traits,
            )


def _is_first_in_window(cycle: OwedCycle, visit: VisitFacts) -> bool:
    """Say whether a visit is the first of a needle window: the needle goes then.

    The bag on the pump counts: hung within the window, it had the needle changed.
    """
    if visit.kind != VisitKind.BAG_CHANGE:
        return False
    changes = [one.at for one in cycle.visits]
    changes += [bag.hang_at for bag in cycle.bags if bag.status == BagStatus.HUNG]
    for opens, closes in cycle.needle_windows:
        inside = [at for at in changes if opens <= at <= closes]
        if inside and min(inside) == visit.at:
            return True
    return False


def _traits(facts: CourseFacts, cycle: OwedCycle | None, at: dt.datetime) -> Traits:
    found = {Trait.STEPS_RECORDED: "YES" if facts.records_steps else "NO"}
    if cycle is not None:
        found[Trait.CYCLE] = "FIRST" if cycle.number == 1 else "LATER"
    return {**found, Trait.PLACE: str(placement_at(at, facts.places))}


def occurrences_of_chain(
    chain: Sequence[PlannedBag], places: Sequence[Whereabouts], number: int
) -> Iterator[Occurrence]:
    """Yield the changes and the end of a chain of bags that may have no rows yet.

    A bag is named by its place in the chain.
    """
    for index, bag in enumerate(chain):
        is_last = index == len(chain) - 1
        yield Occurrence(
            event=Event.INFUSION_END if is_last else Event.BAG_CHANGE,
            subject_id=uuid.UUID(int=index),
            at=bag.take_down_at,
            traits={
                Trait.CYCLE: "FIRST" if number == 1 else "LATER",
                Trait.PLACE: str(placement_at(bag.take_down_at, places)),
            },
        )
