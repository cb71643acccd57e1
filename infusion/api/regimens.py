"""The regimens a course can be ordered under."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from infusion import catalogue
from infusion.api.shapes import TextOut
from infusion.domain.blocks import After, BlockKind, Edge, Rhythm, Route
from infusion.domain.conditions import Operator
from infusion.domain.regimens import Regimen
from patients.api.endpoints import Endpoint
from patients.api.fields import Output
from patients.domain.refusals import NotFound


class DoseStepOut(Output):
    """From this delivered hour on the dose is that of the level."""

    from_hour = serializers.IntegerField()
    level = serializers.CharField()


class CyclePatternOut(Output):
    """What one blinatumomab cycle looks like; free days are null where no source says."""

    infusion_hours = serializers.IntegerField()
    free_days = serializers.IntegerField(allow_null=True)
    inpatient_days = serializers.IntegerField(allow_null=True)
    steps = DoseStepOut(many=True)


class ConditionOut(Output):
    """One thing a branch or a gate asks of a fact."""

    fact = serializers.CharField(source="kind")
    operator = serializers.ChoiceField(choices=[str(each) for each in Operator])
    values = serializers.ListField(child=serializers.CharField())
    assays = serializers.ListField(child=serializers.CharField())


class GateOut(Output):
    """What must be true before a block starts."""

    text = TextOut()
    thresholds = ConditionOut(many=True)


class GivenOut(Output):
    """A drug beside the infusion; days are counted from day 1 of the block."""

    drug = TextOut()
    route = serializers.ChoiceField(choices=[str(each) for each in Route])
    rhythm = serializers.ChoiceField(choices=[str(each) for each in Rhythm])
    days = serializers.ListField(child=serializers.IntegerField())
    times = serializers.IntegerField(allow_null=True)
    dose = TextOut(allow_null=True)
    through_free = serializers.BooleanField()


class UntilOut(Output):
    """A block lasts until this many days after the start or end of an earlier one."""

    anchor = serializers.CharField()
    edge = serializers.ChoiceField(choices=[str(each) for each in Edge])
    days = serializers.IntegerField()


class SuccessorOut(Output):
    """A way out of a block; the first that is not optional is the expected one."""

    to = serializers.CharField()
    after = serializers.ChoiceField(choices=[str(each) for each in After])
    optional = serializers.BooleanField()
    text = TextOut(allow_null=True)
    when = ConditionOut(many=True)


class BlockOut(Output):
    """One block of a regimen; ``times`` is how often it is given in a row."""

    key = serializers.CharField()
    kind = serializers.ChoiceField(choices=[str(each) for each in BlockKind])
    title = TextOut()
    times = serializers.IntegerField()
    length_days = serializers.IntegerField(allow_null=True)
    until = UntilOut(allow_null=True)
    infusion = CyclePatternOut(allow_null=True, source="pattern")
    given = GivenOut(many=True)
    gate = GateOut(allow_null=True)
    next = SuccessorOut(many=True, source="successors")
    reentry = serializers.CharField(allow_null=True)


class MissingOut(Output):
    """What no source gives; a site must complete it before an order."""

    place = serializers.CharField()
    unit = serializers.CharField()
    note = TextOut()


class RegimenOut(Output):
    """One label use or protocol, at one version."""

    key = serializers.CharField()
    version = serializers.CharField()
    title = TextOut()
    population = TextOut(allow_null=True)
    jurisdiction = serializers.CharField()
    label_id = serializers.CharField()
    label_revision = serializers.CharField()
    max_cycles = serializers.IntegerField()
    is_complete = serializers.BooleanField()
    missing = MissingOut(many=True)
    blocks = BlockOut(many=True)


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
