"""The FHIR R4 facade over HTTP."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from infusion.catalogue.regimens import all_regimens
from infusion.fhir.endpoints import FHIR_JSON, FhirEndpoint
from infusion.fhir.plan_definitions import plan_definition
from patients.domain.refusals import NotFound


class RegimenPlanDefinition(FhirEndpoint):
    """A regimen of the catalogue as a PlanDefinition."""

    policy_actions = {"GET": "regimen.view"}

    @extend_schema(
        operation_id="get_regimen_plan_definition",
        responses={(200, FHIR_JSON): OpenApiTypes.OBJECT},
    )
    def get(self, request: Request, key: str) -> Response:
        """Export a regimen: its blocks as actions, marks and sources as extensions."""
        regimen = all_regimens().get(key)
        if regimen is None:
            raise NotFound
        return Response(plan_definition(regimen))
