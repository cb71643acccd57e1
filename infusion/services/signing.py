"""Two people sign that a patient may go home; a worse fact takes it back."""

import datetime as dt
import uuid
from collections.abc import Sequence

from infusion import catalogue, models
from infusion.domain.messages import MessageKind
from infusion.domain.refusals import Refusal
from infusion.domain.reminders.events import Event, Subject
from infusion.domain.states import SignOffStatus, check_step
from infusion.selectors.readiness import (
    LIVE,
    Readiness,
    live_sign_off,
    load_readiness,
    roles_left,
)
from infusion.services.common import changing
from infusion.services.projection import project_course
from infusion.services.reassessments import owe
from patients.domain.contacts import EMAIL, STAFF
from patients.policy import Actor
from patients.selectors.people import get_recipients

# A notice that nobody could be given within a day has lost its sense.
_NOTICE_LIFE = dt.timedelta(days=1)


class NothingToAssess(Refusal):
    """No cycle of this course runs or waits for its start."""

    code = "nothing_to_assess"


class AssessmentOutdated(Refusal):
    """What was shown to the signer is not what is known now."""

    code = "assessment_outdated"


class NotReady(Refusal):
    """A hard or soft criterion is neither met nor waived."""

    code = "not_ready"


class SignedByYou(Refusal):
    """The same person has signed already; the other signature is another person's."""

    code = "signed_by_you"


class SignOffComplete(Refusal):
    """Both have signed."""

    code = "sign_off_complete"


class NotSignedByYou(Refusal):
    """No signature of this person stands."""

    code = "not_signed_by_you"


class SignatureRole(Refusal):
    """The roles of the actor are not among those that still have to sign."""

    code = "signature_role"


def assessed(course: models.Course, now: dt.datetime) -> Readiness:
    """Assess a course with its lock held.

    :raises NothingToAssess: when no cycle runs or is planned.
    """
    found = load_readiness(course, now)
    if found is None:
        raise NothingToAssess(field="course")
    return found


def sign_readiness(
    *, actor: Actor, course_id: uuid.UUID, digest: str, now: dt.datetime
) -> models.SignOff:
    """Sign the assessment that was shown, named by its digest.

    :raises AssessmentOutdated: when something else is known by now.
    :raises NotReady: when the patient is not ready.
    :raises SignedByYou: when the same person signs twice.
    :raises SignOffComplete: when both have signed.
    :raises SignatureRole: when the actor has none of the roles that are left.
    """
    with changing(actor=actor, action="readiness.sign", course_id=course_id) as course:
        found = assessed(course, now)
        if digest != found.digest:
            raise AssessmentOutdated(field="digest")
        if not found.assessment.is_ready:
            raise NotReady(criteria=_blocking(found))
        sign_off = live_sign_off(found.cycle) or models.SignOff.objects.create(
            course=course, cycle=found.cycle, opened_at=now
        )
        _store(sign_off, found, actor, now)
        owe(course, found.assessment.next_change_at)
        project_course(course, now)
    return sign_off


def withdraw_signature(
    *, actor: Actor, course_id: uuid.UUID, now: dt.datetime
) -> models.SignOff:
    """Take one's own signature back, while the patient has not left under it.

    The other signature falls with it: who gave it signed with a second person. What
    was signed stays to be seen, and the other signer is told.

    :raises NotSignedByYou: when no signature of the actor stands.
    """
    with changing(actor=actor, action="readiness.sign", course_id=course_id) as course:
        rows = models.SignOff.objects.filter(course=course, status__in=LIVE)
        sign_off = rows.filter(signatures__signed_by_id=actor.user_id).first()
        if sign_off is None:
            raise NotSignedByYou(field="course")
        _end(sign_off, (), now, but=actor.user_id)
    return sign_off


def _blocking(found: Readiness) -> str:
    return " ".join(
        line.criterion.key for line in found.assessment.lines if line.blocks
    )


def _store(
    sign_off: models.SignOff, found: Readiness, actor: Actor, now: dt.datetime
) -> None:
    given = list(sign_off.signatures.all())
    if any(one.signed_by_id == actor.user_id for one in given):
        raise SignedByYou(field="digest")
    if sign_off.status == SignOffStatus.SIGNED:
        raise SignOffComplete(field="digest")
    role = _role(sign_off, given, actor)
    models.ReadinessSignature.objects.create(
        sign_off=sign_off,
        place=len(given) + 1,
        role=role,
        signed_by_id=actor.user_id,
        signed_at=now,
        digest=found.digest,
        checklist_version=catalogue.shipped_checklist().version,
        states={
            line.criterion.key: line.state.value for line in found.assessment.lines
        },
        numbers={
            number.key: number.value for one in found.criteria for number in one.numbers
        },
        fact_ids=[str(one.id) for one in found.facts.records if one.id],
    )
    if given:
        _move(sign_off, SignOffStatus.SIGNED)


def _role(
    sign_off: models.SignOff,
    given: Sequence[models.ReadinessSignature],
    actor: Actor,
) -> str:
    """Return the role in which the actor signs."""
    course = sign_off.course
    left = roles_left(course.site_id, [one.role for one in given])
    mine = actor.roles_for(course.site_id, course.patient_id)
    role = next((one for one in left if one in mine), None)
    if role is None:
        raise SignatureRole(roles=", ".join(dict.fromkeys(left)))
    return role


def _move(sign_off: models.SignOff, status: SignOffStatus, **changes: object) -> None:
    check_step(SignOffStatus(sign_off.status), status)
    sign_off.status = status
    for name, value in changes.items():
        setattr(sign_off, name, value)
    sign_off.save(update_fields=["status", *changes])


def signed_and_ready(course: models.Course, now: dt.datetime) -> models.SignOff | None:
    """Return the sign-off under which the patient may go home now.

    None when nobody or only one has signed, and when a look at this instant says no:
    time may have overtaken what was signed.
    """
    found = load_readiness(course, now)
    sign_off = live_sign_off(found.cycle) if found else None
    if found is None or sign_off is None or not found.assessment.is_ready:
        return None
    return sign_off if sign_off.status == SignOffStatus.SIGNED else None


def use(sign_off: models.SignOff) -> None:
    """Note that the patient went home under these signatures."""
    _move(sign_off, SignOffStatus.USED)
    owe(sign_off.course, None)


def void(sign_off: models.SignOff, criteria: Sequence[str], now: dt.datetime) -> None:
    """Take both signatures back and owe the signers a message that names nobody."""
    _end(sign_off, criteria, now)


def _end(
    sign_off: models.SignOff,
    criteria: Sequence[str],
    now: dt.datetime,
    but: uuid.UUID | None = None,
) -> None:
    """End a sign-off; without a criterion it was one of the signers who ended it."""
    _move(sign_off, SignOffStatus.VOID, voided_at=now, voided_for=list(criteria))
    owe(sign_off.course, None)
    project_course(sign_off.course, now)
    _tell_signers(sign_off, now, but)


def _tell_signers(
    sign_off: models.SignOff, now: dt.datetime, but: uuid.UUID | None
) -> None:
    course = sign_off.course
    plan = course.plan_versions.order_by("-number").first()
    given = sign_off.signatures.exclude(signed_by_id=but)
    signers = set(given.values_list("signed_by_id", flat=True))
    people = get_recipients(course.patient_id, now, signers)
    models.Message.objects.bulk_create(
        models.Message(
            site_id=course.site_id,
            course=course,
            plan_version=plan,
            kind=MessageKind.READINESS_VOIDED,
            event=Event.SIGNATURES_VOID,
            subject_kind=Subject.SIGN_OFF,
            subject_id=sign_off.id,
            is_urgent=True,
            event_at=now,
            person_kind=STAFF,
            user_id=person.user_id,
            channel=person.addresses[0].channel if person.addresses else EMAIL,
            due_at=now,
            expires_at=now + _NOTICE_LIFE,
        )
        for person in people
        if person.kind == STAFF
    )
