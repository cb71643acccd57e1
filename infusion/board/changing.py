"""Changing a plan at the console: asked, looked at side by side, then made."""

import uuid
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from infusion import catalogue
from infusion.board import change_words
from infusion.board.courses import CourseConsole
from infusion.board.forms.changes import ChangeForm
from infusion.board.refusals import REFUSALS, reason
from infusion.board.waiting import sentence
from infusion.domain.changes import Change, PreviewOutdated, Verb
from infusion.domain.courses import CourseState
from infusion.domain.previews import Fate, Preview, Waiting
from infusion.domain.regimens import Regimen
from infusion.domain.standings import Due
from infusion.domain.states import CycleStatus, VisitStatus
from infusion.domain.visits import VisitKind
from infusion.selectors.changes import list_changes
from infusion.selectors.regimens import regimen_of
from infusion.services.replanning import ACTIONS, apply_change, preview_change
from patients import policy


class Changes(CourseConsole):
    """The changes that the actor may make of a plan, and those that were made."""

    def get(self, request: HttpRequest, course_id: uuid.UUID) -> HttpResponse:
        """List both.

        :raises Http404: when the actor changes no plans.
        """
        self.load(course_id)
        if not policy.can(self.actor, "plan.change", self.state):
            raise Http404
        verbs = [
            (verb.value.lower(), change_words.VERBS[verb.value])
            for verb in Verb
            if policy.can(self.actor, ACTIONS[verb], self.state)
            and verb not in _pointless(self.state)
        ]
        made = list_changes(self.find(course_id))
        context = {**self.facts(), "verbs": verbs, "made": made}
        return render(request, "board/changes/list.html", context)


def _pointless(state: CourseState) -> set[Verb]:
    """Return what would be refused whatever was typed: no button leads there."""
    found: set[Verb] = set()
    cycle = state.current_cycle
    if cycle is None or cycle.status != CycleStatus.STARTED:
        found |= {Verb.HOLD, Verb.RESUME}
    elif cycle.clock.is_running:
        found.add(Verb.RESUME)
    if all(one.status != CycleStatus.PLANNED for one in state.cycles):
        found.add(Verb.DEFER)
    return found


class ChangePlan(CourseConsole):
    """One change: a form, then before and after side by side, then the change itself."""

    def get(
        self, _request: HttpRequest, course_id: uuid.UUID, verb: str
    ) -> HttpResponse:
        """Show the empty form."""
        self.prepare(course_id, verb)
        return self.page(self.form())

    def post(
        self, request: HttpRequest, course_id: uuid.UUID, verb: str
    ) -> HttpResponse:
        """Show what the change would do; make it when that was looked at."""
        self.prepare(course_id, verb)
        form = self.form(request.POST)
        if not form.is_valid():
            return self.page(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            change = form.change()
            if "confirm" in request.POST and form.cleaned_data["shown"]:
                return self._make(form, change)
            return self._look(form, change)
        except REFUSALS as refusal:
            form.refuse(*reason(refusal))
            return self.page(form, HTTPStatus.UNPROCESSABLE_ENTITY)

    def prepare(self, course_id: uuid.UUID, verb: str) -> None:
        """Load the course for somebody who may make this change.

        :raises Http404: when there is no such change for the actor.
        """
        if verb.upper() not in Verb.__members__:
            raise Http404
        self.verb = Verb[verb.upper()]
        self.load(course_id)
        if not policy.can(self.actor, ACTIONS[self.verb], self.state):
            raise Http404

    def form(self, data: Any = None) -> ChangeForm:
        """Return the form of the verb, with the visits and bags there are."""
        cycle = self.state.current_cycle
        visits = [
            one
            for one in (cycle.visits if cycle else ())
            if one.status == VisitStatus.BOOKED and one.kind == VisitKind.BAG_CHANGE
        ]
        recipes = catalogue.recipes_of(regimen_of(self.find(self.state.id)))
        return ChangeForm(
            data,
            state=self.state,
            now=self.now,
            verb=self.verb,
            visits=visits,
            recipes=[(one.key, one.key) for one in recipes],
        )

    def _make(self, form: ChangeForm, change: Change) -> HttpResponse:
        """Make the change as it was shown; when that is outdated, show it afresh."""
        try:
            apply_change(
                actor=self.actor,
                course_id=self.state.id,
                change=change,
                token=form.cleaned_data["shown"],
                now=self.now,
            )
        except PreviewOutdated as refusal:
            form.refuse(*reason(refusal))
            return self._look(form, change, HTTPStatus.CONFLICT)
        messages.success(self.request, _("The plan was changed as it was shown."))
        return redirect("board:course", self.state.id)

    def _look(
        self, form: ChangeForm, change: Change, status: HTTPStatus = HTTPStatus.OK
    ) -> HttpResponse:
        seen = preview_change(
            actor=self.actor, course_id=self.state.id, change=change, now=self.now
        )
        return self.page(form, status, seen)

    def page(
        self,
        form: ChangeForm,
        status: HTTPStatus = HTTPStatus.OK,
        seen: Preview | None = None,
    ) -> HttpResponse:
        """Render the form, and below it what the change would do."""
        context = {
            **self.facts(),
            "title": change_words.VERBS[self.verb.value],
            "form": form,
            "seen": seen,
            **(_differences(seen) if seen else {}),
            **(self.waits(seen) if seen else {}),
        }
        return render(self.request, "board/changes/page.html", context, status=status)

    def waits(self, seen: Preview) -> dict[str, Any]:
        """Return what the course waits for at both sides, where that differs."""
        sides = (seen.before.waits_for, seen.after.waits_for)
        if sides[0] == sides[1]:
            return {}
        regimen = regimen_of(self.find(self.state.id))
        return {"waits": [_waits(regimen, one) for one in sides if one]}


def _waits(regimen: Regimen, one: Waiting) -> str:
    """Say what a course waits for, with the round where there are several."""
    block = regimen.block(one.block) if one.block else None
    text = sentence(Due(one.due), block)
    if block is None or block.times == 1:
        return text
    return f"{text} ({one.ordinal}/{block.times})"


def _differences(seen: Preview) -> dict[str, Any]:
    """Return what differs; what stays as it is is only counted."""
    return {
        "cycles": [one for one in seen.cycles if one.fate != Fate.SAME],
        "bags": [one for one in seen.bags if one.fate != Fate.SAME],
        "visits": [one for one in seen.visits if one.fate != Fate.SAME],
        "same_bags": sum(one.fate == Fate.SAME for one in seen.bags),
        "same_visits": sum(one.fate == Fate.SAME for one in seen.visits),
        "risks": [
            (change_words.RISKS.get(one.code, one.code), one) for one in seen.new_risks
        ],
    }
