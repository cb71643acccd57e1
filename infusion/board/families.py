"""The pages of a patient and of a caregiver: what is asked now, and whom to call.

They work on a phone, in both languages, and as plain forms where nothing runs in the
browser. A red is shown by the phone itself, before anybody has been reached.
"""

import datetime as dt
import uuid
import zoneinfo
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views import View

from infusion.board.access import to_login
from infusion.board.answering import errors_of, id_of, keep_photos, submission
from infusion.board.keeping import owner_of, pages_to_keep
from infusion.board.papers import paper_sheets
from infusion.board.question_rows import form_rows, typed
from infusion.board.refusals import REFUSALS, reason
from infusion.board.words import word
from infusion.domain.questionnaires import Questionnaire
from infusion.domain.signs import signs_of
from infusion.domain.states import CheckInStatus
from infusion.selectors import checkin_pages as pages
from infusion.selectors.checkins import (
    due_check_ins,
    forms_of,
    reading_of,
    signed_questions,
)
from infusion.selectors.courses import get_course
from infusion.selectors.rota import on_duty
from infusion.services import checkins_answering as answering
from infusion.wording.regimens import read
from patients import clock
from patients.domain.refusals import NotFound
from patients.policy import CAREGIVER, PATIENT, Actor
from patients.selectors.actors import get_actor
from patients.selectors.people import get_visible_patient, list_patients

_ANSWERABLE = (CheckInStatus.DUE, CheckInStatus.MISSED, CheckInStatus.CANCELLED)


class FamilyPage(View):
    """A page for a patient or a caregiver: never stored by the browser."""

    actor: Actor

    def dispatch(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        """Let families in, with the clock read once."""
        response = self._turned_away(request)
        if response is None:
            response = super().dispatch(request, *args, **kwargs)
        add_never_cache_headers(response)
        return response

    def _turned_away(self, request: HttpRequest) -> HttpResponseBase | None:
        if not request.user.pk:
            return to_login(request)
        self.now = clock.now()
        self.actor = get_actor(request.user.pk, self.now.date())
        request.actor = self.actor  # type: ignore[attr-defined]
        if not self.actor.roles & {PATIENT, CAREGIVER}:
            return render(request, "board/not_family.html", status=HTTPStatus.FORBIDDEN)
        return None

    @property
    def own(self) -> set[uuid.UUID]:
        """Return the patients whom the person belongs to."""
        own = self.actor.own_patient_id
        return set(self.actor.cared_patient_ids) | ({own} if own else set())

    def patient(self, patient_id: uuid.UUID) -> Any:
        """Load a patient of the family.

        :raises Http404: when it is another one.
        """
        if patient_id not in self.own:
            raise Http404
        return get_visible_patient(self.actor, patient_id)

    def check_in(self, check_in_id: uuid.UUID) -> Any:
        """Load a check-in of a patient of the family.

        :raises Http404: when there is none.
        """
        try:
            found = pages.get_check_in(self.actor, check_in_id)
        except NotFound:
            raise Http404 from None
        if found.patient_id not in self.own:
            raise Http404
        return found

    def course(self, course_id: uuid.UUID) -> Any:
        """Load a course of a patient of the family.

        :raises Http404: when there is none.
        """
        try:
            found = get_course(self.actor, course_id)
        except NotFound:
            raise Http404 from None
        if found.patient_id not in self.own:
            raise Http404
        return found

    def context(self, patient: Any, **more: Any) -> dict[str, Any]:
        """Return what every page of a family shows: whom to call, in both languages."""
        other = "en" if (get_language() or "").startswith("zh") else "zh-hans"
        with override(other):
            call, ring = _("Call a person"), _("Please ring me")
        duty = on_duty(patient.site_id, self.now)
        return {
            "patient": patient,
            "in_hand": pages.course_in_hand(patient.pk),
            "owner": owner_of(self.actor),
            "site": patient.site,
            "zone": zoneinfo.ZoneInfo(patient.time_zone),
            "now": self.now,
            "on_call": [
                {
                    "name": one.name,
                    "phone": one.phone,
                    "role_word": word(one.role, "role"),
                }
                for one in duty
            ],
            "other": other,
            "call_other": call,
            "ring_other": ring,
            **more,
        }


class My(FamilyPage):
    """What is to be answered now; where there are several patients, one after the other."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show what is asked."""
        people = list(list_patients(self.actor).filter(pk__in=self.own))
        wanted = request.GET.get("patient", "")
        chosen = next((one for one in people if str(one.pk) == wanted), None)
        patient = chosen or next(iter(people), None)
        if patient is None:
            raise Http404
        course = pages.course_in_hand(patient.pk)
        due = due_check_ins(course.pk, self.now) if course else []
        for one in due:
            one.is_late = one.status == CheckInStatus.MISSED  # type: ignore[attr-defined]
        context = self.context(
            patient,
            course=course,
            due=[one for one in due if one.forms],
            next_due=pages.next_due(course.pk, self.now) if course else None,
            answered=pages.answered_lately(course.pk) if course else [],
            others=[one for one in people if one.pk != patient.pk],
            to_keep=pages_to_keep(course, self.now, is_only=len(people) == 1),
        )
        return render(request, "board/family/home.html", context)


class Questions(FamilyPage):
    """Some questions, and sending the answers."""

    def ask(
        self,
        course: Any,
        forms: tuple[Questionnaire, ...],
        *,
        check_in: Any = None,
        sent: dict[str, str] | None = None,
        refused: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the questions; after a refusal with what was typed."""
        said = refused or {"errors": {}, "refused": ""}
        rows = form_rows(forms, signed_questions(course.site_id), sent, said["errors"])
        context = self.context(
            course.patient,
            check_in=check_in,
            store_id=str(check_in.pk) if check_in else f"tell:{course.pk}",
            sheets=rows,
            sheet=pages.sheet_of(course, forms, self.now),
            client_id=id_of(sent or {}),
            send_to=self.send_to(course, check_in),
            refused=said["refused"],
        )
        status = HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK
        return render(
            self.request, "board/family/check_in.html", context, status=status
        )

    def send_to(self, course: Any, check_in: Any) -> str:
        """Return where a phone sends the answers."""
        if check_in is None:
            return reverse("course_check_ins", kwargs={"course_id": course.pk})
        return reverse("check_in_answers", kwargs={"check_in_id": check_in.pk})

    def taken(
        self,
        course: Any,
        forms: tuple[Questionnaire, ...],
        service: Callable[..., Any],
        check_in: Any = None,
    ) -> HttpResponse:
        """Take the answers of a browser in which nothing ran."""
        sent = {key: str(value) for key, value in self.request.POST.items()}
        zone = zoneinfo.ZoneInfo(course.patient.time_zone)
        language = get_language() or settings.LANGUAGE_CODE
        try:
            values = typed(forms, sent, zone)
            given = submission(forms, values, sent, self.now, language=language)
            answers = service(actor=self.actor, given=given, now=self.now)
        except REFUSALS as refusal:
            said = errors_of(forms, *reason(refusal))
            return self.ask(course, forms, check_in=check_in, sent=sent, refused=said)
        keep_photos(self.request, self.actor, answers, self.now)
        return redirect("board:my_check_in", check_in_id=answers.check_in_id)


class MyCheckIn(Questions):
    """The questions of one check-in; once answered, what became of it."""

    def get(self, request: HttpRequest, check_in_id: uuid.UUID) -> HttpResponse:
        """Ask, or show what came of the answers."""
        check_in = self.check_in(check_in_id)
        if check_in.status in _ANSWERABLE and check_in.forms:
            return self.ask(check_in.course, forms_of(check_in), check_in=check_in)
        advice = pages.advice_of(check_in.course.site_id, check_in.colour)
        context = self.context(
            check_in.course.patient,
            check_in=check_in,
            colour=check_in.colour,
            advice=read(advice) if advice else "",
        )
        return render(request, "board/family/answered.html", context)

    def post(self, _request: HttpRequest, check_in_id: uuid.UUID) -> HttpResponse:
        """Take the answers of a browser in which nothing ran."""
        check_in = self.check_in(check_in_id)
        service = partial(answering.answer_check_in, check_in_id=check_in_id)
        return self.taken(check_in.course, forms_of(check_in), service, check_in)


class Tell(Questions):
    """Telling something though nothing is due."""

    def get(self, _request: HttpRequest, course_id: uuid.UUID) -> HttpResponse:
        """Ask."""
        course = self.course(course_id)
        return self.ask(course, pages.forms_to_tell(course, self.now))

    def post(self, _request: HttpRequest, course_id: uuid.UUID) -> HttpResponse:
        """Take the answers of a browser in which nothing ran."""
        course = self.course(course_id)
        service = partial(answering.answer_unplanned, course_id=course_id)
        return self.taken(course, pages.forms_to_tell(course, self.now), service)


class RingMe(FamilyPage):
    """Somebody can't or won't answer and wants to be rung."""

    def post(self, request: HttpRequest, course_id: uuid.UUID) -> HttpResponse:
        """Have them rung."""
        course = self.course(course_id)
        answering.ask_for_call(actor=self.actor, course_id=course.pk, now=self.now)
        context = self.context(course.patient, course=course)
        return render(request, "board/family/rung.html", context)


class Paper(FamilyPage):
    """The questions of a check-in to print; staff print it too."""

    def get(self, request: HttpRequest, check_in_id: uuid.UUID) -> HttpResponse:
        """Show the form."""
        check_in = self.check_in(check_in_id)
        context = {**paper_context(check_in, self.now), "now": self.now}
        return render(request, "board/family/paper.html", context)


def paper_context(check_in: Any, now: dt.datetime) -> dict[str, Any]:
    """Return what the printed form of a check-in shows; no name is printed on it."""
    course = check_in.course
    forms = forms_of(check_in)
    reading = reading_of(course, now)
    return {
        "site": course.site,
        "zone": zoneinfo.ZoneInfo(course.patient.time_zone),
        "papers": paper_sheets(
            form_rows(forms, signed_questions(course.site_id)),
            signs_of(forms, reading.rules, reading.scores),
        ),
    }
