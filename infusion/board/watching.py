"""How a site watches over its patients: alert load, rules, answers, its own rates."""

import datetime as dt
import zoneinfo
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from infusion.board.checkins import read_json
from infusion.board.regimens import RegimenConsole
from infusion.selectors import watching
from infusion.wording.regimens import read

_SPANS = (7, 28, 90)
_USUAL = 28


class Watching(RegimenConsole):
    """The numbers of one site. They are of rules and never of people."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show them for some days until now."""
        self.pick_site()
        if not self.may("alert.view"):
            raise Http404
        asked = request.GET.get("days", "")
        days = int(asked) if asked in map(str, _SPANS) else _USUAL
        since = self.now - dt.timedelta(days=days)
        span = (self.site.pk, since, self.now)
        context = {
            "sites": self.sites,
            "site": self.site,
            "zone": zoneinfo.ZoneInfo(self.site.time_zone),
            "now": self.now,
            "days": days,
            "spans": _SPANS,
            "loads": watching.alert_load(*span),
            "rules": [
                {"load": one, "text": read_json(dict(one.text))}
                for one in watching.rule_load(*span)
            ],
            "weeks": list(watching.weeks(*span)),
            "rates": [_rate(one) for one in watching.own_rates(self.site.pk)],
        }
        return render(request, "board/watching.html", context)


def _rate(one: watching.OwnRate) -> dict[str, Any]:
    low, high = one.own.interval
    return {
        "rate": one,
        "text": read(one.published.text),
        "low": low,
        "high": high,
        "is_within": one.own.holds(one.published.percent),
    }
