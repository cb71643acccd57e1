"""Records what is known before a patient goes home, and lets soft criteria pass."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from infusion import catalogue, models
from infusion.domain.readiness import (
    Criterion,
    Fact,
    Form,
    Kind,
    State,
    check_fact,
    worsened,
)
from infusion.domain.readiness.facts import FactUnknown
from infusion.domain.refusals import Refusal
from infusion.domain.states import CourseStatus
from infusion.selectors.readiness import Readiness, live_sign_off
from infusion.services.common import NotFound, changing, past_instant
from infusion.services.reassessments import owe
from infusion.services.signing import assessed, void
from patients.policy import Actor
from patients.selectors.people import list_caregiver_links

_OPEN = (CourseStatus.ORDERED, CourseStatus.ACTIVE)


class CourseClosed(Refusal):
    """The course has ended: nothing is assessed any more."""

    code = "course_closed"


class NothingRecorded(Refusal):
    """The request holds no fact."""

    code = "nothing_recorded"


class FactCorrected(Refusal):
    """The fact was corrected before: correct the newer one."""

    code = "fact_corrected"


class CaregiverNotConfirmed(Refusal):
    """The person is no confirmed caregiver of this patient."""

    code = "caregiver_not_confirmed"


class CriterionUnknown(Refusal):
    """There is no such criterion."""

    code = "criterion_unknown"


class CriterionHard(Refusal):
    """A hard criterion is never waived."""

    code = "criterion_hard"


class NothingToWaive(Refusal):
    """The criterion is met, or it holds nobody back."""

    code = "nothing_to_waive"


class WaiverRole(Refusal):
    """Somebody in another role may waive this criterion."""

    code = "waiver_role"


class ReasonMissing(Refusal):
    """A waiver needs its reason."""

    code = "reason_missing"


@dataclass(frozen=True, kw_only=True)
class NewFact:
    """One fact to be recorded; ``corrects`` names the one it takes the place of.

    ``is_withdrawn`` takes that one back and puts nothing in its place.
    """

    kind: str
    item: str = ""
    number: Decimal | None = None
    upper_limit: Decimal | None = None
    unit: str = ""
    answer: bool | None = None
    text: str = ""
    from_at: dt.datetime | None = None
    until_at: dt.datetime | None = None
    caregiver_id: uuid.UUID | None = None
    corrects_id: uuid.UUID | None = None
    is_withdrawn: bool = False


def record_facts(
    *,
    actor: Actor,
    course_id: uuid.UUID,
    taken_at: dt.datetime,
    facts: Sequence[NewFact],
    now: dt.datetime,
) -> list[models.ReadinessFact]:
    """Record facts taken at one instant, all or none.

    What makes a criterion worse voids the signatures and tells the signers.

    :raises InTheFuture: when they have not been taken yet.
    :raises Refusal: when one of them cannot be what its kind says.
    """
    with changing(
        actor=actor, action="readiness.record", course_id=course_id
    ) as course:
        if course.status not in _OPEN:
            raise CourseClosed(field="course")
        if not facts:
            raise NothingRecorded(field="facts")
        taken_at = past_instant(taken_at, now, field="taken_at")
        before = assessed(course, now)
        rows = [_stored(course, new, taken_at, actor, now) for new in facts]
        _look_again(before, now)
    return rows


def _stored(
    course: models.Course,
    new: NewFact,
    taken_at: dt.datetime,
    actor: Actor,
    now: dt.datetime,
) -> models.ReadinessFact:
    corrected = _corrected(course, new)
    if not new.is_withdrawn:
        _check(course, new, taken_at)
    return models.ReadinessFact.objects.create(
        course=course,
        kind=new.kind,
        item=new.item,
        number=new.number,
        upper_limit=new.upper_limit,
        unit=new.unit,
        answer=new.answer,
        text=new.text.strip(),
        from_at=new.from_at,
        until_at=new.until_at,
        caregiver_id=new.caregiver_id,
        taken_at=taken_at,
        recorded_at=now,
        recorded_by_id=actor.user_id,
        corrects=corrected,
        is_withdrawn=new.is_withdrawn,
    )


def _corrected(course: models.Course, new: NewFact) -> models.ReadinessFact | None:
    """Return the fact that is corrected: of this course, this kind, and not before."""
    if new.corrects_id is None:
        if new.is_withdrawn:
            raise NotFound(field="corrects")
        return None
    rows = models.ReadinessFact.objects.filter(
        course=course, kind=new.kind, item=new.item, is_withdrawn=False
    )
    row = rows.filter(id=new.corrects_id).first()
    if row is None:
        raise NotFound(field="corrects")
    if models.ReadinessFact.objects.filter(corrects=row).exists():
        raise FactCorrected(field="corrects")
    return row


def _check(course: models.Course, new: NewFact, taken_at: dt.datetime) -> None:
    asked = catalogue.fact_types().get(new.kind)
    if asked is None:
        raise FactUnknown(field="kind")
    fact = Fact(
        kind=new.kind,
        item=new.item,
        number=new.number,
        upper_limit=new.upper_limit,
        answer=new.answer,
        text=new.text,
        from_at=new.from_at,
        until_at=new.until_at,
        person_id=new.caregiver_id,
        taken_at=taken_at,
    )
    check_fact(asked, fact, new.unit)
    if asked.form is Form.PRESENCE:
        links = list_caregiver_links(course.patient_id).filter(state="CONFIRMED")
        if new.caregiver_id not in set(links.values_list("id", flat=True)):
            raise CaregiverNotConfirmed(field="caregiver_id")


def _look_again(before: Readiness, now: dt.datetime) -> None:
    """Void the signatures when a criterion became worse; else look again in time."""
    sign_off = live_sign_off(before.cycle)
    if sign_off is None:
        return
    after = assessed(before.course, now)
    worse = worsened(before.assessment, after.assessment)
    if worse:
        void(sign_off, worse, now)
    else:
        owe(before.course, after.assessment.next_change_at)


def waive_criterion(
    *,
    actor: Actor,
    course_id: uuid.UUID,
    criterion: str,
    reason: str,
    now: dt.datetime,
) -> models.ReadinessWaiver:
    """Let a soft criterion pass in this cycle, for what is known now.

    :raises CriterionHard: when it is hard, or hard at this site.
    :raises NothingToWaive: when it is met or only shown.
    :raises WaiverRole: when it names other roles.
    """
    with changing(actor=actor, action="readiness.waive", course_id=course_id) as course:
        if not reason.strip():
            raise ReasonMissing(field="reason")
        found = assessed(course, now)
        line = found.assessment.line(criterion)
        if line is None:
            raise CriterionUnknown(field="criterion")
        roles = _waiving_roles(line.criterion, course, actor)
        if line.criterion.kind is Kind.INFORMATION or line.state in _PASSED:
            raise NothingToWaive(field="criterion")
        return models.ReadinessWaiver.objects.create(
            course=course,
            cycle=found.cycle,
            criterion=criterion,
            roles=sorted(roles),
            reason=reason.strip(),
            given_by_id=actor.user_id,
            given_at=now,
        )


_PASSED = frozenset({State.MET, State.WAIVED})


def _waiving_roles(
    criterion: Criterion, course: models.Course, actor: Actor
) -> frozenset[str]:
    if criterion.kind is Kind.HARD:
        raise CriterionHard(field="criterion")
    roles = criterion.waivable_by & actor.roles_for(course.site_id, course.patient_id)
    if not roles and criterion.kind is Kind.SOFT:
        raise WaiverRole(
            field="criterion", roles=", ".join(sorted(criterion.waivable_by))
        )
    return roles
