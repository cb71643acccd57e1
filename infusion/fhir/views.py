"""The FHIR R4 facade over HTTP."""

import uuid

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from infusion.catalogue.questionnaires import shipped_questionnaires
from infusion.domain.regimens import RegimenUnknown
from infusion.fhir.adverse_events import adverse_event
from infusion.fhir.elements import Json
from infusion.fhir.endpoints import FHIR_JSON, FhirEndpoint
from infusion.fhir.plan_definitions import plan_definition
from infusion.fhir.questionnaires import questionnaire
from infusion.selectors.adverse_events import get_adverse_event, list_adverse_events
from infusion.selectors.courses import get_course
from infusion.selectors.regimens import effective_regimen
from patients.api.fields import Input
from patients.domain.refusals import NotFound
from patients.selectors.sites import get_visible_site


class SiteQuery(Input):
    """Whose values complete the regimen."""

    site = serializers.UUIDField(required=False)


class RegimenPlanDefinition(FhirEndpoint):
    """A regimen of the catalogue as a PlanDefinition."""

    policy_actions = {"GET": "regimen.view"}
    query_class = SiteQuery

    @extend_schema(
        operation_id="get_regimen_plan_definition",
        parameters=[SiteQuery],
        responses={(200, FHIR_JSON): OpenApiTypes.OBJECT},
    )
    def get(self, request: Request, key: str) -> Response:
        """Export a regimen: its blocks as actions, marks and sources as extensions.

        With a site, as the site has completed and signed it.
        """
        try:
            found = effective_regimen(key, self._site())
        except RegimenUnknown:
            raise NotFound from None
        return Response(plan_definition(found.regimen))

    def _site(self) -> uuid.UUID | None:
        site = self.query.get("site")
        return get_visible_site(self.actor, site).pk if site else None


class FhirQuestionnaires(FhirEndpoint):
    """The forms that ship, as a searchset."""

    policy_actions = {"GET": "regimen.view"}

    @extend_schema(
        operation_id="search_questionnaires",
        responses={(200, FHIR_JSON): OpenApiTypes.OBJECT},
    )
    def get(self, request: Request) -> Response:
        """Export every form with its questions in both languages."""
        found = [questionnaire(each) for each in shipped_questionnaires().values()]
        return Response(_searchset(found))


class OneFhirQuestionnaire(FhirEndpoint):
    """One form as a Questionnaire."""

    policy_actions = {"GET": "regimen.view"}

    @extend_schema(
        operation_id="get_questionnaire",
        responses={(200, FHIR_JSON): OpenApiTypes.OBJECT},
    )
    def get(self, request: Request, key: str) -> Response:
        """Export a form; answers name its version."""
        form = shipped_questionnaires().get(key)
        if form is None:
            raise NotFound
        return Response(questionnaire(form))


class CourseSearch(Input):
    """Of which course."""

    course = serializers.UUIDField()


class FhirAdverseEvents(FhirEndpoint):
    """The adverse events of a course, as a searchset."""

    policy_actions = {"GET": "adverse.view"}
    query_class = CourseSearch
    # The course that is asked for may not exist.
    problem_statuses = (404,)

    @extend_schema(
        operation_id="search_adverse_events",
        parameters=[CourseSearch],
        responses={(200, FHIR_JSON): OpenApiTypes.OBJECT},
    )
    def get(self, request: Request) -> Response:
        """Export what was recorded, with its grades over time."""
        course = get_course(self.actor, self.query["course"])
        self.allow(course)
        rows = list_adverse_events(self.actor, course.pk)
        return Response(_searchset([adverse_event(each) for each in rows]))


class OneFhirAdverseEvent(FhirEndpoint):
    """One adverse event."""

    policy_actions = {"GET": "adverse.view"}

    @extend_schema(
        operation_id="get_fhir_adverse_event",
        responses={(200, FHIR_JSON): OpenApiTypes.OBJECT},
    )
    def get(self, request: Request, adverse_event_id: uuid.UUID) -> Response:
        """Export an adverse event."""
        row = get_adverse_event(self.actor, adverse_event_id)
        self.allow(row)
        return Response(adverse_event(row))


def _searchset(found: list[Json]) -> Json:
    return {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": len(found),
        "entry": [{"resource": each, "search": {"mode": "match"}} for each in found],
    }
