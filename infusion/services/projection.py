"""Stores the messages a course owes: added and cancelled with the fact that caused it."""

import datetime as dt
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q

from infusion import models
from infusion.domain.delivery import FINAL_REASONS, Arrival, Outcome
from infusion.domain.differences import difference
from infusion.domain.instants import zone
from infusion.domain.messages import NOTICES
from infusion.domain.reminders.events import EVENTS, Event
from infusion.domain.reminders.occurrences import occurrences_of
from infusion.domain.reminders.projection import (
    Occurrence,
    PlannedMessage,
    applicable,
    project,
)
from infusion.domain.reminders.rules import ReminderRule, Urgency
from infusion.domain.states import MessageStatus
from infusion.selectors.planning import CourseRows, load_rows
from infusion.selectors.reminder_rules import rules_in_force
from infusion.selectors.reminders import check_in_facts, course_facts
from infusion.services.recipients import People, due_for, first_channel
from patients.domain.contacts import PATIENT, Recipient

# What makes a message one and the same, whatever plan it came from.
_Key = tuple[uuid.UUID, str, dt.datetime, uuid.UUID | None, uuid.UUID | None, str]
# An event, and the rule that speaks of it.
_Said = tuple[Occurrence, ReminderRule]
_OWED = (MessageStatus.PENDING, MessageStatus.SENDING)
# Said, or not to be said for good: what is stored of the cancelled is that alone.
_SETTLED = (MessageStatus.SENT, MessageStatus.DELIVERED, MessageStatus.CANCELLED)


@dataclass(frozen=True, kw_only=True)
class Change:
    """What is to be written: rows to add, ids to call off, rows whose time has moved."""

    added: Sequence[models.Message]
    gone: Sequence[uuid.UUID]
    moved: Sequence[models.Message]


def store_messages(
    rows: CourseRows,
    version: models.PlanVersion | None,
    now: dt.datetime,
    rules: Sequence[ReminderRule] | None = None,
    only: Event | None = None,
) -> None:
    """Add what a course newly owes and cancel what it no longer does.

    ``rows`` are as they are stored by now, ``rules`` those of the site where they are at
    hand. With ``only`` nothing but that event is looked at: nothing else has changed. What was sent stays sent: a message that is wanted again with the same event,
    person and channel is not sent twice.
    """
    course = rows.course
    if rules is None:
        rules = rules_in_force(course.site_id, course.site.policy).rules
    change = change_of(rows, rules, version, now, only)
    # One on its way is cancelled too: its worker finds that it holds it no longer.
    if change.gone:
        course.messages.filter(id__in=change.gone, status__in=_OWED).update(
            status=MessageStatus.CANCELLED, reason="plan_changed", lease_until=None
        )
    models.Message.objects.bulk_create(change.added)
    fields = ["due_at", "expires_at", "not_before", "person_kind"]
    models.Message.objects.bulk_update(change.moved, fields)


def change_of(
    rows: CourseRows,
    rules: Sequence[ReminderRule],
    version: models.PlanVersion | None,
    now: dt.datetime,
    only: Event | None = None,
) -> Change:
    """Return what rules make of the stored facts of a course, beside what is stored."""
    course = rows.course
    if only is not None:
        rules = [rule for rule in rules if rule.event == only]
    is_check_in = only is Event.CHECK_IN
    facts = check_in_facts(rows) if is_check_in else course_facts(rows, now)
    occurrences = occurrences_of(facts)
    people = People(course, now, rules, {one.owner_id for one in occurrences})
    owed = project(occurrences, rules, now, zone(course.time_zone))
    stored = {_key(row): row for row in _stored(course, only)}
    told = {
        _names(row)
        for row in stored.values()
        if row.status in _SETTLED or _is_due(row, now)
    }
    wanted = {
        key: row
        for key, row in _wanted(course, owed, version, people, now)
        # Whoever hears it over one channel does not hear it again over a newer one.
        if key in stored or _names(row) not in told
    }
    change = difference(dict.fromkeys(stored), dict.fromkeys(wanted))
    removed = [stored[key] for key in change.removed]
    kept = wanted.keys() & stored.keys()
    return Change(
        added=[wanted[key] for key in change.added],
        gone=_gone(removed, _standing(occurrences, rules), people, now),
        moved=_moved({key: (stored[key], wanted[key]) for key in kept}, now),
    )


def project_course(course: models.Course, now: dt.datetime) -> None:
    """Look again at what a locked course owes, when no plan was made for the change."""
    # Not what it says: a whole plan, and nobody reads it here.
    last = course.plan_versions.order_by("-number").only("id", "course_id").first()
    store_messages(load_rows(course), last, now)


def _stored(
    course: models.Course, only: Event | None = None
) -> Sequence[models.Message]:
    """Return what the course owed or said, and what is not to be said for good.

    What a person had sent again is theirs, not the plan's.
    """
    stands = ~Q(status=MessageStatus.CANCELLED) | Q(reason__in=FINAL_REASONS)
    rows = course.messages.filter(stands | _told_all_the_same(), is_resend=False)
    if only is not None:
        rows = rows.filter(event=only)
    return list(rows.exclude(kind__in=NOTICES))


def _told_all_the_same() -> Q:
    """Match what was called off while a provider was just taking it, and took it."""
    taken = models.MessageAttempt.objects.filter(
        message=OuterRef("pk"), outcome=Outcome.ACCEPTED
    )
    lost = models.DeliveryReport.objects.filter(
        message=OuterRef("pk"), arrival=Arrival.FAILED
    )
    return Q(Exists(taken), ~Exists(lost), attempts__gt=0)


def _key(row: models.Message) -> _Key:
    return (
        row.subject_id,
        row.kind,
        row.event_at,
        row.patient_id,
        row.user_id,
        row.channel,
    )


def _wanted(
    course: models.Course,
    owed: Sequence[PlannedMessage],
    version: models.PlanVersion | None,
    people: People,
    now: dt.datetime,
) -> Iterator[tuple[_Key, models.Message]]:
    """Yield every message owed, one a person, keyed."""
    for message in owed:
        for person in people.of(message.to, message.occurrence, message.due_at):
            row = _row(course, version, message, person)
            row.due_at = due_for(person, message.rule, message.due_at, now)
            yield _key(row), row


def _standing(
    occurrences: Sequence[Occurrence], rules: Sequence[ReminderRule]
) -> Mapping[tuple[object, ...], _Said]:
    """Return what is said of every event, by which rule."""
    return {
        (one.subject_id, rule.key, one.at): (one, rule)
        for one in occurrences
        for rule in applicable(rules, one)
    }


def _is_theirs(row: models.Message, said: _Said, people: People) -> bool:
    """Say whether a message would still go to the person it is filed under.

    Whoever was on call when it was due stays the one, though the rota has moved on.
    """
    occurrence, rule = said
    planned = rule.due_at(occurrence.at, people.zone)
    return any(
        _person_key(person) == (row.patient_id, row.user_id)
        for to in rule.to
        for at in {row.due_at, planned}
        for person in people.of(to, occurrence, at)
    )


def _gone(
    rows: Sequence[models.Message],
    standing: Mapping[tuple[object, ...], _Said],
    people: People,
    now: dt.datetime,
) -> list[uuid.UUID]:
    """Return what is owed no more; not what is due by now, still true and still theirs.

    A plan looks ahead and no longer names it; the sweep is about to send it.
    """
    gone = []
    for row in rows:
        said = standing.get((row.subject_id, row.kind, row.event_at))
        stays = said and _is_due(row, now) and _is_theirs(row, said, people)
        if row.status in _OWED and not stays:
            gone.append(row.id)
    return gone


def _is_due(row: models.Message, now: dt.datetime) -> bool:
    """Say whether a message that is owed is about to leave."""
    return row.status in _OWED and row.due_at <= now < row.expires_at


def _names(row: models.Message) -> tuple[object, ...]:
    return (row.subject_id, row.kind, row.event_at, row.patient_id, row.user_id)


def _moved(
    pairs: Mapping[_Key, tuple[models.Message, models.Message]], now: dt.datetime
) -> list[models.Message]:
    """Return what waits with its new time, where a rule now gives another.

    A colleague who is by now only the patient's caregiver is told as one, or the other
    way round.
    """
    moved = []
    for row, wanted in pairs.values():
        is_waiting = row.status == MessageStatus.PENDING and wanted.due_at > now
        if is_waiting and _handling(row) != _handling(wanted):
            row.due_at, row.expires_at, row.person_kind = _handling(wanted)
            row.not_before = None
            moved.append(row)
    return moved


def _handling(row: models.Message) -> tuple[dt.datetime, dt.datetime, str]:
    return row.due_at, row.expires_at, row.person_kind


def _person_key(person: Recipient) -> tuple[uuid.UUID | None, uuid.UUID | None]:
    """Return the patient or the account a message to a person is filed under."""
    if person.kind == PATIENT:
        return person.patient_id, None
    return None, person.user_id


def _row(
    course: models.Course,
    version: models.PlanVersion | None,
    message: PlannedMessage,
    person: Recipient,
) -> models.Message:
    patient_id, user_id = _person_key(person)
    occurrence, rule = message.occurrence, message.rule
    return models.Message(
        site_id=course.site_id,
        course=course,
        plan_version=version,
        kind=rule.key,
        event=occurrence.event.value,
        subject_kind=EVENTS[occurrence.event].subject.value,
        subject_id=occurrence.subject_id,
        bag_id=occurrence.bag_id,
        event_at=occurrence.at,
        person_kind=person.kind,
        patient_id=patient_id,
        user_id=user_id,
        channel=first_channel(person, rule),
        due_at=message.due_at,
        expires_at=message.expires_at,
        is_urgent=rule.urgency == Urgency.URGENT,
    )
