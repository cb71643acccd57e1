"""The regimens a course can be ordered under."""

import uuid
from collections.abc import Collection
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from infusion.api.days import DayField
from infusion.api.shapes import TextOut
from infusion.api.ways import CapOut, RoundOut
from infusion.domain.blocks import After, BlockKind, Edge, Rhythm, Route
from infusion.domain.conditions import Operator
from infusion.domain.evidence import Mark
from infusion.domain.regimens import RegimenUnknown
from infusion.selectors.outlook import cap_warnings, preview_outlook
from infusion.selectors.regimens import (
    EffectiveRegimen,
    effective_regimen,
    list_effective,
    opened,
    read_document,
)
from patients.api.endpoints import Endpoint
from patients.api.fields import Input, Output
from patients.domain.refusals import NotFound
from patients.selectors.sites import get_visible_site


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


class CapsOut(Output):
    """The largest number of cycles somebody pays for."""

    payer = TextOut()
    cycles = serializers.IntegerField()


class SourcedOut(Output):
    """One number or statement of the file, and where it is from."""

    path = serializers.CharField()
    value = serializers.CharField()
    unit = serializers.CharField()
    mark = serializers.ChoiceField(choices=[str(each) for each in Mark])
    sources = serializers.ListField(child=serializers.CharField())
    needs_sign_off = serializers.BooleanField()


class RegimenRow(Output):
    """A regimen in the list; only a complete one can be ordered."""

    key = serializers.CharField(source="regimen.key")
    version = serializers.CharField()
    title = TextOut(source="regimen.title")
    population = TextOut(source="regimen.population", allow_null=True)
    jurisdiction = serializers.CharField(source="regimen.jurisdiction")
    label_id = serializers.CharField(source="regimen.label_id")
    label_revision = serializers.CharField(source="regimen.label_revision")
    max_cycles = serializers.IntegerField(source="regimen.max_cycles")
    is_complete = serializers.BooleanField(source="regimen.is_complete")
    missing = MissingOut(source="regimen.missing", many=True)
    is_completed_by_site = serializers.SerializerMethodField()
    is_outdated = serializers.BooleanField(
        help_text="The site signed values for another version of the file"
    )

    def get_is_completed_by_site(self, found: Any) -> bool:
        """Say whether values of the site take part."""
        return found.overlay is not None


class RegimenOut(RegimenRow):
    """One label use or protocol, at one version: its blocks, its numbers, its sources."""

    rows = serializers.ListField(child=serializers.CharField(), source="regimen.rows")
    caps = CapsOut(source="regimen.caps", many=True)
    blocks = BlockOut(source="regimen.blocks", many=True)
    facts = SourcedOut(source="regimen.facts", many=True)


class RegimensOut(Output):
    """Every regimen; there are few, so there is one page."""

    results = RegimenRow(many=True)


class SiteQuery(Input):
    """For which site: its signed values take part."""

    site = serializers.UUIDField(required=False)


class OutlookQuery(SiteQuery):
    """From which day a course would run, and where it would begin."""

    start = DayField()
    block = serializers.CharField(required=False, max_length=80)
    opening = serializers.CharField(required=False, max_length=80)


class RegimenOutlookOut(Output):
    """The days a course would have; stored nowhere."""

    key = serializers.CharField()
    version = serializers.CharField()
    rounds = RoundOut(many=True)
    warnings = CapOut(many=True)
    missing = MissingOut(many=True)


class RegimenEndpoint(Endpoint):
    """The regimens as they are in force at a site, or as the files say."""

    policy_actions = {"GET": "regimen.view"}
    query_class = SiteQuery
    # Of a site out of reach nothing is known.
    problem_statuses: ClassVar[Collection[int]] = (404,)

    @property
    def site_id(self) -> uuid.UUID | None:
        """Return the site that is asked for.

        :raises NotFound: when the caller does not belong to it.
        """
        asked: uuid.UUID | None = self.query.get("site")
        return get_visible_site(self.actor, asked).id if asked else None

    def found(self, key: str) -> EffectiveRegimen:
        """Return a regimen.

        :raises NotFound: when there is none of this key.
        """
        try:
            return effective_regimen(key, self.site_id)
        except RegimenUnknown:
            raise NotFound from None


class Regimens(RegimenEndpoint):
    """The catalogue."""

    @extend_schema(
        operation_id="list_regimens",
        parameters=[SiteQuery],
        responses={200: RegimensOut},
    )
    def get(self, request: Request) -> Response:
        """List every regimen, with what is missing in it."""
        return Response(RegimensOut({"results": list_effective(self.site_id)}).data)


class OneRegimen(RegimenEndpoint):
    """One regimen."""

    @extend_schema(
        operation_id="get_regimen",
        parameters=[SiteQuery],
        responses={200: RegimenOut},
    )
    def get(self, request: Request, key: str) -> Response:
        """Return a regimen: its graph, its numbers, and where they are from."""
        return Response(RegimenOut(self.found(key)).data)


class RegimenOutlook(RegimenEndpoint):
    """The days of a course that is not ordered."""

    query_class = OutlookQuery
    problem_statuses = (404, 422)

    @extend_schema(
        operation_id="preview_outlook",
        parameters=[OutlookQuery],
        responses={200: RegimenOutlookOut},
    )
    def get(self, request: Request, key: str) -> Response:
        """Return every round from a start to the end; an incomplete one as far as known."""
        found = self.found(key)
        data = opened(found.document, self.query.get("opening"))
        regimen, _ = read_document(data, found.version)
        items = preview_outlook(
            regimen,
            starts_on=self.query["start"],
            block=self.query.get("block"),
        )
        shown = {
            "key": key,
            "version": found.version,
            "rounds": items,
            "warnings": list(cap_warnings(regimen, items)),
            "missing": found.regimen.missing,
        }
        titles = {block.key: block.title for block in regimen.blocks}
        return Response(RegimenOutlookOut(shown, context={"titles": titles}).data)
