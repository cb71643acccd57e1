"""The work list of the pharmacy."""

import zoneinfo
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from infusion.board.access import Console
from infusion.domain.bag_life import PharmacyWork
from infusion.selectors.pharmacy import BagWork, list_work, with_due
from patients import policy

_PAGE = 50
_DIGITS = 6
# Which step of the course page does which work, and who may take it.
_STEPS = {
    PharmacyWork.ORDER: ("order_bag", "bag.order"),
    PharmacyWork.COMPOUND: ("compound", "bag.compound"),
    PharmacyWork.CHECK: ("check_bag", "bag.check"),
    PharmacyWork.DISPATCH: ("dispatch", "bag.dispatch"),
}


class PharmacyList(Console):
    """Bags to order, make, check and send, by when they must leave."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show one page of the list."""
        if not policy.may_ever(self.actor, "bag.work"):
            raise Http404
        work = request.GET.get("work", "")
        work = work if work in set(PharmacyWork) else ""
        start = self._start()
        rows = list_work(self.actor, now=self.now, work=work)
        found = list(rows[start : start + _PAGE + 1])
        shown = with_due(found[:_PAGE], self.now)
        context = {
            "rows": [self._row(one) for one in shown],
            "now": self.now,
            "kinds": [str(each) for each in PharmacyWork],
            "work": work,
            "next": start + _PAGE if len(found) > _PAGE else None,
            "is_first": start == 0,
        }
        return render(request, "board/pharmacy.html", context)

    def _start(self) -> int:
        text = self.request.GET.get("after", "0")
        return int(text) if text.isdecimal() and len(text) <= _DIGITS else 0

    def _row(self, one: BagWork) -> dict[str, Any]:
        key, action = _STEPS.get(one.work, ("", ""))
        return {
            "bag": one,
            "zone": zoneinfo.ZoneInfo(one.time_zone),
            "step": key if key and policy.can(self.actor, action, one) else "",
        }
