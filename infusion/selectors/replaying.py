"""Reads stored answers again under other triage rules. Nothing is written."""

import datetime as dt
import uuid
import zoneinfo
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Protocol

from django.db.models import Min, Q, QuerySet

from infusion import models
from infusion.catalogue.scales import shipped_scale
from infusion.domain.adverse_events import RecordedFrom
from infusion.domain.replays import (
    Replay,
    Reread,
    Suffered,
    replay_of,
    verdict_of,
)
from infusion.domain.states import AdverseEventStatus
from infusion.domain.toxicity import Scale
from infusion.domain.triage import CheckIn, RuleSet, triage
from infusion.selectors.checkins import found_again
from infusion.selectors.triage_rules import rules_at


class Place(Protocol):
    """What is read of a site: which it is, and where its days begin."""

    id: uuid.UUID
    time_zone: str


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What to read again, and which adverse events to look back from."""

    since: dt.datetime
    until: dt.datetime
    # Adverse events that reached this grade, and how many hours before it count.
    grade: int
    hours: int
    # The latest answers alone; None for all.
    most: int | None = None


@dataclass(frozen=True, kw_only=True)
class Replayed:
    """The counts, under which rules, and what they leave out."""

    replay: Replay
    before: RuleSet
    after: RuleSet
    since: dt.datetime
    # Older answers in the span that were not read, and those that can't be any more.
    left_out: int
    unreadable: int


def replay(site: Place, rules: RuleSet, asked: Asked) -> Replayed:
    """Read the answers of a site again, under its rules in force and under others.

    Both read them as they stand now, with every earlier answer that has come since, so
    that nothing but the rules differs. Of answers that were corrected only the
    correction counts.
    """
    before = rules_at(site.id)
    rows = _results(site.id, asked.until)
    since = _since(rows, asked)
    reader = _Reader(
        before=before,
        after=rules,
        since=since,
        zone=zoneinfo.ZoneInfo(site.time_zone),
    )
    stored = _stored(rows, since - reader.looks_back)
    for _course, listed in groupby(stored, key=_course_of):
        reader.read(list(listed))
    return Replayed(
        replay=replay_of(
            before,
            rules,
            reader.found,
            _suffered(site.id, asked, since),
            within=dt.timedelta(hours=asked.hours),
        ),
        before=before,
        after=rules,
        since=since,
        left_out=rows.filter(
            answers__given_at__gte=asked.since, answers__given_at__lt=since
        ).count(),
        unreadable=reader.unreadable,
    )


def _results(site_id: uuid.UUID, until: dt.datetime) -> QuerySet[models.CheckInResult]:
    return models.CheckInResult.objects.filter(
        answers__check_in__course__site_id=site_id,
        answers__given_at__lt=until,
        answers__corrected_by=None,
    )


def _since(rows: QuerySet[models.CheckInResult], asked: Asked) -> dt.datetime:
    """Return from when answers are read, where there are too many."""
    if asked.most is None:
        return asked.since
    given = rows.order_by("-answers__given_at").values_list(
        "answers__given_at", flat=True
    )
    last = given[asked.most - 1 : asked.most].first()
    return max(last, asked.since) if last else asked.since


@dataclass(frozen=True, kw_only=True)
class _Stored:
    """Answers as they were found; nothing where this version can't read them."""

    course: uuid.UUID
    check_in: uuid.UUID
    at: dt.datetime
    found: CheckIn | None


def _course_of(one: _Stored) -> uuid.UUID:
    return one.course


def _stored(
    rows: QuerySet[models.CheckInResult], earliest: dt.datetime
) -> Iterator[_Stored]:
    """Yield answers course by course, the earliest first."""
    listed = rows.filter(answers__given_at__gte=earliest).order_by(
        "answers__check_in__course_id", "answers__given_at", "id"
    )
    names = ("check_in__course_id", "check_in_id", "given_at")
    values = listed.values_list(*(f"answers__{one}" for one in names), "findings")
    for course, check_in, at, findings in values.iterator(chunk_size=500):
        yield _Stored(
            course=course, check_in=check_in, at=at, found=found_again(at, findings)
        )


@dataclass(kw_only=True)
class _Reader:
    """Reads the answers of one course after another under both sets of rules."""

    before: RuleSet
    after: RuleSet
    since: dt.datetime
    zone: zoneinfo.ZoneInfo
    found: list[Reread] = field(default_factory=list)
    unreadable: int = 0

    def __post_init__(self) -> None:
        """Find how far back any rule looks, and the sums of items that rules ask for."""
        rules = (*self.before.rules, *self.after.rules)
        spans = (one.trend.within for one in rules if one.trend)
        self.looks_back = max(spans, default=dt.timedelta(0))
        self.scores = tuple(
            one for scale in Scale for one in shipped_scale(scale).scores
        )

    def read(self, listed: Sequence[_Stored]) -> None:
        """Read the answers of a course, the earliest first."""
        earlier: deque[CheckIn] = deque()
        for one in listed:
            while earlier and earlier[0].at < one.at - self.looks_back:
                earlier.popleft()
            if one.at >= self.since:
                self._read(one, earlier)
            if one.found is not None:
                earlier.append(one.found)

    def _read(self, one: _Stored, earlier: Iterable[CheckIn]) -> None:
        if one.found is None:
            self.unreadable += 1
            return
        before, after = (
            verdict_of(triage(rules, one.found, tuple(earlier), self.scores))
            for rules in (self.before, self.after)
        )
        self.found.append(
            Reread(
                check_in=one.check_in,
                course=one.course,
                at=one.at,
                day=one.at.astimezone(self.zone).date(),
                before=before,
                after=after,
            )
        )


def _suffered(site_id: uuid.UUID, asked: Asked, since: dt.datetime) -> list[Suffered]:
    """Return the adverse events of a site from the instant they reached a grade."""
    rows = models.AdverseEvent.objects.filter(course__site_id=site_id).exclude(
        status=AdverseEventStatus.WITHDRAWN
    )
    reached = Min("entries__at", filter=Q(entries__grade__gte=asked.grade))
    listed = rows.annotate(reached_at=reached).filter(
        reached_at__gte=since, reached_at__lt=asked.until
    )
    return [
        Suffered(course=course, at=at, is_from_triage=source == RecordedFrom.TRIAGE)
        for course, at, source in listed.order_by("reached_at", "id").values_list(
            "course_id", "reached_at", "source"
        )
    ]
