"""Toxicity in the console: the rule shown, the decision, its history, a new cycle."""

import uuid
from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from infusion.board import adverse_words
from infusion.board import toxicity_words as words
from infusion.board.forms import toxicity as forms
from infusion.board.forms.courses import StepForm
from infusion.board.refusals import REFUSALS, reason
from infusion.board.walk import WalkStep
from infusion.domain.courses import CourseState
from infusion.domain.states import CycleStatus
from infusion.domain.stops import WayOn
from infusion.domain.toxicity import ToxicityRule
from infusion.selectors import toxicity as reading
from infusion.selectors.adverse_events import get_adverse_event
from infusion.selectors.courses import get_course
from infusion.services.new_cycles import begin_new_cycle
from infusion.services.toxicity import decide_toxicity
from patients import policy
from patients.domain.refusals import NotFound


class ToxicityPage(WalkStep):
    """What the rules say of a toxicity; a physician decides, everybody may look."""

    action = "toxicity.view"
    template = "board/walk/toxicity.html"
    service = decide_toxicity
    title = gettext_lazy("Toxicity")
    done = gettext_lazy("The decision is recorded.")

    def get(self, _request: HttpRequest, course_id: uuid.UUID) -> HttpResponse:
        """Show the empty form, and what was decided before."""
        self.prepare(course_id)
        return self.page(self.form())

    def post(self, request: HttpRequest, course_id: uuid.UUID) -> HttpResponse:
        """Show what the rules say, or record the decision."""
        self.prepare(course_id)
        if "decide" in request.POST and self._may_decide():
            return super().post(request, course_id)
        form = self.form(request.POST, is_assessing=True)
        ok = form.is_valid()
        return self.page(form, HTTPStatus.OK if ok else HTTPStatus.UNPROCESSABLE_ENTITY)

    def take(self, form: StepForm) -> HttpResponse:
        """Decide, and come back to the history."""
        answer = super().take(form)
        if answer.status_code == HTTPStatus.FOUND:
            return redirect("board:toxicity", self.state.id)
        return answer

    def is_open(self) -> bool:
        """Say whether a cycle runs."""
        cycle = self.state.current_cycle
        return cycle is not None and cycle.status == CycleStatus.STARTED

    def form(self, data: Any = None, **extra: Any) -> StepForm:
        """Return the form, filled with the adverse event it was opened from."""
        found = self._adverse_event()
        extra["asked"] = reading.asked_of(found) if found else None
        return forms.ToxicityForm(data, state=self.state, now=self.now, **extra)

    def arguments(self, form: StepForm) -> dict[str, Any]:
        """Return what the service takes, with the adverse event it was opened from."""
        given, found = form.arguments(), self._adverse_event()
        if found is not None:
            given["asked"] = replace(given["asked"], adverse_event_id=found.pk)
        return given

    def _adverse_event(self) -> Any:
        """Return the adverse event of this course that the address names, if one."""
        asked = uuid_in(self.request.GET.get("adverse_event", ""))
        if asked is None:
            return None
        try:
            found = get_adverse_event(self.actor, asked)
        except NotFound:
            return None
        return found if found.course_id == self.state.id else None

    def context(self, form: Any) -> dict[str, Any]:
        """Return what the rules say, and every decision."""
        return {
            "is_running": self.is_open(),
            "may_decide": self._may_decide(),
            "may_replace": may_be_replaced(self.state)
            and policy.can(self.actor, "cycle.replace", self.state),
            "found": self._found(form),
            **self._opened_from(),
            "decisions": [
                _decided(row) for row in reading.list_decisions(self.state.id)
            ],
        }

    def _opened_from(self) -> dict[str, Any]:
        found = self._adverse_event()
        name = adverse_words.name_of(found) if found else ""
        return {"adverse_event": found, "adverse_event_name": name}

    def _may_decide(self) -> bool:
        return policy.can(self.actor, "toxicity.decide", self.state)

    def _found(self, form: Any) -> dict[str, Any] | None:
        """Return what the rules say of what was typed."""
        sound = form.is_bound and {"event", "onset_at"} <= set(
            getattr(form, "cleaned_data", {})
        )
        if not sound or not self.is_open() or set(form.errors) - {"choice", "reason"}:
            return None
        course = get_course(self.actor, self.state.id)
        rows = reading.running_rows(course)
        if rows is None:
            return None
        try:
            view = reading.read_toxicity(course, rows, form.asked(), self.now)
        except REFUSALS as refusal:
            form.refuse(*reason(refusal))
            return None
        said = view.assessment
        return {
            "view": view,
            "verdict": words.VERDICTS[said.verdict],
            "rules": [_rule(one) for one in said.rules],
            "missing": [words.MISSING[one] for one in said.missing],
            "offered": [words.CHOICES[one] for one in said.offered],
        }


def may_be_replaced(state: CourseState) -> bool:
    """Say whether a cycle stood still so long that another may take its place."""
    cycle = state.current_cycle
    return (
        cycle is not None
        and cycle.status == CycleStatus.STARTED
        and cycle.clock.way_on in {WayOn.NEW_CYCLE, WayOn.NOT_KNOWN}
    )


def _rule(rule: ToxicityRule) -> dict[str, Any]:
    action: str | Promise | None = words.ACTIONS[rule.action] if rule.action else None
    return {"rule": rule, "action": action}


def uuid_in(text: str) -> uuid.UUID | None:
    """Return an id of an address; None for what is none."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _decided(row: Any) -> dict[str, Any]:
    return {
        "row": row,
        "event": _word(words.EVENTS, row.event),
        "scale": _word(words.SCALES, row.scale),
        "choice": _word(words.CHOICES, row.choice),
        "missing": [_word(words.MISSING, one) for one in row.missing],
    }


def _word(listed: Mapping[str, Any], code: str) -> Any:
    return listed.get(code, code)


class ReplaceCycle(WalkStep):
    """The running cycle ends and another one takes its place."""

    action = "cycle.replace"
    template = "board/walk/replace.html"
    service = begin_new_cycle
    title = gettext_lazy("New cycle in place of this one")
    done = gettext_lazy("The cycle was ended and a new one is ordered.")

    def is_open(self) -> bool:
        """Say whether the stop is so long that the cycle may not go on."""
        return may_be_replaced(self.state)

    def form(self, data: Any = None, **extra: Any) -> StepForm:
        """Return the form."""
        return forms.ReplaceCycle(data, state=self.state, now=self.now, **extra)
