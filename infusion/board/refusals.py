"""Refusals of both applications as one line beside a field."""

from typing import Any

from infusion import wording
from infusion.domain.refusals import Refusal as InfusionRefusal
from patients.domain.refusals import Refusal as PatientsRefusal
from patients.policy import NotAllowed

REFUSALS = (InfusionRefusal, PatientsRefusal, NotAllowed)


def reason(refusal: Any) -> tuple[str | None, str]:
    """Return the field a refusal is about and its text in the reader's language."""
    if isinstance(refusal, NotAllowed):
        return None, str(wording.REFUSALS["not_allowed"].detail)
    explanation = wording.explain(refusal)
    return explanation.field, explanation.detail
