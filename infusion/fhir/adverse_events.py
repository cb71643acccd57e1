"""Maps an adverse event to a FHIR R4 AdverseEvent.

R4 has one instant and no grade: the grades over time, with scale and version, the onset,
the end and what was done stand in extensions under ``urn:home-infusion:fhir:``. Severity
is left out: mild, moderate and severe are no grades.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from fhir.resources.R4B.adverseevent import AdverseEvent as FhirAdverseEvent

from infusion.domain.adverse_events import EntryKind, Relation, Seriousness
from infusion.domain.states import AdverseEventStatus
from infusion.fhir import elements
from infusion.fhir.elements import Json, present

_EVENTS = elements.BASE + "adverse-event"
_SERIOUS = "http://terminology.hl7.org/CodeSystem/adverse-event-seriousness"
_OUTCOMES = "http://terminology.hl7.org/CodeSystem/adverse-event-outcome"
_CAUSES = "http://terminology.hl7.org/CodeSystem/adverse-event-causality-assess"
# Status of ours -> outcome (required binding); one that was withdrawn is in error.
_OUTCOME: Mapping[str, str] = {
    AdverseEventStatus.OPEN: "ongoing",
    AdverseEventStatus.RESOLVED: "resolved",
    AdverseEventStatus.WITHDRAWN: "unknown",
}
# Relation of ours -> causality; "not assessable" says that nobody can tell.
_CAUSALITY: Mapping[str, str] = {
    Relation.CERTAIN: "Certain",
    Relation.PROBABLE: "Probably-Likely",
    Relation.POSSIBLE: "Possible",
    Relation.UNLIKELY: "Unlikely",
    Relation.CONDITIONAL: "Conditional-Classified",
    Relation.UNASSESSABLE: "Unassessable-Unclassifiable",
}
_SERIOUSNESS: Mapping[str, str] = {
    Seriousness.NOT_SERIOUS: "Non-serious",
    Seriousness.SERIOUS: "Serious",
    Seriousness.DEATH: "SeriousResultsInDeath",
    Seriousness.LIFE_THREATENING: "SeriousIsLifeThreatening",
    Seriousness.HOSPITALISATION: "SeriousResultsInHospitalization",
    Seriousness.DISABILITY: "SeriousResultsInDisability",
}


def adverse_event(row: Any) -> Json:
    """Return the AdverseEvent of a row with its entries, validated.

    :raises pydantic.ValidationError: when the mapping itself is wrong.
    """
    resource = _resource(row)
    FhirAdverseEvent.model_validate(resource)
    return resource


def _resource(row: Any) -> Json:
    withdrawn = row.status == AdverseEventStatus.WITHDRAWN
    return present(
        resourceType="AdverseEvent",
        id=str(row.pk),
        identifier={"system": "urn:home-infusion:adverse-events", "value": str(row.pk)},
        actuality="actual",
        event=elements.concept(row.event, _EVENTS, row.term),
        subject={"reference": f"Patient/{row.patient_id}"},
        date=row.onset_at.isoformat(),
        recordedDate=row.recorded_at.isoformat(),
        seriousness=elements.concept(_SERIOUSNESS[row.seriousness], _SERIOUS),
        outcome=elements.concept(_OUTCOME[row.status], _OUTCOMES),
        recorder={"reference": f"Practitioner/{row.recorded_by_id}"},
        suspectEntity=[
            {
                "instance": {"display": "blinatumomab"},
                "causality": [
                    {"assessment": elements.concept(_CAUSALITY[row.relation], _CAUSES)}
                ],
            }
        ],
        extension=[
            *([elements.flag("entered-in-error", value=True)] if withdrawn else []),
            *_end(row),
            *_entries(row),
        ],
    )


def _end(row: Any) -> Iterator[Json]:
    if row.resolved_at is not None:
        at = row.resolved_at.isoformat()
        yield {"url": f"{elements.BASE}resolved", "valueDateTime": at}


def _entries(row: Any) -> Iterator[Json]:
    """Yield what was written down over time; notes stay in the house."""
    for one in row.entries.all():
        if one.kind in {EntryKind.RECORDED, EntryKind.GRADED}:
            yield elements.extension(
                "grade",
                at_dateTime=one.at.isoformat(),
                grade_integer=one.grade,
                verdict_code=one.verdict,
                scale_code=one.scale,
                version_string=one.scale_version,
                action_code=list(one.actions),
            )
