"""Reads how a site watches over its patients: alerts, rules, answers, rates.

Numbers are of the site and of its rules. Nothing here is about one person.
"""

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from statistics import median

from django.db.models import Min, Q, QuerySet

from infusion import models
from infusion.catalogue.rates import PublishedRate, published_rates
from infusion.domain.alerts import AlertStepKind, Outcome
from infusion.domain.checkins import Look
from infusion.domain.rates import Rate
from infusion.domain.states import AdverseEventStatus, CheckInStatus, CycleStatus

_WEEK = dt.timedelta(days=7)
_BEGUN = (CycleStatus.STARTED, CycleStatus.COMPLETED, CycleStatus.STOPPED)
# After these looks something was done; the others say that nothing had to be, or nobody
# was reached.
_ACTED = (Look.WATCHED, Look.VISIT_MADE, Look.PHYSICIAN_TOLD, Look.SENT_TO_HOSPITAL)


@dataclass(frozen=True, kw_only=True)
class CauseLoad:
    """The alerts of one cause: how many, how many meant something, and how long."""

    cause: str
    raised: int
    taken: int
    false_alarms: int
    ended: int
    to_take: dt.timedelta | None
    to_end: dt.timedelta | None


@dataclass(frozen=True, kw_only=True)
class RuleLoad:
    """How often a triage rule fired, how often unanswered, how often it was acted on."""

    rule: str
    text: Mapping[str, str]
    fired: int
    unanswered: int
    looked_at: int
    acted_on: int


@dataclass(frozen=True, kw_only=True)
class Week:
    """What was asked in a week, and what was answered."""

    starts_at: dt.datetime
    asked: int
    answered: int
    missed: int

    @property
    def percent(self) -> int | None:
        """Return the share that was answered."""
        return round(100 * self.answered / self.asked) if self.asked else None


@dataclass(frozen=True, kw_only=True)
class OwnRate:
    """A published rate with that of the site."""

    published: PublishedRate
    own: Rate


def alert_load(
    site_id: uuid.UUID, since: dt.datetime, until: dt.datetime
) -> list[CauseLoad]:
    """Return the alerts that were raised in a span, by cause, the most frequent first."""
    rows = models.Alert.objects.filter(
        site_id=site_id, raised_at__gte=since, raised_at__lt=until
    ).annotate(first_taken=Min("steps__at", filter=Q(steps__kind=AlertStepKind.TAKEN)))
    found: dict[str, list[models.Alert]] = {}
    for row in rows:
        found.setdefault(row.cause, []).append(row)
    loads = [_load(cause, alerts) for cause, alerts in found.items()]
    return sorted(loads, key=lambda one: (-one.raised, one.cause))


def _load(cause: str, alerts: Iterable[models.Alert]) -> CauseLoad:
    listed = list(alerts)
    taken = [
        one.first_taken - one.raised_at  # type: ignore[attr-defined]
        for one in listed
        if one.first_taken  # type: ignore[attr-defined]
    ]
    ended = [one.ended_at - one.raised_at for one in listed if one.ended_at]
    wrong = sum(one.outcome == Outcome.FALSE_ALARM for one in listed)
    return CauseLoad(
        cause=cause,
        raised=len(listed),
        taken=len(taken),
        false_alarms=wrong,
        ended=len(ended),
        to_take=_middle(taken),
        to_end=_middle(ended),
    )


def _middle(spans: list[dt.timedelta]) -> dt.timedelta | None:
    """Return the median; None of none."""
    seconds = [one.total_seconds() for one in spans]
    return dt.timedelta(seconds=median(seconds)) if seconds else None


def rule_load(
    site_id: uuid.UUID, since: dt.datetime, until: dt.datetime
) -> list[RuleLoad]:
    """Return how often each triage rule fired, the most frequent first."""
    rows = models.CheckInResult.objects.filter(
        answers__check_in__course__site_id=site_id,
        answers__received_at__gte=since,
        answers__received_at__lt=until,
    ).values_list("answers__check_in_id", "fired")
    results = list(rows)
    looks = _looks({check_in for check_in, _fired in results})
    texts: dict[str, Mapping[str, str]] = {}
    counts: dict[str, Counter[str]] = {}
    for check_in, fired in results:
        for one in fired:
            texts[one["rule"]] = one["text"]
            count = counts.setdefault(one["rule"], Counter())
            count["fired"] += 1
            count["unanswered"] += bool(one["is_unanswered"])
            count["looked_at"] += check_in in looks
            count["acted_on"] += bool(looks.get(check_in, set()) & set(_ACTED))
    loads = [
        RuleLoad(
            rule=rule,
            text=texts[rule],
            **{key: count[key] for key in _RULE_COUNTS},
        )
        for rule, count in counts.items()
    ]
    return sorted(loads, key=lambda one: (-one.fired, one.rule))


_RULE_COUNTS = ("fired", "unanswered", "looked_at", "acted_on")


def _looks(check_ins: set[uuid.UUID]) -> dict[uuid.UUID, set[str]]:
    found: dict[uuid.UUID, set[str]] = {}
    rows = models.CheckInLook.objects.filter(check_in_id__in=check_ins)
    for check_in, what in rows.values_list("check_in_id", "what"):
        found.setdefault(check_in, set()).add(what)
    return found


def weeks(site_id: uuid.UUID, since: dt.datetime, until: dt.datetime) -> Iterator[Week]:
    """Yield what was asked and answered week by week, the earliest first."""
    rows = models.CheckIn.objects.filter(
        course__site_id=site_id, kind__in=("PLANNED", "FOLLOW_UP")
    ).exclude(status=CheckInStatus.CANCELLED)
    start = since
    while start < until:
        end = min(start + _WEEK, until)
        statuses = rows.filter(due_at__gte=start, due_at__lt=end)
        counted = Counter(statuses.values_list("status", flat=True))
        yield Week(
            starts_at=start,
            asked=sum(counted.values()),
            answered=counted[CheckInStatus.ANSWERED],
            missed=counted[CheckInStatus.MISSED],
        )
        start = end


def own_rates(site_id: uuid.UUID) -> list[OwnRate]:
    """Return the rates of all courses that began at a site, beside the published ones."""
    begun = models.Course.objects.filter(
        site_id=site_id, cycles__status__in=_BEGUN
    ).distinct()
    number = begun.count()
    return [
        OwnRate(published=one, own=Rate(events=_had(begun, one), of=number))
        for one in published_rates()
    ]


def _had(begun: QuerySet[models.Course], rate: PublishedRate) -> int:
    """Count the courses in which it was recorded, at least as bad."""
    rows = models.AdverseEvent.objects.filter(
        course__in=begun, event__in=[str(one) for one in rate.events]
    ).exclude(status=AdverseEventStatus.WITHDRAWN)
    if rate.grade:
        rows = rows.filter(entries__grade__gte=rate.grade)
    return rows.values("course_id").distinct().count()
