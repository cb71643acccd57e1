"""What the OpenAPI document says about every endpoint: problems and headers."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import Direction, OpenApiParameter
from rest_framework import serializers

from patients.api.concurrency import TAG_PATTERN
from patients.api.fields import Output

PROBLEM_TYPE = "application/problem+json"

LANGUAGE_HEADER = OpenApiParameter(
    "Accept-Language",
    str,
    OpenApiParameter.HEADER,
    description="Language of texts: en or zh-hans. Codes never change.",
)
KEY_HEADER = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[!-~]+$"},
    OpenApiParameter.HEADER,
    required=True,
    description=(
        "Chosen by the client, one for each thing it wants done. The same key with "
        "the same body gives the stored answer again."
    ),
)
VERSION_HEADER = OpenApiParameter(
    "If-Match",
    {"type": "string", "pattern": f"^{TAG_PATTERN}$"},
    OpenApiParameter.HEADER,
    required=True,
    description="The ETag of the record as the client last saw it.",
)
KNOWN_HEADER = OpenApiParameter(
    "If-None-Match",
    str,
    OpenApiParameter.HEADER,
    description="ETags the client already holds; answered with 304 when current.",
)


class ProblemDetail(Output):
    """One thing that is wrong, and where."""

    field = serializers.CharField(allow_null=True)
    code = serializers.CharField()
    detail = serializers.CharField()


class Problem(Output):
    """Why a request was not done (RFC 9457); ``code`` is stable, the texts are not."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    instance = serializers.CharField()
    code = serializers.CharField()
    request_id = serializers.CharField()
    errors = ProblemDetail(many=True)  # type: ignore[assignment]


class EndpointSchema(AutoSchema):
    """Adds the problems and headers that follow from what a view declares."""

    # How a refusal looks, and its media type.
    problem_shape: Any = Problem
    problem_media_type = PROBLEM_TYPE

    def get_override_parameters(self) -> list[Any]:
        """Return the headers this operation reads."""
        found = [LANGUAGE_HEADER]
        if self.method in self._view_set("keyed_methods"):
            found.append(KEY_HEADER)
        if self.method in self._view_set("versioned_methods"):
            found.append(VERSION_HEADER)
        if self._is_conditional():
            found.append(KNOWN_HEADER)
        return found

    def _is_conditional(self) -> bool:
        return self.method == "GET" and getattr(self.view, "is_conditional", False)

    def _view_set(self, name: str) -> frozenset[str]:
        return frozenset(getattr(self.view, name, ()))

    def _get_response_bodies(self, direction: Direction = "response") -> Any:
        bodies = super()._get_response_bodies(direction)
        for status in self._problem_statuses():
            bodies.setdefault(
                str(status),
                self._get_response_for_code(  # type: ignore[no-untyped-call]
                    self.problem_shape,
                    str(status),
                    media_types=[self.problem_media_type],
                ),
            )
        if self._is_conditional():
            bodies["304"] = {"description": "Not changed"}
        return bodies

    def _problem_statuses(self) -> list[int]:
        found = {400, 401, 403, 406, 429, 500, 503}
        if "{" in self.path:
            found.add(404)
        if self.method != "GET":
            found |= {404, 409, 413, 415, 422}
        if self.method in self._view_set("versioned_methods"):
            found |= {412, 428}
        return sorted(found.union(getattr(self.view, "problem_statuses", ())))


class SessionTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Names the app's token in the document."""

    target_class = "patients.api.authentication.SessionToken"
    name = "SessionToken"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        """Return the header that carries the token."""
        return {"type": "apiKey", "in": "header", "name": "X-Session-Token"}


class ConsoleSessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Names the console's cookie in the document."""

    target_class = "patients.api.authentication.ConsoleSession"
    name = "ConsoleSession"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        """Return the cookie that carries the session."""
        return {"type": "apiKey", "in": "cookie", "name": "session"}
