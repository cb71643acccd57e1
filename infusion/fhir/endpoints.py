"""What FHIR endpoints do alike: their media type, and how they refuse."""

from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from patients.api.endpoints import Endpoint
from patients.api.fields import Output
from patients.api.schema import EndpointSchema

FHIR_JSON = "application/fhir+json"


class FhirJson(JSONRenderer):
    """Write a resource as FHIR JSON."""

    media_type = FHIR_JSON
    format = "fhir+json"


class FhirOnly(DefaultContentNegotiation):
    """Answer FHIR JSON whatever is asked for: it is all there is."""

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> Any:
        """Return the one renderer."""
        return renderers[0], renderers[0].media_type


class OperationOutcome(Output):
    """Why a request was not done, as FHIR says it."""

    resourceType = serializers.CharField()  # noqa: N815 - the name is FHIR's
    issue = serializers.ListField(child=serializers.DictField())


class FhirSchema(EndpointSchema):
    """Describes refusals as OperationOutcome."""

    problem_shape = OperationOutcome
    problem_media_type = FHIR_JSON


class FhirEndpoint(Endpoint):
    """A resource of the FHIR facade; ``config.problems`` refuses in its language."""

    speaks_fhir: ClassVar[bool] = True
    renderer_classes = (FhirJson,)
    content_negotiation_class = FhirOnly
    schema = FhirSchema()
