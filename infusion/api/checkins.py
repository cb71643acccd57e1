"""Check-ins: what is asked, answering it, photographs, looking at it, wishing a call."""

import datetime as dt
import uuid
from typing import Any

from django.http import HttpResponseBase
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from infusion.api.checkin_shapes import (
    AnswersIn,
    CheckInOut,
    EnteredIn,
    LookOut,
    SentOut,
    SheetOut,
)
from infusion.api.ways import named
from infusion.domain.checkins import Look, Way
from infusion.domain.findings import Source
from infusion.domain.states import CheckInStatus
from infusion.domain.submissions import FormAnswers, Submission
from infusion.selectors import checkin_pages as pages
from infusion.selectors.checkins import forms_of
from infusion.selectors.courses import get_course
from infusion.selectors.site_texts import advice_state
from infusion.services import checkins_answering as answering
from infusion.services.checkins_looking import look_at_check_in
from patients.api.concurrency import etag_of
from patients.api.endpoints import Endpoint, PageQuery
from patients.api.fields import Input, TextField
from patients.api.pages import Pages
from patients.selectors.people import get_visible_patient

_EXAMPLE = {
    "id": "0197a0c2-6f0e-7c11-9d2f-0a5b3c4d5e6f",
    "given_at": "2026-03-02T03:04:00Z",
    "language": "en",
    "forms": [
        {
            "key": "daily-adult",
            "version": "1.0.0",
            "answers": {
                "temperature": "38.4",
                "temperature-site": "ARMPIT",
                "temperature-time": "2026-03-02T03:00:00Z",
                "antipyretic": "YES",
                "antipyretic-time": "2026-03-02T01:30:00Z",
                "chills": "CANNOT_TELL",
            },
        }
    ],
}
ANSWERS = OpenApiExample(
    "A fever at night, a fever reducer taken", value=_EXAMPLE, request_only=True
)
ENTERED = OpenApiExample(
    "The same, told on the telephone",
    value=_EXAMPLE | {"way": "TELEPHONE", "source": "CAREGIVER"},
    request_only=True,
)


class CheckInQuery(PageQuery):
    """What the list of check-ins can be narrowed to."""

    status = serializers.ChoiceField(choices=named(CheckInStatus), required=False)


class CheckInPages(Pages):
    """The latest first."""

    ordering = ("-due_at", "-id")


class LookIn(Input):
    """What came of it."""

    what = serializers.ChoiceField(choices=named(Look))
    note = TextField(max_length=500, required=False, allow_blank=True, default="")


class NothingIn(Input):
    """Nothing is asked."""


def submission_of(asked: dict[str, Any]) -> Submission:
    """Return a checked body as a submission.

    :raises AnswerTooLong: when an answer is longer than anybody can read.
    """
    source = asked.get("source")
    return Submission(
        client_id=asked["id"],
        forms=tuple(FormAnswers(**one) for one in asked["forms"]),
        given_at=asked["given_at"],
        language=asked["language"],
        way=Way(asked.get("way", Way.SELF)),
        source=Source(source) if source else None,
    )


class CheckInEndpoint(Endpoint):
    """What endpoints of check-ins do alike."""

    def show_check_in(self, row: Any) -> dict[str, Any]:
        """Return a check-in as the caller may see it."""
        context = {"for_staff": self.actor.is_staff}
        return dict(CheckInOut(row, context=context).data)

    def sent(self, row: Any) -> Response:
        """Answer with what became of answers: 201 at first, 200 when sent again."""
        is_new = row.received_at == self.now
        code = status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
        row.advice = advice_state(row.check_in.course.site_id, row.result.colour)
        return Response(SentOut(row).data, status=code)


class PatientCheckIns(CheckInEndpoint):
    """The check-ins of a patient."""

    policy_actions = {"GET": "checkin.view"}
    query_class = CheckInQuery
    pagination_class = CheckInPages

    @extend_schema(
        operation_id="list_check_ins",
        parameters=[CheckInQuery],
        responses={200: CheckInOut(many=True)},
    )
    def get(self, request: Request, patient_id: uuid.UUID) -> Response:
        """List what was and will be asked, the latest first, with every answer."""
        self.allow(get_visible_patient(self.actor, patient_id))
        rows = pages.list_check_ins(self.actor, patient_id)
        if wanted := self.query.get("status"):
            rows = rows.filter(status=wanted)
        found = self.pagination_class()
        page = found.paginate_queryset(rows, request, self) or []
        return found.get_paginated_response([self.show_check_in(one) for one in page])


class OneCheckIn(CheckInEndpoint):
    """One check-in."""

    policy_actions = {"GET": "checkin.view"}
    is_conditional = True

    @extend_schema(operation_id="get_check_in", responses={200: CheckInOut})
    def get(self, request: Request, check_in_id: uuid.UUID) -> HttpResponseBase:
        """Return a check-in with its answers, verbatim, and what the rules made of them."""
        row = pages.get_check_in(self.actor, check_in_id)
        self.allow(row)
        context = {"for_staff": self.actor.is_staff}
        return self.show(CheckInOut(row, context=context), *_state(row))


def _state(row: Any) -> tuple[int, ...]:
    """Return the version, and how many photographs and looks have come to it.

    They have no version of their own: whoever looks at answers decides on no less because
    a photograph of them comes a moment later, or somebody was not reached.
    """
    photos = sum(len(one.photos.all()) for one in row.answers.all())
    return row.version, photos, len(row.looks.all())


class CheckInSheet(CheckInEndpoint):
    """The questions of one check-in."""

    policy_actions = {"GET": "checkin.view"}

    @extend_schema(operation_id="get_check_in_sheet", responses={200: SheetOut})
    def get(self, request: Request, check_in_id: uuid.UUID) -> Response:
        """Return the questions, their branches, and the signs a phone shows by itself."""
        row = pages.get_check_in(self.actor, check_in_id)
        self.allow(row)
        return Response(_sheet(row.course, forms_of(row), self.now, row.pk))


class CourseSheet(CheckInEndpoint):
    """The questions for somebody who tells something though nothing is due."""

    policy_actions = {"GET": "checkin.view"}

    @extend_schema(operation_id="get_unplanned_sheet", responses={200: SheetOut})
    def get(self, request: Request, course_id: uuid.UUID) -> Response:
        """Return the questions for the age of the patient."""
        course = get_course(self.actor, course_id)
        self.allow(course)
        forms = pages.forms_to_tell(course, self.now)
        return Response(_sheet(course, forms, self.now, None))


def _sheet(
    course: Any, forms: Any, now: dt.datetime, check_in_id: uuid.UUID | None
) -> dict[str, Any]:
    found = {
        "check_in_id": check_in_id,
        "hotline": course.site.on_call_phone,
        **pages.sheet_of(course, forms, now),
    }
    return dict(SheetOut(found).data)


class CheckInAnswers(CheckInEndpoint):
    """Answers to what is asked, by the patient or a caregiver."""

    policy_actions = {"POST": "checkin.answer"}

    @extend_schema(
        operation_id="answer_check_in",
        request=AnswersIn,
        responses={200: SentOut, 201: SentOut},
        examples=[ANSWERS],
    )
    def post(self, request: Request, check_in_id: uuid.UUID) -> Response:
        """Take answers, late ones as well; sent again under their id, 200 and no more."""
        self.allow(pages.get_check_in(self.actor, check_in_id))
        asked = self.body(AnswersIn)
        return self.sent(
            answering.answer_check_in(
                actor=self.actor,
                check_in_id=check_in_id,
                given=submission_of(asked),
                now=self.now,
            )
        )


class EnterCheckIn(CheckInEndpoint):
    """Answers a nurse types in: told on the telephone, written on paper, seen."""

    policy_actions = {"POST": "checkin.enter"}

    @extend_schema(
        operation_id="enter_check_in",
        request=EnteredIn,
        responses={200: SentOut, 201: SentOut},
        examples=[ENTERED],
    )
    def post(self, request: Request, check_in_id: uuid.UUID) -> Response:
        """Take answers that somebody else gave; equal in the record."""
        self.allow(pages.get_check_in(self.actor, check_in_id))
        asked = self.body(EnteredIn)
        return self.sent(
            answering.answer_check_in(
                actor=self.actor,
                check_in_id=check_in_id,
                given=submission_of(asked),
                now=self.now,
            )
        )


class CourseCheckIns(CheckInEndpoint):
    """Answers though nothing is due, by the patient or a caregiver."""

    policy_actions = {"POST": "checkin.answer"}

    @extend_schema(
        operation_id="answer_unplanned",
        request=AnswersIn,
        responses={200: SentOut, 201: SentOut},
        examples=[ANSWERS],
    )
    def post(self, request: Request, course_id: uuid.UUID) -> Response:
        """Take answers nobody asked for; what they cover of what is due is answered."""
        self.allow(get_course(self.actor, course_id))
        asked = self.body(AnswersIn)
        return self.sent(
            answering.answer_unplanned(
                actor=self.actor,
                course_id=course_id,
                given=submission_of(asked),
                now=self.now,
            )
        )


class EnterUnplanned(CheckInEndpoint):
    """Answers a nurse types in though nothing is due: of whoever wanted to be rung."""

    policy_actions = {"POST": "checkin.enter"}

    @extend_schema(
        operation_id="enter_unplanned",
        request=EnteredIn,
        responses={200: SentOut, 201: SentOut},
        examples=[ENTERED],
    )
    def post(self, request: Request, course_id: uuid.UUID) -> Response:
        """Take answers of a call; what they cover of what is due is answered."""
        self.allow(get_course(self.actor, course_id))
        asked = self.body(EnteredIn)
        return self.sent(
            answering.answer_unplanned(
                actor=self.actor,
                course_id=course_id,
                given=submission_of(asked),
                now=self.now,
            )
        )


class CorrectAnswers(CheckInEndpoint):
    """Other answers in the place of some."""

    policy_actions = {"POST": "checkin.enter"}

    @extend_schema(
        operation_id="correct_answers",
        request=EnteredIn,
        responses={200: SentOut, 201: SentOut},
    )
    def post(self, request: Request, answers_id: uuid.UUID) -> Response:
        """Correct answers; the first stay in the record, and no colour falls by it."""
        self.allow(pages.get_answers(self.actor, answers_id))
        asked = self.body(EnteredIn)
        return self.sent(
            answering.correct_answers(
                actor=self.actor,
                answers_id=answers_id,
                given=submission_of(asked),
                now=self.now,
            )
        )


class LookAtCheckIn(CheckInEndpoint):
    """What came of it when a person looked."""

    policy_actions = {"POST": "checkin.look"}
    keyed_methods = ("POST",)
    versioned_methods = ("POST",)

    @extend_schema(
        operation_id="look_at_check_in", request=LookIn, responses={201: LookOut}
    )
    def post(self, request: Request, check_in_id: uuid.UUID) -> HttpResponseBase:
        """Write down what came of it; its alert ends, unless nobody was reached."""
        self.allow(pages.get_check_in(self.actor, check_in_id))
        version, asked = self.expected_version(), self.body(LookIn)
        return self.once(lambda: self._looked(check_in_id, version, asked))

    def _looked(
        self, check_in_id: uuid.UUID, version: int, asked: dict[str, Any]
    ) -> Response:
        row = look_at_check_in(
            actor=self.actor,
            check_in_id=check_in_id,
            expected_version=version,
            what=Look(asked["what"]),
            note=asked["note"],
            now=self.now,
        )
        etag = etag_of(*_state(pages.get_check_in(self.actor, check_in_id)))
        return Response(LookOut(row).data, status=201, headers={"ETag": etag})


class CallWanted(CheckInEndpoint):
    """Somebody wants to be rung."""

    policy_actions = {"POST": "checkin.answer"}

    @extend_schema(
        operation_id="ask_for_call", request=NothingIn, responses={200: CheckInOut}
    )
    def post(self, request: Request, course_id: uuid.UUID) -> Response:
        """Have the patient rung; asked twice before anybody did it is one wish."""
        self.allow(get_course(self.actor, course_id))
        self.body(NothingIn)
        row = answering.ask_for_call(
            actor=self.actor, course_id=course_id, now=self.now
        )
        return Response(self.show_check_in(pages.get_check_in(self.actor, row.pk)))
