"""The regimens a course can be ordered under."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from infusion import catalogue
from infusion.api.shapes import TextOut
from infusion.domain.regimens import Regimen
from patients.api.endpoints import Endpoint
from patients.api.fields import Output
from patients.domain.refusals import NotFound


class DoseStepOut(Output):
    """From this delivered hour on the dose is that of the level."""

    from_hour = serializers.IntegerField()
    level = serializers.CharField()


class CyclePatternOut(Output):
    """What the cycles from ``first`` to ``last`` look like."""

    first = serializers.IntegerField()
    last = serializers.IntegerField()
    infusion_hours = serializers.IntegerField()
    free_days = serializers.IntegerField()
    inpatient_days = serializers.IntegerField(allow_null=True)
    steps = DoseStepOut(many=True)


class RegimenOut(Output):
    """One label use, at one version."""

    key = serializers.CharField()
    version = serializers.CharField()
    title = TextOut()
    jurisdiction = serializers.CharField()
    label_id = serializers.CharField()
    label_revision = serializers.CharField()
    max_cycles = serializers.IntegerField()
    patterns = CyclePatternOut(many=True)


class RegimensOut(Output):
    """Every regimen; there are few, so there is one page."""

    results = RegimenOut(many=True)


class Regimens(Endpoint):
    """The catalogue."""

    policy_actions = {"GET": "regimen.view"}

    @extend_schema(operation_id="list_regimens", responses={200: RegimensOut})
    def get(self, request: Request) -> Response:
        """List every regimen."""
        found = sorted(catalogue.all_regimens().values(), key=lambda each: each.key)
        return Response(RegimensOut({"results": found}).data)


class OneRegimen(Endpoint):
    """One regimen."""

    policy_actions = {"GET": "regimen.view"}

    @extend_schema(operation_id="get_regimen", responses={200: RegimenOut})
    def get(self, request: Request, key: str) -> Response:
        """Return a regimen."""
        return Response(RegimenOut(_known(key)).data)


def _known(key: str) -> Regimen:
    found = catalogue.all_regimens().get(key)
    if found is None:
        raise NotFound
    return found
