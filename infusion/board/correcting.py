"""Answers that were typed in or given wrongly: others take their place, the first stay."""

import datetime as dt
import uuid
import zoneinfo
from functools import partial
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from infusion.board.checkins import Entry
from infusion.domain.checkins import Way
from infusion.domain.questionnaires import Form, Questionnaire
from infusion.selectors import checkin_pages as pages
from infusion.selectors.checkins import questionnaires
from infusion.selectors.wordings import worded, wordings_of
from infusion.services import checkins_answering as answering
from patients import policy
from patients.domain.refusals import NotFound
from patients.selectors.people import get_patient


class CorrectAnswers(Entry):
    """The form for a correction, filled with what is in the record."""

    def get(self, _request: HttpRequest, answers_id: uuid.UUID) -> HttpResponse:
        """Show what was answered, to be changed."""
        self.load(answers_id)
        return self.ask(self.course, self.forms, check_in=self.corrects.check_in)

    def post(self, _request: HttpRequest, answers_id: uuid.UUID) -> HttpResponse:
        """Take the correction."""
        self.load(answers_id)
        service = partial(answering.correct_answers, answers_id=answers_id)
        return self.taken(self.course, self.forms, service, self.corrects.check_in)

    def load(self, answers_id: uuid.UUID) -> None:
        """Load the answers and the forms they are to, in their present version.

        :raises Http404: when the actor may not correct them.
        """
        try:
            self.corrects = pages.get_answers(self.actor, answers_id)
        except NotFound:
            raise Http404 from None
        if not policy.can(self.actor, "checkin.enter", self.corrects):
            raise Http404
        self.course = self.corrects.check_in.course
        known = questionnaires()
        keys = (name.split(" ")[0] for name in self.corrects.forms)
        forms = (known[key] for key in keys if key in known)
        self.forms = worded(forms, wordings_of(self.corrects.site_id))

    @property
    def sent(self) -> dict[str, str]:
        """Return what was typed; before that, what is in the record."""
        if self.request.method == "POST":
            return super().sent
        zone = zoneinfo.ZoneInfo(get_patient(self.course.patient_id).time_zone)
        return _as_typed(self.forms, self.corrects, zone)


def _as_typed(
    forms: tuple[Questionnaire, ...], answers: Any, zone: zoneinfo.ZoneInfo
) -> dict[str, str]:
    """Return answers as somebody would have typed them."""
    is_self = answers.way == Way.SELF
    return {
        "way": Way.TELEPHONE.value if is_self else answers.way,
        "source": answers.source,
        "spoken": answers.language,
        "given_at": _local(answers.given_at, zone),
    } | {
        f"{form.key}.{one.key}": _written(one.form, given[one.key], zone)
        for form in forms
        for given in [answers.values.get(form.key, {})]
        for one in form.questions
        if one.key in given
    }


def _written(kind: Form, value: str, zone: zoneinfo.ZoneInfo) -> str:
    """Return an answer as its field shows it: an instant by the clock on the wall."""
    if kind is not Form.INSTANT:
        return value
    try:
        return _local(dt.datetime.fromisoformat(value), zone)
    except ValueError:
        return value


def _local(instant: dt.datetime, zone: zoneinfo.ZoneInfo) -> str:
    return f"{instant.astimezone(zone):%Y-%m-%dT%H:%M}"
