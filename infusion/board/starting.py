"""Which day to start on, and two plans side by side."""

import datetime as dt
import uuid
import zoneinfo
from collections.abc import Iterable
from http import HTTPStatus
from itertools import groupby
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import get_language

from infusion import catalogue
from infusion.board import start_words
from infusion.board.forms.starting import CompareForm, Cycles, StartDaysForm
from infusion.board.people import PatientPage
from infusion.board.refusals import REFUSALS, reason
from infusion.domain.adviser import StartOption
from infusion.domain.regimens import Regimen
from infusion.domain.ribbon import draw, labels_in
from infusion.domain.start_chart import draw_starts, ribbon_of_start
from infusion.selectors.planning import site_policy
from infusion.selectors.regimens import list_effective
from infusion.services.advising import (
    ComparedPlan,
    PlanChoice,
    PlanComparison,
    StartAdvice,
    advise_start,
    compare_plans,
)


class Question(PatientPage):
    """A page that asks and shows the answer below; it stores nothing."""

    def load(self, patient_id: uuid.UUID) -> None:
        """Load the patient for somebody who may preview a course.

        :raises Http404: when there is no such patient for the actor.
        """
        super().load(patient_id)
        if not self.may("course.preview"):
            raise Http404

    def cycles(self) -> Cycles:
        """Return the cycles that can be planned at the site of the patient."""
        found = list_effective(self.patient.site_id)
        return cycles_of(one.regimen for one in found)

    def answer(self, form: Any, service: Any) -> Any:
        """Ask a service; None when the form or the service refuses."""
        if not form.is_valid():
            return None
        try:
            return service(
                actor=self.actor,
                patient_id=self.patient.pk,
                now=self.now,
                **form.arguments(),
            )
        except REFUSALS as refusal:
            form.refuse(*reason(refusal))
            return None


class StartDays(Question):
    """Every start of a fortnight with what its plan costs."""

    template = "board/patients/start_days.html"

    def get(self, _request: HttpRequest, patient_id: uuid.UUID) -> HttpResponse:
        """Show the empty form."""
        self.load(patient_id)
        return self.page(form=self._form())

    def post(self, request: HttpRequest, patient_id: uuid.UUID) -> HttpResponse:
        """Show the starts, from this form or from that of an order."""
        self.load(patient_id)
        if "first_day" not in request.POST:
            return self.page(form=self._taken_over(request))
        form = self._form(request.POST)
        advice = self.answer(form, advise_start)
        if advice is None:
            return self.page(HTTPStatus.UNPROCESSABLE_ENTITY, form=form)
        return self.page(form=form, **self._advice(form, advice))

    def _taken_over(self, request: HttpRequest) -> StartDaysForm:
        """Return the form with what an order or a comparison was about."""
        sent = request.POST.get("cycle") or request.POST.get("regimen_key", "")
        keys = [key for key, _title in self.cycles()]
        form = self._form()
        form.initial["cycle"] = next(
            (key for key in keys if sent in {key, key.partition("/")[0]}), ""
        )
        return form

    def _form(self, data: Any = None) -> StartDaysForm:
        hours = site_policy(self.patient.site_id).times("start_hours")
        cycles = self.cycles()
        return StartDaysForm(
            data, cycles=cycles, hours=hours, zone=self.zone, now=self.now
        )

    def _advice(self, form: StartDaysForm, advice: StartAdvice) -> dict[str, Any]:
        zone = advice.asked.wishes.calendar.zone
        language = get_language() or "en"
        return {
            "advice": advice,
            "asked": advice.asked,
            "zone": zone,
            "cycle": form.cleaned_data["cycle"],
            "is_first_cycle": advice.asked.is_first_cycle,
            "days": _shown(advice.options, form.cleaned_data["hour"], zone),
            "reasons": start_words.reasons(advice.reasons),
            "chart": draw_starts(
                advice.options, advice.best, advice.asked.wishes.calendar, language
            ),
        }


class ComparePlans(Question):
    """Two plans of one cycle, side by side."""

    template = "board/patients/compare.html"

    def get(self, _request: HttpRequest, patient_id: uuid.UUID) -> HttpResponse:
        """Show the empty form for the first cycle there is."""
        self.load(patient_id)
        return self.page(form=self._form(None, self._first_cycle()))

    def post(self, request: HttpRequest, patient_id: uuid.UUID) -> HttpResponse:
        """Show both plans."""
        self.load(patient_id)
        form = self._form(request.POST, request.POST.get("cycle", ""))
        found = self.answer(form, compare_plans)
        if found is None:
            return self.page(HTTPStatus.UNPROCESSABLE_ENTITY, form=form)
        return self.page(form=form, **self._comparison(found))

    def _first_cycle(self) -> str:
        key, _title = self.cycles()[0]
        return key

    def _form(self, data: Any, cycle: str) -> CompareForm:
        regimen = catalogue.all_regimens().get(cycle.partition("/")[0])
        language = get_language() or "en"
        recipes = [
            (recipe.key, recipe.title.in_language(language))
            for recipe in (catalogue.recipes_of(regimen) if regimen else ())
        ]
        form = CompareForm(data, recipes=recipes, zone=self.zone, now=self.now)
        form.initial["cycle"] = cycle
        return form

    def _comparison(self, found: PlanComparison) -> dict[str, Any]:
        zone = found.asked.wishes.calendar.zone
        first, second = found.sides
        return {
            "asked": found.asked,
            "is_first_cycle": found.asked.is_first_cycle,
            "zone": zone,
            "better": None if found.better is None else "AB"[found.better],
            "reasons": start_words.reasons(found.reasons),
            "rows": start_words.comparison(first.option, second.option, zone),
            "plans": [
                self._plan(letter, side, zone)
                for letter, side in zip("AB", found.sides, strict=True)
            ],
        }

    def _plan(
        self, letter: str, side: ComparedPlan, zone: zoneinfo.ZoneInfo
    ) -> dict[str, Any]:
        labels = labels_in(get_language() or "en")
        title = f"{letter}: {labels.instant_of(side.option.start.at, zone)}"
        ribbon = ribbon_of_start(
            side.option,
            key=f"plan-{letter.lower()}",
            title=title,
            zone=zone,
            labels=labels,
        )
        return {
            "letter": letter,
            # An order is planned as the site has set it, not with other bags.
            "is_as_set": side.choice == PlanChoice(start_at=side.choice.start_at),
            "title": title,
            "side": side,
            "ribbon": draw(ribbon),
            "notes": start_words.notes(side.option, zone),
        }


def cycles_of(regimens: Iterable[Regimen]) -> Cycles:
    """Return the cycles that can be planned: "regimen/block" and both titles."""
    language = get_language() or "en"
    return [
        (
            f"{regimen.key}/{block.key}",
            f"{regimen.title.in_language(language)} · {block.title.in_language(language)}",
        )
        for regimen in regimens
        for block in regimen.blocks
        if block.pattern is not None
    ]


def _shown(
    options: Iterable[StartOption], hour: str, zone: zoneinfo.ZoneInfo
) -> list[StartOption]:
    """Return the starts at one hour, or the best hour of each day."""

    def day(option: StartOption) -> dt.date:
        return option.start.at.astimezone(zone).date()

    if hour:
        return [
            option
            for option in options
            if f"{option.start.at.astimezone(zone):%H:%M}" == hour
        ]
    return [
        min(group, key=lambda one: (not one.is_complete, one.cost, one.start.at))
        for _day, group in groupby(options, key=day)
    ]
