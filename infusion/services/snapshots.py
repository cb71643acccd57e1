"""Keeps the regimen a course is ordered under."""

from infusion import catalogue, models
from infusion.selectors.regimens import EffectiveRegimen, opened


def store_snapshot(
    found: EffectiveRegimen, opening: str | None = None
) -> models.RegimenSnapshot:
    """Store a regimen as it is in force, opened with a pre-phase; an equal one once.

    :raises BlockUnknown: when there is no such pre-phase.
    """
    body = opened(found.document, opening)
    row, _ = models.RegimenSnapshot.objects.get_or_create(
        digest=catalogue.digest_of(body),
        version=found.version,
        defaults={"key": found.regimen.key, "body": body},
    )
    return row
