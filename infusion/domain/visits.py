"""Who must be with the patient when: the start, every bag change, the disconnect."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from infusion.domain.bags import PlannedBag
from infusion.domain.instants import keep_in_utc
from infusion.domain.states import PlacementKind


class VisitKind(StrEnum):
    """What the visit is for."""

    START = "START"
    BAG_CHANGE = "BAG_CHANGE"
    DISCONNECT = "DISCONNECT"


@dataclass(frozen=True, kw_only=True)
class Whereabouts:
    """Where the patient is from an instant on."""

    from_at: dt.datetime
    kind: PlacementKind

    def __post_init__(self) -> None:
        """Keep instants in UTC.

        :raises NaiveTime: when one has no offset.
        """
        keep_in_utc(self, "from_at")


@dataclass(frozen=True, kw_only=True)
class PlannedVisit:
    """A visit on the plan; the bag is named by its place in the chain."""

    kind: VisitKind
    at: dt.datetime
    placement: PlacementKind
    bag_index: int | None
    bag_id: uuid.UUID | None
    is_step: bool


def placement_at(at: dt.datetime, places: Sequence[Whereabouts]) -> PlacementKind:
    """Return where the patient is; on the ward before anything is known."""
    past = [place for place in places if place.from_at <= at]
    if not past:
        return PlacementKind.WARD
    return max(past, key=lambda place: place.from_at).kind


def visits_of(
    chain: Sequence[PlannedBag],
    places: Sequence[Whereabouts],
    *,
    has_started: bool,
) -> tuple[PlannedVisit, ...]:
    """Return the visits that a chain of bags asks for, in order of time."""
    visits = [
        _hanging_visit(chain, index, places, is_start=not index and not has_started)
        for index, bag in enumerate(chain)
        if not bag.is_hanging
    ]
    if chain:
        visits.append(_disconnect(chain[-1].take_down_at, places))
    return tuple(visits)


def _hanging_visit(
    chain: Sequence[PlannedBag],
    index: int,
    places: Sequence[Whereabouts],
    *,
    is_start: bool,
) -> PlannedVisit:
    bag = chain[index]
    # A start is where the patient is until then; the move comes after it.
    asked = bag.hang_at - dt.timedelta(microseconds=1) if is_start else bag.hang_at
    return PlannedVisit(
        kind=VisitKind.START if is_start else VisitKind.BAG_CHANGE,
        at=bag.hang_at,
        placement=_attended(placement_at(asked, places), is_start=is_start),
        bag_index=index,
        bag_id=bag.id,
        is_step=_is_step(chain, index),
    )


def _attended(place: PlacementKind, *, is_start: bool) -> PlacementKind:
    """Return the place of a visit; a cycle starts under supervision, not at home."""
    at_home = place == PlacementKind.HOME
    return PlacementKind.WARD if is_start and at_home else place


def _is_step(chain: Sequence[PlannedBag], index: int) -> bool:
    return index > 0 and chain[index].level != chain[index - 1].level


def _disconnect(at: dt.datetime, places: Sequence[Whereabouts]) -> PlannedVisit:
    return PlannedVisit(
        kind=VisitKind.DISCONNECT,
        at=at,
        placement=placement_at(at, places),
        bag_index=None,
        bag_id=None,
        is_step=False,
    )
