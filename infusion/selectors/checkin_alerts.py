"""Reads which check-ins ask for a person: by their answers, or by their silence.

Nothing here depends on another sweep: a check-in that is overdue is overdue, whether or
not somebody has written down that it was missed.
"""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from django.db.models import Q

from infusion import models
from infusion.domain.alerts import Cause, Place, Standing
from infusion.domain.checkins import CheckInKind
from infusion.domain.states import CheckInStatus, CourseStatus
from infusion.domain.triage import Colour
from infusion.selectors.alert_causes import SiteRules

_SILENT = (CheckInStatus.DUE, CheckInStatus.MISSED)
_GOING_ON = (CourseStatus.ORDERED, CourseStatus.ACTIVE)
CAUSES = frozenset(
    {
        Cause.CHECK_IN_RED,
        Cause.CHECK_IN_AMBER,
        Cause.CALL_WANTED,
        Cause.CHECK_IN_TO_RING,
        Cause.CHECK_IN_MISSED,
        Cause.ANSWERS_UNREAD,
    }
)
# What is red without an answer that a rule has read.
_UNREAD: Mapping[str, Cause] = {
    CheckInKind.CALL_WANTED: Cause.CALL_WANTED,
    CheckInKind.UNREAD: Cause.ANSWERS_UNREAD,
}


def check_ins_that_ask(rules: SiteRules, now: dt.datetime) -> Iterator[Standing]:
    """Yield the check-ins that a person must look at, whatever became of the course."""
    rows = models.CheckIn.objects.filter(
        colour__in=(Colour.AMBER, Colour.RED),
        looked_at=None,
        coloured_at__lte=now,
    )
    for row in rows.select_related("course"):
        yield standing_of(row, rules, now)
    for unanswered in _unanswered(now).values():
        yield _silence(unanswered, rules, now)


def standing_of(
    check_in: models.CheckIn, rules: SiteRules, now: dt.datetime
) -> Standing:
    """Return why a coloured check-in asks for a person, and how far that has got."""
    since = check_in.coloured_at or now
    place = Place(check_in.course.site_id, check_in.course_id)
    subject = f"{check_in.pk}:{since.isoformat()}"
    if check_in.colour == Colour.RED:
        cause = _UNREAD.get(check_in.kind, Cause.CHECK_IN_RED)
        return rules.standing(cause, place, subject, since, now)
    standing = rules.standing(Cause.CHECK_IN_AMBER, place, subject, since, now)
    # Told once more when the time in which somebody was to look is over.
    is_late = check_in.look_by is not None and check_in.look_by <= now
    return replace(standing, stage=1 + is_late)


def _unanswered(now: dt.datetime) -> Mapping[uuid.UUID, Sequence[models.CheckIn]]:
    """Return by course what nobody has answered although somebody is to ring."""
    # A sign of harm is asked about again though the course is over by then.
    goes_on = Q(course__status__in=_GOING_ON) | Q(kind=CheckInKind.FOLLOW_UP)
    rows = models.CheckIn.objects.filter(
        goes_on, status__in=_SILENT, looked_at=None, call_at__lte=now
    )
    found: dict[uuid.UUID, list[models.CheckIn]] = defaultdict(list)
    for row in rows.select_related("course").order_by("due_at", "id"):
        found[row.course_id].append(row)
    return found


def _silence(
    rows: Sequence[models.CheckIn], rules: SiteRules, now: dt.datetime
) -> Standing:
    """Return one cause a course: it is told again with every further silence."""
    missed = [row for row in rows if row.alert_at and row.alert_at <= now]
    silent = missed or rows
    first = silent[0]
    cause = Cause.CHECK_IN_MISSED if missed else Cause.CHECK_IN_TO_RING
    since = (first.alert_at if missed else first.call_at) or now
    place = Place(first.course.site_id, first.course_id)
    standing = rules.standing(cause, place, str(first.pk), since, now)
    return replace(standing, stage=len(silent))
