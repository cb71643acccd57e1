"""The alerts of a person's patients: what waits, who has it, and taking it."""

import uuid
import zoneinfo
from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from infusion.board.access import Console
from infusion.board.refusals import REFUSALS, reason
from infusion.domain.alerts import SAID_BY_PEOPLE, Cause, Outcome
from infusion.domain.states import AlertStatus
from infusion.selectors.alerts import get_alert, list_alerts
from infusion.services import alerts
from patients import policy
from patients.domain.refusals import NotFound, VersionOutdated
from patients.selectors.assignments import list_staff

_ENDED_SHOWN = 20
_CAUSES = {
    Cause.PUMP_STOPPED: gettext_lazy("The pump stands still"),
    Cause.BAG_CHANGE_OVERDUE: gettext_lazy("The bag change is overdue"),
}
_STATES = {
    AlertStatus.OPEN: gettext_lazy("waits for somebody"),
    AlertStatus.TAKEN: gettext_lazy("taken"),
    AlertStatus.EXHAUSTED: gettext_lazy("nobody took it: administrators told"),
    AlertStatus.RESOLVED: gettext_lazy("over"),
}
_OUTCOMES = {
    Outcome.DONE: gettext_lazy("dealt with"),
    Outcome.FALSE_ALARM: gettext_lazy("false alarm"),
    Outcome.OTHER: gettext_lazy("otherwise (write how)"),
    Outcome.CAUSE_ENDED: gettext_lazy("the cause is gone"),
}


class Alerts(Console):
    """What waits first, then what was taken, then what ended lately."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the list."""
        if not policy.may_ever(self.actor, "alert.view"):
            raise Http404
        found = list_alerts(self.actor, is_open=True).order_by("raised_at", "id")
        rows = [self._row(one) for one in found]
        rows.sort(key=lambda row: row["alert"].status == AlertStatus.TAKEN)
        ended = list_alerts(self.actor, is_open=False).order_by("-ended_at", "-id")
        context = {
            "rows": rows,
            "ended": [self._row(one) for one in ended[:_ENDED_SHOWN]],
            "outcomes": [(str(one), _OUTCOMES[one]) for one in SAID_BY_PEOPLE],
        }
        return render(request, "board/alerts.html", context)

    def _row(self, alert: Any) -> dict[str, Any]:
        may = policy.can(self.actor, "alert.take", alert)
        is_open = alert.status in {AlertStatus.OPEN, AlertStatus.EXHAUSTED}
        mine = alert.status == AlertStatus.TAKEN and (
            alert.owner_id == self.actor.user_id
        )
        return {
            "alert": alert,
            "zone": zoneinfo.ZoneInfo(alert.course.time_zone),
            "cause": _CAUSES[Cause(alert.cause)],
            "state": _STATES[AlertStatus(alert.status)],
            "outcome": _OUTCOMES[Outcome(alert.outcome)] if alert.outcome else "",
            "may_take": may and is_open,
            "is_mine": mine,
            "people": _others(alert, self.actor.user_id) if mine else [],
        }


def _others(alert: Any, me: uuid.UUID) -> list[tuple[uuid.UUID, str]]:
    """Return to whom an alert can be handed over."""
    takers = policy.ACTIONS["alert.take"]
    staff = list_staff(alert.site_id)
    return [(one, name) for one, name, roles in staff if roles & takers and one != me]


class AlertStep(Console):
    """A step of one alert."""

    def post(self, request: HttpRequest, alert_id: uuid.UUID) -> HttpResponse:
        """Take the step and go back to the list."""
        try:
            alert = get_alert(self.actor, alert_id)
        except NotFound:
            raise Http404 from None
        if not policy.can(self.actor, "alert.take", alert):
            raise Http404
        if text := self._take(alert.pk):
            messages.error(request, text)
        return redirect("board:alerts")

    def _take(self, alert_id: uuid.UUID) -> str:
        """Return why the step was refused; empty when it was taken."""
        step = self._asked()
        if step is None:
            return _("Choose somebody.")
        version = self.request.POST.get("version", "")
        is_number = version.isascii() and version.isdigit()
        try:
            step(
                actor=self.actor,
                alert_id=alert_id,
                expected_version=int(version) if is_number else 0,
                now=self.now,
            )
        except VersionOutdated:
            return _("Somebody was faster. Look at the alert again.")
        except REFUSALS as refusal:
            return reason(refusal)[1]
        messages.success(self.request, _("Recorded."))
        return ""

    def _asked(self) -> Callable[..., Any] | None:
        sent = self.request.POST
        if sent.get("step") == "take":
            return alerts.take_alert
        if sent.get("step") == "resolve":
            return partial(
                alerts.resolve_alert,
                outcome=sent.get("outcome", ""),
                note=sent.get("note", "")[:500],
            )
        try:
            person = uuid.UUID(sent.get("person", ""))
        except ValueError:
            return None
        return partial(alerts.hand_over_alert, user_id=person)
