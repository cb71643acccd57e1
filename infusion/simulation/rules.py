"""Triage rules to try at the invented site, by the service that brings any in force."""

import datetime as dt
import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from infusion.catalogue.files import CatalogueFileRefused
from infusion.catalogue.triage import triage_at_site
from infusion.domain.courses import Text
from infusion.domain.triage import RuleSet
from infusion.services.triage_rules import activate_triage, draft_triage
from infusion.simulation.world import FIRST_MONDAY, World


def read_rules(text: str) -> Mapping[str, Any]:
    """Return a document of rules, written as TOML or as JSON.

    :raises CatalogueFileRefused: when it is neither.
    """
    try:
        if text.lstrip().startswith("{"):
            return dict(json.loads(text))
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, json.JSONDecodeError) as error:
        why = Text(en=str(error), zh=str(error))
        raise CatalogueFileRefused(Path("rules"), "rules", why) from None


def rules_of(text: str) -> RuleSet:
    """Return the rules of a document as a site would have them.

    :raises CatalogueFileRefused: naming the place and the reason.
    """
    return triage_at_site(read_rules(text), 1)


def put_in_force(world: World, body: Mapping[str, Any]) -> None:
    """Let the pharmacist draft rules and the physician bring them in force."""
    now = dt.datetime.combine(FIRST_MONDAY, dt.time(8), tzinfo=world.zone)
    draft = draft_triage(
        actor=world.actor("pharmacist", FIRST_MONDAY),
        site_id=world.site.pk,
        body=body,
        now=now,
    )
    activate_triage(
        actor=world.actor("physician", FIRST_MONDAY), document_id=draft.pk, now=now
    )
