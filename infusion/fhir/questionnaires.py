"""Maps a form to a FHIR R4 Questionnaire: one item for each question, in order.

English stands in the fields, Chinese beside it in the translation extension. R4 has no
place for evidence marks or for a question that waits for a site's signature: those are
extensions under ``urn:home-infusion:fhir:``. No item is required: who can't tell leaves it
out, and what is left out is never read as normal.
"""

from collections.abc import Iterator, Mapping

from fhir.resources.R4B.questionnaire import Questionnaire as FhirQuestionnaire

from infusion.catalogue.sources import sources_of
from infusion.domain.findings_kinds import KINDS, Kind
from infusion.domain.questionnaires import Form, Option, Question, Questionnaire
from infusion.fhir import elements
from infusion.fhir.bindings import check_bindings
from infusion.fhir.elements import Json, present

_CORE = "http://hl7.org/fhir/StructureDefinition/"
_CONTROLS = "http://hl7.org/fhir/questionnaire-item-control"
_UCUM = "http://unitsofmeasure.org"
_CODES = elements.BASE + "finding"
_AUDIENCES = elements.BASE + "audience"
_CONTEXTS = "http://terminology.hl7.org/CodeSystem/usage-context-type"
# How a question is answered -> type of a FHIR item.
_TYPES: Mapping[Form, str] = {
    Form.CHOICE: "choice",
    Form.NUMBER: "decimal",
    Form.INSTANT: "dateTime",
    Form.PHOTO: "attachment",
    Form.TEXT: "text",
}


def url_of(form: Questionnaire) -> str:
    """Return what a QuestionnaireResponse names as its form, version and all."""
    return f"urn:home-infusion:questionnaire:{form.key}|{form.version}"


def questionnaire(form: Questionnaire) -> Json:
    """Return the Questionnaire of a form, validated.

    It is a draft while a wording has no source: a site approves those.

    :raises pydantic.ValidationError: when the mapping itself is wrong.
    :raises CodeNotBound: when the mapping uses a code that FHIR does not know there.
    """
    resource = _resource(form)
    FhirQuestionnaire.model_validate(resource)
    check_bindings(resource)
    return resource


def _resource(form: Questionnaire) -> Json:
    facts = [one.source for one in form.questions]
    is_signed = not any(one.needs_sign_off for one in facts)
    note = elements.in_both("description", form.note) if form.note else {}
    return present(
        resourceType="Questionnaire",
        id=form.key,
        language="en",
        url=url_of(form).partition("|")[0],
        identifier=[{"system": "urn:home-infusion:questionnaires", "value": form.key}],
        version=form.version,
        name="Form" + "".join(part.capitalize() for part in form.key.split("-")),
        **elements.in_both("title", form.title),
        status="active" if is_signed else "draft",
        subjectType=["Patient"],
        **note,
        useContext=[_audience(one.value) for one in sorted(form.audiences)],
        item=[_item(form, one) for one in form.questions],
        extension=[
            {"url": f"{_CORE}relatedArtifact", "valueRelatedArtifact": each}
            for each in elements.citations(sources_of(facts))
        ],
    )


def _audience(code: str) -> Json:
    return {
        "code": {"system": _CONTEXTS, "code": "user"},
        "valueCodeableConcept": elements.concept(code, _AUDIENCES),
    }


def _item(form: Questionnaire, one: Question) -> Json:
    follows = list(_follows(form, one))
    return present(
        linkId=one.key,
        code=[{"system": _CODES, "code": one.code.value}] if one.code else [],
        **elements.in_both("text", one.text),
        type=_TYPES[one.form],
        enableWhen=follows,
        enableBehavior="any" if len(follows) > 1 else None,
        answerOption=[
            {"valueCoding": _coding(form, one, each)} for each in one.options
        ],
        item=list(_help(one)),
        extension=list(_extensions(one)),
    )


def _follows(form: Questionnaire, one: Question) -> Iterator[Json]:
    """Say after which answers a question is asked, in the order they are offered."""
    if one.asked_when is None:
        return
    key, words = one.asked_when
    other = next(each for each in form.questions if each.key == key)
    for each in other.options:
        if each.key in words:
            coding = {"system": _options(form, other), "code": each.key}
            yield {"question": key, "operator": "=", "answerCoding": coding}


def _coding(form: Questionnaire, one: Question, option: Option) -> Json:
    """Return an answer to choose; without a value it says that it is not known."""
    return present(
        system=_options(form, one),
        code=option.key,
        **elements.in_both("display", option.text),
        extension=[elements.flag("not-known", value=True)]
        if one.code and option.value is None
        else [],
    )


def _options(form: Questionnaire, one: Question) -> str:
    return f"{elements.BASE}answers:{form.key}:{one.key}"


def _help(one: Question) -> Iterator[Json]:
    if one.help is not None:
        control = {"coding": [{"system": _CONTROLS, "code": "help"}]}
        yield {
            "linkId": f"{one.key}.help",
            **elements.in_both("text", one.help),
            "type": "display",
            "extension": [
                {
                    "url": f"{_CORE}questionnaire-itemControl",
                    "valueCodeableConcept": control,
                }
            ],
        }


def _extensions(one: Question) -> Iterator[Json]:
    if one.code is not None and one.form == Form.NUMBER:
        yield from _bounds(KINDS[one.code])
    if one.needs_signature:
        yield elements.flag("needs-signature", value=True)
    if one.is_optional:
        yield elements.flag("optional", value=True)
    yield elements.evidence(one.source)


def _bounds(kind: Kind) -> Iterator[Json]:
    """Return the unit of a number and the ends of its scale; no limits of practice."""
    if kind.unit:
        unit = {"system": _UCUM, "code": kind.unit}
        yield {"url": f"{_CORE}questionnaire-unit", "valueCoding": unit}
    for name, end in (("minValue", kind.least), ("maxValue", kind.most)):
        yield {"url": f"{_CORE}{name}", "valueDecimal": int(end)}
