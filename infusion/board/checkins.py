"""Check-ins in the console: the list, one of them, looking at it, typing answers in."""

import datetime as dt
import uuid
import zoneinfo
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from infusion.board import checkin_words, toxicity_words
from infusion.board.access import Console
from infusion.board.answering import errors_of, id_of, keep_photos, submission
from infusion.board.checkin_rows import answered_forms, row_of, trend_rows
from infusion.board.language_words import is_language, language_name, languages
from infusion.board.people import identity
from infusion.board.question_rows import form_rows, typed
from infusion.board.refusals import REFUSALS, reason
from infusion.board.seen import seen_version
from infusion.domain.checkins import Look, Way
from infusion.domain.findings import Source
from infusion.domain.questionnaires import Questionnaire
from infusion.selectors import checkin_pages as pages
from infusion.selectors.checkins import baseline_photo, forms_of, signed_questions
from infusion.selectors.courses import get_course
from infusion.services import checkins_answering as answering
from infusion.services.checkins_looking import look_at_check_in
from patients import policy
from patients.domain.refusals import NotFound, VersionOutdated
from patients.selectors.people import get_patient

_BEFORE = 3
# Answers that took longer to arrive waited on a phone, or were typed in later.
_AT_ONCE = dt.timedelta(minutes=2)
# More than any version has, and fewer than no number can be read from.
_WAYS = {one.value: one for one in Way if one is not Way.SELF}
_SOURCES = {one.value: one for one in (Source.PATIENT, Source.CAREGIVER, Source.NURSE)}


class CheckInConsole(Console):
    """A page about check-ins of one patient."""

    def find(self, check_in_id: uuid.UUID, action: str = "checkin.view") -> Any:
        """Find a check-in.

        :raises Http404: when there is none for the actor.
        """
        try:
            found = pages.get_check_in(self.actor, check_in_id)
        except NotFound:
            raise Http404 from None
        if not policy.can(self.actor, action, found):
            raise Http404
        return found

    def find_course(self, course_id: uuid.UUID, action: str) -> Any:
        """Find a course.

        :raises Http404: when there is none for the actor.
        """
        try:
            found = get_course(self.actor, course_id)
        except NotFound:
            raise Http404 from None
        if not policy.can(self.actor, action, found):
            raise Http404
        return found

    def about(self, course: Any) -> dict[str, Any]:
        """Return what every page shows of the patient."""
        patient = get_patient(course.patient_id)
        return {
            **identity(patient, self.now),
            "course": course,
            "now": self.now,
            "zone": zoneinfo.ZoneInfo(patient.time_zone),
            "may_enter": policy.can(self.actor, "checkin.enter", course),
        }


class CheckIns(CheckInConsole):
    """All check-ins of a course; what waits for somebody stands on top."""

    def get(self, request: HttpRequest, course_id: uuid.UUID) -> HttpResponse:
        """Show the list."""
        course = self.find_course(course_id, "checkin.view")
        found = [row_of(one, self.now) for one in pages.check_ins_of_course(course.pk)]
        context = {
            **self.about(course),
            "open_rows": [one for one in found if one.is_open],
            "rows": [one for one in found if not one.is_open and one.state != "COMING"],
            "coming": [one for one in reversed(found) if one.state == "COMING"],
        }
        return render(request, "board/checkins/list.html", context)


class CheckInPage(CheckInConsole):
    """One check-in: the answers verbatim, the rules that fired, what was before."""

    def get(self, request: HttpRequest, check_in_id: uuid.UUID) -> HttpResponse:
        """Show it."""
        check_in = self.find(check_in_id)
        row = row_of(check_in, self.now)
        context = {
            **self.about(check_in.course),
            "row": row,
            "check_in": check_in,
            "given": [self._given(one) for one in reversed(check_in.answers.all())],
            "unread": [
                {"answers": one, "forms": answered_forms(one)}
                for one in check_in.unread.all()
            ],
            "looks": check_in.looks.all(),
            "outcomes": list(checkin_words.LOOKS.items()),
            "may_look": row.is_open
            and policy.can(self.actor, "checkin.look", check_in),
            "may_grade": policy.can(self.actor, "adverse.record", check_in),
        }
        return render(request, "board/checkins/page.html", context)

    def _given(self, answers: Any) -> dict[str, Any]:
        before = list(pages.answers_before(answers, _BEFORE))
        fired = [_fired(one) for one in answers.result.fired]
        return {
            "answers": answers,
            "result": answers.result,
            "language": language_name(answers.language),
            "is_late": answers.received_at - answers.given_at > _AT_ONCE,
            "fired": [one for one in fired if not one["is_unanswered"]],
            "unanswered": [one for one in fired if one["is_unanswered"]],
            "grades": [_graded(one) for one in answers.result.grades],
            "forms": answered_forms(answers),
            "before": before,
            "trend": trend_rows(answers, before) if before else [],
            "photos": [self._photo(answers, one) for one in answers.photos.all()],
        }

    def _photo(self, answers: Any, photo: Any) -> dict[str, Any]:
        """Return a photograph with the first one of its kind to compare with."""
        first = baseline_photo(answers.check_in.course_id, photo.question)
        is_first = first is None or first.pk == photo.pk
        return {"photo": photo, "baseline": None if is_first else first}

    def post(self, request: HttpRequest, check_in_id: uuid.UUID) -> HttpResponse:
        """Write down what came of it."""
        self.find(check_in_id, "checkin.look")
        what = request.POST.get("what", "")
        if what not in Look.__members__:
            messages.error(request, _("Say what came of it."))
            return redirect("board:check_in", check_in_id)
        try:
            look_at_check_in(
                actor=self.actor,
                check_in_id=check_in_id,
                expected_version=seen_version(request),
                what=Look(what),
                note=request.POST.get("note", "").replace("\0", "")[:500],
                now=self.now,
            )
            messages.success(request, _("Recorded."))
        except VersionOutdated:
            messages.error(request, _("Somebody was faster. Look at it again."))
        except REFUSALS as refusal:
            messages.error(request, reason(refusal)[1])
        return redirect("board:check_in", check_in_id)


def _fired(one: dict[str, Any]) -> dict[str, Any]:
    return one | {"words": read_json(one["text"])}


def _graded(one: dict[str, Any]) -> dict[str, Any]:
    rows = [*one["fired"], *one["open"]]
    return one | {
        "scale_name": toxicity_words.SCALES.get(one["scale"], one["scale"]),
        "rows": [each | {"words": read_json(each["text"])} for each in rows],
    }


def read_json(text: dict[str, str]) -> str:
    """Return a stored text in the language of the reader."""
    is_chinese = (get_language() or "").startswith("zh")
    return text["zh"] if is_chinese and text["zh"] else text["en"]


class Entry(CheckInConsole):
    """What a nurse types in for somebody else."""

    # The answers that are corrected; None where the first are typed in.
    corrects: Any = None

    def ask(
        self,
        course: Any,
        forms: tuple[Questionnaire, ...],
        *,
        check_in: Any = None,
        refused: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the questions; after a refusal with what was typed."""
        sent = self.sent
        said = refused or {"errors": {}, "refused": ""}
        patient = get_patient(course.patient_id)
        zone = zoneinfo.ZoneInfo(patient.time_zone)
        local = self.now.astimezone(zone)
        context = {
            **self.about(course),
            "check_in": check_in,
            "corrects": self.corrects,
            "sheets": form_rows(
                forms, signed_questions(course.site_id), sent, said["errors"]
            ),
            "refused": said["refused"],
            "client_id": id_of(sent),
            "ways": [(key, checkin_words.WAYS[key]) for key in _WAYS],
            "sources": [(key, checkin_words.SOURCES[key]) for key in _SOURCES],
            "way": sent.get("way", "TELEPHONE"),
            "source": sent.get("source", ""),
            "languages": languages(),
            "language": self._language(),
            "given_at": sent.get("given_at", f"{local:%Y-%m-%dT%H:%M}"),
        }
        status = HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK
        return render(self.request, "board/checkins/entry.html", context, status=status)

    @property
    def sent(self) -> dict[str, str]:
        """Return what was typed."""
        return {key: str(value) for key, value in self.request.POST.items()}

    def taken(
        self,
        course: Any,
        forms: tuple[Questionnaire, ...],
        service: Callable[..., Any],
        check_in: Any = None,
    ) -> HttpResponse:
        """Take the answers."""
        sent, zone = (
            self.sent,
            zoneinfo.ZoneInfo(get_patient(course.patient_id).time_zone),
        )
        try:
            given = submission(
                forms,
                typed(forms, sent, zone),
                sent,
                self._given_at(zone),
                language=self._language(),
                way=_WAYS.get(sent.get("way", ""), Way.TELEPHONE),
                source=_SOURCES.get(sent.get("source", "")),
            )
            answers = service(actor=self.actor, given=given, now=self.now)
        except REFUSALS as refusal:
            said = errors_of(forms, *reason(refusal))
            return self.ask(course, forms, check_in=check_in, refused=said)
        keep_photos(self.request, self.actor, answers, self.now)
        messages.success(self.request, _("The answers are in the record."))
        return redirect("board:check_in", answers.check_in_id)

    def _language(self) -> str:
        """Return in which language it was said; what is none is that of the page."""
        said = self.sent.get("spoken", "")
        return said if is_language(said) else get_language() or settings.LANGUAGE_CODE

    def _given_at(self, zone: zoneinfo.ZoneInfo) -> dt.datetime:
        """Return when it was said; what is no instant is now."""
        try:
            local = dt.datetime.fromisoformat(self.sent.get("given_at", ""))
        except ValueError:
            return self.now
        return local if local.tzinfo else local.replace(tzinfo=zone)


class EnterCheckIn(Entry):
    """Answers to what is asked."""

    def get(self, _request: HttpRequest, check_in_id: uuid.UUID) -> HttpResponse:
        """Ask."""
        check_in = self.find(check_in_id, "checkin.enter")
        return self.ask(check_in.course, forms_of(check_in), check_in=check_in)

    def post(self, _request: HttpRequest, check_in_id: uuid.UUID) -> HttpResponse:
        """Take the answers."""
        check_in = self.find(check_in_id, "checkin.enter")
        service = partial(answering.answer_check_in, check_in_id=check_in_id)
        return self.taken(check_in.course, forms_of(check_in), service, check_in)


class EnterUnplanned(Entry):
    """Answers though nothing is due."""

    def get(self, _request: HttpRequest, course_id: uuid.UUID) -> HttpResponse:
        """Ask."""
        course = self.find_course(course_id, "checkin.enter")
        return self.ask(course, pages.forms_to_tell(course, self.now))

    def post(self, _request: HttpRequest, course_id: uuid.UUID) -> HttpResponse:
        """Take the answers."""
        course = self.find_course(course_id, "checkin.enter")
        service = partial(answering.answer_unplanned, course_id=course_id)
        return self.taken(course, pages.forms_to_tell(course, self.now), service)
