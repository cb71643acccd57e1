"""Start days with their best plans, and two plans side by side; nothing is stored."""

import datetime as dt
import uuid
import zoneinfo
from typing import Any

from django.utils.translation import get_language
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from infusion.api.plans import SvgRenderer
from infusion.api.shapes import TextOut, UnmetOut, UnverifiedOut
from infusion.domain.adviser import Criterion, StartOption
from infusion.domain.planner import Lift
from infusion.domain.ribbon import draw, labels_in
from infusion.domain.start_chart import draw_starts, ribbon_of_start
from infusion.domain.states import PlacementKind
from infusion.services.advising import (
    PlanChoice,
    PlanComparison,
    StartAdvice,
    advise_start,
    compare_plans,
)
from patients.api.endpoints import Endpoint
from patients.api.fields import DecimalText, Input, InstantField, Output, TextField
from patients.selectors.people import get_visible_patient

_MINUTE = dt.timedelta(minutes=1)
_PATTERNS = {"NONE": (), "72_96": (72, 96)}


class MomentOut(Output):
    """Something that happens, and what speaks against its instant."""

    at = InstantField()
    outside = serializers.BooleanField()
    off_day = serializers.BooleanField()


class RelaxationOut(Output):
    """What would have to be relaxed, or what would help."""

    code = serializers.ChoiceField(choices=[str(each) for each in Lift])
    at = InstantField()
    to = InstantField(allow_null=True)
    recipe_key = serializers.CharField(allow_blank=True)


class OptionOut(Output):
    """One start with what its best plan costs. ``vials`` are at least so many."""

    start = MomentOut()
    steps = MomentOut(many=True)
    disconnect = MomentOut()
    home_from = InstantField()
    is_complete = serializers.BooleanField()
    bad_visits = serializers.IntegerField()
    outside = serializers.IntegerField(source="score.outside")
    off_days = serializers.IntegerField(source="score.off_days")
    changes = serializers.IntegerField(source="score.changes")
    vials = serializers.IntegerField(source="score.vials")
    waste_minutes = serializers.SerializerMethodField()
    waste_mcg = DecimalText(source="score.waste_mcg")
    unsteady_minutes = serializers.SerializerMethodField()
    unaligned = serializers.IntegerField(source="score.unaligned")
    unmet = UnmetOut(many=True)
    relaxations = RelaxationOut(many=True)

    def get_waste_minutes(self, option: StartOption) -> int:
        """Return how long a pump could have run on what is thrown away."""
        return option.score.waste // _MINUTE

    def get_unsteady_minutes(self, option: StartOption) -> int:
        """Return how far changes lie from the hour of the start, summed."""
        return option.score.unsteady // _MINUTE


class ReasonOut(Output):
    """Why a plan is the best: the smallest value of this criterion."""

    criterion = serializers.ChoiceField(choices=[str(each) for each in Criterion])
    value = serializers.IntegerField()


class AskedOut(Output):
    """What was asked about, and what the answer rests on."""

    regimen_key = serializers.CharField(source="regimen.key")
    regimen_version = serializers.CharField(source="regimen.version")
    block_key = serializers.CharField(source="block.key")
    block_title = TextOut(source="block.title")
    time_zone = serializers.CharField(source="wishes.calendar.zone.key")
    weight_kg = DecimalText(source="weight.weight_kg")
    unsure_years = serializers.SerializerMethodField()
    knows_hours = serializers.BooleanField(source="scheduling.knows_hours")
    knows_holidays = serializers.BooleanField(source="scheduling.knows_holidays")
    unverified = UnverifiedOut(many=True)

    def get_unsure_years(self, asked: Any) -> list[int]:
        """Return the years whose make-up workdays are not known."""
        return sorted(asked.scheduling.unsure_years)


class StartDaysOut(Output):
    """Every start on offer; ``best_start_at`` is null when no plan is complete."""

    asked = AskedOut()
    best_start_at = InstantField(source="best.start.at", allow_null=True, default=None)
    reasons = ReasonOut(many=True)
    options = OptionOut(many=True)


class CompareBagOut(Output):
    """A bag of a compared plan."""

    hang_at = InstantField()
    take_down_at = InstantField()
    recipe_key = serializers.CharField(source="recipe.key")
    hours = serializers.IntegerField(source="recipe.hours")
    daily_dose_mcg = DecimalText()
    rate_ml_h = DecimalText(source="recipe.rate_ml_h")


class CompareVisitOut(Output):
    """A visit of a compared plan."""

    at = InstantField()
    kind = serializers.CharField()
    placement = serializers.ChoiceField(choices=[str(each) for each in PlacementKind])


class SideOut(Output):
    """One of the plans. ``ribbon`` is its picture as SVG."""

    option = OptionOut()
    recipe_keys = serializers.SerializerMethodField()
    one_rate = serializers.BooleanField(source="rules.one_rate")
    run_pattern_hours = serializers.ListField(
        source="rules.run_pattern_hours", child=serializers.IntegerField()
    )
    bags = CompareBagOut(source="option.bags", many=True)
    visits = CompareVisitOut(source="option.visits", many=True)
    ribbon = serializers.CharField()

    def get_recipe_keys(self, side: Any) -> list[str]:
        """Return the bags that could be used."""
        return [recipe.key for recipe in side["recipes"]]


class ComparisonOut(Output):
    """Plans side by side; ``better`` is the index of the one that costs less."""

    asked = AskedOut()
    better = serializers.IntegerField(allow_null=True)
    reasons = ReasonOut(many=True)
    plans = SideOut(many=True)


class CycleIn(Input):
    """A cycle of a regimen; the first one when no block is named."""

    regimen_key = TextField(max_length=80)
    block_key = TextField(max_length=80, required=False)


class StartDaysIn(CycleIn):
    """From which day on, and at which hours; else from today, at the hours offered."""

    first_day = serializers.DateField(required=False)
    hours = serializers.ListField(
        child=serializers.TimeField(input_formats=["%H:%M"]),
        required=False,
        min_length=1,
        max_length=8,
    )


class SideIn(Input):
    """One plan: a start, and what differs from the settings of the site."""

    start_at = InstantField()
    recipe_keys = serializers.ListField(
        child=TextField(max_length=80), required=False, min_length=1, max_length=40
    )
    run_pattern = serializers.ChoiceField(choices=sorted(_PATTERNS), required=False)
    one_rate = serializers.BooleanField(required=False)


class ComparisonIn(CycleIn):
    """Two plans of one cycle."""

    plans = serializers.ListField(child=SideIn(), min_length=2, max_length=2)


class StartDays(Endpoint):
    """The starts of the next fortnight."""

    policy_actions = {"POST": "course.preview"}
    renderer_classes = (JSONRenderer, SvgRenderer)

    @extend_schema(
        operation_id="advise_start",
        request=StartDaysIn,
        responses={
            (200, "application/json"): StartDaysOut,
            (200, "image/svg+xml"): OpenApiTypes.STR,
        },
    )
    def post(self, request: Request, patient_id: uuid.UUID) -> Response:
        """Plan every start and mark the best; as a chart when SVG is accepted."""
        self.allow(get_visible_patient(self.actor, patient_id))
        asked = self.body(StartDaysIn)
        advice = advise_start(
            actor=self.actor, patient_id=patient_id, now=self.now, **asked
        )
        if isinstance(request.accepted_renderer, SvgRenderer):
            return Response(_chart(advice))
        return Response(StartDaysOut(advice).data)


class ComparePlans(Endpoint):
    """Two plans of one cycle, side by side."""

    policy_actions = {"POST": "course.preview"}

    @extend_schema(
        operation_id="compare_plans",
        request=ComparisonIn,
        responses={200: ComparisonOut},
    )
    def post(self, request: Request, patient_id: uuid.UUID) -> Response:
        """Plan a cycle in two ways and say which costs less; store nothing."""
        self.allow(get_visible_patient(self.actor, patient_id))
        asked = self.body(ComparisonIn)
        plans = [_choice(side) for side in asked.pop("plans")]
        found = compare_plans(
            actor=self.actor, patient_id=patient_id, sides=plans, now=self.now, **asked
        )
        return Response(ComparisonOut(_side_by_side(found)).data)


def _choice(side: dict[str, Any]) -> PlanChoice:
    keys, pattern = side.get("recipe_keys"), side.get("run_pattern")
    return PlanChoice(
        start_at=side["start_at"],
        recipe_keys=None if keys is None else tuple(keys),
        run_pattern_hours=None if pattern is None else _PATTERNS[pattern],
        one_rate=side.get("one_rate"),
    )


def _chart(advice: StartAdvice) -> str:
    calendar = advice.asked.wishes.calendar
    return draw_starts(advice.options, advice.best, calendar, get_language() or "en")


def _side_by_side(found: PlanComparison) -> dict[str, Any]:
    zone = found.asked.wishes.calendar.zone
    return {
        "asked": found.asked,
        "better": found.better,
        "reasons": found.reasons,
        "plans": [
            {
                "option": side.option,
                "recipes": side.recipes,
                "rules": side.rules,
                "ribbon": _ribbon(side.option, number, zone),
            }
            for number, side in enumerate(found.sides, start=1)
        ],
    }


def _ribbon(option: StartOption, number: int, zone: zoneinfo.ZoneInfo) -> str:
    labels = labels_in(get_language() or "en")
    title = labels.instant_of(option.start.at, zone)
    key = f"plan-{number}"
    ribbon = ribbon_of_start(option, key=key, title=title, zone=zone, labels=labels)
    return draw(ribbon)
