"""The pages a phone keeps for when it has no network: questions and the hotline, no names.

A phone that was on the page of the family keeps what is asked within two days. It shows a
red by itself and sends the answers once the service is reached again.
"""

import uuid
import zoneinfo
from pathlib import Path
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views import View

from infusion.board.families import FamilyPage
from infusion.board.keeping import kept_check_ins, owner_of
from infusion.board.question_rows import form_rows
from infusion.domain.questionnaires import Questionnaire
from infusion.selectors import checkin_pages as pages
from infusion.selectors.checkins import forms_of, signed_questions

_WORKER = Path(__file__).parent / "static" / "board" / "worker.js"


class Worker(View):
    """The script that answers where there is no network; it holds nothing of anybody."""

    def get(self, _request: HttpRequest) -> HttpResponse:
        """Return it from below the pages it may answer for."""
        response = HttpResponse(_WORKER.read_bytes(), content_type="text/javascript")
        response["Cache-Control"] = "no-cache"
        return response


class KeptPage(FamilyPage):
    """A page without a name, a token or a link that needs the service."""

    def shown(self, template: str, course: Any, **more: Any) -> HttpResponse:
        """Return a page as it may lie on a phone."""
        other = "en" if (get_language() or "").startswith("zh") else "zh-hans"
        with override(other):
            call = _("Call a person")
        context = {
            "is_kept": True,
            "site": course.site,
            "owner": owner_of(self.actor),
            "zone": zoneinfo.ZoneInfo(course.patient.time_zone),
            "now": self.now,
            "other": other,
            "call_other": call,
            **more,
        }
        # Without the request: its person, messages and token stay out of the page.
        return HttpResponse(render_to_string(template, context))

    def questions(
        self,
        course: Any,
        forms: tuple[Questionnaire, ...],
        send_to: str,
        check_in: Any = None,
    ) -> HttpResponse:
        """Return some questions."""
        return self.shown(
            "board/family/check_in.html",
            course,
            check_in=check_in,
            store_id=str(check_in.pk) if check_in else f"tell:{course.pk}",
            sheets=form_rows(forms, signed_questions(course.site_id)),
            sheet=pages.sheet_of(course, forms, self.now),
            send_to=send_to,
        )


class KeptHome(KeptPage):
    """What is asked within two days, and whom to call."""

    def get(self, _request: HttpRequest) -> HttpResponse:
        """Show it; of several patients the hotline alone, for no name tells them apart.

        :raises Http404: when nothing goes on.
        """
        courses = [one for one in map(pages.course_in_hand, self.own) if one]
        if not courses:
            raise Http404
        only = courses[0] if len(self.own) == 1 else None
        due = kept_check_ins(only.pk, self.now) if only else []
        sites = {one.site_id: one.site for one in courses}
        sites.pop(courses[0].site_id)
        return self.shown(
            "board/family/kept.html",
            courses[0],
            due=due,
            tell_of=only,
            other_sites=list(sites.values()),
        )


class KeptCheckIn(KeptPage):
    """The questions of one check-in."""

    def get(self, _request: HttpRequest, check_in_id: uuid.UUID) -> HttpResponse:
        """Ask."""
        check_in = self.check_in(check_in_id)
        where = reverse("check_in_answers", kwargs={"check_in_id": check_in.pk})
        return self.questions(check_in.course, forms_of(check_in), where, check_in)


class KeptTell(KeptPage):
    """The questions for who tells something though nothing is due."""

    def get(self, _request: HttpRequest, course_id: uuid.UUID) -> HttpResponse:
        """Ask."""
        course = self.course(course_id)
        forms = pages.forms_to_tell(course, self.now)
        where = reverse("course_check_ins", kwargs={"course_id": course.pk})
        return self.questions(course, forms, where)
