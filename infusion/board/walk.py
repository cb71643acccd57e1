"""The way of a course through its regimen: the outlook, and what people record of it."""

import uuid
from abc import ABC, abstractmethod
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, ClassVar

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from infusion.board import tokens
from infusion.board.courses import CourseConsole
from infusion.board.forms import walk as forms
from infusion.board.forms.courses import StepForm
from infusion.board.refusals import REFUSALS, reason
from infusion.board.showing import outlook_rows, pictures_of
from infusion.board.waiting import offered_walk, standings_of, waits_for
from infusion.domain.outlooks import CourseOutlook
from infusion.domain.standings import Due
from infusion.domain.states import CourseStatus
from infusion.selectors.outlook import read_outlook
from infusion.services.versions import change_regimen_version, preview_regimen_version
from infusion.services.walking import pass_gate, record_block
from infusion.wording.regimens import place_name, read
from patients import policy
from patients.domain.refusals import VersionOutdated


class WalkConsole(CourseConsole):
    """A page about the way of one course."""

    def load(self, course_id: uuid.UUID) -> None:
        """Load the course and its way to the end.

        :raises Http404: when there is no such course for the actor.
        """
        super().load(course_id)
        self.outlook: CourseOutlook = read_outlook(course_id, self.now)

    def facts(self) -> dict[str, Any]:
        """Return what every page of the way shows."""
        return {**super().facts(), "outlook": self.outlook, "step": "strip"}


class OutlookPage(WalkConsole):
    """Every block to the end, how sure its dates are, and who decided what."""

    def get(self, request: HttpRequest, course_id: uuid.UUID) -> HttpResponse:
        """Show the way of the course."""
        self.load(course_id)
        regimen = self.outlook.regimen
        context = {
            **self.facts(),
            "items": outlook_rows(regimen, self.outlook.items),
            "with_status": True,
            "pictures": pictures_of(regimen, standings_of(self.outlook)),
            "waits": waits_for(self.outlook),
            "walk_steps": offered_walk(self.actor, self.state, self.outlook),
            "regimen": regimen,
            "titles": {block.key: block.title for block in regimen.blocks},
            "reentry": self._reentry(),
        }
        return render(request, "board/walk/outlook.html", context)

    def _reentry(self) -> str | None:
        """Return the regimen that may follow the way out that was taken."""
        found = self.outlook
        may_order = policy.can(self.actor, "course.order", self.patient)
        if found.status != CourseStatus.LEFT or not found.walked or not may_order:
            return None
        return found.regimen.block(found.walked[-1].block).reentry


class WalkStep(WalkConsole, ABC):
    """One step of the way: one form, one service call, back to the outlook."""

    action: ClassVar[str]
    template: ClassVar[str]
    service: ClassVar[Callable[..., Any]]
    title: ClassVar[str | Promise]
    done: ClassVar[str | Promise]

    def get(self, _request: HttpRequest, course_id: uuid.UUID) -> HttpResponse:
        """Show the empty form."""
        self.prepare(course_id)
        return self.page(self.form()) if self.is_open() else self.too_late()

    def post(self, request: HttpRequest, course_id: uuid.UUID) -> HttpResponse:
        """Take the step, once."""
        self.prepare(course_id)
        # What was done has changed what the form may hold: this comes first.
        if tokens.is_used(self.actor, request.POST.get("token", "")):
            return self.sent_before()
        if not self.is_open():
            return self.too_late()
        form = self.form(request.POST)
        if not form.is_valid():
            return self.page(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        if not tokens.claim(self.actor, form.cleaned_data["token"]):
            return self.sent_before()
        return self.take(form)

    def sent_before(self) -> HttpResponse:
        """Say that the same form was sent twice."""
        text = _("This form was sent before. See below what is recorded.")
        messages.info(self.request, text)
        return redirect("board:outlook", self.state.id)

    def prepare(self, course_id: uuid.UUID) -> None:
        """Load the course for somebody who may take the step.

        :raises Http404: when the actor may not.
        """
        self.load(course_id)
        if not policy.can(self.actor, self.action, self.state):
            raise Http404

    @abstractmethod
    def is_open(self) -> bool:
        """Say whether the step can be taken as the course stands."""

    @abstractmethod
    def form(self, data: Any = None, **extra: Any) -> StepForm:
        """Return the form."""

    def arguments(self, form: StepForm) -> dict[str, Any]:
        """Return what the service takes, beside actor, course and now."""
        return form.arguments()

    def context(self, _form: Any) -> dict[str, Any]:
        """Return what the page shows beside the form."""
        return {}

    def too_late(self) -> HttpResponse:
        """Say that the course is past this step."""
        text = _("“%(step)s” is not possible now. See below where the course stands.")
        messages.info(self.request, text % {"step": self.title})
        return redirect("board:outlook", self.state.id)

    def take(self, form: StepForm) -> HttpResponse:
        """Call the service; a refusal becomes an error of the form."""
        try:
            type(self).service(
                actor=self.actor,
                course_id=self.state.id,
                now=self.now,
                **self.arguments(form),
            )
        except VersionOutdated:
            return self.again(form, is_stale=True)
        except REFUSALS as refusal:
            form.refuse(*reason(refusal))
            return self.again(form)
        except BaseException:
            tokens.give_back(self.actor, form.cleaned_data["token"])
            raise
        messages.success(self.request, str(self.done))
        return redirect("board:outlook", self.state.id)

    def again(self, form: StepForm, *, is_stale: bool = False) -> HttpResponse:
        """Show what was typed once more, on the course as it is now."""
        tokens.give_back(self.actor, form.cleaned_data["token"])
        self.load(self.state.id)
        form.renewed(self.state)
        return self.page(form, HTTPStatus.UNPROCESSABLE_ENTITY, is_stale=is_stale)

    def page(
        self,
        form: StepForm,
        status: HTTPStatus = HTTPStatus.OK,
        *,
        is_stale: bool = False,
    ) -> HttpResponse:
        """Render the page."""
        context = {
            **self.facts(),
            "title": self.title,
            "form": form,
            "is_stale": is_stale,
            **self.context(form),
        }
        return render(self.request, self.template, context, status=status)


class PassGate(WalkStep):
    """A block may begin: the values its condition asks for, and who says so."""

    action = "gate.pass"
    template = "board/walk/gate.html"
    service = pass_gate
    title = gettext_lazy("Let the block begin")
    done = gettext_lazy("The start condition is recorded as met.")

    def is_open(self) -> bool:
        """Say whether the block that comes next has a condition to meet."""
        return self.outlook.standing.needs_gate

    def form(self, data: Any = None, **extra: Any) -> StepForm:
        """Ask for the values of the limits."""
        return forms.GateForm(
            data,
            state=self.state,
            now=self.now,
            kinds=list(dict.fromkeys(limit.kind for limit in self._gate().thresholds)),
            regimen=self.outlook.regimen,
            today=self.outlook.on,
            **extra,
        )

    def arguments(self, form: StepForm) -> dict[str, Any]:
        """Name the block."""
        return {"block": self._block().key, **form.arguments()}

    def context(self, _form: Any) -> dict[str, Any]:
        """Return the condition."""
        return {"gated": self._block(), "gate": self._gate()}

    def _block(self) -> Any:
        return self.outlook.standing.block

    def _gate(self) -> Any:
        return self._block().gate


_BLOCK_STEPS = {
    Due.BLOCK_START: ("START", "ELSEWHERE"),
    Due.BLOCK_END: ("FINISH", "STOP"),
    Due.CYCLE_ORDER: ("ELSEWHERE",),
}


class RecordBlock(WalkStep):
    """A block that runs without a pump of ours: begun, ended, stopped, or elsewhere."""

    action = "block.record"
    template = "board/walk/block.html"
    service = record_block
    title = gettext_lazy("Record a block")
    done = gettext_lazy("The block is recorded.")

    def is_open(self) -> bool:
        """Say whether a block waits to be begun or ended."""
        return bool(self._steps())

    def form(self, data: Any = None, **extra: Any) -> StepForm:
        """Offer what can be recorded now."""
        return forms.BlockForm(
            data,
            state=self.state,
            now=self.now,
            steps=self._steps(),
            today=self.outlook.on,
            **extra,
        )

    def arguments(self, form: StepForm) -> dict[str, Any]:
        """Name the block."""
        block = self.outlook.standing.block
        return {"block": block.key if block else "", **form.arguments()}

    def context(self, _form: Any) -> dict[str, Any]:
        """Return the block."""
        place = self.outlook.standing
        return {"place": place, "needs_gate": place.needs_gate}

    def _steps(self) -> tuple[str, ...]:
        place = self.outlook.standing
        steps = _BLOCK_STEPS.get(place.due, ())
        if place.needs_gate:
            steps = tuple(step for step in steps if step != "START")
        return steps


class ChangeVersion(WalkStep):
    """The move to the version of the regimen in force, with all that it changes."""

    action = "course.change_regimen"
    template = "board/walk/version.html"
    service = change_regimen_version
    title = gettext_lazy("Change the version of the regimen")
    done = gettext_lazy("The course follows the new version now.")

    def load(self, course_id: uuid.UUID) -> None:
        """Load the course and what the version in force would change."""
        super().load(course_id)
        self.seen = preview_regimen_version(
            actor=self.actor, course_id=course_id, now=self.now
        )

    def is_open(self) -> bool:
        """Say whether there is another version."""
        return bool(self.seen.changes)

    def form(self, data: Any = None, **extra: Any) -> StepForm:
        """Name exactly what is looked at."""
        return forms.VersionForm(
            data,
            state=self.state,
            now=self.now,
            regimen_version=self.seen.after,
            digest=self.seen.digest,
            **extra,
        )

    def context(self, _form: Any) -> dict[str, Any]:
        """Return every change."""
        regimen = self.outlook.regimen
        return {
            "seen": self.seen,
            "changes": [
                (one, place_name(one.place, regimen)) for one in self.seen.changes
            ],
            "regimen_title": read(regimen.title),
        }
