"""The on-call rota: shifts planned, given to somebody, taken out, and swapped."""

import datetime as dt
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, transaction

from infusion import models
from infusion.domain.refusals import Refusal
from infusion.domain.rota import OnCallRole, check_span
from infusion.domain.states import SwapStatus, check_step
from infusion.services.common import NotFound, VersionOutdated
from patients import policy
from patients.policy import Actor
from patients.selectors.assignments import active_roles_of
from patients.selectors.sites import get_visible_site
from patients.services.assignments import NotOnStaff
from patients.services.writing import violated, written_by


class ShiftOverlaps(Refusal):
    """Another shift of the same role covers a part of it."""

    code = "shift_overlaps"


class RoleNotHeld(Refusal):
    """The person works at the site, but not in the role of the shift."""

    code = "role_not_held"


class ShiftNotYours(Refusal):
    """Only who holds a shift offers it to somebody else."""

    code = "shift_not_yours"


class SwapNotYours(Refusal):
    """Only the person to whom a shift is offered answers."""

    code = "swap_not_yours"


class SwapOpen(Refusal):
    """The shift is on offer already."""

    code = "swap_open"


class SwapClosed(Refusal):
    """The offer was answered, or the shift changed since."""

    code = "swap_closed"


def plan_shift(
    *,
    actor: Actor,
    site_id: uuid.UUID,
    role: OnCallRole,
    user_id: uuid.UUID | None,
    from_at: dt.datetime,
    to_at: dt.datetime,
    now: dt.datetime,
) -> models.Shift:
    """Plan a shift, for somebody or for nobody yet.

    :raises NotFound: when the actor does not belong to the site.
    :raises ShiftReversed: when it ends before it begins.
    :raises ShiftTooLong: when it is longer than 14 days.
    :raises ShiftOver: when it has ended already.
    :raises ShiftOverlaps: when the line is held during a part of it.
    :raises NotOnStaff: when the person has no active role at the site.
    :raises RoleNotHeld: when the person has not the role of the shift.
    """
    row = models.Shift(
        site=get_visible_site(actor, site_id),
        role=OnCallRole(role),
        user_id=user_id,
        from_at=from_at,
        to_at=to_at,
    )
    policy.check(actor, "rota.plan", row)
    check_span(from_at, to_at, now)
    _check_person(row, user_id)
    try:
        with written_by(actor):
            row.save(force_insert=True)
    except IntegrityError as error:
        if violated(error) != "shifts_never_overlap":
            raise
        raise ShiftOverlaps(field="from_at") from error
    return row


def assign_shift(
    *,
    actor: Actor,
    shift_id: uuid.UUID,
    expected_version: int,
    user_id: uuid.UUID | None,
    now: dt.datetime,
) -> models.Shift:
    """Give a shift to somebody, or to nobody with None; what was on offer is void.

    :raises ShiftOver: when it has ended: who was on call is not rewritten.
    :raises NotOnStaff: when the person has no active role at the site.
    :raises RoleNotHeld: when the person has not the role of the shift.
    :raises VersionOutdated: when the shift changed meanwhile.
    """
    with _changing(actor, "rota.plan", shift_id, expected_version) as shift:
        check_span(shift.from_at, shift.to_at, now)
        _check_person(shift, user_id)
        _hand_to(shift, user_id, now)
    return shift


def remove_shift(
    *, actor: Actor, shift_id: uuid.UUID, expected_version: int, now: dt.datetime
) -> models.Shift:
    """Take a shift out of the rota.

    :raises ShiftOver: when it has ended.
    :raises VersionOutdated: when the shift changed meanwhile.
    """
    with _changing(actor, "rota.plan", shift_id, expected_version) as shift:
        check_span(shift.from_at, shift.to_at, now)
        _void_offers(shift, now)
        shift.removed_at = now
        shift.version += 1
        shift.save(update_fields=["removed_at", "version"])
    return shift


def propose_swap(
    *,
    actor: Actor,
    shift_id: uuid.UUID,
    expected_version: int,
    user_id: uuid.UUID,
    now: dt.datetime,
) -> models.ShiftSwap:
    """Offer one's own shift to somebody else; until they take it, it stays one's own.

    :raises ShiftNotYours: when somebody else holds the shift.
    :raises ShiftOver: when it has ended.
    :raises SwapOpen: when it is on offer already.
    :raises NotOnStaff: when the person has no active role at the site.
    :raises RoleNotHeld: when the person has not the role of the shift.
    """
    with _changing(actor, "rota.swap", shift_id, expected_version) as shift:
        if shift.user_id != actor.user_id or user_id == actor.user_id:
            raise ShiftNotYours(field="user_id")
        check_span(shift.from_at, shift.to_at, now)
        _check_person(shift, user_id)
        if shift.swaps.filter(status=SwapStatus.PROPOSED).exists():
            raise SwapOpen(field="shift")
        return models.ShiftSwap.objects.create(
            shift=shift,
            shift_version=shift.version,
            proposed_by_id=actor.user_id,
            proposed_to_id=user_id,
            proposed_at=now,
        )


def answer_swap(
    *, actor: Actor, swap_id: uuid.UUID, accept: bool, now: dt.datetime
) -> models.ShiftSwap:
    """Take an offered shift, or leave it with who offered it.

    :raises NotFound: when there is no such offer for the actor.
    :raises SwapNotYours: when it was offered to somebody else.
    :raises SwapClosed: when it was answered, or the shift changed since.
    """
    rows = models.ShiftSwap.objects.filter(id=swap_id)
    shift_id = rows.values_list("shift_id", flat=True).first()
    if shift_id is None:
        raise NotFound(field="swap")
    with _changing(actor, "rota.swap", shift_id) as shift:
        swap = models.ShiftSwap.objects.select_for_update().get(id=swap_id)
        if swap.proposed_to_id != actor.user_id:
            raise SwapNotYours(field="swap")
        is_open = swap.status == SwapStatus.PROPOSED
        if not is_open or swap.shift_version != shift.version:
            raise SwapClosed(field="swap")
        check_span(shift.from_at, shift.to_at, now)
        if accept:
            _check_person(shift, actor.user_id)
        _end(swap, SwapStatus.ACCEPTED if accept else SwapStatus.DECLINED, now)
        if accept:
            _hand_to(shift, actor.user_id, now)
    return swap


@contextmanager
def _changing(
    actor: Actor, action: str, shift_id: uuid.UUID, expected_version: int | None = None
) -> Iterator[models.Shift]:
    """Open a transaction on a locked shift that the actor may change so."""
    with written_by(actor):
        rows = models.Shift.objects.select_for_update(of=("self",))
        shift = rows.filter(id=shift_id, removed_at=None).first()
        if shift is None or not policy.can(actor, "rota.view", shift):
            raise NotFound(field="shift")
        policy.check(actor, action, shift)
        if expected_version is not None and expected_version != shift.version:
            raise VersionOutdated(field="version")
        yield shift


def _check_person(shift: models.Shift, user_id: uuid.UUID | None) -> None:
    if user_id is None:
        return
    roles = active_roles_of([user_id], shift.site_id).get(user_id)
    if roles is None:
        raise NotOnStaff(field="user_id")
    if shift.role not in roles:
        raise RoleNotHeld(field="user_id")


def _hand_to(shift: models.Shift, user_id: uuid.UUID | None, now: dt.datetime) -> None:
    _void_offers(shift, now)
    shift.user_id = user_id
    shift.version += 1
    shift.save(update_fields=["user", "version"])


def _void_offers(shift: models.Shift, now: dt.datetime) -> None:
    for swap in shift.swaps.filter(status=SwapStatus.PROPOSED):
        _end(swap, SwapStatus.VOID, now)


@transaction.atomic
def _end(swap: models.ShiftSwap, status: SwapStatus, now: dt.datetime) -> None:
    check_step(SwapStatus(swap.status), status)
    swap.status = status
    swap.ended_at = now
    swap.save(update_fields=["status", "ended_at"])
