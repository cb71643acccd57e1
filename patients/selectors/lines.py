"""Reads the central lines of a patient."""

import uuid

from patients import models


def has_line(patient_id: uuid.UUID, *, port_only: bool) -> bool:
    """Say whether the patient has a central line, or an implanted port, in place."""
    rows = models.CentralLine.objects.filter(patient_id=patient_id, removed_on=None)
    if port_only:
        rows = rows.filter(kind=models.LineKind.PORT)
    return rows.exists()
