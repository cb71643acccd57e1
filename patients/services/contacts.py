"""Keeps the addresses of a patient: add, verify, opt out, quiet hours."""

import datetime as dt
import re
import uuid

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError

from patients import models, policy
from patients.domain.contacts import EMAIL, PHONE, SMS, WECHAT
from patients.domain.profiles import check_listed
from patients.domain.refusals import NotFound, Refusal
from patients.policy import Actor
from patients.selectors.people import get_patient
from patients.services.writing import violated, written_by


class EmailInvalid(Refusal):
    """The text is not an email address."""

    code = "email_invalid"


class PhoneInvalid(Refusal):
    """The number can't exist in the site's country, nor abroad."""

    code = "phone_invalid"


class WeChatInvalid(Refusal):
    """The text is not how WeChat names a user of an official account."""

    code = "wechat_invalid"


class ContactTaken(Refusal):
    """The patient has this address already."""

    code = "contact_taken"


class QuietHoursIncomplete(Refusal):
    """Quiet hours have a start without an end, or the other way round."""

    code = "quiet_hours_incomplete"


# What a person may enter; CONSOLE is the service's own, the rest comes with an account.
ENTERABLE = (EMAIL, SMS, PHONE, WECHAT)
_OPEN_ID = re.compile(r"[A-Za-z0-9_-]{20,64}")


def add_contact_point(
    *,
    actor: Actor,
    patient_id: uuid.UUID,
    channel: str,
    value: str,
    rank: int = 1,
    quiet_from: dt.time | None = None,
    quiet_to: dt.time | None = None,
) -> models.ContactPoint:
    """Store an address of a patient, not yet verified.

    :raises NotAllowed: when the actor may not change addresses of this patient.
    :raises Refusal: when the address or the quiet hours make no sense.
    """
    patient = get_patient(patient_id)
    policy.check(actor, "contact.change", patient)
    check_listed(channel, ENTERABLE, field="channel")
    if (quiet_from is None) != (quiet_to is None):
        raise QuietHoursIncomplete(field="quiet_to" if quiet_from else "quiet_from")
    return _store(
        actor,
        models.ContactPoint(
            patient=patient,
            channel=channel,
            value=normal_value(channel, value, patient.site.country),
            rank=rank,
            quiet_from=quiet_from,
            quiet_to=quiet_to,
        ),
    )


def verify_contact_point(
    *, actor: Actor, contact_id: uuid.UUID, now: dt.datetime
) -> models.ContactPoint:
    """Note that the address was tried and is the patient's; the first time counts.

    :raises NotAllowed: when the actor may not change addresses of this patient.
    """
    with written_by(actor):
        point = _lock(actor, contact_id, "contact.change")
        if point.verified_at is None:
            point.verified_at = now
            point.save(update_fields=["verified_at"])
        return point


def opt_out(
    *, actor: Actor, contact_id: uuid.UUID, now: dt.datetime
) -> models.ContactPoint:
    """Stop messages to an address from now on.

    :raises NotAllowed: when the actor may not do this for the patient.
    """
    with written_by(actor):
        point = _lock(actor, contact_id, "contact.opt_out")
        if point.opted_out_at is None:
            point.opted_out_at = now
            point.save(update_fields=["opted_out_at"])
        return point


def normal_value(channel: str, value: str, country: str) -> str:
    """Return an address as it is stored: a number in E.164, an email trimmed.

    :raises EmailInvalid: when it is not an email address.
    :raises PhoneInvalid: when the number can't exist.
    :raises WeChatInvalid: when it is no OpenID.
    """
    if channel == EMAIL:
        return _normal_email(value)
    if channel == WECHAT:
        return _open_id(value)
    return _normal_number(value, country)


def _normal_email(value: str) -> str:
    try:
        validate_email(value.strip())
    except ValidationError:
        raise EmailInvalid(field="value") from None
    return value.strip()


def _open_id(value: str) -> str:
    if not _OPEN_ID.fullmatch(value.strip()):
        raise WeChatInvalid(field="value")
    return value.strip()


def _normal_number(value: str, country: str) -> str:
    try:
        number = phonenumbers.parse(value, country.upper() or None)
    except phonenumbers.NumberParseException:
        raise PhoneInvalid(field="value", country=country) from None
    if not phonenumbers.is_valid_number(number):
        raise PhoneInvalid(field="value", country=country)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _lock(actor: Actor, contact_id: uuid.UUID, action: str) -> models.ContactPoint:
    rows = models.ContactPoint.objects.select_for_update(of=("self",))
    point = rows.select_related("patient").filter(id=contact_id).first()
    if point is None or point.patient is None:
        raise NotFound(field="contact_point")
    policy.check(actor, action, point.patient)
    return point


def _store(actor: Actor, point: models.ContactPoint) -> models.ContactPoint:
    try:
        with written_by(actor):
            point.save(force_insert=True)
    except IntegrityError as error:
        if violated(error) == "patient_contact_once":
            raise ContactTaken(field="value") from None
        raise
    return point
