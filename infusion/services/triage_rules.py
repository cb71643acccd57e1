"""A site writes its own triage rules: drafted by one person, in force by another.

A document is a whole set of rules, so that what counts can be read in one place. Answers
that come from then on are read by it; results name it. What was read before stays.
"""

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError

from infusion import models
from infusion.catalogue.files import CatalogueFileRefused
from infusion.catalogue.triage import triage_at_site
from infusion.domain.refusals import Refusal
from infusion.domain.states import OverlayStatus, check_step
from infusion.domain.triage import RuleSet
from patients import policy
from patients.domain.refusals import NotFound, VersionOutdated
from patients.policy import Actor
from patients.selectors.sites import get_visible_site
from patients.services.writing import violated, written_by

Body = Mapping[str, Any]


class TriageRulesRefused(Refusal):
    """A rule of the document is not sound."""

    code = "triage_rules_refused"


class TriageDraftOpen(Refusal):
    """Somebody else began a draft at the same moment."""

    code = "triage_draft_open"


class TriageDocumentClosed(Refusal):
    """The document is in force or over: what was in force is never changed."""

    code = "triage_document_closed"


class TriageSecondPerson(Refusal):
    """Who wrote rules does not bring them in force."""

    code = "triage_second_person"


def draft_triage(
    *,
    actor: Actor,
    site_id: uuid.UUID,
    body: Body,
    expected_version: int | None = None,
    now: dt.datetime,
) -> models.TriageDocument:
    """Store the rules a site wants; a draft that waits is replaced.

    ``expected_version`` is that of the draft the actor saw, 0 where none waited.

    :raises NotFound: when the actor does not belong to the site.
    :raises TriageRulesRefused: naming the rule, the field and the reason.
    :raises VersionOutdated: when another draft waits than the actor saw.
    """
    with written_by(actor):
        site = get_visible_site(actor, site_id)
        policy.check(actor, "triage.draft", site)
        checked(body)
        rows = models.TriageDocument.objects.filter(site=site)
        draft = rows.filter(status=OverlayStatus.DRAFT).select_for_update().first()
        waits = draft.version if draft else 0
        if expected_version is not None and expected_version != waits:
            raise VersionOutdated(field="version")
        if draft is None:
            last = rows.order_by("-number").first()
            return _create(
                site=site,
                number=last.number + 1 if last else 1,
                # Never that of a draft before: a page may still have it.
                version=last.version + 1 if last else 1,
                body=dict(body),
                drafted_by_id=actor.user_id,
                drafted_at=now,
            )
        draft.body, draft.drafted_at = dict(body), now
        draft.drafted_by_id = actor.user_id
        _save(draft)
    return draft


def checked(body: Body, number: int = 0) -> RuleSet:
    """Return the rules of a document that nobody has signed yet.

    :raises TriageRulesRefused: naming the rule, the field and the reason.
    """
    try:
        return triage_at_site(body, number, is_signed=False)
    except CatalogueFileRefused as refused:
        raise TriageRulesRefused(
            field=refused.place or "rules",
            place=refused.place or "rules",
            reason=refused.reason,
        ) from None


def _create(**row: Any) -> models.TriageDocument:
    try:
        return models.TriageDocument.objects.create(**row)
    except IntegrityError as error:
        if violated(error) in {"one_triage_draft", "triage_document_once"}:
            raise TriageDraftOpen(field="site") from None
        raise


def activate_triage(
    *,
    actor: Actor,
    document_id: uuid.UUID,
    expected_version: int | None = None,
    now: dt.datetime,
) -> models.TriageDocument:
    """Bring a draft in force in place of the one before; answers to come are read by it.

    :raises TriageDocumentClosed: when it is in force or over.
    :raises TriageSecondPerson: when the actor drafted it.
    :raises TriageRulesRefused: when this version of the service no longer reads it.
    """
    with written_by(actor):
        row = _locked(actor, document_id, expected_version)
        policy.check(actor, "triage.sign", row)
        if row.status != OverlayStatus.DRAFT:
            raise TriageDocumentClosed(field="document")
        if row.drafted_by_id == actor.user_id:
            raise TriageSecondPerson(field="document")
        checked(row.body)
        before = (
            models.TriageDocument.objects.select_for_update()
            .filter(site_id=row.site_id, status=OverlayStatus.IN_FORCE)
            .first()
        )
        if before is not None:
            _end(before, OverlayStatus.SUPERSEDED, actor, now)
        check_step(OverlayStatus(row.status), OverlayStatus.IN_FORCE)
        row.status, row.in_force_at = OverlayStatus.IN_FORCE, now
        row.in_force_by_id = actor.user_id
        _save(row)
    return row


def withdraw_triage(
    *,
    actor: Actor,
    document_id: uuid.UUID,
    expected_version: int | None = None,
    now: dt.datetime,
) -> models.TriageDocument:
    """End a document or its draft: without one in force the shipped rules count.

    :raises StepNotAllowed: when it is over already.
    """
    with written_by(actor):
        row = _locked(actor, document_id, expected_version)
        is_draft = row.status == OverlayStatus.DRAFT
        policy.check(actor, "triage.draft" if is_draft else "triage.sign", row)
        _end(row, OverlayStatus.WITHDRAWN, actor, now)
    return row


def _end(
    row: models.TriageDocument, status: OverlayStatus, actor: Actor, now: dt.datetime
) -> None:
    check_step(OverlayStatus(row.status), status)
    row.status, row.ended_at, row.ended_by_id = status, now, actor.user_id
    _save(row)


def _save(row: models.TriageDocument) -> None:
    row.version += 1
    row.save()


def _locked(
    actor: Actor, document_id: uuid.UUID, expected_version: int | None
) -> models.TriageDocument:
    rows = policy.scope(models.TriageDocument.objects.all(), actor)
    row = rows.select_for_update(of=("self",)).filter(id=document_id).first()
    if row is None or not policy.can(actor, "triage.view", row):
        raise NotFound(field="document")
    if expected_version is not None and expected_version != row.version:
        raise VersionOutdated(field="version")
    return row
