"""When families of a site are asked, and how well each of its numbers is known."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from infusion import catalogue
from infusion.board.regimens import RegimenConsole
from infusion.domain.cadence import Cadence, Rhythm
from infusion.wording.regimens import read

RHYTHMS: Mapping[str, Promise] = {
    "dense": _("Dense: in the risk windows"),
    "twice": _("Less dense: while neurotoxicity is still likely"),
    "daily": _("Usual: to the end of the infusion"),
    "follow_up": _("Asked again, after an amber or a red, until an answer is green"),
}
_TOPICS: Mapping[str, Promise] = {
    "daily": _("daily check"),
    "neuro": _("neuro check"),
    "pump-line": _("pump and line"),
    "confidence": _("confidence of the caregiver"),
}


class CadencePage(RegimenConsole):
    """The rhythms, the windows of risk, and every number with its mark."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show how often the families of the site are asked."""
        self.pick_site()
        if not self.may("alert.view"):
            raise Http404
        policy = catalogue.site_policy(self.site.policy)
        found = catalogue.cadence_of(policy)
        numbers = catalogue.window_numbers(policy)
        context = {
            "site": self.site,
            "sites": self.sites,
            "title": read(found.title),
            "version": found.version,
            "rhythms": list(_rhythms(found)),
            "windows": [
                {
                    "title": read(one.title),
                    "number": numbers[one.key],
                    "times": _times(found.rhythms[one.rhythm]),
                    "rhythm": RHYTHMS.get(one.rhythm, one.rhythm),
                }
                for one in found.windows
            ],
            "numbers": catalogue.cadence_numbers(policy),
        }
        return render(request, "board/checkins/cadence.html", context)


def _rhythms(found: Cadence) -> Iterator[dict[str, Any]]:
    """Yield the rhythms, the one that asks most often first, and what is asked again."""
    reasons = catalogue.cadence_reasons()
    for key, one in found.rhythms.items():
        yield {
            "title": RHYTHMS.get(key, key),
            "times": _times(one),
            "first": [_TOPICS.get(each, each) for each in one.first],
            "others": [_TOPICS.get(each, each) for each in one.others],
            "ladder": one.ladder,
            "reason": reasons[key],
        }
    yield {
        "title": RHYTHMS["follow_up"],
        "times": [f"{found.follow_up_at:%H:%M}"],
        "first": [],
        "others": [],
        "ladder": found.follow_up,
        "reason": reasons["follow_up"],
    }


def _times(rhythm: Rhythm) -> list[str]:
    return [f"{one:%H:%M}" for one in rhythm.times]
