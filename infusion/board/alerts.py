"""The alerts a person may see: what waits, who has it, why, and taking it."""

import uuid
import zoneinfo
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from infusion.board import alert_words
from infusion.board.access import Console
from infusion.board.refusals import REFUSALS, reason
from infusion.board.seen import seen_version
from infusion.board.words import word
from infusion.domain.alerts import SAID_BY_PEOPLE, Cause
from infusion.domain.states import AlertStatus
from infusion.selectors.alert_people import is_left_alone, list_takers, rungs_now
from infusion.selectors.alerts import get_alert, list_alerts, rule_behind
from infusion.selectors.checkin_pages import check_in_behind
from infusion.services import alerts
from patients import policy
from patients.domain.refusals import NotFound, VersionOutdated
from patients.selectors.assignments import list_staff

_ENDED_SHOWN = 20
_OUTCOMES = [(str(one), alert_words.OUTCOMES[one]) for one in SAID_BY_PEOPLE]
_SEVERITY_ORDER = ("RED", "AMBER", "INFO")
# More than any version has, and fewer than no number can be read from.
_WAITING = frozenset({AlertStatus.OPEN, AlertStatus.EXHAUSTED})
# Causes whose subject names, after the site, a list of words and a code of it.
_DETAILS = {Cause.ROTA_GAP: "role", Cause.PROVIDER_FAILING: "channel"}


class AlertConsole(Console):
    """Shows alerts as rows of a page."""

    def row(self, alert: Any) -> dict[str, Any]:
        """Return an alert with its words and what the person may do with it."""
        course = alert.course
        may = policy.can(self.actor, "alert.take", alert)
        mine = alert.status == AlertStatus.TAKEN and (
            alert.owner_id == self.actor.user_id
        )
        return {
            "alert": alert,
            "zone": zoneinfo.ZoneInfo(
                course.time_zone if course else alert.site.time_zone
            ),
            "detail": _detail(alert),
            "check_in_id": check_in_behind(alert),
            "now": self.now,
            "is_ahead": alert.since > self.now,
            "may_take": may
            and (alert.status in _WAITING or is_left_alone(alert, self.now)),
            "is_mine": mine,
            "people": self._others(alert) if mine else [],
        }

    def _others(self, alert: Any) -> list[tuple[uuid.UUID, str]]:
        """Return to whom an alert can be handed over."""
        takers = list_takers(alert, self.now)
        return [one for one in takers.items() if one[0] != self.actor.user_id]


class Alerts(AlertConsole):
    """What waits first, the gravest on top; then what was taken, and what ended."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the list."""
        if not policy.may_ever(self.actor, "alert.view"):
            raise Http404
        found = list_alerts(self.actor, is_open=True).order_by("raised_at", "id")
        ended = list_alerts(self.actor, is_open=False).order_by("-ended_at", "-id")
        context = {
            "rows": [self.row(one) for one in sorted(found, key=_gravity)],
            "ended": [self.row(one) for one in ended[:_ENDED_SHOWN]],
            "outcomes": _OUTCOMES,
        }
        return render(request, "board/alerts.html", context)


def _gravity(alert: Any) -> tuple[bool, int]:
    """Return what comes first: what nobody has, then the gravest, then the oldest."""
    return alert.status == AlertStatus.TAKEN, _SEVERITY_ORDER.index(alert.severity)


def _detail(alert: Any) -> str:
    """Return which line of the rota, or which channel, an alert is about."""
    words = _DETAILS.get(alert.cause)
    return word(alert.subject.split(":")[1], words) if words else ""


class AlertPage(AlertConsole):
    """One alert: why, by which rule, who is told when, what happened, and its steps."""

    def get(self, request: HttpRequest, alert_id: uuid.UUID) -> HttpResponse:
        """Show the alert."""
        alert = self._find(alert_id)
        values = list(rule_behind(alert))
        context = {
            "row": self.row(alert),
            "reason": alert_words.REASONS[alert.cause],
            "values": [one for one in values if not one.key.endswith("_ladder")],
            "ladder": [one for one in values if one.key.endswith("_ladder")],
            "rungs": list(self._rungs(alert)),
            "steps": alert.steps.select_related("by").order_by("at", "id"),
            "outcomes": _OUTCOMES,
        }
        return render(request, "board/alert.html", context)

    def _rungs(self, alert: Any) -> Iterator[dict[str, Any]]:
        """Yield whom the alert reaches, who that is now, and where it stands."""
        names = {one: name for one, name, _roles in list_staff(alert.site_id)}
        for number, (rung, people) in enumerate(rungs_now(alert, self.now)):
            yield {
                "rung": rung,
                "names": sorted(names[one] for one in people),
                "is_reached": number <= alert.rung,
            }

    def _find(self, alert_id: uuid.UUID) -> Any:
        try:
            alert = get_alert(self.actor, alert_id)
        except NotFound:
            raise Http404 from None
        if not policy.can(self.actor, "alert.view", alert):
            raise Http404
        return alert

    def post(self, request: HttpRequest, alert_id: uuid.UUID) -> HttpResponse:
        """Take the step and show what became of it."""
        alert = self._find(alert_id)
        if not policy.can(self.actor, "alert.take", alert):
            raise Http404
        if text := self._take(alert.pk):
            messages.error(request, text)
        return redirect("board:alert", alert_id=alert.pk)

    def _take(self, alert_id: uuid.UUID) -> str:
        """Return why the step was refused; empty when it was taken."""
        step = self._asked()
        if step is None:
            return _("Choose somebody.")
        try:
            step(
                actor=self.actor,
                alert_id=alert_id,
                expected_version=seen_version(self.request),
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
                note=sent.get("note", "").replace("\0", "")[:500],
            )
        try:
            person = uuid.UUID(sent.get("person", ""))
        except ValueError:
            return None
        return partial(alerts.hand_over_alert, user_id=person)
