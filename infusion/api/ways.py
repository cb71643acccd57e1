"""Shapes of a course's way: rounds with dates, ways with verdicts, facts in words."""

from typing import Any

from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from infusion.api.days import DayField
from infusion.api.shapes import StaffOutput, TextOut
from infusion.domain.blocks import BlockKind, Rhythm, Route
from infusion.domain.conditions import UNITS, FactKind, Operator
from infusion.domain.standings import Due
from infusion.domain.states import CourseStatus
from infusion.domain.walks import Firmness, RoundStatus, Verdict, Why
from infusion.wording import conditions as words
from patients.api.fields import Input, InstantField, Output, TextField


def named(kind: type[Any]) -> list[str]:
    """Return the values of an enumeration."""
    return [str(each) for each in kind]


class FactIn(Input):
    """A fact: what, its value, its unit, by which assay, and the day it was found."""

    kind = serializers.ChoiceField(choices=named(FactKind))
    value = TextField(max_length=40)
    unit = TextField(
        max_length=10,
        required=False,
        default="",
        allow_blank=True,
        help_text="Needed with a number, as `facts_asked` names it; nothing is converted",
    )
    assay = TextField(max_length=20, required=False, default="", allow_blank=True)
    taken_on = DayField()


class FactOut(Output):
    """A fact that is known; nobody typed a computed one."""

    kind = serializers.ChoiceField(choices=named(FactKind), source="fact.kind")
    value = serializers.CharField(source="fact.value")
    unit = serializers.SerializerMethodField()
    assay = serializers.CharField(source="fact.assay")
    taken_on = DayField(allow_null=True)
    is_computed = serializers.BooleanField()
    in_words = serializers.SerializerMethodField()

    def get_unit(self, taken: Any) -> str:
        """Return the unit of a number; empty for a word."""
        return UNITS[taken.fact.kind] if taken.fact.number is not None else ""

    def get_in_words(self, taken: Any) -> str:
        """Return the fact as a sentence in the reader's language."""
        return words.known_fact(taken.fact)


class AnswerOut(Output):
    """One condition of a way and whether the facts meet it; null is not known."""

    kind = serializers.ChoiceField(choices=named(FactKind), source="condition.kind")
    operator = serializers.ChoiceField(
        choices=named(Operator), source="condition.operator"
    )
    values = serializers.ListField(
        child=serializers.CharField(), source="condition.values"
    )
    assays = serializers.ListField(
        child=serializers.CharField(), source="condition.assays"
    )
    holds = serializers.BooleanField(allow_null=True)
    in_words = serializers.SerializerMethodField()

    def get_in_words(self, answer: Any) -> str:
        """Return the condition as a sentence in the reader's language."""
        return words.condition_sentence(answer.condition)


class WayOut(Output):
    """A way out of a block, with what the facts say of it."""

    to = serializers.CharField()
    verdict = serializers.ChoiceField(choices=named(Verdict))
    is_optional = serializers.BooleanField(source="successor.optional")
    text = TextOut(source="successor.text", allow_null=True)
    conditions = AnswerOut(many=True, source="answers")


class ChoiceOut(Output):
    """A way a physician may take now."""

    to = serializers.CharField()
    from_block = serializers.CharField()
    from_ordinal = serializers.IntegerField()
    verdict = serializers.ChoiceField(choices=named(Verdict), source="branch.verdict")
    is_optional = serializers.BooleanField()
    is_going_on = serializers.BooleanField()
    is_exit = serializers.BooleanField()
    is_off_path = serializers.BooleanField(
        help_text="An exit of a stopped course to which no way leads; needs a reason"
    )
    text = TextOut(source="branch.successor.text", allow_null=True)
    conditions = AnswerOut(many=True, source="branch.answers")


class DoubtOut(Output):
    """Why a date is not firm, and the block it hangs on."""

    why = serializers.ChoiceField(choices=named(Why))
    block = serializers.CharField()
    in_words = serializers.SerializerMethodField()

    def get_in_words(self, reason: Any) -> str:
        """Return the doubt as a sentence in the reader's language."""
        titles = self.context.get("titles", {})
        title = titles.get(reason.block)
        shown = title.in_language(get_language() or "en") if title else reason.block
        return words.reason_sentence(reason, shown)


class GivenOnOut(Output):
    """A drug beside the infusion in one round: its days of the block, and their dates."""

    drug = TextOut()
    route = serializers.ChoiceField(choices=named(Route))
    rhythm = serializers.ChoiceField(choices=named(Rhythm))
    days = serializers.ListField(child=serializers.IntegerField())
    dates = serializers.SerializerMethodField()
    times = serializers.IntegerField(allow_null=True)
    dose = TextOut(allow_null=True)
    through_free = serializers.BooleanField(
        help_text="An oral drug that runs on through the treatment-free days"
    )

    @extend_schema_field(serializers.ListField(child=serializers.DateField()))
    def get_dates(self, given: Any) -> list[str]:
        """Return the dates, as sure as the start of the round; empty while unknown."""
        starts_on = self.context.get("starts_on")
        return [day.isoformat() for day in given.dates(starts_on)]


class RoundOut(Output):
    """One round on the way to the end: what, when, and how sure."""

    block = serializers.CharField(source="block.key")
    kind = serializers.ChoiceField(choices=named(BlockKind), source="block.kind")
    title = TextOut(source="block.title")
    ordinal = serializers.IntegerField()
    of = serializers.IntegerField(source="block.times")
    cycle = serializers.IntegerField(allow_null=True)
    status = serializers.ChoiceField(choices=named(RoundStatus))
    starts_on = DayField(allow_null=True)
    ends_on = DayField(allow_null=True)
    firmness = serializers.ChoiceField(choices=named(Firmness))
    reasons = DoubtOut(many=True)
    ways = WayOut(many=True, source="branches")
    given = serializers.SerializerMethodField()

    @extend_schema_field(GivenOnOut(many=True))
    def get_given(self, item: Any) -> list[dict[str, Any]]:
        """Return the other drugs of the round."""
        context = {"starts_on": item.starts_on}
        return list(GivenOnOut(item.block.given, many=True, context=context).data)


class CapOut(Output):
    """A cycle that lies beyond what a payer pays."""

    payer = TextOut()
    cycles = serializers.IntegerField()
    cycle = serializers.IntegerField()


class StandingOut(Output):
    """What the course waits for, and in which block."""

    due = serializers.ChoiceField(choices=named(Due))
    block = serializers.SerializerMethodField()
    ordinal = serializers.IntegerField()
    needs_gate = serializers.BooleanField()

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_block(self, standing: Any) -> str | None:
        """Return the block that runs, is planned or comes next."""
        return standing.block.key if standing.block else None


class DecisionOut(Output):
    """Who took which way, on which facts."""

    id = serializers.UUIDField()
    block = serializers.CharField()
    ordinal = serializers.IntegerField()
    to = serializers.CharField()
    verdict = serializers.ChoiceField(choices=named(Verdict))
    facts = FactOut(many=True)
    reason = serializers.CharField()
    response = serializers.CharField()
    decided_by_name = serializers.CharField()
    decided_at = InstantField()
    regimen_version = serializers.CharField()


class GatePassedOut(Output):
    """Who let a block begin, on which facts."""

    block = serializers.CharField()
    ordinal = serializers.IntegerField()
    passed_at = InstantField()
    passed_by_name = serializers.CharField()
    facts = FactOut(many=True)
    reason = serializers.CharField()


class OutlookOut(StaffOutput):
    """A course from its first block to the end of its regimen.

    Dates that hang on a gate, a decision or a missing length are provisional or null,
    and say why. The family gets the dates, not the findings.
    """

    staff_only = frozenset({"facts", "decisions", "gates"})

    course_id = serializers.UUIDField()
    version = serializers.IntegerField()
    status = serializers.ChoiceField(choices=named(CourseStatus))
    regimen_key = serializers.CharField(source="regimen.key")
    regimen_version = serializers.CharField()
    newer_version = serializers.CharField(allow_blank=True)
    on = DayField()
    standing = StandingOut()
    rounds = RoundOut(many=True, source="items")
    cycles_planned = serializers.IntegerField()
    cycles_given = serializers.IntegerField()
    warnings = CapOut(many=True)
    facts = FactOut(many=True)
    decisions = DecisionOut(many=True)
    gates = GatePassedOut(many=True)
