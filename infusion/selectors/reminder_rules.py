"""Reads the reminder rules of a site: those that ship, and what the site changed."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import structlog
from django.db.models import QuerySet

from infusion import catalogue, models
from infusion.catalogue import ShippedRule
from infusion.domain.reminders.rules import ReminderRule
from infusion.domain.reminders.texts import MessageText
from infusion.domain.states import OverlayStatus
from patients import policy
from patients.domain.refusals import NotFound
from patients.policy import Actor

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class RulesInForce:
    """The rules of a site that are switched on, by key, and their texts."""

    rules: tuple[ReminderRule, ...]
    texts: Mapping[str, MessageText]

    def rule(self, key: str) -> ReminderRule | None:
        """Return a rule; None when the site has none of that key any more."""
        return next((one for one in self.rules if one.key == key), None)

    def text(self, key: str) -> MessageText | None:
        """Return what a rule says."""
        return self.texts.get(key)


def rules_in_force(
    site_id: uuid.UUID, policy_values: Mapping[str, Any]
) -> RulesInForce:
    """Return the rules of a site; ``policy_values`` are its stored values."""
    return as_in_force(rules_of_site(site_id), policy_values)


def as_in_force(
    rules: tuple[ShippedRule, ...], policy_values: Mapping[str, Any]
) -> RulesInForce:
    """Return those of a list of rules that are switched on, at a site."""
    return RulesInForce(
        rules=catalogue.reminder_rules(catalogue.site_policy(policy_values), rules),
        texts={one.rule.key: one.text for one in rules},
    )


def rules_of_site(site_id: uuid.UUID) -> tuple[ShippedRule, ...]:
    """Return every rule as it stands at a site, those switched off included."""
    found = documents_in_force({site_id}).get(site_id)
    return rules_with(found) if found else catalogue.shipped_reminders()


def left_out_at(site_id: uuid.UUID) -> tuple[str, ...]:
    """Return the keys of a site's own document that this version can't follow any more."""
    found = documents_in_force({site_id}).get(site_id)
    return _laid_over(found)[1] if found else ()


def rules_with(document_id: uuid.UUID) -> tuple[ShippedRule, ...]:
    """Return the rules with a document laid over."""
    return _laid_over(document_id)[0]


@lru_cache(maxsize=256)
def _laid_over(
    document_id: uuid.UUID,
) -> tuple[tuple[ShippedRule, ...], tuple[str, ...]]:
    """Return the same with the keys left out; what was in force never changes."""
    body = models.ReminderDocument.objects.values_list("body", flat=True)
    rules, left_out = catalogue.reminders_in_force(body.get(id=document_id))
    if left_out:
        log.warning(
            "reminder_document_outdated",
            document_id=str(document_id),
            left_out=left_out,
        )
    return rules, left_out


def documents_in_force(site_ids: set[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    """Return the document in force by site, in one query."""
    rows = models.ReminderDocument.objects.filter(
        site_id__in=site_ids, status=OverlayStatus.IN_FORCE
    )
    return dict(rows.values_list("site_id", "id"))


def list_documents(
    actor: Actor, site_id: uuid.UUID
) -> QuerySet[models.ReminderDocument]:
    """List what a site changed of its reminders, the latest first."""
    rows = policy.scope(models.ReminderDocument.objects.filter(site_id=site_id), actor)
    return rows.select_related("drafted_by", "in_force_by").order_by("-number")


def get_document(actor: Actor, document_id: uuid.UUID) -> models.ReminderDocument:
    """Load a document the actor may see.

    :raises NotFound: when there is none in reach.
    """
    rows = policy.scope(models.ReminderDocument.objects.all(), actor)
    found = rows.filter(id=document_id).first()
    if found is None or not policy.can(actor, "reminders.view", found):
        raise NotFound(field="document")
    return found
