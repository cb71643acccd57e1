"""A plan before and after a change, side by side: what moves, what is wasted, who hears.

Both sides are pictures of the stored rows, so what is shown is what would be stored.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

from infusion.domain.changes import Change, Shown, digest_of
from infusion.domain.courses import Unmet


class Fate(StrEnum):
    """What a change does to one bag, visit or cycle."""

    SAME = "SAME"
    MOVED = "MOVED"
    ADDED = "ADDED"
    CANCELLED = "CANCELLED"
    # A bag that is made and that the plan does not hang any more.
    NOT_USED = "NOT_USED"
    # It is over: hung to the end, done, or thrown away.
    ENDED = "ENDED"


@dataclass(frozen=True, kw_only=True)
class BagPicture:
    """A bag at one side; ``is_used`` says whether the plan still hangs it.

    ``left_ml`` is what is thrown away when it comes down as planned: infusion volume,
    without what fills the line.
    """

    id: uuid.UUID
    sequence: int
    status: str
    recipe_key: str
    daily_dose_mcg: Decimal
    vials: int
    hang_at: dt.datetime
    take_down_at: dt.datetime
    use_by: dt.datetime | None
    left_ml: Decimal
    is_open: bool
    is_made: bool
    is_used: bool


@dataclass(frozen=True, kw_only=True)
class VisitPicture:
    """A visit at one side, with the owner it is booked for."""

    id: uuid.UUID
    kind: str
    status: str
    at: dt.datetime
    placement: str
    owner_id: uuid.UUID | None
    owner_name: str
    bag_id: uuid.UUID | None
    is_open: bool


@dataclass(frozen=True, kw_only=True)
class CyclePicture:
    """A cycle at one side: when it begins and ends, and until when on the ward."""

    id: int
    status: str
    starts_at: str
    infusion_ends_at: str
    inpatient_until: str | None
    is_open: bool = True


@dataclass(frozen=True, kw_only=True)
class MessagePicture:
    """A message that is owed; never its text."""

    id: uuid.UUID
    kind: str
    due_at: dt.datetime
    person_kind: str
    person_id: uuid.UUID | None
    person_name: str


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody who is told; the patient has no name here."""

    kind: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Risk:
    """Something a plan asks of people that nobody may be there for."""

    code: str
    at: str
    recipe: str


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """What the course waits for at one side; ``block`` is empty when for nothing."""

    due: str
    block: str = ""
    ordinal: int = 0


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A course as it is stored at one side of a change."""

    course_status: str
    cycles: tuple[CyclePicture, ...]
    bags: tuple[BagPicture, ...]
    visits: tuple[VisitPicture, ...]
    messages: tuple[MessagePicture, ...]
    unmet: tuple[Unmet, ...]
    risks: tuple[Risk, ...]
    waits_for: Waiting | None = None


class Shared(Protocol):
    """What everything on a picture has."""

    @property
    def is_open(self) -> bool:
        """Say whether it is still to come, or going on."""


_Thing = TypeVar("_Thing", bound=Shared)


@dataclass(frozen=True, kw_only=True)
class Pair(Generic[_Thing]):
    """One thing at both sides."""

    fate: Fate
    before: _Thing | None
    after: _Thing | None

    @property
    def now(self) -> _Thing:
        """Return it as it would be, else as it was."""
        found = self.after or self.before
        assert found is not None  # noqa: S101 - a pair has a side
        return found


@dataclass(frozen=True, kw_only=True)
class Waste:
    """A bag that is thrown away, whole or in part, only if the change is made."""

    bag_id: uuid.UUID
    sequence: int
    recipe_key: str
    vials: int
    ml: Decimal


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What a change would do; ``shown.token`` confirms exactly this."""

    change: Change
    shown: Shown
    before: Picture
    after: Picture
    cycles: tuple[Pair[CyclePicture], ...]
    bags: tuple[Pair[BagPicture], ...]
    visits: tuple[Pair[VisitPicture], ...]
    waste: tuple[Waste, ...]
    messages_added: tuple[MessagePicture, ...]
    messages_cancelled: tuple[MessagePicture, ...]
    new_unmet: tuple[Unmet, ...]
    settled_unmet: tuple[Unmet, ...]
    new_risks: tuple[Risk, ...]

    @property
    def deliveries(self) -> tuple[Pair[BagPicture], ...]:
        """Return the bags still to be made that are due at another time, or never."""
        return tuple(
            pair
            for pair in self.bags
            if pair.fate != Fate.SAME and not pair.now.is_made
        )

    @property
    def people(self) -> tuple[Person, ...]:
        """Return who would get other messages than before."""
        told = (*self.messages_added, *self.messages_cancelled)
        found = {(one.person_kind, one.person_name) for one in told}
        return tuple(Person(kind=kind, name=name) for kind, name in sorted(found))


def preview(
    change: Change, version: int, now: dt.datetime, before: Picture, after: Picture
) -> Preview:
    """Lay two pictures side by side."""
    owed = {one.id for one in before.messages}
    still = {one.id for one in after.messages}
    return Preview(
        change=change,
        shown=Shown(
            version=version,
            at=now,
            change=change.digest,
            outcome=outcome_digest(before, after),
        ),
        before=before,
        after=after,
        cycles=_pairs(
            {one.id: one for one in before.cycles},
            {one.id: one for one in after.cycles},
        ),
        bags=_pairs(
            {one.id: one for one in before.bags}, {one.id: one for one in after.bags}
        ),
        visits=_pairs(
            {one.id: one for one in before.visits},
            {one.id: one for one in after.visits},
        ),
        waste=tuple(_waste(before, after)),
        messages_added=tuple(one for one in after.messages if one.id not in owed),
        messages_cancelled=tuple(one for one in before.messages if one.id not in still),
        new_unmet=_missing(after.unmet, before.unmet),
        settled_unmet=_missing(before.unmet, after.unmet),
        new_risks=_missing(after.risks, before.risks),
    )


_Any = TypeVar("_Any")


def _missing(these: Iterable[_Any], those: Iterable[_Any]) -> tuple[_Any, ...]:
    """Return these without those."""
    known = list(those)
    return tuple(one for one in these if one not in known)


def _pairs(
    before: Mapping[object, _Thing], after: Mapping[object, _Thing]
) -> tuple[Pair[_Thing], ...]:
    """Pair what is open at either side, in the order of the later picture."""
    keys = [*after, *(key for key in before if key not in after)]
    pairs = (_pair(before.get(key), after.get(key)) for key in keys)
    return tuple(pair for pair in pairs if pair is not None)


def _pair(before: _Thing | None, after: _Thing | None) -> Pair[_Thing] | None:
    was, is_ = bool(before and before.is_open), bool(after and after.is_open)
    if not (was or is_):
        return None
    fate = _fate(before, after) if was else Fate.ADDED
    return Pair(fate=fate, before=before, after=after)


def _fate(before: _Thing | None, after: _Thing | None) -> Fate:
    """Say what became of something that was to come."""
    if after is None or not after.is_open:
        status = getattr(after, "status", Fate.CANCELLED.value)
        return Fate.CANCELLED if status == Fate.CANCELLED.value else Fate.ENDED
    if getattr(before, "is_used", True) and not getattr(after, "is_used", True):
        return Fate.NOT_USED
    return Fate.SAME if before == after else Fate.MOVED


def _waste(before: Picture, after: Picture) -> Iterator[Waste]:
    """Name each made bag of which more is thrown away than without the change."""
    was = {one.id: one for one in before.bags}
    for bag in after.bags:
        old = was.get(bag.id)
        if old is None or not bag.is_made or not old.is_open:
            continue
        more = bag.left_ml - old.left_ml
        if more > 0:
            yield Waste(
                bag_id=bag.id,
                sequence=bag.sequence,
                recipe_key=bag.recipe_key,
                vials=bag.vials,
                ml=more,
            )


def outcome_digest(before: Picture, after: Picture) -> str:
    """Return a digest of what a change does, the same whenever it is worked out.

    What is new has another id each time, so it counts without one. Messages are left
    out: when they fall due follows from the bags.
    """
    known = {bag.id for bag in before.bags} | {one.id for one in before.visits}
    bags = sorted(
        (one.hang_at, one.sequence, _known(one.id, known), repr(_bag(one)))
        for one in after.bags
    )
    visits = sorted(
        (one.at, one.kind, _known(one.id, known), repr(_visit(one, known)))
        for one in after.visits
    )
    way = (after.course_status, after.waits_for)
    return digest_of((way, after.cycles, bags, visits, after.unmet, after.risks))


def _known(one: uuid.UUID | None, known: set[uuid.UUID]) -> str:
    return str(one) if one in known else "new"


def _bag(one: BagPicture) -> tuple[object, ...]:
    return (
        one.status,
        one.recipe_key,
        one.daily_dose_mcg,
        one.take_down_at,
        one.use_by,
        one.is_used,
    )


def _visit(one: VisitPicture, known: set[uuid.UUID]) -> tuple[object, ...]:
    bag = _known(one.bag_id, known) if one.bag_id else None
    return (one.status, one.placement, one.owner_id, bag)
