"""Maps a regimen to a FHIR R4 PlanDefinition: one action for each block.

R4 has no place for evidence marks, for what is missing, or for a length counted from an
earlier block; those are extensions under ``urn:home-infusion:fhir:``. Conditions are
English sentences for people to read: no engine may run them.
"""

from collections.abc import Iterator

from django.utils.translation import override
from fhir.resources.R4B.plandefinition import PlanDefinition

from infusion.catalogue.sources import sources_of
from infusion.domain.evidence import Fact
from infusion.domain.regimens import Regimen
from infusion.fhir import elements
from infusion.fhir.actions import block_action, facts_of
from infusion.fhir.bindings import check_bindings
from infusion.fhir.elements import Json, present

_TYPES = "http://terminology.hl7.org/CodeSystem/plan-definition-type"
_CONTEXTS = "http://terminology.hl7.org/CodeSystem/usage-context-type"
_COUNTRIES = "urn:iso:std:iso:3166"
# Jurisdictions that are countries; the others, such as EU, are written as text.
_COUNTRY = {"UK": "GB", **{code: code for code in ("US", "HK", "CN", "NZ", "SG")}}
_LONGEST_NAME = 255


def plan_definition(regimen: Regimen) -> Json:
    """Return the PlanDefinition of a regimen, validated.

    It is a draft while something is missing or needs the signature of a site.

    :raises pydantic.ValidationError: when the mapping itself is wrong.
    :raises CodeNotBound: when the mapping uses a code that FHIR does not know there.
    """
    with override("en"):
        resource = _resource(regimen)
    PlanDefinition.model_validate(resource)
    check_bindings(resource)
    return resource


def _resource(regimen: Regimen) -> Json:
    return present(
        resourceType="PlanDefinition",
        url=f"urn:home-infusion:regimen:{regimen.key}",
        identifier=[{"system": "urn:home-infusion:regimens", "value": regimen.key}],
        version=regimen.version,
        name=_name(regimen.key),
        **elements.in_both("title", regimen.title),
        type=elements.concept("clinical-protocol", _TYPES),
        status=_status(regimen),
        description=_description(regimen),
        useContext=list(_population(regimen)),
        jurisdiction=[_jurisdiction(regimen.jurisdiction)],
        relatedArtifact=elements.citations(sources_of(regimen.facts)),
        action=[block_action(block, regimen) for block in regimen.blocks],
        extension=list(_extensions(regimen)),
    )


def _name(key: str) -> str:
    """Return a name a program may use: letters and digits, a letter first."""
    joined = "".join(part.capitalize() for part in key.split("-"))
    return f"Regimen{joined}"[:_LONGEST_NAME]


def _status(regimen: Regimen) -> str:
    is_signed = not any(fact.needs_sign_off for fact in regimen.facts)
    return "active" if regimen.is_complete and is_signed else "draft"


def _description(regimen: Regimen) -> str:
    label = f" {regimen.label_id}, revision {regimen.label_revision}."
    parts = f"{len(regimen.blocks)} blocks, at most {regimen.max_cycles} cycles."
    holes = len(regimen.missing)
    told = f" {holes} value(s) are missing: it cannot be ordered." if holes else ""
    return f"{parts}{label if regimen.label_id else ''}{told}"


def _population(regimen: Regimen) -> Iterator[Json]:
    if regimen.population is not None:
        yield {
            "code": {"system": _CONTEXTS, "code": "focus"},
            "valueCodeableConcept": elements.in_both("text", regimen.population),
        }


def _jurisdiction(code: str) -> Json:
    country = _COUNTRY.get(code)
    if country is None:
        return {"text": code}
    return elements.concept(country, _COUNTRIES, code)


def _extensions(regimen: Regimen) -> Iterator[Json]:
    """Return what is about the whole: holes, payers' limits, marks of the rest."""
    in_blocks = {
        hole.place
        for block in regimen.blocks
        for hole in regimen.missing
        if hole.place.startswith(f"blocks.{block.key}.")
    }
    for hole in regimen.missing:
        if hole.place not in in_blocks:
            yield elements.missing(hole)
    for cap in regimen.caps:
        yield elements.extension(
            "payer-cap", payer_string=cap.payer.en, cycles_integer=cap.cycles
        )
    for fact in _elsewhere(regimen):
        yield elements.evidence(fact)


def _elsewhere(regimen: Regimen) -> list[Fact]:
    told = {fact.path for block in regimen.blocks for fact in facts_of(block, regimen)}
    return [fact for fact in regimen.facts if fact.path not in told]
