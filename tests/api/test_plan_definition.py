"""A regimen over HTTP as FHIR: the media type, and refusals as OperationOutcome."""

import json

import pytest
from fhir.resources.R4B.operationoutcome import OperationOutcome
from fhir.resources.R4B.plandefinition import PlanDefinition

from infusion import catalogue
from infusion.services.overlays import draft_overlay, sign_overlay
from tests.api.clients import Api

FHIR = "application/fhir+json"
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("kind", ["NURSE", "PATIENT"])
def test_a_regimen_is_exported(world, kind):
    answer = world.api(kind).get("regimens/us-label-rr/plan-definition")

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == FHIR
    PlanDefinition.model_validate(json.loads(answer.content))


@pytest.mark.parametrize("accept", [FHIR, "application/json", "text/html,*/*;q=0.8"])
def test_whatever_is_accepted_fhir_is_answered(world, accept):
    answer = world.api("NURSE").get(
        "regimens/us-label-rr/plan-definition", accept=accept
    )

    assert (answer.status_code, answer.headers["Content-Type"]) == (200, FHIR)


def test_the_version_is_that_of_the_file(world):
    answer = world.api("NURSE").get("regimens/us-label-mrd/plan-definition")

    regimen = catalogue.get_regimen("us-label-mrd")
    assert json.loads(answer.content)["version"] == regimen.version


@pytest.mark.parametrize(
    ("path", "status", "kind"),
    [
        ("regimens/nowhere/plan-definition", 404, "not-found"),
        ("regimens/us-label-rr/plan-definition?unknown=1", 400, "invalid"),
    ],
)
def test_a_refusal_is_an_outcome(world, path, status, kind):
    answer = world.api("NURSE").get(path)
    outcome = json.loads(answer.content)

    assert (answer.status_code, answer.headers["Content-Type"]) == (status, FHIR)
    OperationOutcome.model_validate(outcome)
    assert outcome["issue"][0]["code"] == kind


def test_nobody_gets_it_unknown():
    answer = Api().get("regimens/us-label-rr/plan-definition")

    assert answer.status_code == 401
    assert json.loads(answer.content)["issue"][0]["code"] == "login"


def test_a_refusal_speaks_chinese(world):
    answer = world.api("NURSE").get(
        "regimens/nowhere/plan-definition", accept_language="zh-hans"
    )
    text = json.loads(answer.content)["issue"][0]["details"]["text"]

    assert text
    assert not text.isascii()


def test_a_site_exports_what_it_has_signed(world):
    regimen = catalogue.get_regimen("alliance-a041703")
    values = {
        hole.place: {"value": "14", "unit": hole.unit, "source": "Our protocol"}
        for hole in regimen.missing
    }
    row = draft_overlay(
        actor=world.actor("PHARMACIST"),
        site_id=world.site.id,
        regimen_key=regimen.key,
        values=values,
        now=world.now,
    )
    path = f"regimens/{regimen.key}/plan-definition"
    for role in ("PHARMACIST", "PHYSICIAN"):
        actor = world.actor(role)
        sign_overlay(actor=actor, overlay_id=row.id, role=role, now=world.now)
    api = world.api("NURSE")
    plain = json.loads(api.get(path).content)
    signed = json.loads(api.get(f"{path}?site={world.site.id}").content)

    assert plain["version"] == regimen.version
    assert signed["version"] == f"{regimen.version}+site.1"
    assert '"SITE"' in json.dumps(signed)
    assert "missing" in json.dumps(plain)


def test_another_site_is_not_there(world):
    path = f"regimens/us-label-rr/plan-definition?site={world.other_site.id}"
    answer = world.api("NURSE").get(path)

    assert answer.status_code == 404
    assert json.loads(answer.content)["issue"][0]["code"] == "not-found"
