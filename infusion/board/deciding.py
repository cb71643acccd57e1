"""The decision at a fork: the facts, what they say of each way, and the choice."""

import uuid
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy

from infusion.board.forms import walk as forms
from infusion.board.forms.courses import StepForm
from infusion.board.showing import branch_row
from infusion.board.walk import WalkStep
from infusion.domain.conditions import FactKind, KnownFact
from infusion.domain.outlooks import CourseOutlook, FactTaken
from infusion.domain.standings import Due, Standing, leaving, standing
from infusion.domain.states import CourseStatus
from infusion.selectors.walking import LEAVABLE
from infusion.services.deciding import decide


class Decide(WalkStep):
    """The decision at a fork: the facts, what they say of each way, and the choice."""

    action = "course.decide"
    template = "board/walk/decide.html"
    service = decide
    title = gettext_lazy("Decide the way")
    done = gettext_lazy("The decision is recorded.")

    def post(self, request: HttpRequest, course_id: uuid.UUID) -> HttpResponse:
        """Show what the facts say of the ways, or record the decision."""
        if "assess" not in request.POST:
            return super().post(request, course_id)
        self.prepare(course_id)
        if not self.is_open():
            return self.too_late()
        form = self.form(request.POST, is_assessing=True)
        ok = form.is_valid()
        return self.page(form, HTTPStatus.OK if ok else HTTPStatus.UNPROCESSABLE_ENTITY)

    def is_open(self) -> bool:
        """Say whether there is a way to choose."""
        return bool(self._standing().choices)

    def form(self, data: Any = None, **extra: Any) -> StepForm:
        """Ask for the facts of every way that can be taken."""
        place = self._standing()
        return forms.DecisionForm(
            data,
            state=self.state,
            now=self.now,
            kinds=_kinds(place),
            regimen=self.outlook.regimen,
            known=self._fresh(),
            today=self.outlook.on,
            ways=[(to, to) for to in _targets(place)],
            leaves=any(one.is_exit for one in place.choices),
            **extra,
        )

    def context(self, form: Any) -> dict[str, Any]:
        """Return every way with what the facts say of it."""
        known = [one.fact for one in (*self._typed(form), *self._computed())]
        place = self._standing(known)
        return {
            "fork": self.outlook.regimen.block(place.choices[0].from_block),
            "ways": [_way(self.outlook, place, to) for to in _targets(place)],
            "chosen": form["to"].value(),
            "computed": self._computed(),
            "asks_age": FactKind.AGE_YEARS in _kinds(place),
            "replaced": self._replaced(),
        }

    def _typed(self, form: Any) -> list[FactTaken]:
        """Return the facts as they are typed; before that those known since the fork."""
        if not form.is_bound:
            return self._fresh()
        if not hasattr(form, "cleaned_data"):
            return []
        found = []
        for one in form.given_soundly():
            kind = FactKind(one.kind)
            fact = KnownFact(
                kind=kind,
                value=one.value,
                assay=one.assay,
                name=self.outlook.regimen.name_of(kind, one.value),
            )
            found.append(FactTaken(fact=fact, taken_on=one.taken_on))
        return found

    def _computed(self) -> list[FactTaken]:
        return [one for one in self.outlook.facts if one.is_computed]

    def _fresh(self) -> list[FactTaken]:
        """Return the facts found since the last round began."""
        walked = self.outlook.walked
        begun = walked[-1].starts_on if walked else None
        return [
            one
            for one in self.outlook.facts
            if not one.is_computed
            and (begun is None or (one.taken_on is not None and one.taken_on >= begun))
        ]

    def _replaced(self) -> Any:
        """Return the decision that this one would replace."""
        walked = self.outlook.walked
        if self.outlook.standing.due == Due.DECISION or not self.outlook.decisions:
            return None
        last = self.outlook.decisions[-1]
        return last if walked and walked[-1].moved_on_to == last.to else None

    def _standing(self, known: list[KnownFact] | None = None) -> Standing:
        """Return where the course stands; while nothing else began, before the choice."""
        found = self.outlook
        facts = known if known is not None else [one.fact for one in found.facts]
        walked = found.walked
        if found.status in LEAVABLE:
            was_stopped = found.status == CourseStatus.STOPPED
            return leaving(found.regimen, walked, facts, was_stopped=was_stopped)
        if self._replaced() is not None:
            walked = (*walked[:-1], replace(walked[-1], moved_on_to=None))
        if not found.standing.choices and self._replaced() is None:
            return found.standing
        return standing(found.regimen, walked, facts)


def _kinds(place: Standing) -> list[FactKind]:
    """Return the kinds of fact any way asks for, those of the asked ways first."""
    ordered = sorted(place.choices, key=lambda one: one.is_optional)
    return list(dict.fromkeys(kind for one in ordered for kind in one.needed))


def _targets(place: Standing) -> list[str]:
    """Return the blocks that can be chosen; several ways may lead to one of them."""
    return list(dict.fromkeys(one.to for one in place.choices))


def _way(found: CourseOutlook, place: Standing, to: str) -> dict[str, Any]:
    """Return a target with every way to it, and what the facts say of the best one."""
    ways = [one for one in place.choices if one.to == to]
    return {
        "choice": place.choice(to) or ways[0],
        "block": found.regimen.block(to),
        "rows": [branch_row(found.regimen, one.branch) for one in ways],
    }
