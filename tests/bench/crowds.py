"""Many running courses at once: one made by the services, the others copied in the database.

A copy has the rows of the first under other ids, so that indexes are as full as they are
with so many patients. Its history starts empty and its plans have no body: nothing that is
measured reads either.
"""

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.apps import apps
from django.db import connection

# In an order in which each table comes after those it points at.
_COPIED = (
    "patients.Patient",
    "patients.CaregiverLink",
    "patients.CareAssignment",
    "patients.ContactPoint",
    "patients.Measurement",
    "infusion.Course",
    "infusion.Cycle",
    "infusion.CourseBlock",
    "infusion.Placement",
    "infusion.PlanVersion",
    "infusion.Bag",
    "infusion.Visit",
    "infusion.InfusionEvent",
    "infusion.HangCheck",
    "infusion.CheckIn",
    "infusion.CadenceDebt",
    "infusion.Message",
)
# What would collide, or only take room.
_OTHERWISE: Mapping[str, str] = {
    "patients_patient.mrn": "c.mrn || n",
    "infusion_bag.code": "md5(c.code || n)",
    "infusion_planversion.body": "'{}'::jsonb",
    # Whatever a message is about is a copy as well.
    "infusion_message.subject_id": "md5(c.subject_id::text || n)::uuid",
}
_BATCH = 5_000


def copies_of(row_id: uuid.UUID, number: int) -> uuid.UUID:
    """Return the id of a row's copy of a number."""
    plain = f"{row_id}{number}".encode()
    return uuid.UUID(hashlib.md5(plain, usedforsecurity=False).hexdigest())


class Crowd:
    """Copies of the one course in the database; it can grow."""

    def __init__(self) -> None:
        self.models = [apps.get_model(label) for label in _COPIED]
        self.originals = {
            model: list(model._default_manager.values_list("pk", flat=True))
            for model in self.models
        }
        self.size = 0

    def grow(self, size: int) -> None:
        """Copy until there are so many, and let the database look at them."""
        self._triggers("DISABLE")
        for first in range(self.size + 1, size + 1, _BATCH):
            self._copy(first, min(first + _BATCH - 1, size))
        self._triggers("ENABLE")
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        self.size = size

    def _copy(self, first: int, last: int) -> None:
        with connection.cursor() as cursor:
            for model in self.models:
                cursor.execute(
                    self._statement(model), [first, last, self.originals[model]]
                )

    def _statement(self, model: Any) -> str:
        table = model._meta.db_table
        fields = model._meta.concrete_fields
        names = ", ".join(f'"{field.column}"' for field in fields)
        values = ", ".join(self._value(table, field) for field in fields)
        return (
            f'INSERT INTO "{table}" ({names}) SELECT {values} '  # noqa: S608
            f'FROM "{table}" c CROSS JOIN generate_series(%s, %s) n '
            "WHERE c.id = ANY(%s)"
        )

    def _value(self, table: str, field: Any) -> str:
        if field.primary_key or field.related_model in self.originals:
            return f'md5(c."{field.column}"::text || n)::uuid'
        return _OTHERWISE.get(f"{table}.{field.column}", f'c."{field.column}"')

    def _triggers(self, what: str) -> None:
        """Copies have no history of their own and take no step."""
        with connection.cursor() as cursor:
            for model in self.models:
                table = model._meta.db_table
                cursor.execute(f'ALTER TABLE "{table}" {what} TRIGGER USER')


def rows_of(course_id: uuid.UUID) -> dict[str, dict[Any, Sequence[Any]]]:
    """Return every row of a course by table and key."""
    return {
        model._meta.db_table: {
            row[0]: row
            for row in model._default_manager.filter(**{path: course_id}).values_list(
                "pk", *(field.attname for field in model._meta.concrete_fields)
            )
        }
        for model, path in course_paths()
    }


def course_paths() -> list[tuple[Any, str]]:
    """Return the models whose rows belong to a course, and the way to it."""
    paths = {
        "Course": "id",
        "Cycle": "course",
        "CourseBlock": "course",
        "Placement": "course",
        "PlanVersion": "course",
        "Bag": "course",
        "Visit": "cycle__course",
        "InfusionEvent": "cycle__course",
        "Message": "course",
        "PlanAdjustment": "cycle__course",
        "PlanChange": "course",
        "DoseChange": "cycle__course",
        "CheckIn": "course",
        "CadenceDebt": "course",
    }
    return [(apps.get_model("infusion", name), path) for name, path in paths.items()]
