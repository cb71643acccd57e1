"""What people read when a step is refused: one table, for REST and console alike."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from django.utils.translation import get_language

from infusion.domain.courses import Text
from infusion.wording.alerts import ALERTS
from infusion.wording.base import Wording
from infusion.wording.changes import CHANGES
from infusion.wording.checkins import CHECKINS
from infusion.wording.courses import COURSES
from infusion.wording.events import EVENTS
from infusion.wording.messages import MESSAGES
from infusion.wording.people import PEOPLE
from infusion.wording.readiness import READINESS
from infusion.wording.records import RECORDS
from infusion.wording.reminders import REMINDERS
from infusion.wording.requests import REQUESTS
from infusion.wording.rota import ROTA
from infusion.wording.walking import WALKING

__all__ = ["REFUSALS", "Explanation", "Refused", "Wording", "explain"]


class Refused(Protocol):
    """What a refusal of either app carries."""

    @property
    def code(self) -> str:
        """Return the stable code."""

    @property
    def field(self) -> str | None:
        """Return the field it is about."""

    @property
    def params(self) -> Mapping[str, object]:
        """Return what the text may show."""


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """A refusal in the reader's language."""

    status: int
    code: str
    field: str | None
    title: str
    detail: str


# Code -> what to say; a test holds it complete.
REFUSALS: Mapping[str, Wording] = {
    **REQUESTS,
    **ROTA,
    **REMINDERS,
    **ALERTS,
    **CHECKINS,
    **COURSES,
    **CHANGES,
    **EVENTS,
    **MESSAGES,
    **WALKING,
    **READINESS,
    **PEOPLE,
    **RECORDS,
}


def explain(refusal: Refused) -> Explanation:
    """Put a refusal into words."""
    wording = REFUSALS.get(refusal.code, REFUSALS["refused"])
    return Explanation(
        status=wording.status,
        code=refusal.code,
        field=refusal.field,
        title=str(wording.title),
        detail=str(wording.detail) % _said(refusal.params),
    )


def _said(params: Mapping[str, object]) -> dict[str, object]:
    """Return the parameters, those in both languages in the reader's."""
    language = get_language() or "en"
    return {
        name: value.in_language(language) if isinstance(value, Text) else value
        for name, value in params.items()
    }
