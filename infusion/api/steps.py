"""What every step of a course does alike at the edge."""

import uuid
from collections.abc import Callable
from typing import Any, ClassVar

from django.http import HttpResponseBase
from rest_framework.response import Response

from infusion.api.courses import course_reply
from infusion.selectors import courses
from patients.api.endpoints import Endpoint
from patients.api.fields import Input


class CourseStep(Endpoint):
    """A step that changes a course: keyed, versioned, answered with the course."""

    keyed_methods = ("POST",)
    versioned_methods = ("POST",)
    body_class: ClassVar[type[Input]]

    def take(self, course_id: uuid.UUID, step: Callable[..., Any]) -> HttpResponseBase:
        """Take the step once and answer with the course as it is then."""
        self.allow(courses.get_course(self.actor, course_id))
        version = self.expected_version()
        asked = self.body(self.body_class)
        return self.once(
            lambda: self.reply(
                step(
                    actor=self.actor,
                    course_id=course_id,
                    expected_version=version,
                    now=self.now,
                    **asked,
                ),
            )
        )

    def reply(self, course: Any) -> Response:
        """Answer with the course as it is after the step."""
        return course_reply(self, course)
