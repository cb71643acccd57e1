"""Reads who is on call, and when nobody is."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from infusion import models
from infusion.domain.rota import LONGEST, Duty, Gap, OnCallRole, gaps
from infusion.selectors.planning import site_policy
from patients import policy
from patients.domain.refusals import NotFound
from patients.policy import Actor
from patients.selectors.assignments import names_of, phones_of, roles_by_site


def list_shifts(
    actor: Actor, *, site_id: uuid.UUID, from_at: dt.datetime, to_at: dt.datetime
) -> QuerySet[models.Shift]:
    """List the shifts of a site that touch a span, in order of time."""
    rows = policy.scope(models.Shift.objects.all(), actor)
    rows = rows.filter(site_id=site_id, removed_at=None)
    rows = rows.filter(from_at__lt=to_at, to_at__gt=from_at)
    return rows.select_related("user", "site").order_by("from_at", "id")


def get_shift(actor: Actor, shift_id: uuid.UUID) -> models.Shift:
    """Load a shift the actor may see.

    :raises NotFound: when there is none in reach, or it was taken out.
    """
    rows = policy.scope(models.Shift.objects.select_related("user", "site"), actor)
    found = rows.filter(id=shift_id, removed_at=None).first()
    if found is None:
        raise NotFound(field="shift")
    return found


def get_swap(actor: Actor, swap_id: uuid.UUID) -> models.ShiftSwap:
    """Load an offered shift the actor may see.

    :raises NotFound: when there is none in reach.
    """
    rows = models.ShiftSwap.objects.select_related("shift", "proposed_by")
    found = rows.filter(id=swap_id).first()
    if found is None or not policy.can(actor, "rota.view", found.shift):
        raise NotFound(field="swap")
    return found


def open_swaps(shifts: Sequence[models.Shift]) -> dict[uuid.UUID, models.ShiftSwap]:
    """Return what is on offer of these shifts, by shift, in one query."""
    rows = models.ShiftSwap.objects.filter(
        shift__in=[shift.pk for shift in shifts], status="PROPOSED"
    )
    found = rows.select_related("proposed_to", "proposed_by")
    return {row.shift_id: row for row in found}


def on_call_now(site_id: uuid.UUID, at: dt.datetime) -> Mapping[OnCallRole, uuid.UUID]:
    """Return who is on call at a site at an instant, by role.

    Whoever has left, or has lost the role, is not on call whatever the rota says.
    """
    duties = _duties([site_id], at, at + dt.timedelta(microseconds=1))
    return {
        role: duty.user_id for (_, role), (duty, *_) in duties.items() if duty.user_id
    }


@dataclass(frozen=True, kw_only=True)
class OnDuty:
    """Who is on call in a role, and the number to ring; empty when none is known."""

    role: OnCallRole
    user_id: uuid.UUID
    name: str
    phone: str


def on_duty(site_id: uuid.UUID, at: dt.datetime) -> tuple[OnDuty, ...]:
    """Return who is on call at a site at an instant, with their numbers."""
    holders = on_call_now(site_id, at)
    people = set(holders.values())
    names, phones = names_of(people), phones_of(people)
    return tuple(
        OnDuty(role=role, user_id=one, name=names[one], phone=phones.get(one, ""))
        for role, one in sorted(holders.items())
    )


def rota_gaps(
    site_id: uuid.UUID, now: dt.datetime
) -> Mapping[OnCallRole, tuple[Gap, ...]]:
    """Return what nobody holds in the days to come, of every line that has shifts.

    How many days the site looks ahead is its own value ``rota_gap_days``.
    """
    days = float(site_policy(site_id).number("rota_gap_days"))
    end = now + dt.timedelta(days=days)
    duties = _duties([site_id], now, end)
    lines = models.Shift.objects.filter(site_id=site_id, removed_at=None)
    roles = sorted(set(lines.values_list("role", flat=True)))
    found = {
        OnCallRole(role): gaps(duties.get((site_id, OnCallRole(role)), ()), now, end)
        for role in roles
    }
    return {role: spans for role, spans in found.items() if spans}


def next_gaps(
    ahead: Mapping[uuid.UUID, dt.timedelta], now: dt.datetime
) -> dict[tuple[uuid.UUID, OnCallRole], Gap]:
    """Return the first gap that is not over of every line, of the sites named.

    ``ahead`` is how far each site looks. A gap that goes on is told with its beginning:
    one older than the longest shift is not exact.
    """
    if not ahead:
        return {}
    start, end = now - LONGEST, now + max(ahead.values())
    lines = models.Shift.objects.filter(site__in=ahead, removed_at=None)
    found = _duties(ahead, start, end)
    first: dict[tuple[uuid.UUID, OnCallRole], Gap] = {}
    for site_id, role in lines.values_list("site_id", "role").distinct():
        line = (site_id, OnCallRole(role))
        spans = gaps(found.get(line, ()), start, now + ahead[site_id])
        if to_come := [one for one in spans if one.to_at > now]:
            first[line] = to_come[0]
    return first


def _duties(
    site_ids: Collection[uuid.UUID], start: dt.datetime, end: dt.datetime
) -> dict[tuple[uuid.UUID, OnCallRole], list[Duty]]:
    """Return the shifts that touch a span by line; who may not hold one holds none."""
    rows = models.Shift.objects.filter(
        site__in=site_ids, removed_at=None, from_at__lt=end, to_at__gt=start
    )
    shifts = list(rows.order_by("from_at"))
    roles = roles_by_site({one.user_id for one in shifts if one.user_id})
    found: dict[tuple[uuid.UUID, OnCallRole], list[Duty]] = defaultdict(list)
    for one in shifts:
        holds = one.user_id and one.role in roles.get((one.user_id, one.site_id), ())
        duty = Duty(
            from_at=one.from_at,
            to_at=one.to_at,
            user_id=one.user_id if holds else None,
        )
        found[one.site_id, OnCallRole(one.role)].append(duty)
    return found
