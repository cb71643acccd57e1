"""Reads the changes that people made of a plan, and why."""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from infusion import models
from infusion.domain.changes import Scope, Verb
from patients.selectors.assignments import names_of


@dataclass(frozen=True, kw_only=True)
class ChangeMade:
    """A change as it was confirmed; ``plan_number`` is the last plan after it."""

    id: uuid.UUID
    verb: Verb
    scope: Scope
    parameters: Mapping[str, str]
    reason: str
    made_by_name: str
    made_at: dt.datetime
    plan_number: int | None


def list_changes(course: models.Course) -> list[ChangeMade]:
    """List every confirmed change of a course, the latest first."""
    rows = list(course.plan_changes.order_by("-made_at", "-id"))
    names = names_of({row.made_by_id for row in rows})
    return [_made(row, names.get(row.made_by_id, "")) for row in rows]


def _made(row: models.PlanChange, name: str) -> ChangeMade:
    return ChangeMade(
        id=row.id,
        verb=Verb(row.verb),
        scope=Scope(row.scope),
        parameters=row.parameters,
        reason=row.reason,
        made_by_name=name,
        made_at=row.made_at,
        plan_number=row.plan_number,
    )
