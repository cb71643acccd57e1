"""Taking a step: one form, one service call, back to the course."""

import uuid
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from infusion.board import tokens
from infusion.board.courses import CourseConsole
from infusion.board.forms.courses import Assign, EndCycle, StepForm, delivered
from infusion.board.refusals import REFUSALS, reason
from infusion.board.step import Step
from infusion.board.steps import BY_KEY, target_of
from infusion.domain.outlooks import CapPassed
from infusion.selectors.board import list_visiting_caregivers, list_visiting_staff
from infusion.selectors.outlook import read_outlook
from patients import policy
from patients.domain.refusals import VersionOutdated


class TakeStep(CourseConsole):
    """The page of one step."""

    def get(
        self,
        _request: HttpRequest,
        course_id: uuid.UUID,
        key: str,
        target_id: uuid.UUID | None = None,
    ) -> HttpResponse:
        """Show the empty form."""
        self._prepare(course_id, key, target_id)
        return self._too_late() if self._is_closed() else self._page(self._form())

    def post(
        self,
        request: HttpRequest,
        course_id: uuid.UUID,
        key: str,
        target_id: uuid.UUID | None = None,
    ) -> HttpResponse:
        """Take the step, once."""
        self._prepare(course_id, key, target_id)
        form = self._form(request.POST)
        if not form.is_valid():
            return self._page(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        if not tokens.claim(self.actor, form.cleaned_data["token"]):
            text = _("This form was sent before. See below what is recorded.")
            messages.info(request, text)
            return redirect("board:course", course_id)
        return self._take(form)

    def _prepare(
        self, course_id: uuid.UUID, key: str, target_id: uuid.UUID | None
    ) -> None:
        step = BY_KEY.get(key)
        if step is None:
            raise Http404
        self.step: Step = step
        self.target_id = target_id
        self._look(course_id)
        if not policy.can(self.actor, step.action, self.state):
            raise Http404

    def _look(self, course_id: uuid.UUID) -> None:
        """Read the course, and what the step is taken on, as they are now."""
        self.load(course_id)
        self.target = target_of(self.step, self.state, self.target_id)

    def _is_closed(self) -> bool:
        """Say whether the course, or the bag, is past this step."""
        if not self.step.is_open(self.state):
            return True
        if self.step.of == "course":
            return False
        return self.target is None or not self.step.fits(self.target)

    def _too_late(self) -> HttpResponse:
        text = _("“%(step)s” is not possible any more. See below what is recorded.")
        messages.info(self.request, text % {"step": self.step.title})
        return redirect("board:course", self.state.id)

    def _form(self, data: Any = None) -> StepForm:
        extra: dict[str, Any] = {}
        if issubclass(self.step.form, Assign):
            extra["staff"] = self._visitors()
        if issubclass(self.step.form, EndCycle):
            action = "cycle.complete_short"
            extra["may_fall_short"] = policy.can(self.actor, action, self.state)
        return self.step.form(
            data, state=self.state, target=self.target, now=self.now, **extra
        )

    def _visitors(self) -> list[tuple[Any, str]]:
        """Return the staff of the site and, marked as such, the caregivers."""
        staff = list_visiting_staff(self.state.site_id)
        known = {user_id for user_id, _name in staff}
        family = list_visiting_caregivers(self.state.patient_id)
        marked = [
            (user_id, f"{name} ({_('Caregiver')})")
            for user_id, name in family
            if user_id not in known
        ]
        return [*staff, *marked]

    def _take(self, form: StepForm) -> HttpResponse:
        """Call the service; a refusal becomes an error of the form."""
        try:
            self.step.service(actor=self.actor, now=self.now, **self._arguments(form))
        except VersionOutdated:
            return self._again(form, is_stale=True)
        except REFUSALS as refusal:
            form.refuse(*reason(refusal))
            return self._again(form)
        except BaseException:
            # Nothing was stored: the same form may be sent again.
            self._give_back(form)
            raise
        messages.success(self.request, str(self.step.done))
        return redirect("board:course", self.state.id)

    def _arguments(self, form: StepForm) -> dict[str, Any]:
        target_id = self.target_id or self.state.id
        return {self.step.target_name: target_id, **form.arguments()}

    def _give_back(self, form: StepForm) -> None:
        tokens.give_back(self.actor, form.cleaned_data["token"])

    def _again(self, form: StepForm, *, is_stale: bool = False) -> HttpResponse:
        """Show what was typed once more, above the course as it is now."""
        self._give_back(form)
        self._look(self.state.id)
        form.renewed(self.state, self.target)
        return self._page(form, HTTPStatus.UNPROCESSABLE_ENTITY, is_stale=is_stale)

    def _caps(self) -> Sequence[CapPassed]:
        """Return, before a cycle is ordered, the caps of payers that it passes."""
        if self.step.action != "cycle.order":
            return ()
        return read_outlook(self.state.id, self.now).warnings

    def _page(
        self,
        form: StepForm,
        status: HTTPStatus = HTTPStatus.OK,
        *,
        is_stale: bool = False,
    ) -> HttpResponse:
        check = self.state.open_check
        context = {
            **self.facts(),
            "step": self.step,
            "form": form,
            "target": self.target,
            "is_stale": is_stale,
            "delivered": delivered(self.state),
            "is_own_check": check and check.entered_by_id == self.actor.user_id,
            "warnings": self._caps(),
        }
        return render(self.request, self.step.template, context, status=status)
