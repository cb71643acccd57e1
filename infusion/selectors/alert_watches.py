"""Reads the causes that are not read from a pump: one reader each, for every site.

Each takes the same number of queries however much is running. A cause that is to be
watched as well gets a reader here and a row in ``WATCHES``; a reader leaves out what is
muted.
"""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, Min, OuterRef, Q

from infusion import models
from infusion.catalogue.alerts import span_of
from infusion.domain.alerts import Cause, Place, Standing, is_failing
from infusion.domain.bag_life import TO_COME
from infusion.domain.delivery import Outcome as TryOutcome
from infusion.domain.messages import NOTICES
from infusion.domain.states import (
    BagStatus,
    CourseStatus,
    CycleStatus,
    MessageStatus,
    PlacementKind,
    SignOffStatus,
    VisitStatus,
)
from infusion.domain.visits import VisitKind
from infusion.selectors.alert_causes import SiteRules
from infusion.selectors.checkin_alerts import CAUSES as CHECK_IN_CAUSES
from infusion.selectors.checkin_alerts import check_ins_that_ask
from infusion.selectors.dose_alerts import other_doses
from infusion.selectors.mute_alerts import ending_mutes
from infusion.selectors.rota import next_gaps

_GOING_ON = (CourseStatus.ORDERED, CourseStatus.ACTIVE)
_NOT_REACHED = (MessageStatus.FAILED, MessageStatus.EXPIRED)
_UNDER_WAY = (MessageStatus.PENDING, MessageStatus.SENDING)
_REACHED = (MessageStatus.SENT, MessageStatus.DELIVERED, MessageStatus.UNKNOWN)
_BAG_IN_USE = (*TO_COME, BagStatus.HUNG)


@dataclass(frozen=True, kw_only=True)
class Watch:
    """A reader, and the causes it alone knows of."""

    causes: frozenset[Cause]
    look: Callable[[SiteRules, dt.datetime], Iterator[Standing]]


def unowned_changes(rules: SiteRules, now: dt.datetime) -> Iterator[Standing]:
    """Yield the visits at home in the hours to come that nobody has taken.

    On the ward and in the clinic somebody is there; at home it must be somebody's visit.
    Nobody has it either when its time has come: until the change itself is overdue.
    """
    late = {site: span_of(one, "overdue_after_minutes") for site, one in rules.items()}
    rows = models.Visit.objects.filter(
        status=VisitStatus.BOOKED,
        placement=PlacementKind.HOME,
        kind__in=(VisitKind.BAG_CHANGE, VisitKind.DISCONNECT),
        assigned_to=None,
        planned_at__gt=now - max(late.values(), default=dt.timedelta(0)),
        planned_at__lte=now + rules.longest("unowned_change_hours"),
        cycle__status=CycleStatus.STARTED,
        cycle__course__status=CourseStatus.ACTIVE,
    )
    for visit in rows.select_related("cycle__course"):
        course = visit.cycle.course
        place = Place(course.site_id, course.pk)
        at = visit.planned_at
        if now - at >= late[course.site_id]:
            continue
        subject = f"{visit.pk}:{at.isoformat()}"
        yield rules.standing(Cause.CHANGE_UNOWNED, place, subject, at, now)


def void_signatures(rules: SiteRules, now: dt.datetime) -> Iterator[Standing]:
    """Yield the sign-offs that a fact has ended and nobody has begun anew.

    A signature that its signer took back is a decision, not a surprise.
    """
    rows = models.SignOff.objects.filter(
        status=SignOffStatus.VOID,
        voided_at__isnull=False,
        cycle__status__in=(CycleStatus.PLANNED, CycleStatus.STARTED),
        course__status__in=_GOING_ON,
    ).exclude(voided_for=[])
    later = models.SignOff.objects.filter(
        cycle=OuterRef("cycle"), opened_at__gte=OuterRef("voided_at")
    )
    for row in rows.exclude(Exists(later)).select_related("course"):
        place = Place(row.course.site_id, row.course_id)
        since = row.voided_at or now
        yield rules.standing(Cause.READINESS_VOID, place, str(row.pk), since, now)


def unreached_events(rules: SiteRules, now: dt.datetime) -> Iterator[Standing]:
    """Yield the events of which nobody could be told, over no channel.

    It ends when a message of the event arrives, when its bag is off the pump, or when the
    site's hours are over.
    """
    rows = models.Message.objects.filter(
        status__in=_NOT_REACHED,
        due_at__gt=now - rules.longest("unreached_hours"),
        due_at__lte=now,
        course__status__in=_GOING_ON,
    ).exclude(kind__in=NOTICES)
    still = rows.filter(Q(bag=None) | Q(bag__status__in=_BAG_IN_USE))
    lost = still.values("site_id", "course_id", "event", "event_at").annotate(
        since=Min("due_at")
    )
    found = list(lost.order_by())
    hopeful = _hopeful(found, now)
    for row in found:
        site_id, since = row["site_id"], row["since"]
        is_over = since <= now - span_of(rules[site_id], "unreached_hours")
        event = (row["course_id"], row["event"], row["event_at"])
        if is_over or event in hopeful:
            continue
        place = Place(site_id, row["course_id"])
        subject = f"{row['course_id']}:{row['event']}:{row['event_at'].isoformat()}"
        yield rules.standing(Cause.NOBODY_REACHED, place, subject, since, now)


def _hopeful(
    lost: Sequence[Mapping[str, Any]], now: dt.datetime
) -> set[tuple[uuid.UUID, str, dt.datetime]]:
    """Return the events, by course, of which somebody was told or is just being told.

    Much happens at one instant: who was told of the visit knows nothing of the bag.

    Asked for the few courses that lost something: joined, it would read the whole log.
    """
    if not lost:
        return set()
    rows = models.Message.objects.filter(
        Q(status__in=_REACHED) | Q(status__in=_UNDER_WAY, due_at__lte=now),
        course__in={row["course_id"] for row in lost},
        event_at__in={row["event_at"] for row in lost},
    ).exclude(kind__in=NOTICES)
    return set(rows.values_list("course_id", "event", "event_at").distinct())


def rota_gaps_ahead(rules: SiteRules, now: dt.datetime) -> Iterator[Standing]:
    """Yield the next time with nobody on call of every line, one a line."""
    ahead = {site: span_of(one, "rota_gap_days") for site, one in rules.items()}
    for (site_id, role), gap in next_gaps(ahead, now).items():
        since = gap.from_at if gap.is_exact else now
        subject = f"{site_id}:{role}:{since.isoformat() if gap.is_exact else '-'}"
        yield rules.standing(Cause.ROTA_GAP, Place(site_id), subject, since, now)


def failing_providers(rules: SiteRules, now: dt.datetime) -> Iterator[Standing]:
    """Yield the channels over which too much of what a site sends fails."""
    for window, site_ids in _windows(rules).items():
        tries = models.MessageAttempt.objects.filter(
            at__gt=now - window, at__lte=now, message__site__in=site_ids
        )
        failed = ~Q(outcome=TryOutcome.ACCEPTED)
        counted = tries.values("message__site_id", "channel").annotate(
            tried=Count("id"),
            failed=Count("id", filter=failed),
            since=Min("at", filter=failed),
        )
        for row in counted.order_by():
            site_id = row["message__site_id"]
            if _fails(rules, site_id, row["failed"], row["tried"]):
                yield rules.standing(
                    Cause.PROVIDER_FAILING,
                    Place(site_id),
                    f"{site_id}:{row['channel']}",
                    row["since"],
                    now,
                )


def _windows(rules: SiteRules) -> Mapping[dt.timedelta, Collection[uuid.UUID]]:
    """Return the sites by how far back they look: one query serves all of them."""
    found: dict[dt.timedelta, list[uuid.UUID]] = defaultdict(list)
    for site_id, values in rules.items():
        found[span_of(values, "provider_failing_minutes")].append(site_id)
    return found


def _fails(rules: SiteRules, site_id: uuid.UUID, failed: int, tried: int) -> bool:
    values = rules[site_id]
    return is_failing(
        failed,
        tried,
        least=int(values.number("provider_failing_tries")),
        percent=float(values.number("provider_failing_percent")),
    )


WATCHES: tuple[Watch, ...] = (
    Watch(causes=frozenset({Cause.DOSE_ON_PUMP}), look=other_doses),
    Watch(causes=frozenset({Cause.CHANGE_UNOWNED}), look=unowned_changes),
    Watch(causes=frozenset({Cause.READINESS_VOID}), look=void_signatures),
    Watch(causes=frozenset({Cause.NOBODY_REACHED}), look=unreached_events),
    Watch(causes=frozenset({Cause.ROTA_GAP}), look=rota_gaps_ahead),
    Watch(causes=frozenset({Cause.PROVIDER_FAILING}), look=failing_providers),
    Watch(causes=frozenset({Cause.MUTE_ENDING}), look=ending_mutes),
    Watch(causes=CHECK_IN_CAUSES, look=check_ins_that_ask),
)
