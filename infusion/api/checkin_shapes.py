"""Shapes of check-ins: what is asked, what was answered, what the rules made of it."""

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.reverse import reverse

from infusion.api.shapes import StaffOutput, TextOut
from infusion.api.ways import named
from infusion.domain.checkins import CheckInKind, Look, Way
from infusion.domain.evidence import Mark
from infusion.domain.findings import Source
from infusion.domain.findings_kinds import Code
from infusion.domain.grading import Term, Verdict
from infusion.domain.questionnaires import Form
from infusion.domain.states import CheckInStatus
from infusion.domain.submissions import LONGEST_ANSWER
from infusion.domain.toxicity import Scale
from infusion.domain.triage import Colour
from patients.api.fields import Input, InstantField, Output, TextField

_LONGEST_KEY = 60
_MOST_FORMS = 10
# Of other versions as well, whose questions nobody knows here.
_QUESTION = re.compile(rf"[A-Za-z0-9][A-Za-z0-9._-]{{0,{_LONGEST_KEY - 1}}}")

# --- What is asked --------------------------------------------------------------------


class AnswerOptionOut(Output):
    """One answer to choose; with ``is_known`` false it says that nobody can tell."""

    key = serializers.CharField()
    text = TextOut()
    is_known = serializers.BooleanField()


class AskedWhenOut(Output):
    """After which answers to which question of the same form a question is asked."""

    question = serializers.CharField()
    answers = serializers.ListField(child=serializers.CharField())


class QuestionOut(Output):
    """One question: one screen."""

    key = serializers.CharField()
    form = serializers.ChoiceField(choices=named(Form))
    text = TextOut()
    help = TextOut(allow_null=True)
    options = AnswerOptionOut(many=True)
    asked_when = AskedWhenOut(allow_null=True)
    is_optional = serializers.BooleanField()
    unit = serializers.CharField(
        allow_blank=True, help_text="UCUM; a temperature is in Cel and nothing else"
    )
    least = serializers.CharField(allow_null=True)
    most = serializers.CharField(allow_null=True)


class FormOut(Output):
    """One form in one version; answers name both."""

    key = serializers.CharField()
    version = serializers.CharField()
    title = TextOut()
    note = TextOut(allow_null=True)
    questions = QuestionOut(many=True)


class LimitsOut(Output):
    """A number within these ends is the sign; an end that is null is open."""

    at_least = serializers.CharField(allow_null=True)
    above = serializers.CharField(allow_null=True)
    at_most = serializers.CharField(allow_null=True)
    below = serializers.CharField(allow_null=True)


class RuleOut(Output):
    """The rule behind a sign."""

    rule = serializers.CharField()
    topic = serializers.CharField()
    colour = serializers.ChoiceField(choices=named(Colour))
    text = TextOut()
    limits = LimitsOut(many=True)
    unknown = serializers.ChoiceField(
        choices=named(Colour), help_text="The colour when it was asked and is not known"
    )


class SignOut(RuleOut):
    """Which answers to one question are a sign."""

    form = serializers.CharField()
    question = serializers.CharField()
    answers = serializers.ListField(child=serializers.CharField())


class PartOut(Output):
    """One question of a sum, and the points of its answers."""

    form = serializers.CharField()
    question = serializers.CharField()
    points = serializers.DictField(child=serializers.CharField())
    most = serializers.CharField()


class SumOut(RuleOut):
    """A sum of answers that is a sign; what no form asks counts as right."""

    parts = PartOut(many=True)
    elsewhere = serializers.CharField()


class SignsOut(Output):
    """What a client shows by itself, before any answer of the service.

    Any red is red; ambers on so many topics are red as well. Trends are not among them.
    """

    rules = serializers.CharField()
    ambers_that_make_red = serializers.IntegerField()
    answers = SignOut(many=True)
    sums = SumOut(many=True)


class SheetOut(Output):
    """The questions of a check-in in order, in both languages, and their signs."""

    check_in_id = serializers.UUIDField(
        allow_null=True, help_text="Null where nothing is due: an unplanned check-in"
    )
    hotline = serializers.CharField(allow_blank=True)
    forms = FormOut(many=True)
    signs = SignsOut()


# --- What is answered -----------------------------------------------------------------


class ByQuestion(serializers.DictField):
    """Answers by question; a name that no question can have is refused, and not echoed."""

    default_error_messages = {
        "question": _("There is no such question, or no such answer to it.")
    }

    def to_internal_value(self, data: Any) -> dict[Any, Any]:
        """Refuse such names before the answers are read."""
        if isinstance(data, Mapping) and not all(map(_QUESTION.fullmatch, data)):
            self.fail("question")
        return super().to_internal_value(data)


class FormAnswersIn(Input):
    """The answers to one form: the key of an option, a number, an instant, or a text."""

    key = TextField(max_length=_LONGEST_KEY)
    version = TextField(max_length=_LONGEST_KEY)
    answers = ByQuestion(
        child=TextField(max_length=LONGEST_ANSWER, allow_blank=False),
        help_text="By question. What is left out is not known, and never normal.",
    )


class AnswersIn(Input):
    """Answers under an id the client chose; sent again, they are taken once."""

    id = serializers.UUIDField()
    given_at = InstantField(help_text="When they were given, not when they are sent")
    language = serializers.ChoiceField(choices=["en", "zh-hans"], default="en")
    forms = serializers.ListField(child=FormAnswersIn(), max_length=_MOST_FORMS)


class EnteredIn(AnswersIn):
    """Answers a nurse types in for somebody else; equal to the others in the record."""

    language = serializers.RegexField(  # type: ignore[assignment]
        r"^[a-z]{2,3}(-[a-z]{2,6})?$",
        default="en",
        help_text="In which it was said, also through an interpreter: es, zh-hans",
    )
    way = serializers.ChoiceField(
        choices=[one for one in named(Way) if one != Way.SELF]
    )
    source = serializers.ChoiceField(  # type: ignore[assignment]
        choices=[str(Source.PATIENT), str(Source.CAREGIVER), str(Source.NURSE)]
    )


class PhotoOut(Output):
    """A photograph of an answer."""

    id = serializers.UUIDField()
    question = serializers.CharField(help_text="neuro.sentence-photo")
    media_type = serializers.CharField()
    received_at = InstantField()


class FindingOut(Output):
    """An answer in the words it was given, and what was read out of it."""

    finding = serializers.ChoiceField(choices=named(Code), source="code")
    value = serializers.CharField(allow_null=True)
    unit = serializers.CharField(allow_blank=True)
    verbatim = serializers.CharField(allow_blank=True)
    at = serializers.CharField()
    source = serializers.ChoiceField(  # type: ignore[assignment]
        choices=named(Source)
    )
    form = serializers.CharField(allow_blank=True)
    site = serializers.CharField(allow_blank=True)


class FiredOut(Output):
    """A rule that fired: its sign, where that is from, and what it read."""

    rule = serializers.CharField()
    topic = serializers.CharField()
    colour = serializers.ChoiceField(choices=named(Colour))
    is_unanswered = serializers.BooleanField()
    text = TextOut()
    mark = serializers.ChoiceField(choices=named(Mark))
    sources = serializers.ListField(child=serializers.CharField())
    colour_mark = serializers.ChoiceField(choices=named(Mark))
    answers = FindingOut(many=True)
    before = FindingOut(many=True)


class GradeRowOut(Output):
    """A row of a scale."""

    row = serializers.CharField()
    grade = serializers.IntegerField()
    text = TextOut()
    mark = serializers.ChoiceField(choices=named(Mark))
    sources = serializers.ListField(child=serializers.CharField())


class GradeOut(Output):
    """What one scale says, as far as it is known; a clinician grades."""

    term = serializers.ChoiceField(choices=named(Term))
    scale = serializers.ChoiceField(choices=named(Scale))
    version = serializers.CharField()
    verdict = serializers.ChoiceField(choices=named(Verdict))
    grade = serializers.IntegerField(allow_null=True)
    at_most = serializers.IntegerField()
    fired = GradeRowOut(many=True)
    open = GradeRowOut(many=True)
    missing = serializers.ListField(child=serializers.ChoiceField(choices=named(Code)))
    holes = GradeRowOut(many=True)


class ResultOut(StaffOutput):
    """What the rules made of some answers, with everything they read."""

    staff_only = frozenset({"grades"})

    colour = serializers.ChoiceField(choices=named(Colour))
    rules = serializers.CharField()
    look_by = InstantField(allow_null=True)
    made_at = InstantField()
    fired = FiredOut(many=True)
    grades = GradeOut(many=True)


class AnswersOut(Output):
    """Answers, verbatim, as one person gave them once."""

    id = serializers.UUIDField()
    client_id = serializers.UUIDField()
    forms = serializers.ListField(child=serializers.CharField())
    values = serializers.DictField(
        child=serializers.DictField(child=serializers.CharField())
    )
    language = serializers.CharField()
    source = serializers.ChoiceField(  # type: ignore[assignment]
        choices=named(Source)
    )
    way = serializers.ChoiceField(choices=named(Way))
    recorded_by_id = serializers.UUIDField()
    given_at = InstantField()
    received_at = InstantField()
    corrects_id = serializers.UUIDField(allow_null=True)
    photos = PhotoOut(many=True)
    result = ResultOut()


class UnreadOut(Output):
    """Answers to another version of a form: no rule has read them, a person does."""

    id = serializers.UUIDField()
    client_id = serializers.UUIDField()
    meant_id = serializers.UUIDField(
        allow_null=True, help_text="The check-in they were sent to"
    )
    why = serializers.CharField(help_text="form_differs or form_unknown")
    forms = serializers.ListField(child=serializers.CharField())
    values = serializers.DictField(
        child=serializers.DictField(child=serializers.CharField())
    )
    language = serializers.CharField()
    source = serializers.ChoiceField(  # type: ignore[assignment]
        choices=named(Source)
    )
    way = serializers.ChoiceField(choices=named(Way))
    recorded_by_id = serializers.UUIDField()
    given_at = InstantField()
    received_at = InstantField()


class LookOut(Output):
    """Who looked, and what came of it."""

    what = serializers.ChoiceField(choices=named(Look))
    note = serializers.CharField(allow_blank=True)
    at = InstantField()
    by_id = serializers.UUIDField()


class CheckInOut(StaffOutput):
    """A check-in: when it is asked, whether it was answered, and who looked at it."""

    staff_only = frozenset({"looks", "call_at", "alert_at", "unread"})

    id = serializers.UUIDField()
    version = serializers.IntegerField()
    patient_id = serializers.UUIDField()
    course_id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=named(CheckInKind))
    forms = serializers.ListField(child=serializers.CharField())
    follows_id = serializers.UUIDField(allow_null=True)
    due_at = InstantField()
    call_at = InstantField(allow_null=True)
    alert_at = InstantField(allow_null=True)
    is_risky = serializers.BooleanField()
    status = serializers.ChoiceField(choices=named(CheckInStatus))
    reason = serializers.CharField(allow_blank=True)
    answered_at = InstantField(allow_null=True)
    colour = serializers.ChoiceField(choices=named(Colour), allow_blank=True)
    look_by = InstantField(allow_null=True)
    looked_at = InstantField(allow_null=True)
    answers = AnswersOut(many=True, source="answers.all")
    unread = UnreadOut(
        many=True, source="unread.all", help_text="Of a check-in of kind UNREAD"
    )
    looks = LookOut(many=True, source="looks.all")


class AdviceOut(Output):
    """What to tell the family beside the hotline and "never flush"."""

    en = serializers.CharField(source="text.en")
    zh_hans = serializers.CharField(source="text.zh")
    is_signed = serializers.BooleanField(
        help_text="Approved by two people of the site; else shipped words of this mark"
    )
    mark = serializers.ChoiceField(choices=named(Mark))


class SentOut(Output):
    """What became of answers: they are in the record, and this is what to show."""

    id = serializers.UUIDField()
    check_in_id = serializers.UUIDField()
    colour = serializers.ChoiceField(choices=named(Colour), source="result.colour")
    look_by = InstantField(source="result.look_by", allow_null=True)
    advice = AdviceOut()
    photos_url = serializers.SerializerMethodField()

    @extend_schema_field(serializers.CharField())
    def get_photos_url(self, row: Any) -> str:
        """Return where photographs of these answers are sent to."""
        return str(reverse("answer_photos", kwargs={"answers_id": row.pk}))
