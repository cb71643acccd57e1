"""What a family is asked at home, what it answered, and what the rules made of it."""

import uuid
from typing import ClassVar

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from infusion.domain.checkins import CheckInKind, Look, Way
from infusion.domain.findings import Source
from infusion.domain.states import CHECK_IN_STEPS, CheckInStatus
from infusion.domain.triage import Colour
from infusion.models.base import (
    Record,
    VersionedRecord,
    append_only,
    choices,
    only_steps,
)
from infusion.models.courses import Course, Cycle


@pghistory.track(append_only=True)
class CheckIn(VersionedRecord):
    """One time at which a family is asked how the patient is.

    ``colour`` is the worst that its answers were given; empty while nobody has answered.
    It is looked at when ``looked_at`` is set: until then an amber, a red and a silence
    each have an alert.
    """

    SCOPE: ClassVar = {"site": "course__site", "patient": "course__patient"}

    course = models.ForeignKey(
        Course, models.PROTECT, related_name="check_ins", db_index=False
    )
    # The cycle in which it was asked; None before the first.
    cycle = models.ForeignKey(
        Cycle, models.PROTECT, null=True, blank=True, related_name="check_ins"
    )
    kind = models.CharField(
        max_length=11, choices=choices(CheckInKind), default=CheckInKind.PLANNED
    )
    # Names the occasion within the course: a plan that is made again finds it by this.
    key = models.CharField(max_length=80)
    # Keys of the questionnaires, in the order in which they are asked.
    forms = ArrayField(models.CharField(max_length=40))
    # Of a follow-up: the check-in whose answers gave the reason.
    follows = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="followed_by"
    )
    due_at = models.DateTimeField()
    # Without an answer the family is reminded, somebody is to ring, and it is an alert.
    remind_at = models.DateTimeField(null=True, blank=True)
    call_at = models.DateTimeField(null=True, blank=True)
    alert_at = models.DateTimeField(null=True, blank=True)
    # In the first days of a cycle, after a step, a restart or a discharge.
    is_risky = models.BooleanField(default=False)
    status = models.CharField(
        max_length=9, choices=choices(CheckInStatus), default=CheckInStatus.DUE
    )
    # Why it was cancelled: a code, never a text.
    reason = models.CharField(max_length=40, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    colour = models.CharField(max_length=5, choices=choices(Colour), blank=True)
    # Since when it has this colour, and until when somebody must have looked.
    coloured_at = models.DateTimeField(null=True, blank=True)
    look_by = models.DateTimeField(null=True, blank=True)
    looked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        triggers = [only_steps(CHECK_IN_STEPS)]
        constraints = [
            models.UniqueConstraint(
                fields=["course", "key"],
                condition=~Q(status="CANCELLED"),
                name="check_in_once",
            ),
            models.CheckConstraint(
                condition=Q(status="ANSWERED", answered_at__isnull=False)
                | (~Q(status="ANSWERED") & Q(answered_at=None, colour="")),
                name="an_answered_check_in_has_an_instant",
            ),
            models.CheckConstraint(
                condition=Q(colour="", coloured_at=None)
                | (~Q(colour="") & Q(coloured_at__isnull=False)),
                name="a_colour_has_an_instant",
            ),
            models.CheckConstraint(
                condition=Q(forms__len__gt=0) | Q(kind__in=["CALL_WANTED", "UNREAD"]),
                name="a_check_in_asks_something",
            ),
            models.CheckConstraint(
                condition=Q(call_at=None)
                | Q(alert_at=None)
                | Q(call_at__lte=F("alert_at")),
                name="somebody_rings_before_it_is_missed",
            ),
        ]
        indexes = [
            models.Index(fields=["course", "due_at"], name="check_in_by_time"),
            models.Index(
                fields=["alert_at"], condition=Q(status="DUE"), name="check_in_to_miss"
            ),
            models.Index(
                fields=["call_at"],
                condition=Q(status__in=["DUE", "MISSED"], looked_at=None),
                name="check_in_silent",
            ),
            models.Index(
                fields=["coloured_at"],
                condition=Q(colour__in=["AMBER", "RED"], looked_at=None),
                name="check_in_to_look_at",
            ),
        ]

    @property
    def site_id(self) -> uuid.UUID:
        """Return the site of the course, as policy asks."""
        return self.course.site_id

    @property
    def patient_id(self) -> uuid.UUID:
        """Return whose course it is, as policy asks."""
        return self.course.patient_id


class GivenAnswers(Record):
    """Answers verbatim, as one person gave them once. Append-only.

    ``values`` holds by questionnaire ("daily-adult") the answer of each question by its
    key; ``forms`` the versions that were answered ("daily-adult 1.0.0"), in order.
    """

    SCOPE: ClassVar = {
        "site": "check_in__course__site",
        "patient": "check_in__course__patient",
    }
    check_in: "models.ForeignKey[CheckIn, CheckIn]"

    # Chosen by whoever sends: the same twice is the same answers, once.
    client_id = models.UUIDField(unique=True)
    # SHA-256 of what was sent under this id.
    digest = models.CharField(max_length=64)
    values = models.JSONField()
    language = models.CharField(max_length=10)
    # Who spoke, and how it came here; who typed it, where another did.
    source = models.CharField(max_length=10, choices=choices(Source))
    way = models.CharField(max_length=9, choices=choices(Way))
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    # When it was answered, which may be long before it arrived.
    given_at = models.DateTimeField()
    received_at = models.DateTimeField()

    class Meta:
        abstract = True

    @property
    def site_id(self) -> uuid.UUID:
        """Return the site of the course, as policy asks."""
        return self.check_in.site_id

    @property
    def patient_id(self) -> uuid.UUID:
        """Return whose course it is, as policy asks."""
        return self.check_in.patient_id


class CheckInAnswers(GivenAnswers):
    """Answers to a check-in that the rules have read."""

    check_in = models.ForeignKey(CheckIn, models.PROTECT, related_name="answers")
    forms = ArrayField(models.CharField(max_length=60))
    # Keys of the questions that the site had worded and signed.
    signed = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    corrects = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="corrected_by"
    )

    class Meta:
        triggers = [append_only()]
        constraints = [
            models.CheckConstraint(
                condition=Q(given_at__lte=F("received_at")), name="answers_not_ahead"
            ),
        ]


class UnreadAnswers(GivenAnswers):
    """Answers to another version of a form: kept word for word, and read by a person.

    They belong to a check-in of kind UNREAD, which asks for somebody; ``meant`` is the one
    they were sent to.
    """

    check_in = models.ForeignKey(CheckIn, models.PROTECT, related_name="unread")
    forms = ArrayField(models.CharField(max_length=130))
    meant = models.ForeignKey(
        CheckIn, models.PROTECT, null=True, blank=True, related_name="unread_of"
    )
    # Why no rule has read them: the code of the refusal.
    why = models.CharField(max_length=40)

    class Meta:
        triggers = [append_only()]
        constraints = [
            models.CheckConstraint(
                condition=Q(given_at__lte=F("received_at")), name="unread_not_ahead"
            ),
        ]


class CheckInResult(Record):
    """What the rules made of some answers, with everything they read. Append-only."""

    answers = models.OneToOneField(
        CheckInAnswers, models.PROTECT, related_name="result"
    )
    colour = models.CharField(max_length=5, choices=choices(Colour))
    # The set of rules with its version ("triage 1.0.0").
    rules = models.CharField(max_length=60)
    # What was found, by code, with its source and form: later trends compare with it.
    findings = models.JSONField(default=list)
    # Each rule that fired: its colour, sign, source and mark, and the answers it read.
    fired = models.JSONField()
    # What every scale says, with its version; "cannot assess" is among it.
    grades = models.JSONField()
    # Earlier answers of the course that trends were compared with.
    earlier = ArrayField(models.UUIDField(), default=list, blank=True)
    look_by = models.DateTimeField(null=True, blank=True)
    made_at = models.DateTimeField()

    class Meta:
        triggers = [append_only()]
        constraints = [
            models.CheckConstraint(
                condition=Q(colour="GREEN", look_by=None)
                | (~Q(colour="GREEN") & Q(look_by__isnull=False)),
                name="who_must_look_has_a_time",
            ),
        ]


class CheckInPhoto(Record):
    """A photograph that belongs to an answer, such as a sentence written by hand."""

    SCOPE: ClassVar = {
        "site": "answers__check_in__course__site",
        "patient": "answers__check_in__course__patient",
    }

    answers = models.ForeignKey(CheckInAnswers, models.PROTECT, related_name="photos")
    # The questionnaire and the question: "neuro.sentence-photo".
    question = models.CharField(max_length=90)
    # Drawn anew from what was sent: nothing else of the file is kept.
    media_type = models.CharField(max_length=20)
    body = models.BinaryField()
    # Of the bytes that were sent: the same twice is one photograph.
    sha256 = models.CharField(max_length=64)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    received_at = models.DateTimeField()

    class Meta:
        triggers = [append_only()]
        constraints = [
            models.UniqueConstraint(
                fields=["answers", "question", "sha256"], name="photo_once"
            ),
        ]

    @property
    def site_id(self) -> uuid.UUID:
        """Return the site of the course, as policy asks."""
        return self.answers.site_id

    @property
    def patient_id(self) -> uuid.UUID:
        """Return whose course it is, as policy asks."""
        return self.answers.patient_id


class CheckInLook(Record):
    """A person looked at a check-in, or at the silence, and says what came of it."""

    check_in = models.ForeignKey(CheckIn, models.PROTECT, related_name="looks")
    what = models.CharField(max_length=16, choices=choices(Look))
    note = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        triggers = [append_only()]
