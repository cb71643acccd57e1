"""Reads who may be told about a patient, and over which addresses."""

import dataclasses
import datetime as dt
import uuid
import zoneinfo
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db.models import Q, QuerySet

from patients import models
from patients.domain.contacts import (
    CAREGIVER,
    CONSENT_WITHDRAWN,
    EMAIL,
    OF_THE_ACCOUNT,
    PATIENT,
    PATIENT_DIED,
    PHONE,
    PUSH,
    SENDABLE,
    SMS,
    STAFF,
    Address,
    Recipient,
)
from patients.domain.push import Device, write_devices
from patients.domain.refusals import NotFound

# A number at which colleagues ring must not silence what is written to staff.
_NO_CHOICE_OF_STAFF = OF_THE_ACCOUNT | {PHONE}


@dataclasses.dataclass(frozen=True)
class _Book:
    """Every contact point by its owner, the opted-out included; devices by account."""

    points: Mapping[uuid.UUID, Sequence[models.ContactPoint]]
    devices: Mapping[uuid.UUID, Sequence[Device]]

    def addresses(
        self,
        owner: uuid.UUID,
        account: models.User | None,
        no_choice: Collection[str] = OF_THE_ACCOUNT,
    ) -> tuple[Address, ...]:
        """Return what may be written to.

        An account without any address of its own choice has its login; an entry of the
        channels in ``no_choice`` is none.
        """
        points = self.points.get(owner, ())
        found = tuple(
            _as_address(point, value)
            for point in points
            if (value := self._value(point, account))
        )
        chosen = [one for one in points if one.channel not in no_choice]
        if not chosen and account and account.is_active:
            login = Address(channel=EMAIL, value=account.email, verified=True)
            return *found, login
        return found

    def _value(self, point: models.ContactPoint, account: models.User | None) -> str:
        """Return where a message would go now; empty when nowhere."""
        if point.opted_out_at or point.channel not in SENDABLE:
            return ""
        if point.channel in OF_THE_ACCOUNT:
            return self._of_account(point.channel, account)
        # A number that could not be read as an international one can't be dialled.
        is_dialled = point.channel != SMS or point.value.startswith("+")
        return point.value if is_dialled else ""

    def _of_account(self, channel: str, account: models.User | None) -> str:
        if account is None or not account.is_active:
            return ""
        if channel != PUSH:
            return str(account.id)
        devices = self.devices.get(account.id, ())
        return write_devices(devices) if devices else ""


def get_recipients(
    patient_id: uuid.UUID,
    now: dt.datetime,
    extra_user_ids: Collection[uuid.UUID] = (),
) -> tuple[Recipient, ...]:
    """Return the patient, the caregivers that stand now, and the staff named.

    Staff count only while they have an active role at the patient's site.

    The family of a patient who died, or who has withdrawn consent to reminders, is
    named without any address, and with the reason. Staff who are also caregivers are named once, as staff.

    :raises NotFound: when there is no such patient.
    """
    return recipients_of({patient_id: extra_user_ids}, now)[patient_id]


def recipients_of(
    wanted: Mapping[uuid.UUID, Collection[uuid.UUID]], now: dt.datetime
) -> dict[uuid.UUID, tuple[Recipient, ...]]:
    """Return the same for many patients, each with the staff named for them.

    Six queries for any number of patients, seven where devices are told.

    :raises NotFound: when there is no such patient.
    """
    rows = models.Patient.objects.select_related("site", "user")
    patients = rows.in_bulk(list(wanted))
    if len(patients) < len(wanted):
        raise NotFound(field="patient")
    members = _members(set().union(*wanted.values())) if any(wanted.values()) else set()
    links = models.CaregiverLink.objects.filter(state=models.LinkState.CONFIRMED)
    caring = _standing(links, patients, now)
    told = {user for user, _ in members}.union(*caring.values())
    users = models.User.objects.filter(is_active=True).in_bulk(list(told))
    book = _address_book(list(patients.values()), list(users.values()))
    withdrawn = _withdrawn(patients, now)
    found = {}
    for patient_id, patient in patients.items():
        named = set(wanted[patient_id])
        here = {one for one in named if (one, patient.site_id) in members}
        family = caring[patient_id] - here - {patient.user_id}
        found[patient_id] = _told(
            patient,
            book,
            [users[one] for one in sorted(family)],
            [users[one] for one in sorted(here)],
            silence=_silence(patient, withdrawn),
        )
    return found


def _told(
    patient: models.Patient,
    book: _Book,
    caregivers: Sequence[models.User],
    staff: Sequence[models.User],
    *,
    silence: str,
) -> tuple[Recipient, ...]:
    here, home = patient.site.time_zone, patient.time_zone
    family = [_as_patient(patient, book)]
    family += [
        _as_account(CAREGIVER, user, home, book, patient.id) for user in caregivers
    ]
    if silence:
        family = [_silenced(person, silence) for person in family]
    return *family, *(
        _as_account(STAFF, user, here, book, patient.id) for user in staff
    )


def get_staff(
    site_id: uuid.UUID, user_ids: Collection[uuid.UUID]
) -> tuple[Recipient, ...]:
    """Return those of these accounts that work at a site, as nobody's patient's staff.

    :raises NotFound: when there is no such site.
    """
    site = models.Site.objects.filter(id=site_id).first()
    if site is None:
        raise NotFound(field="site")
    staff = _staff(user_ids, site_id)
    book = _address_book([], staff)
    return tuple(_as_account(STAFF, one, site.time_zone, book) for one in staff)


def list_accounts_to_tell(
    patient_ids: Collection[uuid.UUID],
    now: dt.datetime,
    extra_user_ids: Mapping[uuid.UUID, Collection[uuid.UUID]],
) -> dict[uuid.UUID, frozenset[tuple[str, uuid.UUID]]]:
    """Return the accounts that are told about each patient now, by kind.

    Caregivers and assigned staff whose dates hold the patient's day, and the staff
    named by patient while they stand; four queries for any number of patients.
    """
    patients = models.Patient.objects.in_bulk(list(patient_ids))
    links = models.CaregiverLink.objects.filter(state=models.LinkState.CONFIRMED)
    caring = _standing(links, patients, now)
    staff = _standing(models.CareAssignment.objects.all(), patients, now)
    named = {one: staff[one] | set(extra_user_ids.get(one, ())) for one in patients}
    roles = _members(set().union(*named.values()))
    told: dict[uuid.UUID, frozenset[tuple[str, uuid.UUID]]] = {}
    for patient_id, patient in patients.items():
        here = {one for one in named[patient_id] if (one, patient.site_id) in roles}
        family = caring[patient_id] - here - {patient.user_id}
        told[patient_id] = frozenset(
            {(STAFF, one) for one in here} | {(CAREGIVER, one) for one in family}
        )
    return told


def has_caregiver(patient: models.Patient, now: dt.datetime) -> bool:
    """Say whether somebody cares for a patient at home on the patient's own day."""
    links = models.CaregiverLink.objects.filter(state=models.LinkState.CONFIRMED)
    return bool(_standing(links, {patient.pk: patient}, now))


def _standing(
    rows: QuerySet[Any], patients: Mapping[uuid.UUID, models.Patient], now: dt.datetime
) -> Mapping[uuid.UUID, set[uuid.UUID]]:
    """Return the active accounts of dated rows that hold each patient's own day."""
    rows = rows.filter(patient_id__in=patients, user__is_active=True)
    found: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    for row in rows.only("patient_id", "user_id", "starts_on", "ends_on"):
        today = _today(patients[row.patient_id], now)
        if row.starts_on <= today and (row.ends_on is None or today <= row.ends_on):
            found[row.patient_id].add(row.user_id)
    return found


def _members(user_ids: Collection[uuid.UUID]) -> set[tuple[uuid.UUID, uuid.UUID]]:
    """Return the account and the site of every active role."""
    rows = models.Membership.objects.filter(
        user_id__in=user_ids, is_active=True, user__is_active=True
    )
    return set(rows.values_list("user_id", "site_id"))


def _today(patient: models.Patient, now: dt.datetime) -> dt.date:
    return now.astimezone(zoneinfo.ZoneInfo(patient.time_zone)).date()


def _staff(user_ids: Collection[uuid.UUID], site_id: uuid.UUID) -> list[models.User]:
    if not user_ids:
        return []
    standing = models.Membership.objects.filter(site_id=site_id, is_active=True)
    rows = models.User.objects.filter(
        is_active=True, id__in=standing.filter(user_id__in=user_ids).values("user_id")
    )
    return list(rows.order_by("id"))


def _withdrawn(patient_ids: Collection[uuid.UUID], now: dt.datetime) -> set[uuid.UUID]:
    """Return the patients whose last word on reminders was a withdrawal."""
    rows = models.Consent.objects.filter(
        patient_id__in=patient_ids,
        scope=models.ConsentScope.REMINDERS,
        given_at__lte=now,
    )
    last = rows.order_by("patient_id", "-given_at", "-id").distinct("patient_id")
    return {
        one.patient_id for one in last if one.withdrawn_at and one.withdrawn_at <= now
    }


def _address_book(
    patients: Sequence[models.Patient], users: Sequence[models.User]
) -> _Book:
    user_ids = [user.id for user in users]
    rows = models.ContactPoint.objects.filter(
        Q(patient__in=[one.id for one in patients]) | Q(user_id__in=user_ids)
    )
    book: dict[uuid.UUID, list[models.ContactPoint]] = defaultdict(list)
    has_push = False
    for point in rows.order_by("rank", "id"):
        owner = point.patient_id or point.user_id
        has_push |= point.channel == PUSH
        if owner:
            book[owner].append(point)
    own = [one.user_id for one in patients if one.user_id]
    accounts = [*user_ids, *own]
    return _Book(book, _devices(accounts) if has_push else {})


def _devices(accounts: Collection[uuid.UUID]) -> Mapping[uuid.UUID, Sequence[Device]]:
    """Return the live devices of accounts, the latest first."""
    rows = models.PushSubscription.objects.filter(ended_at=None, user_id__in=accounts)
    found: dict[uuid.UUID, list[Device]] = defaultdict(list)
    for row in rows.order_by("-id"):
        device = Device(
            id=str(row.id), endpoint=row.endpoint, p256dh=row.p256dh, auth=row.auth
        )
        found[row.user_id].append(device)
    return found


def _as_patient(patient: models.Patient, book: _Book) -> Recipient:
    return Recipient(
        kind=PATIENT,
        user_id=patient.user_id,
        patient_id=patient.id,
        given_name=patient.given_name or patient.family_name,
        language=patient.language,
        time_zone=patient.time_zone,
        addresses=book.addresses(patient.id, patient.user),
    )


def _as_account(
    kind: str,
    user: models.User,
    zone: str,
    book: _Book,
    patient_id: uuid.UUID | None = None,
) -> Recipient:
    return Recipient(
        kind=kind,
        user_id=user.id,
        patient_id=patient_id,
        given_name=user.first_name or user.last_name,
        language=user.language,
        time_zone=zone,
        addresses=book.addresses(
            user.id, user, _NO_CHOICE_OF_STAFF if kind == STAFF else OF_THE_ACCOUNT
        ),
    )


def _as_address(point: models.ContactPoint, value: str) -> Address:
    return Address(
        channel=point.channel,
        value=value,
        rank=point.rank,
        quiet_from=point.quiet_from,
        quiet_to=point.quiet_to,
        verified=point.verified_at is not None,
    )


def _silence(patient: models.Patient, withdrawn: Collection[uuid.UUID]) -> str:
    """Return why nothing is said to the family of a patient; empty when it is told."""
    if patient.is_deceased:
        return PATIENT_DIED
    return CONSENT_WITHDRAWN if patient.pk in withdrawn else ""


def _silenced(person: Recipient, silence: str) -> Recipient:
    return dataclasses.replace(person, addresses=(), silence=silence)
