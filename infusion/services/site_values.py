"""Says of the values a site wants to store which would not count."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language

from infusion.catalogue.policies import proposals, unsound
from infusion.wording.site_values import UNSOUND


def refuse_values(stored: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each value that would be stored and would not count."""
    return [
        str(UNSOUND[why]) % {"key": key, "title": _title(key)}
        for key, why in unsound(stored).items()
    ]


def _title(key: str) -> str:
    asked = proposals().get(key)
    return asked.title.in_language(get_language() or "en") if asked else ""
