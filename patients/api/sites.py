"""Sites over REST."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from patients.api.endpoints import Endpoint, PageQuery
from patients.api.fields import Output
from patients.selectors import sites


class SiteOut(Output):
    """Where care is given, and whom to call."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    code = serializers.CharField()
    time_zone = serializers.CharField()
    country = serializers.CharField()
    on_call_name = serializers.CharField()
    on_call_phone = serializers.CharField()


class Sites(Endpoint):
    """The sites of the caller."""

    policy_actions = {"GET": "site.view"}
    query_class = PageQuery

    @extend_schema(
        operation_id="list_sites",
        parameters=[PageQuery],
        responses={200: SiteOut(many=True)},
    )
    def get(self, request: Any) -> Response:
        """List the sites the caller works at or is treated at."""
        return self.show_page(sites.list_sites(self.actor), SiteOut)
