"""Reads the triage rules of a site: its own that are in force, else those that ship."""

import uuid
from functools import lru_cache

import structlog
from django.db.models import QuerySet

from infusion import models
from infusion.catalogue.triage import shipped_triage, triage_in_force
from infusion.domain.states import OverlayStatus
from infusion.domain.triage import RuleSet
from patients import policy
from patients.domain.refusals import NotFound
from patients.policy import Actor

log = structlog.get_logger(__name__)


def rules_at(site_id: uuid.UUID) -> RuleSet:
    """Return the rules by which answers are read at a site."""
    found = _in_force(site_id)
    return _read(found)[0] if found else shipped_triage()


def left_out_at(site_id: uuid.UUID) -> tuple[str, ...]:
    """Return the keys of a site's own rules that this version can't follow any more."""
    found = _in_force(site_id)
    return _read(found)[1] if found else ()


def _in_force(site_id: uuid.UUID) -> uuid.UUID | None:
    rows = models.TriageDocument.objects.filter(
        site_id=site_id, status=OverlayStatus.IN_FORCE
    )
    return rows.values_list("id", flat=True).first()


@lru_cache(maxsize=256)
def _read(document_id: uuid.UUID) -> tuple[RuleSet, tuple[str, ...]]:
    """Return the rules with the keys left out; what was in force never changes."""
    rows = models.TriageDocument.objects.values_list("body", "number")
    rules, left_out = triage_in_force(*rows.get(id=document_id))
    if left_out:
        log.warning(
            "triage_document_outdated",
            document_id=str(document_id),
            left_out=left_out,
        )
    return rules, left_out


def list_documents(actor: Actor, site_id: uuid.UUID) -> QuerySet[models.TriageDocument]:
    """List the rule sets that a site has written, the latest first."""
    rows = policy.scope(models.TriageDocument.objects.filter(site_id=site_id), actor)
    return rows.select_related("drafted_by", "in_force_by").order_by("-number")


def get_document(actor: Actor, document_id: uuid.UUID) -> models.TriageDocument:
    """Load a document the actor may see.

    :raises NotFound: when there is none in reach.
    """
    rows = policy.scope(models.TriageDocument.objects.all(), actor)
    people = rows.select_related("site", "drafted_by", "in_force_by")
    found = people.filter(id=document_id).first()
    if found is None or not policy.can(actor, "triage.view", found):
        raise NotFound(field="document")
    return found
