"""Reads what sites fill into regimens, and who has signed it."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import QuerySet

from infusion import catalogue, models
from infusion.catalogue.files import CatalogueFileRefused
from infusion.domain.overlays import effective_version
from infusion.domain.regimens import Missing
from infusion.domain.states import OverlayStatus
from infusion.selectors.regimens import document
from patients import policy
from patients.domain.refusals import NotFound
from patients.policy import Actor
from patients.selectors.assignments import names_of


@dataclass(frozen=True, kw_only=True)
class OverlayValue:
    """One value of a site, at one place of the regimen file."""

    place: str
    value: str
    unit: str
    source: str
    note: str


@dataclass(frozen=True, kw_only=True)
class SignatureState:
    """Who signed, in which role, when."""

    role: str
    signed_by_id: uuid.UUID
    signed_by_name: str
    signed_at: dt.datetime


@dataclass(frozen=True, kw_only=True)
class OverlayState:
    """An overlay as people look at it; ``missing`` is what it leaves open.

    ``signatures`` are those that count: of the present revision. ``is_outdated`` says
    that the regimen file is no longer the one it was written for.
    """

    id: uuid.UUID
    version: int
    site_id: uuid.UUID
    regimen_key: str
    base_version: str
    effective_version: str
    number: int
    revision: int
    status: OverlayStatus
    is_outdated: bool
    values: tuple[OverlayValue, ...]
    missing: tuple[Missing, ...]
    signatures: tuple[SignatureState, ...]
    drafted_by_name: str
    drafted_at: dt.datetime
    changed_at: dt.datetime
    in_force_at: dt.datetime | None
    ended_at: dt.datetime | None
    ended_by_name: str
    ended_reason: str


def get_overlay(actor: Actor, overlay_id: uuid.UUID) -> models.RegimenOverlay:
    """Return an overlay of a site of the actor.

    :raises NotFound: when there is none for the actor.
    """
    found = _rows(actor).filter(id=overlay_id).first()
    if found is None:
        raise NotFound(field="overlay")
    return found


def list_overlays(
    actor: Actor, *, site_id: uuid.UUID | None = None, regimen_key: str | None = None
) -> QuerySet[models.RegimenOverlay]:
    """List the overlays of the actor's sites, the latest first."""
    rows = _rows(actor)
    if site_id:
        rows = rows.filter(site_id=site_id)
    if regimen_key:
        rows = rows.filter(regimen_key=regimen_key)
    return rows.order_by("-id")


def _rows(actor: Actor) -> QuerySet[models.RegimenOverlay]:
    rows = policy.scope(models.RegimenOverlay.objects.all(), actor)
    return rows.prefetch_related("signatures")


def counting(row: models.RegimenOverlay) -> list[models.OverlaySignature]:
    """Return the signatures under the present revision, the first first."""
    rows = [one for one in row.signatures.all() if one.revision == row.revision]
    return sorted(rows, key=lambda one: one.signed_at)


def overlay_states(rows: Iterable[models.RegimenOverlay]) -> list[OverlayState]:
    """Return overlays as people look at them: one query for all their names."""
    found = list(rows)
    people = {each for row in found for each in _people(row)}
    names = names_of(people)
    return [_state(row, names) for row in found]


def overlay_state(row: models.RegimenOverlay) -> OverlayState:
    """Return one overlay as people look at it."""
    return overlay_states([row])[0]


def _people(row: models.RegimenOverlay) -> set[uuid.UUID]:
    people = {one.signed_by_id for one in counting(row)} | {row.drafted_by_id}
    return people | ({row.ended_by_id} if row.ended_by_id else set())


def _state(row: models.RegimenOverlay, names: Mapping[uuid.UUID, str]) -> OverlayState:
    is_outdated, missing = _against_file(row)
    return OverlayState(
        id=row.id,
        version=row.version,
        site_id=row.site_id,
        regimen_key=row.regimen_key,
        base_version=row.base_version,
        effective_version=effective_version(row.base_version, row.number),
        number=row.number,
        revision=row.revision,
        status=OverlayStatus(row.status),
        is_outdated=is_outdated,
        values=tuple(_value(place, one) for place, one in sorted(row.values.items())),
        missing=missing,
        signatures=tuple(_signature(one, names) for one in counting(row)),
        drafted_by_name=names.get(row.drafted_by_id, ""),
        drafted_at=row.drafted_at,
        changed_at=row.changed_at,
        in_force_at=row.in_force_at,
        ended_at=row.ended_at,
        ended_by_name=names.get(row.ended_by_id, "") if row.ended_by_id else "",
        ended_reason=row.ended_reason,
    )


def _signature(
    row: models.OverlaySignature, names: Mapping[uuid.UUID, str]
) -> SignatureState:
    return SignatureState(
        role=row.role,
        signed_by_id=row.signed_by_id,
        signed_by_name=names.get(row.signed_by_id, ""),
        signed_at=row.signed_at,
    )


def _value(place: str, row: Mapping[str, str]) -> OverlayValue:
    return OverlayValue(
        place=place,
        value=row["value"],
        unit=row.get("unit", ""),
        source=row["source"],
        note=row.get("note", ""),
    )


def _against_file(row: models.RegimenOverlay) -> tuple[bool, tuple[Missing, ...]]:
    """Say whether the file has changed since, and what the values leave open."""
    known = catalogue.all_regimens().get(row.regimen_key)
    if known is None:
        return True, ()
    data = document(row.regimen_key)
    is_outdated = catalogue.digest_of(data) != row.base_digest
    try:
        done = catalogue.completed(data, row.values)
    except CatalogueFileRefused:
        return True, known.missing
    return is_outdated, catalogue.regimen_from(done).missing
