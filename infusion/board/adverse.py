"""Adverse events in the console: recorded, graded again, over, withdrawn."""

import uuid
import zoneinfo
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from infusion.board import adverse_words, checkin_words, tokens, toxicity_words
from infusion.board.checkins import CheckInConsole
from infusion.board.forms.adverse import (
    AdverseForm,
    GradeForm,
    ResolveForm,
    WithdrawForm,
)
from infusion.board.refusals import REFUSALS, reason
from infusion.board.seen import seen_version
from infusion.domain.grading import Term
from infusion.domain.states import AdverseEventStatus
from infusion.domain.toxicity import ToxicityEvent
from infusion.selectors import toxicity
from infusion.selectors.adverse_events import (
    Offer,
    get_adverse_event,
    list_adverse_events,
    offers_of,
)
from infusion.services import adverse_events
from patients import policy
from patients.domain.refusals import NotFound, VersionOutdated

# More than any version has, and fewer than no number can be read from.
# Events that more than one term belongs to: the form names the term as well.
_WIDE = {ToxicityEvent.OTHER, ToxicityEvent.LIVER, ToxicityEvent.INFECTION}
_FORMS: Mapping[str, type[Any]] = {
    "grade": GradeForm,
    "resolve": ResolveForm,
    "withdraw": WithdrawForm,
}
_SERVICES: Mapping[str, Callable[..., Any]] = {
    "grade": adverse_events.grade_again,
    "resolve": adverse_events.resolve_adverse_event,
    "withdraw": adverse_events.withdraw_adverse_event,
}


class AdverseConsole(CheckInConsole):
    """A page about adverse events of one course."""

    def taken(
        self,
        form: Any,
        service: Callable[[], Any],
        again: Callable[[Any], HttpResponse],
    ) -> HttpResponse | None:
        """Do the work of a form once; None when it was done."""
        if not form.is_valid():
            return again(form)
        token = form.cleaned_data["token"]
        if not tokens.claim(self.actor, token):
            messages.info(self.request, _("This form was sent before; see below."))
            return None
        try:
            service()
        except VersionOutdated:
            tokens.give_back(self.actor, token)
            form.refuse(None, _("Somebody was faster. Look at it again."))
        except REFUSALS as refusal:
            tokens.give_back(self.actor, token)
            form.refuse(*reason(refusal))
        else:
            messages.success(self.request, _("Recorded."))
            return None
        form.renewed()
        return again(form)


class AdverseEvents(AdverseConsole):
    """The adverse events of a course, and the form for another one."""

    def get(self, _request: HttpRequest, course_id: uuid.UUID) -> HttpResponse:
        """Show them."""
        self.load(course_id, "adverse.view")
        return self.page(self.form())

    def post(self, request: HttpRequest, course_id: uuid.UUID) -> HttpResponse:
        """Record one."""
        self.load(course_id, "adverse.record")
        form = self.form(request.POST)

        def work() -> Any:
            return adverse_events.record_adverse_event(
                actor=self.actor,
                course_id=course_id,
                now=self.now,
                **form.arguments_from(self.result_id),
            )

        refused = self.taken(form, work, self.page)
        return refused or redirect("board:adverse_events", course_id)

    def load(self, course_id: uuid.UUID, action: str) -> None:
        """Load the course and what a check-in offered."""
        self.course = self.find_course(course_id, action)
        found = _id_in(self.request.GET.get("result", ""))
        self.offers = offers_of(self.actor, course_id, found) if found else []
        self.result_id = found if self.offers else None

    def form(self, data: Any = None) -> Any:
        """Return the form, filled with what was chosen of the offers."""
        zone = zoneinfo.ZoneInfo(self.course.time_zone)
        chosen = self.request.GET.get("term", "")
        offer = next((one for one in self.offers if one.term == chosen), None)
        initial = {"at": self.now, **(_of_offer(offer) if offer else {})}
        form = AdverseForm(data, zone=zone, now=self.now)
        form.initial.update(initial)
        return form

    def page(self, form: Any) -> HttpResponse:
        """Show the page; a refused form is 422."""
        context = {
            **self.about(self.course),
            "rows": [
                _shown(one) for one in list_adverse_events(self.actor, self.course.pk)
            ],
            "form": form
            if policy.can(self.actor, "adverse.record", self.course)
            else None,
            "offers": [_offered(one) for one in self.offers],
            "result_id": self.result_id,
        }
        status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
        return render(self.request, "board/adverse/list.html", context, status=status)


class AdverseEventPage(AdverseConsole):
    """One adverse event: its grades over time, and what is written down next."""

    def get(self, _request: HttpRequest, adverse_event_id: uuid.UUID) -> HttpResponse:
        """Show it."""
        self.load(adverse_event_id)
        return self.page()

    def post(self, request: HttpRequest, adverse_event_id: uuid.UUID) -> HttpResponse:
        """Write down what is new."""
        self.load(adverse_event_id)
        if not policy.can(self.actor, "adverse.record", self.row):
            raise Http404
        step = request.POST.get("step", "")
        if step not in _FORMS:
            messages.error(request, _("Choose what to write down."))
            return redirect("board:adverse_event", adverse_event_id)
        form = self.form(step, request.POST)

        def work() -> Any:
            return _SERVICES[step](
                actor=self.actor,
                adverse_event_id=adverse_event_id,
                expected_version=seen_version(request),
                now=self.now,
                **form.again(),
            )

        refused = self.taken(form, work, lambda one: self.page({step: one}))
        return refused or redirect("board:adverse_event", adverse_event_id)

    def load(self, adverse_event_id: uuid.UUID) -> None:
        """Load the adverse event.

        :raises Http404: when there is none for the actor.
        """
        try:
            self.row = get_adverse_event(self.actor, adverse_event_id)
        except NotFound:
            raise Http404 from None
        if not policy.can(self.actor, "adverse.view", self.row):
            raise Http404

    def form(self, step: str, data: Any = None) -> Any:
        """Return the form of a step."""
        zone = zoneinfo.ZoneInfo(self.row.course.time_zone)
        initial = {
            "at": self.now,
            "relation": self.row.relation,
            "seriousness": self.row.seriousness,
        }
        form = _FORMS[step](data, zone=zone, now=self.now, auto_id=f"id_{step}_%s")
        form.initial.update(initial)
        return form

    def page(self, refused: dict[str, Any] | None = None) -> HttpResponse:
        """Show the page; a refused form is 422."""
        may = policy.can(self.actor, "adverse.record", self.row)
        steps = self._steps() if may else []
        forms = {one: self.form(one) for one in steps} | (refused or {})
        context = {
            **self.about(self.row.course),
            "shown": _shown(self.row),
            "row": self.row,
            "forms": list(forms.items()),
            "rules_asked": policy.can(self.actor, "toxicity.view", self.row)
            and toxicity.asked_of(self.row),
            "decisions": [
                {
                    "row": one,
                    "choice": toxicity_words.CHOICES.get(one.choice, one.choice),
                    "scale": toxicity_words.SCALES.get(one.scale, one.scale),
                }
                for one in toxicity.decisions_on(self.row.pk)
            ],
        }
        status = HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK
        return render(self.request, "board/adverse/page.html", context, status=status)

    def _steps(self) -> list[str]:
        if self.row.status == AdverseEventStatus.WITHDRAWN:
            return []
        is_open = self.row.status == AdverseEventStatus.OPEN
        return ["grade", *(["resolve"] if is_open else []), "withdraw"]


def _id_in(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _of_offer(offer: Offer) -> dict[str, Any]:
    return {
        "event": str(offer.event),
        "term": str(checkin_words.TERMS[offer.term]) if offer.event in _WIDE else "",
        "grade": "" if offer.grade is None else str(offer.grade),
        "scale": offer.scale,
    }


def _offered(offer: Offer) -> dict[str, Any]:
    return {
        "offer": offer,
        "term": checkin_words.TERMS[Term(offer.term)],
        "scale": toxicity_words.SCALES.get(offer.scale, offer.scale),
        "verdict": checkin_words.VERDICTS[offer.verdict],
    }


def _shown(row: Any) -> dict[str, Any]:
    """Return an adverse event with its words and its last grade."""
    entries = [
        {"entry": one, "scale": toxicity_words.SCALES.get(one.scale, one.scale)}
        for one in row.entries.all()
    ]
    graded = [one for one in entries if one["entry"].verdict]
    return {
        "row": row,
        "event": adverse_words.name_of(row),
        "entries": entries,
        "last": graded[-1] if graded else None,
    }
