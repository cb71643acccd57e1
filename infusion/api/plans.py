"""The plan of a course as it stands now, and its picture."""

import datetime as dt
import uuid
import zoneinfo
from itertools import chain
from typing import Any

from django.utils.translation import get_language
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from infusion.api.messages import MessageOut
from infusion.api.shapes import (
    PremedicationOut,
    StaffOutput,
    StepOut,
    TextOut,
    UnmetOut,
    UnverifiedOut,
)
from infusion.domain.courses import BillState, CourseState, CycleState
from infusion.domain.planner import Lift
from infusion.domain.ribbon import draw, labels_in, ribbon_of
from infusion.domain.states import BagStatus, CycleStatus, PlacementKind, VisitStatus
from infusion.domain.stops import WayOn
from infusion.domain.timing import VisitTiming
from infusion.selectors import courses, rest
from patients.api.endpoints import Endpoint
from patients.api.fields import DecimalText, Input, InstantField, Output
from patients.domain.refusals import NotFound


class GapOut(Output):
    """The pump stood still."""

    paused_at = InstantField()
    resumed_at = InstantField(allow_null=True)
    reason = serializers.CharField()


class ClockOut(Output):
    """What the pump has delivered by now."""

    read_at = InstantField()
    started_at = InstantField(allow_null=True)
    is_running = serializers.BooleanField()
    stopped_since = InstantField(allow_null=True)
    restart_limit_at = InstantField(allow_null=True)
    delivered_hours = DecimalText()
    total_hours = serializers.IntegerField()
    infusion_day = serializers.IntegerField(allow_null=True)
    calendar_day = serializers.IntegerField(allow_null=True)
    dry_at = InstantField(allow_null=True)
    projected_end_at = InstantField(allow_null=True)
    gaps = GapOut(many=True)
    missed_hours = DecimalText()
    way_on = serializers.ChoiceField(
        choices=[str(each) for each in WayOn], allow_blank=True
    )
    unsupervised = GapOut(many=True)


class BillOut(Output):
    """What the bags still to come cost. ``vials`` are at least so many."""

    bags = serializers.IntegerField()
    outside = serializers.IntegerField()
    off_days = serializers.IntegerField()
    vials = serializers.IntegerField()
    waste_minutes = serializers.SerializerMethodField()
    waste_mcg = DecimalText()

    def get_waste_minutes(self, bill: BillState) -> int:
        """Return how long a pump could have run on what is thrown away."""
        return bill.waste // dt.timedelta(minutes=1)


class HintOut(Output):
    """A visit nobody works for, or what would help."""

    code = serializers.ChoiceField(choices=[str(each) for each in Lift])
    at = InstantField()
    to = InstantField(allow_null=True)
    recipe_key = serializers.CharField(allow_blank=True)


class CyclePlanOut(Output):
    """A cycle as it is planned now."""

    id = serializers.UUIDField()
    number = serializers.IntegerField()
    status = serializers.ChoiceField(choices=[str(each) for each in CycleStatus])
    starts_at = InstantField()
    infusion_ends_at = InstantField()
    ends_on = serializers.DateField(allow_null=True)
    inpatient_until = InstantField(allow_null=True)
    steps = StepOut(many=True)
    premedication = PremedicationOut(many=True)
    clock = ClockOut()
    bill = BillOut(allow_null=True)
    hints = HintOut(many=True)


class PlanBagOut(StaffOutput):
    """A bag of the plan, and what became of it; its way through the pharmacy is for staff."""

    staff_only = frozenset(
        {
            "ordered_at",
            "checked_at",
            "dispatched_at",
            "discarded_at",
            "discard_reason",
            "discarded_ml",
            "left_ml",
        }
    )

    id = serializers.UUIDField()
    version = serializers.IntegerField()
    cycle_number = serializers.IntegerField()
    sequence = serializers.IntegerField()
    code = serializers.CharField()
    status = serializers.ChoiceField(choices=[str(each) for each in BagStatus])
    recipe_key = serializers.CharField()
    recipe_title = TextOut()
    hours = serializers.IntegerField()
    rate_ml_h = DecimalText()
    volume_ml = DecimalText()
    daily_dose_mcg = DecimalText()
    hang_at = InstantField()
    take_down_at = InstantField()
    use_by = InstantField(allow_null=True)
    prepared_at = InstantField(allow_null=True)
    delivered_at = InstantField(allow_null=True)
    hung_at = InstantField(allow_null=True)
    taken_down_at = InstantField(allow_null=True)
    dry_at = InstantField(allow_null=True)
    filter_required = serializers.BooleanField(allow_null=True)
    diluent = TextOut()
    ordered_at = InstantField(allow_null=True)
    checked_at = InstantField(allow_null=True)
    dispatched_at = InstantField(allow_null=True)
    discarded_at = InstantField(allow_null=True)
    discard_reason = serializers.CharField(allow_blank=True)
    discarded_ml = DecimalText(allow_null=True)
    # In the whole bag by the clock: what to say is left when it is thrown away.
    left_ml = DecimalText(allow_null=True)


class PlanVisitOut(Output):
    """A visit of the plan."""

    id = serializers.UUIDField()
    version = serializers.IntegerField()
    kind = serializers.CharField()
    planned_at = InstantField()
    placement = serializers.ChoiceField(choices=[str(each) for each in PlacementKind])
    status = serializers.ChoiceField(choices=[str(each) for each in VisitStatus])
    timing = serializers.ChoiceField(
        choices=[str(each) for each in VisitTiming], allow_null=True
    )
    done_at = InstantField(allow_null=True)
    bag_id = serializers.UUIDField(allow_null=True)
    assigned_to_id = serializers.UUIDField(allow_null=True)
    assigned_to_name = serializers.CharField(allow_blank=True)


class OpenCheckOut(Output):
    """A first check that waits for its second person; without what was read."""

    id = serializers.UUIDField()
    bag_id = serializers.UUIDField()
    hung_at = InstantField()
    entered_by_id = serializers.UUIDField()
    entered_by_name = serializers.CharField()


class PlanOut(StaffOutput):
    """The plan as it stands now. All instants are UTC; days are of ``time_zone``."""

    staff_only = frozenset({"open_check", "unverified"})

    course_id = serializers.UUIDField()
    version = serializers.IntegerField()
    plan_number = serializers.IntegerField()
    time_zone = serializers.CharField()
    cycles = CyclePlanOut(many=True)
    bags = PlanBagOut(many=True)
    visits = PlanVisitOut(many=True)
    messages = MessageOut(many=True)
    open_check = OpenCheckOut(allow_null=True)
    unmet = UnmetOut(many=True)
    unverified = UnverifiedOut(many=True)


class CoursePlan(Endpoint):
    """The plan of a course."""

    policy_actions = {"GET": "course.view"}

    @extend_schema(operation_id="get_plan", responses={200: PlanOut})
    def get(self, request: Request, course_id: uuid.UUID) -> Response:
        """Return bags, visits and messages as they stand now."""
        course = courses.get_course(self.actor, course_id)
        self.allow(course)
        state = courses.read_course(course_id, self.now)
        messages = rest.list_message_rows(self.actor, course, standing=True)
        context = {"for_staff": rest.is_staff_for(self.actor, course)}
        plan = {**_parts(state), "messages": messages}
        return Response(PlanOut(plan, context=context).data)


class SvgRenderer(BaseRenderer):
    """A picture as it is."""

    media_type = "image/svg+xml"
    format = "svg"
    charset = "utf-8"

    def render(self, data: Any, *args: Any, **kwargs: Any) -> bytes:
        """Return the picture as bytes."""
        return str(data).encode()


class RibbonQuery(Input):
    """Which cycle; without it the present one."""

    cycle = serializers.IntegerField(required=False, min_value=1, max_value=99)


class CourseRibbon(Endpoint):
    """The cycle ribbon."""

    policy_actions = {"GET": "course.view"}
    query_class = RibbonQuery
    renderer_classes = (SvgRenderer, JSONRenderer)

    @extend_schema(
        operation_id="get_ribbon",
        parameters=[RibbonQuery],
        responses={(200, "image/svg+xml"): OpenApiTypes.STR},
    )
    def get(self, request: Request, course_id: uuid.UUID) -> Response:
        """Draw one cycle: days, bags, steps, placements, now."""
        self.allow(courses.get_course(self.actor, course_id))
        state = courses.read_course(course_id, self.now)
        ribbon = ribbon_of(
            _cycle(state, self.query.get("cycle")),
            now=self.now,
            zone=zoneinfo.ZoneInfo(state.time_zone),
            labels=labels_in(get_language() or "en"),
            placements=state.placements,
        )
        return Response(draw(ribbon), content_type="image/svg+xml; charset=utf-8")


def _cycle(state: CourseState, number: int | None) -> CycleState:
    found = state.current_cycle
    if number is not None:
        found = next((each for each in state.cycles if each.number == number), None)
    if found is None:
        raise NotFound
    return found


def _parts(state: CourseState) -> dict[str, Any]:
    """Lay the cycles of a course side by side."""
    return {
        "course_id": state.id,
        "version": state.version,
        "plan_number": state.plan_number,
        "time_zone": state.time_zone,
        "cycles": state.cycles,
        "bags": [
            _Numbered(bag, cycle.number) for cycle in state.cycles for bag in cycle.bags
        ],
        "visits": list(chain.from_iterable(cycle.visits for cycle in state.cycles)),
        "open_check": state.open_check,
        "unmet": state.unmet,
        "unverified": state.unverified,
    }


class _Numbered:
    """A bag that knows the number of its cycle."""

    def __init__(self, bag: Any, cycle_number: int) -> None:
        self._bag = bag
        self.cycle_number = cycle_number

    def __getattr__(self, name: str) -> Any:
        return getattr(self._bag, name)
