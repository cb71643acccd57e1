"""A site's own triage rules, as somebody writes them from the shipped ones."""

import copy
import datetime as dt
import uuid
from typing import Any

from infusion import models
from infusion.catalogue.triage import shipped_triage_body
from infusion.services import triage_rules
from tests.factories.wards import Ward


def body(**head: Any) -> dict[str, Any]:
    """Return the shipped rules as a document, with other values at its head."""
    return {**copy.deepcopy(shipped_triage_body()), **head}


def rule(document: dict[str, Any], key: str) -> dict[str, Any]:
    """Return the row of a rule, to be changed in place."""
    return next(one for one in document["rules"] if one["key"] == key)


def coloured(key: str, colour: str) -> dict[str, Any]:
    """Return the shipped rules with another colour of one."""
    document = body()
    rule(document, key)["colour"]["value"] = colour
    return document


def without(*keys: str) -> dict[str, Any]:
    """Return the shipped rules without some."""
    document = body()
    document["rules"] = [one for one in document["rules"] if one["key"] not in keys]
    return document


def hours(value: str) -> dict[str, Any]:
    """Return a time as a site proposes it."""
    return {"value": value, "unit": "h", "mark": "I", "sources": []}


def in_force(
    here: Ward, document: dict[str, Any], now: dt.datetime | None = None
) -> models.TriageDocument:
    """Let the nurse write rules and the physician bring them in force."""
    row = triage_rules.draft_triage(
        actor=here.nurse, site_id=here.site.id, body=document, now=now or here.now
    )
    return triage_rules.activate_triage(
        actor=here.physician, document_id=row.id, now=now or here.now
    )


def draft(site_id: uuid.UUID, by_id: uuid.UUID, now: dt.datetime) -> Any:
    """Return the draft of a site as a row; it has one at most."""
    row, _ = models.TriageDocument.objects.get_or_create(
        site_id=site_id,
        number=1,
        defaults={"body": body(), "drafted_by_id": by_id, "drafted_at": now},
    )
    return row
