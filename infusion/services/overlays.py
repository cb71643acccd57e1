"""A site completes a regimen: drafted, changed, signed by two persons, withdrawn."""

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError
from django.db.models import Max

from infusion import catalogue, models
from infusion.catalogue.files import CatalogueFileRefused
from infusion.domain.overlays import SignRole, is_signed
from infusion.domain.refusals import Refusal
from infusion.domain.states import OverlayStatus, check_step
from infusion.selectors.overlays import counting
from infusion.selectors.regimens import document
from patients import policy
from patients.domain.refusals import NotFound, VersionOutdated
from patients.policy import Actor, NotAllowed
from patients.selectors.sites import get_visible_site
from patients.services.writing import violated, written_by

Values = Mapping[str, Mapping[str, str]]


class OverlayValueRefused(Refusal):
    """A value does not fit the place of the regimen it is meant for."""

    code = "overlay_value_refused"


class OverlaySourceMissing(Refusal):
    """A value comes without saying where it is from."""

    code = "overlay_source_missing"


class OverlayEmpty(Refusal):
    """An overlay without a value says nothing."""

    code = "overlay_empty"


class OverlayClosed(Refusal):
    """The overlay is in force or over: what was signed is never changed."""

    code = "overlay_closed"


class OverlayDraftOpen(Refusal):
    """The site drafts an overlay of this regimen already."""

    code = "overlay_draft_open"


class OverlayOutdated(Refusal):
    """The regimen file changed after the overlay was written."""

    code = "overlay_outdated"


class AlreadySigned(Refusal):
    """This person, or somebody in this role, has signed already."""

    code = "already_signed"


def draft_overlay(
    *,
    actor: Actor,
    site_id: uuid.UUID,
    regimen_key: str,
    values: Values,
    now: dt.datetime,
) -> models.RegimenOverlay:
    """Draft what a site fills into a regimen: place -> value, unit, source, note.

    :raises NotFound: when the actor does not belong to the site.
    :raises RegimenUnknown: when there is no such regimen.
    :raises OverlayDraftOpen: when a draft of the site waits already.
    :raises OverlayValueRefused: naming the place that does not fit, and why.
    """
    with written_by(actor):
        site = get_visible_site(actor, site_id)
        policy.check(actor, "overlay.draft", site)
        regimen = catalogue.get_regimen(regimen_key)
        data = document(regimen_key)
        checked = _checked(data, values)
        rows = models.RegimenOverlay.objects.filter(site=site, regimen_key=regimen_key)
        last = rows.aggregate(last=Max("number"))["last"] or 0
        return _create(
            site=site,
            regimen_key=regimen_key,
            number=last + 1,
            base_version=regimen.version,
            base_digest=catalogue.digest_of(data),
            values=checked,
            drafted_by_id=actor.user_id,
            drafted_at=now,
            changed_at=now,
        )


def _create(**row: Any) -> models.RegimenOverlay:
    try:
        return models.RegimenOverlay.objects.create(**row)
    except IntegrityError as error:
        if violated(error) in {"one_draft_overlay", "overlay_once"}:
            raise OverlayDraftOpen(field="regimen_key") from None
        raise


def change_overlay(
    *,
    actor: Actor,
    overlay_id: uuid.UUID,
    expected_version: int | None = None,
    values: Values,
    now: dt.datetime,
) -> models.RegimenOverlay:
    """Change a draft; whoever signed it before has to sign again.

    It is written anew for the regimen file as it is now.

    :raises OverlayClosed: when it is in force or over.
    :raises OverlayValueRefused: naming the place that does not fit, and why.
    """
    with written_by(actor):
        row = _locked(actor, overlay_id, "overlay.draft", expected_version)
        data = document(row.regimen_key)
        row.values = _checked(data, values)
        row.base_version = catalogue.get_regimen(row.regimen_key).version
        row.base_digest = catalogue.digest_of(data)
        row.revision += 1
        row.changed_at = now
        _save(row)
    return row


def sign_overlay(
    *,
    actor: Actor,
    overlay_id: uuid.UUID,
    expected_version: int | None = None,
    role: str,
    now: dt.datetime,
) -> models.RegimenOverlay:
    """Sign a draft in a role; with both roles by two persons it comes in force.

    :raises NotAllowed: when the actor does not hold the role at the site.
    :raises AlreadySigned: when the person or the role has signed.
    :raises OverlayOutdated: when the regimen file is no longer the one it is for.
    """
    with written_by(actor):
        row = _locked(actor, overlay_id, "overlay.sign", expected_version)
        if role not in set(SignRole) or role not in actor.roles_for(row.site_id, None):
            raise NotAllowed("overlay.sign")
        data = document(row.regimen_key)
        if catalogue.digest_of(data) != row.base_digest:
            raise OverlayOutdated(field="overlay")
        done = catalogue.completed(data, row.values)
        _check_unsigned(row, actor, role)
        models.OverlaySignature.objects.create(
            overlay=row,
            revision=row.revision,
            role=role,
            signed_by_id=actor.user_id,
            signed_at=now,
            digest=catalogue.digest_of(done),
        )
        if is_signed(counting(row)):
            _bring_in_force(row, actor, now)
        _save(row)
    return row


def _check_unsigned(row: models.RegimenOverlay, actor: Actor, role: str) -> None:
    for one in counting(row):
        if one.signed_by_id == actor.user_id or one.role == role:
            raise AlreadySigned(field="role")


def _bring_in_force(row: models.RegimenOverlay, actor: Actor, now: dt.datetime) -> None:
    """Let it replace the one before; the database allows one at a time."""
    before = (
        models.RegimenOverlay.objects.select_for_update()
        .filter(
            site_id=row.site_id,
            regimen_key=row.regimen_key,
            status=OverlayStatus.IN_FORCE,
        )
        .first()
    )
    if before is not None:
        _end(before, OverlayStatus.SUPERSEDED, actor, f"+site.{row.number}", now)
    check_step(OverlayStatus(row.status), OverlayStatus.IN_FORCE)
    row.status, row.in_force_at = OverlayStatus.IN_FORCE, now


def withdraw_overlay(
    *,
    actor: Actor,
    overlay_id: uuid.UUID,
    expected_version: int | None = None,
    reason: str,
    now: dt.datetime,
) -> models.RegimenOverlay:
    """End an overlay or its draft; courses ordered under it keep what they have.

    :raises StepNotAllowed: when it is over already.
    """
    with written_by(actor):
        row = _locked(
            actor, overlay_id, "overlay.withdraw", expected_version, is_draft=False
        )
        _end(row, OverlayStatus.WITHDRAWN, actor, reason, now)
    return row


def _end(
    row: models.RegimenOverlay,
    status: OverlayStatus,
    actor: Actor,
    reason: str,
    now: dt.datetime,
) -> None:
    check_step(OverlayStatus(row.status), status)
    row.status, row.ended_at, row.ended_reason = status, now, reason
    row.ended_by_id = actor.user_id
    _save(row)


def _save(row: models.RegimenOverlay) -> None:
    row.version += 1
    row.save()


def _locked(
    actor: Actor,
    overlay_id: uuid.UUID,
    action: str,
    expected_version: int | None,
    *,
    is_draft: bool = True,
) -> models.RegimenOverlay:
    """Return a locked overlay the actor may change so.

    Two persons who sign at the same moment come one after the other.
    """
    rows = policy.scope(models.RegimenOverlay.objects.all(), actor)
    row = rows.select_for_update(of=("self",)).filter(id=overlay_id).first()
    if row is None or not policy.can(actor, "overlay.view", row):
        raise NotFound(field="overlay")
    policy.check(actor, action, row)
    if expected_version is not None and expected_version != row.version:
        raise VersionOutdated(field="version")
    if is_draft and row.status != OverlayStatus.DRAFT:
        raise OverlayClosed(field="overlay")
    return row


def _checked(data: Mapping[str, Any], values: Values) -> dict[str, dict[str, str]]:
    """Return the values as they are stored, after trying them on the file."""
    if not values:
        raise OverlayEmpty(field="values")
    found = {
        place: {name: text.strip() for name, text in row.items()}
        for place, row in values.items()
    }
    for place, row in found.items():
        if not row.get("source"):
            raise OverlaySourceMissing(field=place)
    try:
        catalogue.completed(data, found)
    except CatalogueFileRefused as refused:
        raise OverlayValueRefused(
            field=refused.place, place=refused.place, reason=refused.reason
        ) from None
    return found
