"""Stores the messages a plan owes: added and cancelled in the plan's own transaction."""

import datetime as dt
import uuid
from collections.abc import Iterator, Mapping, Sequence

from infusion import models
from infusion.domain.instants import local_date, zone
from infusion.domain.messages import NOTICES, PlannedMessage, To
from infusion.domain.plans import CyclePlan, difference
from infusion.domain.states import MessageStatus, VisitStatus
from patients.domain.contacts import CAREGIVER, EMAIL, PATIENT, STAFF, Recipient
from patients.selectors.assignments import ids_assigned_staff
from patients.selectors.people import get_recipients

_KIND = {To.PATIENT: PATIENT, To.CAREGIVER: CAREGIVER, To.NURSE: STAFF}
# What makes a message one and the same, whatever plan it came from.
_Key = tuple[uuid.UUID, str, dt.datetime, uuid.UUID | None, uuid.UUID | None, str]


def store_messages(
    course: models.Course,
    owed: tuple[CyclePlan, Sequence[models.Bag]] | None,
    version: models.PlanVersion,
    now: dt.datetime,
) -> None:
    """Add what the plan newly owes and cancel what it no longer does.

    ``owed`` is the plan of the running cycle with its bags in the chain's order.
    What was sent stays sent: a message that is wanted again with the same event, person
    and channel is not sent twice.
    """
    people = _People(course, now)
    wanted = dict(_wanted(course, *owed, version, people)) if owed else {}
    rows = course.messages.exclude(status=MessageStatus.CANCELLED)
    rows = rows.exclude(kind__in=NOTICES)
    stored = {_key(row): row for row in rows}
    change = difference(stored, wanted)
    models.Message.objects.bulk_create(change.added.values())
    standing = _standing(*owed, people) if owed else frozenset()
    gone = [
        stored[key].id
        for key in change.removed
        if not _is_leaving(stored[key], standing, now)
    ]
    # One on its way is cancelled too: its worker finds that it holds it no longer.
    course.messages.filter(
        id__in=gone, status__in=[MessageStatus.PENDING, MessageStatus.SENDING]
    ).update(status=MessageStatus.CANCELLED, reason="plan_changed", lease_until=None)


def _key(row: models.Message) -> _Key:
    return (
        row.bag_id,
        row.kind,
        row.event_at,
        row.patient_id,
        row.user_id,
        row.channel,
    )


def _standing(
    plan: CyclePlan, chain: Sequence[models.Bag], people: "_People"
) -> frozenset[tuple[object, ...]]:
    """Return every event of the plan with everybody who may hear of it."""
    return frozenset(
        (bag.id, planned.take_down_at, *_person_key(person))
        for planned, bag in zip(plan.bags, chain, strict=True)
        for person in people.everyone
    )


def _is_leaving(
    row: models.Message, standing: frozenset[tuple[object, ...]], now: dt.datetime
) -> bool:
    """Say whether a message is due by now and still true.

    A plan looks ahead and no longer names it; the sweep is about to send it.
    """
    event = (row.bag_id, row.event_at, row.patient_id, row.user_id)
    return row.due_at <= now < row.expires_at and event in standing


def _person_key(person: Recipient) -> tuple[uuid.UUID | None, uuid.UUID | None]:
    """Return the patient or the account a message to a person is filed under."""
    if person.kind == PATIENT:
        return person.patient_id, None
    return None, person.user_id


def _wanted(
    course: models.Course,
    plan: CyclePlan,
    chain: Sequence[models.Bag],
    version: models.PlanVersion,
    people: "_People",
) -> Iterator[tuple[_Key, models.Message]]:
    """Yield every message of the plan, one a person, keyed."""
    for message in plan.messages:
        bag = chain[message.bag_index]
        after = chain[message.bag_index + 1 : message.bag_index + 2]
        for person in people.of(message.to, after[0] if after else None):
            row = _row(course, version, message, bag, person)
            yield _key(row), row


class _People:
    """Who gets the messages of a course, read once."""

    def __init__(self, course: models.Course, now: dt.datetime) -> None:
        today = local_date(now, zone(course.time_zone))
        self.standing = ids_assigned_staff(course.patient_id, today)
        self.by_bag = self._assigned(course)
        staff = self.standing | set(self.by_bag.values())
        self.everyone = get_recipients(course.patient_id, now, staff)

    @staticmethod
    def _assigned(course: models.Course) -> Mapping[uuid.UUID | None, uuid.UUID]:
        rows = models.Visit.objects.filter(
            cycle__course=course,
            status=VisitStatus.BOOKED,
            assigned_to__isnull=False,
        )
        return dict(rows.values_list("bag_id", "assigned_to_id"))

    def of(self, to: To, next_bag: models.Bag | None) -> Sequence[Recipient]:
        """Return the people of a kind; for the nurse, who is booked for the visit."""
        people = [one for one in self.everyone if one.kind == _KIND[to]]
        if to != To.NURSE:
            return people
        booked = self.by_bag.get(next_bag.id if next_bag else None)
        # Booked, but gone from the site: the others are told instead.
        still_here = booked in {one.user_id for one in people}
        wanted = {booked} if still_here else self.standing
        return [one for one in people if one.user_id in wanted]


def _row(
    course: models.Course,
    version: models.PlanVersion,
    message: PlannedMessage,
    bag: models.Bag,
    person: Recipient,
) -> models.Message:
    patient_id, user_id = _person_key(person)
    return models.Message(
        site_id=course.site_id,
        course=course,
        plan_version=version,
        kind=message.kind.value,
        bag=bag,
        event_at=message.event_at,
        person_kind=person.kind,
        patient_id=patient_id,
        user_id=user_id,
        channel=person.addresses[0].channel if person.addresses else EMAIL,
        due_at=message.due_at,
        expires_at=message.expires_at,
    )
