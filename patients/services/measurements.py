"""Records weights and heights."""

import datetime as dt
import uuid
from decimal import Decimal

from patients import models, policy
from patients.domain.measurements import Reading, check_range, parse_reading
from patients.policy import Actor
from patients.selectors.people import get_patient
from patients.services.writing import written_by


def record_measurement(
    *,
    actor: Actor,
    patient_id: uuid.UUID,
    kind: str,
    value: Decimal | str,
    taken_at: dt.datetime,
    now: dt.datetime,
    unit: str | None = None,
) -> models.Measurement:
    """Append a reading in kg or cm; a wrong one is corrected by another.

    :raises NotAllowed: when the actor may not record readings of this patient.
    :raises Refusal: when the reading is impossible or outside the site's range.
    """
    patient = get_patient(patient_id)
    policy.check(actor, "measurement.record", patient)
    reading = parse_reading(
        kind=kind, value=value, unit=unit, taken_at=taken_at, now=now
    )
    _check_site_range(patient.site, reading)
    with written_by(actor):
        return models.Measurement.objects.create(
            patient=patient,
            kind=reading.kind,
            value=reading.value,
            taken_at=reading.taken_at,
            taken_by_id=actor.user_id,
        )


def _check_site_range(site: models.Site, reading: Reading) -> None:
    """Apply the range the site has signed, if it has: ``weight_kg_range: [1, 400]``."""
    entry = site.policy.get(f"{reading.kind.lower()}_range")
    if entry:
        low, high = entry["value"]
        check_range(reading, Decimal(str(low)), Decimal(str(high)))
