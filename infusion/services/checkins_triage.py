"""Lets the rules read answers, stores what they make of them, and alerts whom it concerns.

All of it is one transaction with the answers. The colour of a check-in is that of its
worst answers until somebody has looked: nothing that is sent makes it better.
"""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F

from infusion import models
from infusion.domain.alerts import SAID_BY_PEOPLE
from infusion.domain.assessing import (
    Assessed,
    assess,
    finding_json,
    fired_json,
    grade_json,
)
from infusion.domain.checkins import CheckInKind
from infusion.domain.findings import Source
from infusion.domain.states import CheckInStatus, CycleStatus, check_step
from infusion.domain.submissions import Submission, forms_to_read, read_findings
from infusion.domain.triage import CheckIn, Colour
from infusion.models.base import new_id
from infusion.selectors.alert_causes import site_rules
from infusion.selectors.checkin_alerts import standing_of
from infusion.selectors.checkins import (
    others_of,
    questionnaires,
    reading_of,
)
from infusion.selectors.wordings import signed_for
from infusion.services.alert_raising import raise_once
from infusion.services.checkins_planning import follow_ups_after
from infusion.services.sparing import sparing_the_others
from patients.policy import Actor

# From nothing known to the worst.
_COLOURS = ("", *Colour)


@dataclass(frozen=True, kw_only=True)
class Given:
    """Answers of somebody known, to a course that is locked."""

    actor: Actor
    course: models.Course
    sent: Submission
    source: Source
    now: dt.datetime
    corrects: models.CheckInAnswers | None = None

    @property
    def at(self) -> dt.datetime:
        """Return when it was answered."""
        return self.sent.answered_at(self.now)


def new_check_in(
    course: models.Course,
    kind: CheckInKind,
    *,
    forms: list[str],
    due_at: dt.datetime,
) -> models.CheckIn:
    """Return a check-in that nobody planned; it is not stored yet."""
    cycle = course.cycles.filter(status=CycleStatus.STARTED).first()
    key = f"{kind.lower()}:{new_id()}"
    return models.CheckIn(
        course=course, cycle=cycle, kind=kind, key=key, forms=forms, due_at=due_at
    )


def take(given: Given, row: models.CheckIn) -> models.CheckInAnswers:
    """Store the answers with what the rules make of them, and alert whom it concerns."""
    known = questionnaires()
    signed = signed_for(given.course.site_id, given.sent, given.at)
    forms = forms_to_read(row.forms, given.sent, known)
    findings = read_findings(forms, given.sent, given.source, given.now, signed)
    answers = _store(given, row, signed, [form.name for form in forms])
    result = _read(given, answers, CheckIn(at=given.at, findings=findings))
    _colour(row, result, given)
    _close_silence(given, row, [form.key for form in forms])
    alert(row, given.now)
    if _may_follow(given, row):
        _ask_again(given)
    return answers


def _may_follow(given: Given, row: models.CheckIn) -> bool:
    """Say whether answers can change what is asked: most are green, and nothing does."""
    is_plain = row.kind == CheckInKind.PLANNED and row.colour == Colour.GREEN
    if not is_plain or given.corrects is not None:
        return True
    again = given.course.check_ins.filter(kind=CheckInKind.FOLLOW_UP)
    return again.filter(status=CheckInStatus.DUE).exists()


def _ask_again(given: Given) -> None:
    """Plan what follows; where that fails, the answers and their alert are kept.

    The sweep that looks ahead plans it later.
    """

    def plan() -> bool:
        with transaction.atomic():
            follow_ups_after(given.course, given.now)
        return True

    sparing_the_others(plan, course_id=given.course.pk, event="follow_ups_not_planned")


def _store(
    given: Given, row: models.CheckIn, signed: frozenset[str], names: Sequence[str]
) -> models.CheckInAnswers:
    sent = given.sent
    return models.CheckInAnswers.objects.create(
        check_in=row,
        client_id=sent.client_id,
        digest=sent.digest,
        forms=list(names),
        values=sent.values,
        signed=sorted(signed),
        language=sent.language,
        source=given.source,
        way=sent.way,
        recorded_by_id=given.actor.user_id,
        given_at=given.at,
        received_at=given.now,
        corrects=given.corrects,
    )


def _read(
    given: Given, answers: models.CheckInAnswers, found: CheckIn
) -> models.CheckInResult:
    reading = reading_of(given.course, given.at)
    within = reading.looks_back
    others = others_of(given.course.pk, around=found.at, within=within)
    assessed = assess(
        found,
        [one.check_in for one in others if one.check_in.at < found.at],
        later=[one.check_in for one in others if one.check_in.at > found.at],
        rules=reading.rules,
        tables=reading.tables,
        scores=reading.scores,
    )
    ids = [one.answers_id for one in others]
    return _result(answers, assessed, ids, given.now)


def _result(
    answers: models.CheckInAnswers,
    assessed: Assessed,
    earlier: list[uuid.UUID],
    now: dt.datetime,
) -> models.CheckInResult:
    found = assessed.triage
    return models.CheckInResult.objects.create(
        answers=answers,
        colour=found.colour,
        rules=found.rules,
        findings=[finding_json(one) for one in assessed.check_in.findings],
        fired=[fired_json(one) for one in found.fired],
        grades=[grade_json(one) for one in assessed.grades],
        earlier=earlier,
        look_by=found.look_by,
        made_at=now,
    )


def _colour(row: models.CheckIn, result: models.CheckInResult, given: Given) -> None:
    """Let the check-in be as bad as the worst of its answers nobody has looked at."""
    if row.status != CheckInStatus.ANSWERED:
        check_step(CheckInStatus(row.status), CheckInStatus.ANSWERED)
        row.status, row.reason = CheckInStatus.ANSWERED, ""
        row.answered_at, row.looked_at = given.at, None
    is_worse = _COLOURS.index(result.colour) > _COLOURS.index(row.colour)
    if is_worse or (row.looked_at is not None and result.colour != Colour.GREEN):
        row.colour, row.coloured_at = result.colour, given.now
        row.look_by, row.looked_at = result.look_by, None
    elif result.colour == row.colour:
        come_anew(row, given.now)
    row.version += 1
    row.save()


def _close_silence(given: Given, row: models.CheckIn, keys: Sequence[str]) -> None:
    """Nobody has to ring any more about earlier questions of the same kind."""
    silent = given.course.check_ins.filter(
        looked_at=None, due_at__lte=given.at, forms__contained_by=list(keys)
    ).exclude(pk=row.pk)
    closed = {"looked_at": given.now, "version": F("version") + 1}
    silent.filter(status=CheckInStatus.MISSED).update(**closed)
    silent.filter(status=CheckInStatus.DUE).update(
        status=CheckInStatus.MISSED, **closed
    )


def come_anew(row: models.CheckIn, now: dt.datetime) -> bool:
    """Let more of the same be told anew where a person ended the alert of it; say if so.

    Who ended it without a look knew nothing of what comes now. While the alert is open it
    is one subject, and once somebody has looked another begins anyway.
    """
    if not (_asks(row) and _was_ended(row, now)):
        return False
    row.coloured_at = now
    return True


def _was_ended(row: models.CheckIn, now: dt.datetime) -> bool:
    """Say whether a person ended its last alert.

    Somebody who has it locked may be ending it: better told twice than not at all. Nobody
    is waited for, since whoever tells of an alert may wait for the course.
    """
    standing = standing_of(row, site_rules(), now)
    alerts = models.Alert.objects.filter(cause=standing.cause, subject=standing.subject)
    last = alerts.order_by("-id").first()
    if last is None:
        return False
    free = alerts.select_for_update(of=("self",), skip_locked=True).filter(pk=last.pk)
    outcomes = list(free.values_list("outcome", flat=True))
    return not outcomes or outcomes[0] in SAID_BY_PEOPLE


def alert(row: models.CheckIn, now: dt.datetime) -> None:
    """Alert whom it concerns now, not at the next sweep."""
    if not _asks(row):
        return
    rules = site_rules()
    standing = standing_of(row, rules, now)
    raise_once(standing, rules.rule(standing.place.site_id, standing.cause), now)


def _asks(row: models.CheckIn) -> bool:
    return row.colour not in {"", Colour.GREEN} and row.looked_at is None
