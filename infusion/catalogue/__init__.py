"""Data with sources: regimens, bag recipes, reminder rules, site policy values.

Each file is TOML, checked by a JSON Schema, versioned; each number carries its source and
evidence mark. See docs/catalogue.md for how to add one.
"""

from infusion.catalogue.blocks import shared_blocks
from infusion.catalogue.cadence import (
    cadence_numbers,
    cadence_of,
    cadence_reasons,
    cadence_values,
    window_numbers,
)
from infusion.catalogue.completing import completed
from infusion.catalogue.policies import PolicyValue, SitePolicy, site_policy
from infusion.catalogue.readiness import (
    Checklist,
    criteria_of,
    fact_types,
    shipped_checklist,
)
from infusion.catalogue.recipes import all_recipes, get_recipe
from infusion.catalogue.regimens import (
    all_regimens,
    digest_of,
    document,
    get_regimen,
    recipes_of,
    regimen_from,
)
from infusion.catalogue.reminders import (
    ShippedRule,
    reminder_rules,
    reminders_in_force,
    reminders_with,
    shipped_reminders,
)
from infusion.catalogue.toxicity import ToxicityTable, shipped_toxicity, toxicity_of

__all__ = [
    "Checklist",
    "PolicyValue",
    "ShippedRule",
    "SitePolicy",
    "ToxicityTable",
    "all_recipes",
    "all_regimens",
    "cadence_numbers",
    "cadence_of",
    "cadence_reasons",
    "cadence_values",
    "completed",
    "criteria_of",
    "digest_of",
    "document",
    "fact_types",
    "get_recipe",
    "get_regimen",
    "recipes_of",
    "regimen_from",
    "reminder_rules",
    "reminders_in_force",
    "reminders_with",
    "shared_blocks",
    "shipped_checklist",
    "shipped_reminders",
    "shipped_toxicity",
    "site_policy",
    "toxicity_of",
    "window_numbers",
]
