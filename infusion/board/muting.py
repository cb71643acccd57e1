"""The switch that mutes the reminders to a family, and what it kept back."""

import uuid
from functools import partial
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from infusion.board import words
from infusion.board.forms.messages import MuteForm, UntilForm
from infusion.board.people import PatientPage, identity
from infusion.board.refusals import REFUSALS, reason
from infusion.board.seen import seen_version
from infusion.catalogue import all_regimens, site_policy
from infusion.selectors import board
from infusion.selectors.mutes import list_mutes
from infusion.services import muting
from patients.domain.refusals import VersionOutdated

_OPEN = ("ORDERED", "ACTIVE")


class MutePage(PatientPage):
    """The mutes of a patient: the one that holds, those before, and the form."""

    template = "board/patients/mute.html"

    def get(self, _request: HttpRequest, patient_id: uuid.UUID) -> HttpResponse:
        """Show what is muted and what was kept back."""
        self._load(patient_id, "mute.view")
        return self.page(form=self._form())

    def post(self, request: HttpRequest, patient_id: uuid.UUID) -> HttpResponse:
        """Mute, unmute, or move the end."""
        self._load(patient_id, "mute.set")
        if request.POST.get("step") == "unmute":
            return self._done(partial(muting.unmute, **self._named()))
        if request.POST.get("step") == "until":
            return self._move()
        form = self._form(request.POST)
        if form.is_valid() and self.do(form, muting.mute):
            messages.success(request, _("Recorded."))
            return self._back()
        return self.page(HTTPStatus.UNPROCESSABLE_ENTITY, form=form)

    def _load(self, patient_id: uuid.UUID, action: str) -> None:
        self.load(patient_id)
        if not self.may(action):
            raise Http404
        self.longest = muting.longest_mute(self.patient.site)

    def _form(self, data: Any = None) -> MuteForm:
        courses = [
            (one.pk, self._name(one))
            for one in board.list_courses_of(self.patient.pk)
            if one.status in _OPEN
        ]
        return MuteForm(
            data, zone=self.zone, now=self.now, longest=self.longest, courses=courses
        )

    def _until(self, data: Any = None) -> UntilForm:
        return UntilForm(
            data, zone=self.zone, now=self.now, longest=self.longest, prefix="to"
        )

    def _move(self) -> HttpResponse:
        form = self._until(self.request.POST)
        if not form.is_valid():
            messages.error(self.request, _("Say until when."))
            return self._back()
        until = form.cleaned_data["until"]
        return self._done(partial(muting.move_end, until=until, **self._named()))

    def _named(self) -> dict[str, Any]:
        """Return which mute is meant, as the person saw it.

        :raises Http404: when none is.
        """
        sent = self.request.POST
        try:
            mute_id = uuid.UUID(sent.get("mute", ""))
        except ValueError:
            raise Http404 from None
        return {"mute_id": mute_id, "expected_version": seen_version(self.request)}

    def _done(self, step: Any) -> HttpResponse:
        try:
            step(actor=self.actor, now=self.now)
        except VersionOutdated:
            text = _("Somebody changed the mute meanwhile. Look at it again.")
            messages.error(self.request, text)
        except REFUSALS as refusal:
            messages.error(self.request, reason(refusal)[1])
        else:
            messages.success(self.request, _("Recorded."))
        return self._back()

    def _back(self) -> HttpResponse:
        return redirect("board:mute", patient_id=self.patient.pk)

    def facts(self) -> dict[str, Any]:
        """Return what the page shows."""
        rows = [self._row(one) for one in list_mutes(self.actor, self.patient.pk)]
        values = site_policy(self.patient.site.policy)
        keys = ("mute_most_days", "mute_warn_hours", "mute_ended_hours")
        return {
            **identity(self.patient, self.now),
            "now": self.now,
            "zone": self.zone,
            "mutes": [row for row in rows if row["holds"]],
            "past": [row for row in rows if not row["holds"]],
            "until": self._until(),
            "may_set": self.may("mute.set"),
            "values": [values.shown(key) for key in keys],
        }

    def _row(self, mute: Any) -> dict[str, Any]:
        kept = mute.kept_back.select_related("message").order_by("message__due_at")
        return {
            "mute": mute,
            "holds": mute.ended_at is None and mute.until > self.now,
            "ended_at": mute.ended_at or mute.until,
            "ended_how": words.word(mute.ended_how or "EXPIRED", "mute_end"),
            "course": self._name(mute.course) if mute.course_id else "",
            "kept": [one.message for one in kept] if mute.kept_number else [],
        }

    def _name(self, course: Any) -> str:
        """Return what a course is called: its regimen, and when it was ordered."""
        regimen = all_regimens().get(course.regimen_key)
        language = get_language() or "en"
        name = regimen.title.in_language(language) if regimen else course.regimen_key
        return f"{name} ({course.ordered_at.astimezone(self.zone):%Y-%m-%d})"
