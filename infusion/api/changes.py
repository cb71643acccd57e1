"""Changes of a plan: looked at, then made as they were shown."""

import uuid
from typing import Any

from django.http import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from infusion.api.courses import CourseOut, course_reply
from infusion.api.shapes import UnmetOut
from infusion.domain.changes import Change, Scope, Verb
from infusion.domain.previews import Fate
from infusion.domain.states import PlacementKind
from infusion.selectors import changes as reading
from infusion.selectors import courses
from infusion.services import replanning
from patients.api.endpoints import Endpoint
from patients.api.fields import DecimalText, Input, InstantField, Output, TextField


class ChangeIn(Input):
    """What is to be changed, how far it reaches, and why; each verb has its own fields."""

    verb = serializers.ChoiceField(choices=[str(each) for each in Verb])
    scope = serializers.ChoiceField(choices=[str(each) for each in Scope])
    reason = TextField(max_length=200)
    at = InstantField(required=False, help_text="The instant it is about")
    to = InstantField(required=False, help_text="The instant something moves to")
    place = serializers.ChoiceField(
        choices=[str(each) for each in PlacementKind], required=False
    )
    supervised = serializers.BooleanField(required=False)
    visit_id = serializers.UUIDField(required=False)
    recipe = TextField(max_length=40, required=False, help_text="The bag to use")
    override_reason = TextField(
        max_length=500,
        allow_blank=True,
        required=False,
        help_text="A physician's reason for a placement the rules speak against",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Return the change as one value beside whatever else was sent."""
        asked = dict(attrs)
        rest = {name: asked.pop(name) for name in ("token",) if name in asked}
        return {"change": change_of(asked), **rest}


def change_of(asked: dict[str, Any]) -> Change:
    """Return a change from the plain values of a form or a body.

    :raises Refusal: when its verb can't mean that.
    """
    kinds = {"verb": Verb, "scope": Scope, "place": PlacementKind}
    values: dict[str, Any] = {
        name: kinds[name](value) if name in kinds else value
        for name, value in asked.items()
    }
    return Change(**values)


class ConfirmedChangeIn(ChangeIn):
    """A change as it was previewed, with the token of that preview."""

    token = TextField(max_length=200)


class BagSide(Output):
    """A bag at one side of a change."""

    hang_at = InstantField()
    take_down_at = InstantField()
    use_by = InstantField(allow_null=True)
    status = serializers.CharField()
    is_used = serializers.BooleanField()


class PairOut(Output):
    """One thing at both sides; a side is null where it is not there."""

    fate = serializers.ChoiceField(choices=[str(each) for each in Fate])


class BagPairOut(PairOut):
    """A bag before and after; ``id`` is null for one that is new."""

    id = serializers.SerializerMethodField()
    sequence = serializers.IntegerField(source="now.sequence")
    recipe_key = serializers.CharField(source="now.recipe_key")
    daily_dose_mcg = DecimalText(source="now.daily_dose_mcg")
    vials = serializers.IntegerField(source="now.vials")
    before = BagSide(allow_null=True)
    after = BagSide(allow_null=True)

    def get_id(self, pair: Any) -> uuid.UUID | None:
        """Return the id of what exists already."""
        return pair.before.id if pair.before else None


class VisitSide(Output):
    """A visit at one side of a change."""

    at = InstantField()
    placement = serializers.ChoiceField(choices=[str(each) for each in PlacementKind])
    status = serializers.CharField()
    owner_id = serializers.UUIDField(allow_null=True)
    owner_name = serializers.CharField()


class VisitPairOut(PairOut):
    """A visit before and after; it keeps its owner while it stays itself."""

    id = serializers.SerializerMethodField()
    kind = serializers.CharField(source="now.kind")
    before = VisitSide(allow_null=True)
    after = VisitSide(allow_null=True)

    def get_id(self, pair: Any) -> uuid.UUID | None:
        """Return the id of what exists already."""
        return pair.before.id if pair.before else None


class CycleSide(Output):
    """A cycle at one side of a change."""

    status = serializers.CharField()
    starts_at = serializers.DateTimeField()
    infusion_ends_at = serializers.DateTimeField()
    inpatient_until = serializers.DateTimeField(allow_null=True)


class CyclePairOut(PairOut):
    """A cycle before and after."""

    number = serializers.IntegerField(source="now.id")
    before = CycleSide(allow_null=True)
    after = CycleSide(allow_null=True)


class WasteOut(Output):
    """A made bag of which more is thrown away; vials are arithmetic and a lower bound."""

    bag_id = serializers.UUIDField()
    sequence = serializers.IntegerField()
    recipe_key = serializers.CharField()
    vials = serializers.IntegerField()
    ml = DecimalText()


class OwedOut(Output):
    """A message that is owed or no longer owed, without its text."""

    kind = serializers.CharField()
    due_at = InstantField()
    person_kind = serializers.CharField()
    person_name = serializers.CharField()


class PersonOut(Output):
    """Somebody who hears of it through a message."""

    kind = serializers.CharField()
    name = serializers.CharField()


class RiskOut(Output):
    """What the plan newly asks of people; the codes are those of relaxations."""

    code = serializers.CharField()
    at = serializers.DateTimeField()
    recipe = serializers.CharField(allow_blank=True)


class WaitingOut(Output):
    """What the course waits for at one side; ``block`` is empty when for nothing."""

    due = serializers.CharField()
    block = serializers.CharField(allow_blank=True)
    ordinal = serializers.IntegerField()


class ChangePreviewOut(Output):
    """What the change would do; the ``token`` confirms exactly this, for 15 minutes."""

    token = serializers.CharField(source="shown.token")
    course_version = serializers.IntegerField(source="shown.version")
    course_status_before = serializers.CharField(source="before.course_status")
    course_status_after = serializers.CharField(source="after.course_status")
    waits_for_before = WaitingOut(source="before.waits_for")
    waits_for_after = WaitingOut(source="after.waits_for")
    cycles = CyclePairOut(many=True)
    bags = BagPairOut(many=True)
    visits = VisitPairOut(many=True)
    deliveries = BagPairOut(many=True)
    waste = WasteOut(many=True)
    messages_added = OwedOut(many=True)
    messages_cancelled = OwedOut(many=True)
    people = PersonOut(many=True)
    new_unmet = UnmetOut(many=True)
    settled_unmet = UnmetOut(many=True)
    new_risks = RiskOut(many=True)


class ChangeMadeOut(Output):
    """A change as somebody confirmed it, and why."""

    id = serializers.UUIDField()
    verb = serializers.ChoiceField(choices=[str(each) for each in Verb])
    scope = serializers.ChoiceField(choices=[str(each) for each in Scope])
    parameters = serializers.DictField(
        child=serializers.CharField(), help_text="What was given beside the reason"
    )
    reason = serializers.CharField()
    made_by_name = serializers.CharField()
    made_at = InstantField()
    plan_number = serializers.IntegerField(
        allow_null=True, help_text="The last plan after it"
    )


class ChangesOut(Output):
    """Every confirmed change of a plan, the latest first."""

    course_version = serializers.IntegerField()
    time_zone = serializers.CharField()
    changes = ChangeMadeOut(many=True)


class PreviewChange(Endpoint):
    """A change that nobody has made."""

    policy_actions = {"POST": "plan.change"}

    @extend_schema(
        operation_id="preview_change",
        request=ChangeIn,
        responses={200: ChangePreviewOut},
    )
    def post(self, request: Request, course_id: uuid.UUID) -> Response:
        """Return the plan before and after the change; store nothing."""
        self.allow(courses.get_course(self.actor, course_id))
        seen = replanning.preview_change(
            actor=self.actor, course_id=course_id, now=self.now, **self.body(ChangeIn)
        )
        return Response(ChangePreviewOut(seen).data)


class CourseChanges(Endpoint):
    """The changes of a plan, each made as it was shown.

    The token of a change says of which version it was shown: no If-Match.
    """

    policy_actions = {"GET": "walk.view", "POST": "plan.change"}
    keyed_methods = ("POST",)

    @extend_schema(operation_id="list_changes", responses={200: ChangesOut})
    def get(self, request: Request, course_id: uuid.UUID) -> Response:
        """List every change that somebody confirmed, with its reason."""
        course = courses.get_course(self.actor, course_id)
        self.allow(course)
        shown = {
            "course_version": course.version,
            "time_zone": course.time_zone,
            "changes": reading.list_changes(course),
        }
        return Response(ChangesOut(shown).data)

    @extend_schema(
        operation_id="make_change",
        request=ConfirmedChangeIn,
        responses={200: CourseOut},
    )
    def post(self, request: Request, course_id: uuid.UUID) -> HttpResponseBase:
        """Make the change, or refuse it when it would no longer do what was shown."""
        self.allow(courses.get_course(self.actor, course_id))
        asked = self.body(ConfirmedChangeIn)
        return self.once(
            lambda: course_reply(
                self,
                replanning.apply_change(
                    actor=self.actor, course_id=course_id, now=self.now, **asked
                ),
            )
        )
