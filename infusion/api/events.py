"""Events around an infusion: told early or late, listed, corrected, taken back."""

import uuid
from collections.abc import Callable
from typing import Any

from django.http import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from infusion.api.plans import ClockOut
from infusion.api.shapes import StaffOutput
from infusion.domain.events import Effect, Happening
from infusion.selectors import courses, rest
from infusion.selectors import events as reading
from infusion.services import events
from infusion.services.events import Report
from patients.api.concurrency import etag_of
from patients.api.endpoints import Endpoint
from patients.api.fields import Input, InstantField, Output, TextField


class ReportIn(Input):
    """What happened; ``until`` says when the pump ran again, when the stop is over."""

    kind = serializers.ChoiceField(choices=[str(each) for each in Happening])
    at = InstantField()
    reason = TextField(max_length=40, allow_blank=True, required=False, default="")
    note = TextField(max_length=500, allow_blank=True, required=False, default="")
    pump_stopped = serializers.BooleanField(
        required=False, allow_null=True, default=None
    )
    supervised = serializers.BooleanField(required=False, default=False)


class EventIn(ReportIn):
    """An event as it is told first."""

    until = InstantField(required=False, allow_null=True, default=None)


class WithdrawalIn(Input):
    """Why it did not happen."""

    note = TextField(max_length=500, allow_blank=True, required=False, default="")


class EventOut(StaffOutput):
    """An event, with what it does to the clock and whether it is the last word."""

    staff_only = frozenset({"note", "recorded_by_name"})

    id = serializers.UUIDField()
    cycle_number = serializers.IntegerField()
    # What happened, or BAG_CHANGED_EARLY and BAG_CHANGED_LATE, which nobody records.
    kind = serializers.CharField()
    mdc = serializers.CharField()
    at = InstantField()
    reason = serializers.CharField()
    note = serializers.CharField()
    effect = serializers.ChoiceField(choices=[str(each) for each in Effect])
    pump_stopped = serializers.BooleanField(allow_null=True)
    supervised = serializers.BooleanField()
    corrects_id = serializers.UUIDField(allow_null=True)
    withdrawn = serializers.BooleanField()
    counts = serializers.BooleanField()
    derived = serializers.BooleanField()
    recorded_at = InstantField(allow_null=True)
    recorded_by_name = serializers.CharField()


class EventsOut(Output):
    """Everything that happened in a course, the latest first."""

    course_version = serializers.IntegerField()
    time_zone = serializers.CharField()
    events = EventOut(many=True)


class ToldOut(Output):
    """The event that was stored, and the clock as it reads now."""

    course_version = serializers.IntegerField()
    event = EventOut()
    clock = ClockOut(allow_null=True)


class EventEndpoint(Endpoint):
    """What the endpoints of events share."""

    keyed_methods = ("POST",)

    def told(self, course_id: uuid.UUID, event_id: uuid.UUID, code: int) -> Response:
        """Answer with the event and the clock derived again."""
        course = courses.get_course(self.actor, course_id)
        state = courses.read_course(course_id, self.now)
        listed = reading.list_events(course.id)
        shown = {
            "course_version": state.version,
            "event": next(one for one in listed if one.id == event_id),
            "clock": state.current_cycle.clock if state.current_cycle else None,
        }
        context = {"for_staff": rest.is_staff_for(self.actor, course)}
        return Response(
            ToldOut(shown, context=context).data,
            status=code,
            headers={"ETag": etag_of(state.version)},
        )


class CourseEvents(EventEndpoint):
    """The events of a course."""

    policy_actions = {"GET": "event.view", "POST": "event.record"}

    @extend_schema(operation_id="list_events", responses={200: EventsOut})
    def get(self, request: Request, course_id: uuid.UUID) -> HttpResponseBase:
        """List everything that was told, corrections and withdrawals too."""
        course = courses.get_course(self.actor, course_id)
        self.allow(course)
        shown = {
            "course_version": course.version,
            "time_zone": course.time_zone,
            "events": reading.list_events(course.id),
        }
        context = {"for_staff": rest.is_staff_for(self.actor, course)}
        return Response(EventsOut(shown, context=context).data)

    @extend_schema(
        operation_id="record_event", request=EventIn, responses={201: ToldOut}
    )
    def post(self, request: Request, course_id: uuid.UUID) -> HttpResponseBase:
        """Tell what happened, now or long ago; the family tells what it sees and hears."""
        self.allow(courses.get_course(self.actor, course_id))
        report = Report(**self.body(EventIn))
        return self.once(lambda: self._recorded(course_id, report))

    def _recorded(self, course_id: uuid.UUID, report: Report) -> Response:
        row = events.record_event(
            actor=self.actor, course_id=course_id, report=report, now=self.now
        )
        return self.told(course_id, row.id, status.HTTP_201_CREATED)


class OneEvent(EventEndpoint):
    """A step on one event: keyed, and versioned by the course."""

    versioned_methods = ("POST",)

    def take(
        self, event_id: uuid.UUID, step: Any, read: Callable[[], dict[str, Any]]
    ) -> HttpResponseBase:
        """Take the step once and answer with the row that was appended."""
        course = reading.get_event(self.actor, event_id).cycle.course
        self.allow(course)
        version, asked = self.expected_version(), read()
        return self.once(
            lambda: self.told(
                course.id,
                step(
                    actor=self.actor,
                    course_id=course.id,
                    event_id=event_id,
                    expected_version=version,
                    now=self.now,
                    **asked,
                ).id,
                status.HTTP_201_CREATED,
            )
        )


class CorrectEvent(OneEvent):
    """It happened otherwise."""

    policy_actions = {"POST": "event.correct"}

    @extend_schema(
        operation_id="correct_event", request=ReportIn, responses={201: ToldOut}
    )
    def post(self, request: Request, event_id: uuid.UUID) -> HttpResponseBase:
        """Append what should have been told; the first telling stays."""
        return self.take(
            event_id,
            events.correct_event,
            lambda: {"report": Report(**self.body(ReportIn))},
        )


class WithdrawEvent(OneEvent):
    """It did not happen."""

    policy_actions = {"POST": "event.correct"}

    @extend_schema(
        operation_id="withdraw_event", request=WithdrawalIn, responses={201: ToldOut}
    )
    def post(self, request: Request, event_id: uuid.UUID) -> HttpResponseBase:
        """Append that it did not happen; what was told stays to be seen."""
        return self.take(
            event_id, events.withdraw_event, lambda: self.body(WithdrawalIn)
        )
