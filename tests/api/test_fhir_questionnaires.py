"""The forms over HTTP as FHIR Questionnaires."""

import json

import pytest
from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.questionnaire import Questionnaire

from infusion.catalogue.questionnaires import shipped_questionnaires
from tests.api.clients import Api

FHIR = "application/fhir+json"
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("kind", ["NURSE", "CAREGIVER"])
def test_a_form_is_exported(world, kind):
    answer = world.api(kind).get("fhir/Questionnaire/daily-adult")

    assert (answer.status_code, answer.headers["Content-Type"]) == (200, FHIR)
    found = Questionnaire.model_validate(json.loads(answer.content))
    assert found.version == shipped_questionnaires()["daily-adult"].version


def test_all_forms_are_a_searchset(world):
    answer = world.api("PATIENT").get("fhir/Questionnaire")
    found = Bundle.model_validate(json.loads(answer.content))

    assert found.total == len(shipped_questionnaires())
    assert {each.resource.id for each in found.entry} == set(shipped_questionnaires())


def test_a_form_that_is_not_there(world):
    answer = world.api("NURSE").get("fhir/Questionnaire/nowhere")

    assert (answer.status_code, answer.headers["Content-Type"]) == (404, FHIR)
    assert json.loads(answer.content)["issue"][0]["code"] == "not-found"


def test_nobody_gets_it_unknown():
    assert Api().get("fhir/Questionnaire/daily-adult").status_code == 401
