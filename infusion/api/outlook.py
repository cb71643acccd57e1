"""The outlook of a course: every block to the end, with how sure its dates are."""

import uuid

from django.http import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from infusion.api.ways import OutlookOut
from infusion.selectors import courses, outlook, rest
from patients.api.endpoints import Endpoint


class CourseOutlook(Endpoint):
    """The way of a course to the end of its regimen."""

    policy_actions = {"GET": "course.view"}

    @extend_schema(operation_id="get_course_outlook", responses={200: OutlookOut})
    def get(self, request: Request, course_id: uuid.UUID) -> HttpResponseBase:
        """Return every round, what the course waits for, and what was decided."""
        course = courses.get_course(self.actor, course_id)
        self.allow(course)
        found = outlook.read_outlook(course.id, self.now)
        titles = {block.key: block.title for block in found.regimen.blocks}
        for_staff = rest.is_staff_for(self.actor, course)
        context = {"titles": titles, "for_staff": for_staff}
        return Response(OutlookOut(found, context=context).data)
